"""The words of the interface in Japanese and English. Names of signals and advice come from their catalogues."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from sextortion_signals.types import Audience, Level, Role

LANGUAGES = ("ja", "en")


@dataclass(frozen=True, slots=True)
class Words:
    """Everything the terminal output says in one language."""

    lang: str
    risk: str
    role: str
    language: str
    model: str
    signals: str
    evidence: str
    advice: str
    hits: str
    near_misses: str
    verified: str
    unverified: str
    truncated: str
    no_signals: str
    triage: str
    source: str
    levels: Mapping[Level, str]
    roles: Mapping[Role, str]
    audiences: Mapping[Audience, str]
    quote: tuple[str, str]
    colon: str


JA = Words(
    lang="ja",
    risk="危険度",
    role="書き手",
    language="言語",
    model="モデル",
    signals="シグナル",
    evidence="根拠",
    advice="アドバイス",
    hits="当てはまる例",
    near_misses="当てはまらない例",
    verified="検証済み",
    unverified="この言語では検証していません。危険度が低くても、安全だとは言えません。",
    truncated="長いため、はじめの部分だけを読みました。",
    no_signals="なし",
    triage="人が確認する順番を決めるための目安です。これだけで判断しないでください。",
    source="出典",
    levels={
        Level.LOW: "低い",
        Level.ELEVATED: "要確認（人が見てください）",
        Level.HIGH: "高い（先に見てください）",
    },
    roles={
        Role.OFFENDER: "脅す・誘う側",
        Role.VICTIM: "被害を受けている本人",
        Role.THIRD_PARTY: "本人を知る第三者",
        Role.OTHER: "その他（事件の当事者や知人ではない）",
    },
    audiences={
        Audience.PERSON: "本人",
        Audience.CHILD: "子ども",
        Audience.ADULT: "大人",
        Audience.GUARDIAN: "保護者",
        Audience.SCHOOL: "学校",
        Audience.MODERATOR: "モデレーター",
    },
    quote=("「", "」"),
    colon="：",
)

EN = Words(
    lang="en",
    risk="Risk",
    role="Author",
    language="Language",
    model="Model",
    signals="Signals",
    evidence="Evidence",
    advice="Advice",
    hits="Examples that fit",
    near_misses="Examples that do not fit",
    verified="verified",
    unverified="Not verified for this language: a low risk here does not mean that it is safe.",
    truncated="The text is long; only its first part was read.",
    no_signals="none",
    triage="A triage aid: it helps people decide what to look at first. Do not decide by this alone.",
    source="Source",
    levels={
        Level.LOW: "low",
        Level.ELEVATED: "elevated (a person should look)",
        Level.HIGH: "high (look first)",
    },
    roles={
        Role.OFFENDER: "offender (threatens or lures)",
        Role.VICTIM: "victim (speaks of their own case)",
        Role.THIRD_PARTY: "third party (speaks of somebody else's case)",
        Role.OTHER: "other (neither a case nor a report of one)",
    },
    audiences={
        Audience.PERSON: "person concerned",
        Audience.CHILD: "child",
        Audience.ADULT: "adult",
        Audience.GUARDIAN: "guardian",
        Audience.SCHOOL: "school",
        Audience.MODERATOR: "moderator",
    },
    quote=("“", "”"),
    colon=": ",
)

_LANGUAGE_NAMES = {
    "ja": {"ja": "日本語", "en": "英語"},
    "en": {"ja": "Japanese", "en": "English"},
}


def words(lang: str | None = None) -> Words:
    """Return the words in `lang`, by default in the language of the user's locale (Japanese or else English)."""
    return JA if (lang or interface_language()) == "ja" else EN


def interface_language() -> str:
    """Return `ja` if LC_ALL, LC_MESSAGES or LANG (the first one that is set) asks for Japanese, else `en`."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return "ja" if value.lower().startswith("ja") else "en"
    return "en"


def language_name(code: str, lang: str) -> str:
    """Return the name of a language in `lang`, or its code where we have no name."""
    return _LANGUAGE_NAMES[lang].get(code, code)
