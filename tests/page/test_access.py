"""Everybody can use it: axe's rules in both languages and themes, names, focus, and large type."""

import itertools
import json

import pytest
from axe_playwright_python.base import AXE_SCRIPT

# WCAG 2.2 A and AA, and what axe's authors count as good practice beyond them.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SERIOUS = {"serious", "critical"}
CHAT = "A: are you there\nB: yes?\nA: pay me by tonight or your nudes go to all your followers\nB: please don't"


def violations(page):
    """Return what axe finds in the page as it is now: what is serious, and anything against WCAG."""
    page.evaluate(AXE_SCRIPT)
    options = json.dumps({"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
    found = page.evaluate(f"() => axe.run(document, {options})")["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['any'][:1]}"
        for rule in found
        for node in rule["nodes"]
        if rule["impact"] in SERIOUS or "best-practice" not in rule["tags"]
    ]


def check(page, state):
    assert violations(page) == [], state


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["ja-JP", "en-US"])
def test_access_axe_finds_nothing_serious(visit, texts, locale, theme, width):
    opened = visit(locale=locale, color_scheme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page = opened.page
    check(page, "intake")
    opened.upload("rows.csv", "id,what\n1,x\n")
    page.wait_for_selector(".columns select")
    check(page, "choosing a column")
    opened.upload("rows.csv", "text,id\n" + "".join(f'"{text}",1\n' for text in [*texts.values(), " "]))
    opened.wait_for(6)
    opened.paste(CHAT)
    opened.wait_for(7)
    check(page, "queue")
    for row in (".row >> nth=0", ".row >> nth=1", '.row:has-text("A: are you there")'):
        page.click(row)
        page.keyboard.press("Enter")
        check(page, row)
        page.keyboard.press("n")  # in the conversation: to the message that moved the risk
        check(page, f"{row}, n")
        if width < 800:
            page.click(".back")
    for opener in ("#open-help", "#open-settings", "#export"):
        page.click(opener)
        check(page, opener)
        page.keyboard.press("Escape")
    page.click('.chip[data-level="low"]')
    page.fill(".search", "no such text")
    page.wait_for_selector("#nothing:not([hidden])")
    check(page, "nothing fits")


def test_access_axe_is_not_blind_here(visit):
    opened = visit()
    opened.page.evaluate("() => document.querySelector('main').append(document.createElement('button'))")
    opened.page.evaluate("() => { document.querySelector('.privacy').style.color = '#ccc'; }")
    assert {found.partition(" ")[0] for found in violations(opened.page)} == {"button-name", "color-contrast"}


def test_access_tab_reaches_everything_in_order_and_nothing_traps_it(visit, texts):
    opened = visit()
    opened.paste(texts["threat_en"])
    opened.wait_for(1)
    page = opened.page
    page.mouse.click(4, 4)  # Tab goes on from there
    stops = []
    for _ in range(60):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            "() => { const node = document.activeElement; return node === document.body ? null :"
            "node.id || node.dataset.decide || node.dataset.level || node.className || node.tagName; }"
        )
        if stop is None or stop in stops[:1]:
            break
        stops.append(stop)
    order = ["add", "export", "open-settings", "open-help", "search", "high", "queue", "veil", "copy-reply", "confirm"]
    assert [stop for stop in stops if stop in order] == order


def test_access_focus_comes_back_from_dialogs(visit):
    opened = visit()
    opened.page.focus("#open-help")
    opened.page.keyboard.press("Enter")
    assert opened.page.is_visible("#dialog")
    opened.page.keyboard.press("Escape")
    assert opened.page.evaluate("() => document.activeElement.id") == "open-help"


def test_access_changes_are_said(visit, texts):
    opened = visit()
    opened.paste("\n".join(texts.values()), "lines")
    opened.wait_for(5)
    said = "() => document.querySelector('#status').textContent"
    assert opened.page.evaluate(said) == "Finished: 5 assessed."
    opened.page.keyboard.press("c")
    assert opened.page.evaluate(said) == "confirmed"


def test_access_evidence_is_heard_and_not_copied(visit, texts):
    opened = visit()
    opened.paste(texts["threat_en"])
    opened.wait_for(1)
    page = opened.page
    page.keyboard.press("Enter")
    assert "[Payment demand] " in page.eval_on_selector(".words", "node => node.textContent")
    page.evaluate("() => getSelection().selectAllChildren(document.querySelector('.words'))")
    assert page.evaluate("() => getSelection().toString().trim()") == texts["threat_en"]


def test_access_each_signal_has_a_pattern_of_its_own(visit):
    opened = visit()
    opened.page.click("#open-help")
    opened.page.wait_for_selector(".signals-help .swatch")
    # The colour is the same for all here, so only the pattern is left to tell them apart.
    patterns = opened.page.eval_on_selector_all(
        ".signals-help .swatch",
        "nodes => nodes.map((node) => { node.style.setProperty('--ink', 'black');"
        "const look = getComputedStyle(node); return look.backgroundImage + look.backgroundSize; })",
    )
    assert len(patterns) == len(set(patterns)) == 7


@pytest.mark.parametrize("scale", [2, 4])
def test_access_large_type_needs_no_sideways_scrolling(visit, texts, scale):
    # A zoom of 400 % on a screen 1280 pixels wide leaves 320.
    opened = visit(viewport={"width": 1280 // scale, "height": 1024 // scale})
    opened.paste("\n".join(texts.values()), "lines")
    opened.wait_for(5)
    opened.page.click(".row >> nth=0")
    assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 1280 // scale
    assert opened.page.eval_on_selector("#detail", "node => node.scrollWidth <= node.clientWidth")


def test_access_rows_grow_with_the_browser_font(visit, texts):
    opened = visit()
    opened.paste("\n".join(texts.values()), "lines")
    opened.wait_for(5)
    height = "() => document.querySelector('.row').getBoundingClientRect().height"
    before = opened.page.evaluate(height)
    opened.page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    opened.page.keyboard.press("j")
    assert opened.page.evaluate(height) == 2 * before
    boxes = opened.page.eval_on_selector_all(".row", "rows => rows.map((row) => row.getBoundingClientRect().top)")
    assert [round(b - a) for a, b in itertools.pairwise(boxes)] == [round(2 * before)] * (len(boxes) - 1)
