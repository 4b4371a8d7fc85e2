"""Texts stay texts, and stay here: hostile input, the policy of the page, storage, requests, exports."""

import csv
import io
import json
from urllib.parse import urlsplit

import pytest

MARKUP = [
    '<img src=x onerror="window.hit=1">',
    "<script>window.hit=1</script>",
    "</textarea><svg onload=window.hit=1>",
    "\"><iframe srcdoc='<script>parent.hit=1</script>'>",
    "javascript:window.hit=1",
    "{{constructor.constructor('window.hit=1')()}}${window.hit=1}",
    "<style>*{display:none}</style><link rel=stylesheet href=https://example.com/x.css>",
    "<a href='https://example.com'>here</a> &lt;b&gt; &amp;amp;",
    "<meta http-equiv=refresh content='0;url=https://example.com'><base href=https://example.com>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.hit=1>",
]
ODD = [
    "\u202edrawkcab\u202c and \u2066isolated",
    "z\u0351\u0352\u0353\u0354\u0355" * 40,
    "\u0000NUL \u0007 \u001b[31m control",
    "👨‍👩‍👧‍👦 nudes go to all your followers 🏴󠁧󠁢󠁥󠁮󠁧󠁿 pay me",
    "𠮟られる前に裸の写真を送れ。送らないとばらまくぞ𩸽",
    "a" * 5000,
    "١٢٣ مرحبا pay me or I send your nudes",
    "line\r\nbreaks\rof\nall\u2028kinds\u2029",
]
FORMULAS = [
    '=HYPERLINK("https://example.com","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\tx",
    "＝１＋１",
    "-12.5",
    "+81",
]


def records(texts, **extra):
    return "".join(json.dumps({"text": text, **extra}) + "\n" for text in texts)


def shown_text(page):
    return page.eval_on_selector(
        ".words",
        "node => { const copy = node.cloneNode(true);"
        "for (const heard of copy.querySelectorAll('.sr')) heard.remove(); return copy.textContent; }",
    )


def walk(opened, count):
    """Open every item of the queue once, and return what each shows as its text."""
    opened.page.focus("#queue")
    opened.page.keyboard.press("Home")
    seen = []
    for _ in range(count):
        opened.page.keyboard.press("Enter")
        seen.append(shown_text(opened.page))
        opened.page.keyboard.press("j")
    return seen


def test_safety_hostile_texts_names_and_columns_are_shown_as_they_are(visit):
    opened = visit()
    opened.upload(f"{MARKUP[0]}.jsonl", records([*MARKUP, *ODD], **{MARKUP[1]: MARKUP[2]}))
    count = len(MARKUP) + len(ODD)
    opened.wait_for(count)
    assert sorted(walk(opened, count)) == sorted([*MARKUP, *ODD])
    assert MARKUP[0] in opened.page.inner_text(".facts")
    assert opened.page.evaluate("() => window.hit") is None
    foreign = opened.page.eval_on_selector_all(
        "body script, body iframe, body img, body style, body form, body meta", "nodes => nodes.length"
    )
    assert foreign == 0


def test_safety_hostile_conversations_are_shown_as_they_are(visit):
    opened = visit()
    messages = [{"sender": sender, "text": text} for sender, text in zip(MARKUP, reversed(MARKUP), strict=True)]
    opened.upload("chat.jsonl", json.dumps({"messages": messages}))
    opened.wait_for(1)
    opened.page.keyboard.press("Enter")
    senders = opened.page.eval_on_selector_all(".sender", "nodes => nodes.map((node) => node.textContent)")
    assert senders == MARKUP
    assert opened.page.evaluate("() => window.hit") is None


def test_safety_evidence_beyond_the_basic_plane_stands_where_the_service_says(visit, detector):
    text = ODD[4]
    opened = visit()
    opened.paste(text, "text")
    opened.wait_for(1)
    expected = [evidence.quote for signal in detector.assess(text).signals for evidence in signal.evidence]
    assert expected
    quotes = opened.page.eval_on_selector_all(".quote", "nodes => nodes.map((node) => node.textContent)")
    assert quotes == expected
    assert shown_text(opened.page) == text


