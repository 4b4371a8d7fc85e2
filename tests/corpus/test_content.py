"""The guard, tried with its own words and with bare tokens: no test text shows what it keeps out."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from sextortion_signals.corpus import Row
from sextortion_signals.corpus.content import find_forbidden, load_content_rules
from sextortion_signals.types import Role

MakeRow = Callable[..., Row]
ENTRIES = tomllib.loads(files("sextortion_signals.corpus").joinpath("content_rules.toml").read_text(encoding="utf-8"))
ROLES = {"any": Role.OTHER, "case": Role.VICTIM, "offender": Role.OFFENDER}


def broken(row: Row) -> list[str]:
    return [rule.name for rule in find_forbidden(row.text, row.role)]


@pytest.mark.parametrize("entry", ENTRIES["rule"], ids=lambda entry: entry["name"])
def test_every_word_of_a_list_is_found_in_its_scope(make_row: MakeRow, entry: dict[str, Any]) -> None:
    role = ROLES[entry["scope"]]

    for word in entry.get("ja", []):
        assert entry["name"] in broken(make_row(f"これは{word}です", role=role)), word
    for word in entry.get("en", []):
        assert entry["name"] in broken(make_row(f"so: {word.upper()}!", role=role)), word
        assert entry["name"] not in broken(make_row(f"zz{word}zz", role=role)), word


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("age", "お歳は"),
        ("age", "18才"),
        ("age", "20代"),
        ("age", "f19"),
        ("age", "19 f"),
        ("age", "aged 20"),
        ("age", "25-year-old"),
        ("school_stage", "1年2組"),
        ("school_stage", "中２"),
        ("school_stage", "ＪＫ"),
        ("school_stage", "Year 10"),
        ("school_stage", "高校"),
        ("university", "at uni"),
    ],
)
def test_ages_and_school_stages_are_kept_out_of_offender_rows_alone(make_row: MakeRow, rule: str, text: str) -> None:
    assert broken(make_row(text, role=Role.OFFENDER)) == [rule]
    for role in (Role.VICTIM, Role.THIRD_PARTY, Role.OTHER):
        assert broken(make_row(text, role=role)) == []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("phone_number", "090-1234-5678"),
        ("phone_number", "０３－１２３４－５６７８"),
        ("phone_number", "09012345678"),
        ("phone_number", "+81 90 1234 5678"),
        ("phone_number", "(212) 867-1234"),
        ("phone_number", "212-867-1234"),
        ("postal_address", "〒123-4567"),
        ("postal_address", "三丁目2番1号"),
        ("email_address", "a.b@mail-host.tld"),
        ("web_address", "https://some-page.tld/x"),
        ("web_address", "www.some-page.tld"),
        ("web_address", "some-page.com"),
        ("web_address", "t.me/somebody"),
        ("account_name", "@somebody_1"),
        ("account_name", "LINE ID: somebody1"),
        ("wallet", "bc1qqqqqqqqqqqqqqqq"),
        ("wallet", "1abcdefghijklmnopqrstuvwxyzab"),
        ("wallet", "0x0123456789abcdef0123456789"),
        ("card_or_bank_number", "1234 5678 9012 3456"),
        ("card_or_bank_number", "gb12 abcd 1234 5678 9012 34"),
        ("card_or_bank_number", "口座番号 1234567"),
    ],
)
def test_contacts_are_kept_out_of_every_row(make_row: MakeRow, rule: str, text: str) -> None:
    for role in Role:
        assert rule in broken(make_row(f"see {text} there", role=role))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "090-0000-0000",
            "０９０－００００－００００",
            "+81 90-0000-0000",
            "555-0123",
            "(212) 555-0123",
            "+1 212 555 0199",
        ),
        *("0120-000-000", "110", "188", "#9110", "2026-11-23", "10:30-11:00", "3-5", "1,200,000円", "000-0000"),
        *(
            "name@example.com",
            "name@mail.example.org",
            "x@some.invalid",
            "***@mail.com",
            "name@***.com",
            "@***",
            "@sun***",
        ),
        *(
            "https://example.com/x",
            "example.jp",
            "https://***.com",
            "some.invalid",
            "photos.zip",
            "Tel. 3",
            "e.g. this",
            "v2.0",
        ),
        *(
            "LINE ID: ***",
            "ID: ab***",
            "bc1q***",
            "1234-****-****-****",
            "0000 0000 0000 0000",
            "meet @ 7",
            "〒000-0000",
        ),
    ],
)
def test_placeholders_and_ordinary_numbers_are_free(make_row: MakeRow, text: str) -> None:
    assert broken(make_row(f"see {text} there", role=Role.OFFENDER)) == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            "裸の写真",
            "恥ずかしい写真",
            "脱いだ動画",
            "エッチな写真",
            "あれの録画",
            "セクストーション",
            "性的な画像",
            "リベンジポルノ",
        ),
        *(
            "nudes",
            "naked pictures",
            "undressed on a call",
            "that video",
            "intimate images",
            "sexual images",
            "sextortion",
        ),
        *(
            "胸が苦しい",
            "胸を張って",
            "フェラーリ",
            "お歳暮",
            "万歳",
            "最高三つ",
            "今日中3千円",
            "cock-crow",
            "upgrade",
            "therapist",
        ),
    ],
)
def test_general_words_of_the_guide_are_free(make_row: MakeRow, text: str) -> None:
    assert broken(make_row(text, role=Role.OFFENDER)) == []


def test_one_allowed_find_does_not_hide_another(make_row: MakeRow) -> None:
    assert broken(make_row("name@example.com or a@mail-host.tld")) == ["email_address"]


def test_every_rule_says_why() -> None:
    rules = load_content_rules()

    assert len({rule.name for rule in rules}) == len(rules) == len(ENTRIES["rule"])
    assert all(rule.why for rule in rules)