def test_safety_half_of_an_emoji_survives(visit, detector):
    text = "pay me or your nudes go to all your followers \ud83d tonight"
    opened = visit()
    opened.upload("rows.jsonl", json.dumps({"text": text}))
    opened.wait_for(1)
    assert opened.page.eval_on_selector(".words", "node => node.textContent.includes('\\ud83d')")
    quotes = opened.page.eval_on_selector_all(".quote", "nodes => nodes.map((node) => node.textContent)")
    assert quotes == [e.quote for signal in detector.assess(text).signals for e in signal.evidence]


PIECES = """
    const [text, signals] = argument;
    return m.pieces(text, signals);
"""


def test_safety_overlapping_evidence_keeps_every_character_and_its_lane(shared):
    signals = [
        {"id": "pressure", "evidence": [{"start": 0, "end": 5}, {"start": 7, "end": 9}]},
        {"id": "isolation", "evidence": [{"start": 2, "end": 8}]},
        {"id": "disclosure", "evidence": []},
        {"id": "image_demand"},
    ]
    pieces = shared.module("highlight", PIECES, ["𠮟bcdefghij", signals])
    assert "".join(piece["text"] for piece in pieces) == "𠮟bcdefghij"
    found = [
        (piece["text"], [(mark["signal"], mark["lane"], mark["begins"]) for mark in piece["marks"]]) for piece in pieces
    ]
    assert found == [
        ("𠮟b", [("pressure", 0, True)]),
        ("cde", [("isolation", 1, True), ("pressure", 0, False)]),
        ("fg", [("isolation", 1, False)]),
        ("h", [("isolation", 1, False), ("pressure", 0, True)]),
        ("i", [("pressure", 0, False)]),
        ("j", []),
    ]


@pytest.mark.parametrize(
    "script",
    [
        "document.body.innerHTML = '<b>x</b>'",
        "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
        "new DOMParser().parseFromString('<b>x</b>', 'text/html')",
        "document.write('x')",
        "window.trustedTypes.createPolicy('p', {})",
        "setTimeout('window.hit = 1')",
    ],
)
def test_safety_policy_makes_browsers_refuse_markup_from_strings(visit, script):
    opened = visit()
    refused = opened.page.evaluate(f"() => {{ try {{ {script}; return false; }} catch (error) {{ return true; }} }}")
    assert refused
    opened.errors.clear()  # the browser says in its console what it refused


def test_safety_policy_lets_nothing_in_or_out(visit):
    opened = visit()
    tried = opened.page.evaluate(
        """async () => {
            const outcome = {};
            outcome.fetch = await fetch("https://example.com/").then(() => "sent", () => "refused");
            outcome.beacon = await new Promise((resolve) => {
              document.addEventListener("securitypolicyviolation", () => resolve("refused"), { once: true });
              navigator.sendBeacon("https://example.com/", "x");
            });
            const style = document.createElement("p");
            style.setAttribute("style", "color: red");
            document.body.append(style);
            outcome.style = getComputedStyle(style).color === "rgb(255, 0, 0)" ? "applied" : "refused";
            const script = document.createElement("img");
            outcome.image = await new Promise((resolve) => {
              script.onerror = () => resolve("refused");
              script.onload = () => resolve("loaded");
              script.src = "https://example.com/x.png";
            });
            return outcome;
        }"""
    )
    assert set(tried.values()) == {"refused"}
    opened.errors.clear()


def test_safety_everything_stays_between_page_and_service(visit, texts):
    opened = visit()
    opened.paste("\n".join(texts.values()), "lines")
    opened.wait_for(5)
    for key in ("Enter", "c", "j", "r"):
        opened.page.keyboard.press(key)
    assert {urlsplit(address).netloc for address in opened.requests} == {urlsplit(opened.page.url).netloc}
    paths = [urlsplit(address).path for address in opened.requests]
    assert set(paths) >= {"/", "/v1/signals", "/v1/assess/batch"}
    # Texts travel in bodies, which no log keeps, and never in an address.
    assert not any(urlsplit(address).query.replace("lang=en", "").replace("lang=ja", "") for address in opened.requests)
    assert opened.page.url.endswith("/")


def test_safety_nothing_is_stored_but_the_settings(visit, texts):
    opened = visit()
    opened.paste("\n".join(texts.values()), "lines")
    opened.wait_for(5)
    opened.page.keyboard.press("c")
    opened.page.click("#other-language")
    stored = opened.page.evaluate(
        """async () => ({
            local: Object.fromEntries(Object.entries(localStorage)),
            session: Object.keys(sessionStorage),
            cookies: document.cookie,
            databases: (await indexedDB.databases()).length,
            caches: (await caches.keys()).length,
            workers: (await navigator.serviceWorker.getRegistrations()).length,
            name: window.name,
            state: history.state,
        })"""
    )
    assert json.loads(stored["local"].pop("sextortion-signals.settings")) == {
        "language": "ja",
        "theme": "auto",
        "blur": "on",
        "keys": "on",
        "advance": "on",
    }
    assert stored == {
        "local": {},
        "session": [],
        "cookies": "",
        "databases": 0,
        "caches": 0,
        "workers": 0,
        "name": "",
        "state": None,
    }
    opened.page.once("dialog", lambda dialog: dialog.accept())
    opened.page.reload()
    assert opened.page.is_visible("#intake")
    assert opened.page.input_value("#paste") == ""


@pytest.mark.parametrize(
    "stored", ["not json", "null", "[]", '{"language": "<b>", "blur": 1, "theme": "dark", "x": 2}']
)
def test_safety_broken_settings_do_no_harm(visit, stored):
    opened = visit(
        before=lambda page: page.add_init_script(
            f"localStorage.setItem('sextortion-signals.settings', {json.dumps(stored)})"
        )
    )
    assert opened.page.inner_text("#intake-title") == "What would you like to review?"
    assert opened.page.get_attribute("html", "data-blur") == "on"


def test_safety_page_works_where_storage_is_forbidden(visit):
    forbid = (
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    opened = visit(before=lambda page: page.add_init_script(forbid))
    opened.page.click("#other-language")
    assert opened.page.inner_text("#intake-title") == "何を確認しますか？"


def test_safety_fields_keep_texts_from_spelling_services_and_translators(visit):
    opened = visit()
    assert opened.page.eval_on_selector("#paste", "node => [node.spellcheck, node.autocomplete, node.translate]") == [
        False,
        "off",
        False,
    ]
    assert opened.page.eval_on_selector("#filters input", "node => [node.spellcheck, node.autocomplete]") == [
        False,
        "off",
    ]


def test_safety_formulas_are_neutralised_in_the_export(visit):
    opened = visit()
    opened.upload("=1+1.jsonl", records(FORMULAS, **{"=note": "=1+1", "list": ["=x", {"a": 1}], "none": None}))
    opened.wait_for(len(FORMULAS))
    opened.page.click("#export")
    with opened.page.expect_download() as download:
        opened.page.click('#dialog button[data-all="true"]')
    raw = download.value.path().read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(raw, newline="")))
    plain = {"-12.5", "+81"}
    assert {row["text"] for row in rows} == {text if text in plain else f"'{text}" for text in FORMULAS}
    for row in rows:
        assert row["source"] == "'=1+1.jsonl"
        assert row["in_=note"] == "'=1+1"
        assert json.loads(row["in_list"]) == ["=x", {"a": 1}]
        assert row["in_none"] == ""
        assert all(cell[:1] not in "=+-@\t＝" or cell in plain or not cell for cell in row.values())
