"""What a moderator does with the page, from the paste to the exported decisions."""

import csv
import io
import json
import subprocess
import sys

import pytest

from sextortion_signals.tune.labelled import read_labelled

DROP = """([name, content]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], name, { type: "text/csv" }));
    return transfer;
}"""


@pytest.fixture
def five(texts):
    rows = [(10 + index, text) for index, text in enumerate(texts.values())]
    return "id,text\n" + "".join(f'{number},"{text}"\n' for number, text in rows)


@pytest.fixture
def queue(visit, five):
    """The page with five texts in its queue: threats and a plea in front, two harmless ones behind."""
    opened = visit()
    opened.upload("rows.csv", five)
    opened.wait_for(5)
    return opened


def exported(opened, which="true"):
    opened.page.click("#export")
    with opened.page.expect_download() as download:
        opened.page.click(f'#dialog button[data-all="{which}"]')
    return download.value.path()


def test_flows_one_pasted_text_is_shown_with_its_assessment(visit, detector, texts):
    opened = visit(locale="ja-JP")
    opened.paste(texts["threat_ja"])
    opened.wait_for(1)
    expected = detector.assess(texts["threat_ja"])
    (row,) = opened.rows()
    assert (row["level"], row["risk"]) == (expected.level.value, round(100 * expected.risk, 1))
    assert row["signals"] == [signal.id.value for signal in expected.signals]
    assert row["role"] == "脅す・誘う側"
    assert row["text"] == texts["threat_ja"]
    page = opened.page
    quotes = page.eval_on_selector_all(".quote", "nodes => nodes.map((node) => node.textContent)")
    assert quotes == [evidence.quote for signal in expected.signals for evidence in signal.evidence]
    marks = page.eval_on_selector_all(
        "mark",
        "nodes => nodes.map((node) => { const copy = node.cloneNode(true);"
        "for (const heard of copy.querySelectorAll('.sr')) heard.remove(); return copy.textContent; })",
    )
    assert set("".join(quotes)) <= set("".join(marks))
    words = page.eval_on_selector(
        ".words",
        "node => { const copy = node.cloneNode(true);"
        "for (const heard of copy.querySelectorAll('.sr')) heard.remove(); return copy.textContent; }",
    )
    assert words == texts["threat_ja"]


def test_flows_a_dropped_file_becomes_a_queue_sorted_by_risk(visit, detector, texts, five):
    opened = visit()
    transfer = opened.page.evaluate_handle(DROP, ["rows.csv", five])
    opened.page.dispatch_event("body", "dragover", {"dataTransfer": transfer})
    assert opened.page.is_visible("#drop")
    opened.page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    opened.wait_for(5)
    assert not opened.page.is_visible("#drop")
    ranked = sorted(texts.values(), key=lambda text: -detector.assess(text).risk)
    assert [row["text"] for row in opened.rows()] == ranked
    assert opened.selected()["text"] == ranked[0]


def test_flows_filters_by_level_role_signal_decision_and_words(queue, texts):
    page = queue.page
    page.click('.chip[data-level="low"]')
    assert {row["level"] for row in queue.rows()} == {"low"}
    page.click('.chip[data-level="high"]')
    assert {row["level"] for row in queue.rows()} <= {"low", "high"}
    page.click(".filter-foot .link")
    assert len(queue.rows()) == 5
    page.select_option(".selects label:nth-child(1) select", "victim")
    assert [row["text"] for row in queue.rows()] == [texts["plea_ja"]]
    page.select_option(".selects label:nth-child(1) select", "")
    page.select_option(".selects label:nth-child(2) select", "payment_demand")
    assert queue.rows()
    assert all("payment_demand" in row["signals"] for row in queue.rows())
    page.click(".filter-foot .link")
    page.fill(".search", "ＰＲＡＣＴＩＣＥ")  # full-width capitals find small letters
    page.wait_for_function("() => document.querySelectorAll('.row').length === 1")
    assert [row["text"] for row in queue.rows()] == [texts["en"]]
    page.fill(".search", "nothing like this")
    page.wait_for_selector("#nothing:not([hidden])")
    page.click(".filter-foot .link")
    page.select_option(".selects label:nth-child(3) select", "open")
    page.click(".row >> nth=0")
    page.keyboard.press("c")
    assert len(queue.rows()) == 4
    assert queue.rows()[0]["selected"]


def test_flows_keyboard_all_the_way(queue):
    page, order = queue.page, [row["text"] for row in queue.rows()]
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert queue.selected()["text"] == order[1]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "veil"
    page.keyboard.press("r")  # decides, goes on, and leaves the next text blurred
    assert queue.selected()["text"] == order[2]
    assert page.get_attribute(".case", "data-revealed") == "no"
    assert page.evaluate("document.activeElement.id") == "queue"
    page.keyboard.press("u")
    page.keyboard.press("k")
    page.keyboard.press("k")
    page.keyboard.press("k")
    page.keyboard.press("c")
    assert [row["decision"] for row in queue.rows()] == ["confirm", "reject", "unsure", None, None]
    page.keyboard.press("c")  # of the second, which is chosen now
    page.keyboard.press("k")
    page.keyboard.press("c")  # the same again takes it back
    assert [row["decision"] for row in queue.rows()][:2] == ["confirm", None]
    page.keyboard.press("/")
    page.keyboard.type("jjkcr")
    assert page.input_value(".search") == "jjkcr"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") in ("queue", "")
    page.keyboard.press("?")
    assert page.is_visible("#dialog .keys")
    page.keyboard.press("Escape")
    assert not page.is_visible("#dialog")


def test_flows_list_keys_reach_both_ends(queue):
    order = [row["text"] for row in queue.rows()]
    queue.page.focus("#queue")
    for key, expected in [("End", 4), ("ArrowUp", 3), ("Home", 0), ("ArrowUp", 0), ("PageDown", 4), ("PageUp", 0)]:
        queue.page.keyboard.press(key)
        assert queue.selected()["text"] == order[expected], key
        active = queue.page.get_attribute("#queue", "aria-activedescendant")
        assert queue.page.get_attribute(f"#{active}", "aria-posinset") == str(expected + 1)


def test_flows_single_keys_can_be_switched_off(queue):
    queue.page.click("#open-settings")
    queue.page.uncheck('[data-setting="keys"]')
    queue.page.keyboard.press("Escape")
    queue.page.keyboard.press("c")
    queue.page.keyboard.press("j")
    assert [row["decision"] for row in queue.rows()] == [None] * 5
    assert queue.rows()[0]["selected"]


def test_flows_text_is_blurred_until_it_is_looked_at(queue):
    page = queue.page
    blur = "node => getComputedStyle(node).filter"
    assert "blur" in page.eval_on_selector(".row-text", blur)
    assert "blur" in page.eval_on_selector(".case .veiled", blur)
    assert "blur" in page.eval_on_selector(".quote", blur)
    page.click(".veil")
    assert page.eval_on_selector(".case .veiled", blur) == "none"
    assert page.eval_on_selector(".quote", blur) == "none"
    page.keyboard.press("j")
    assert "blur" in page.eval_on_selector(".case .veiled", blur)
    page.click("#open-settings")
    page.uncheck('[data-setting="blur"]')
    page.keyboard.press("Escape")
    assert page.eval_on_selector(".row-text", blur) == "none"
    assert page.eval_on_selector(".case .veiled", blur) == "none"


def test_flows_quotation_leads_to_its_place(queue):
    page = queue.page
    page.click(".veil")
    quotes = page.locator(".quote")
    for index in range(quotes.count()):
        quote = quotes.nth(index)
        quote.click()
        signal = quote.evaluate("node => node.closest('[data-signal]').dataset.signal")
        focused = page.evaluate("[document.activeElement.tagName, document.activeElement.dataset.signal]")
        assert focused == ["MARK", signal]


def test_flows_language_and_theme_are_remembered(visit):
    opened = visit(locale="ja-JP", color_scheme="light")
    page = opened.page
    assert page.inner_text("#intake-title") == "何を確認しますか？"
    page.fill("#paste", "draft")
    page.click("#other-language")
    assert page.inner_text("#intake-title") == "What would you like to review?"
    assert page.input_value("#paste") == "draft"
    page.click("#open-settings")
    page.select_option('[data-setting="theme"]', "dark")
    page.keyboard.press("Escape")
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.reload()
    assert page.inner_text("#intake-title") == "What would you like to review?"
    assert page.get_attribute("html", "lang") == "en"
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == dark
    assert dark != "rgb(243, 245, 244)"
    assert page.input_value("#paste") == ""


def test_flows_changing_the_language_keeps_queue_and_choice(queue):
    before = queue.selected()
    queue.page.click("#other-language")
    assert queue.selected()["text"] == before["text"]
    assert queue.page.inner_text(".case-role").startswith(("脅す", "被害者"))
    assert queue.page.inner_text("#summary").startswith("全5件")


def test_flows_advice_in_both_languages_for_each_reader_and_the_reply(visit, detector, texts):
    opened = visit(locale="en-US", permissions=["clipboard-read", "clipboard-write"])
    opened.paste(texts["plea_ja"])
    opened.wait_for(1)
    page = opened.page

    def shows(lang, audience=None):
        expected = detector.assess(texts["plea_ja"], lang=lang, audience=audience).advice
        titles = [item.title for item in expected]
        page.wait_for_function(
            "titles => JSON.stringify([...document.querySelectorAll('.advice-item h4')].map((n) => n.textContent)) "
            "=== JSON.stringify(titles)",
            arg=titles,
        )
        return expected

    shows("ja")  # the language of the text, whatever that of the page is
    page.click('.switch [data-code="en"]')
    expected = shows("en")
    page.click("#copy-reply")
    page.wait_for_function("() => document.querySelector('.copied').textContent !== ''")
    reply = page.evaluate("navigator.clipboard.readText()")
    for item in expected:
        assert item.title in reply
        assert item.body in reply
        assert all(f"- {action}" in reply for action in item.actions)
        assert all(resource.name in reply for resource in item.resources)
    links = page.eval_on_selector_all(".places a", "nodes => nodes.map((n) => [n.href, n.rel, n.target])")
    assert links
    assert all(href.startswith("https://") and rel == "noopener noreferrer" for href, rel, _ in links)
    for audience in ("child", "school", "guardian", "adult", "moderator"):
        page.select_option(".advice-tools select", audience)
        shows("en", audience)


def test_flows_reply_is_laid_out_where_there_is_no_clipboard(visit, texts):
    remove = "delete Navigator.prototype.clipboard; Document.prototype.execCommand = () => false;"
    opened = visit(before=lambda page: page.add_init_script(remove))
    opened.paste(texts["threat_en"])
    opened.wait_for(1)
    opened.page.click("#copy-reply")
    box = opened.page.wait_for_selector("#reply-text")
    assert opened.page.evaluate("document.activeElement.id") == "reply-text"
    assert opened.page.evaluate("getSelection().toString()") == box.input_value() != ""


def test_flows_harmless_text_has_no_advice(visit, texts):
    opened = visit()
    opened.paste(texts["en"])
    opened.wait_for(1)
    assert opened.page.inner_text(".panel:has(h3:text('Advice')) p") == "There is no advice where no case was found."


def test_flows_rows_that_cannot_be_read_stay_in_sight(visit, texts):
    opened = visit()
    opened.upload("rows.csv", f'text,id\n{texts["threat_en"]},1\n"  ",2\na,b,c\n')
    opened.wait_for(3)
    assert [row["level"] for row in opened.rows()] == ["high", "failed", "failed"] or [
        row["level"] for row in opened.rows()
    ] == ["elevated", "failed", "failed"]
    assert "2 of them could not be read" in opened.page.inner_text("#progress-text")
    opened.page.click('.chip[data-level="failed"]')
    opened.page.click(".row >> nth=0")
    assert "no text" in opened.page.inner_text(".case")


def test_flows_text_column_is_chosen_where_it_is_not_clear(visit, texts):
    opened = visit()
    opened.upload("rows.csv", f"id,what\n1,{texts['threat_en']}\n")
    opened.page.wait_for_selector(".columns select")
    assert "rows.csv" in opened.page.inner_text(".columns")
    opened.page.select_option(".columns select", "what")
    opened.page.click(".columns button")
    opened.wait_for(1)
    assert opened.rows()[0]["text"] == texts["threat_en"]


def test_flows_something_else_may_be_begun_instead_of_choosing(visit, texts):
    opened = visit()
    opened.upload("rows.csv", "id,what\n1,x\n")
    opened.page.wait_for_selector(".columns select")
    opened.paste(texts["en"])
    opened.wait_for(1)
    assert opened.rows()[0]["text"] == texts["en"]


def test_flows_problems_of_an_input_are_said_and_do_not_stop_the_next(visit, texts):
    opened = visit()
    opened.paste("   ")
    opened.page.wait_for_selector("#intake .note:not([hidden])")
    assert opened.page.inner_text("#intake .note") == "There is nothing to read."
    opened.paste(texts["en"])
    opened.wait_for(1)
    assert not opened.page.is_visible("#intake")


def test_flows_examples_come_from_the_catalogue(visit):
    opened = visit(locale="ja-JP")
    opened.page.click("#examples")
    opened.wait_for(35)
    assert {row["level"] for row in opened.rows()} >= {"high"}


def test_flows_decisions_are_exported_with_scores(queue, detector, texts):
    page = queue.page
    for key in "cru":
        page.keyboard.press(key)
    rows = list(csv.DictReader(io.StringIO(exported(queue).read_text(encoding="utf-8-sig"))))
    assert [row["decision"] for row in rows] == ["confirm", "reject", "unsure", "", ""]
    assert [row["risk"] for row in rows] == ["1", "0", "", "", ""]
    for row in rows:
        assessment = detector.assess(row["text"])
        assert float(row["ss_risk"]) == pytest.approx(assessment.risk, abs=1e-4)
        assert (row["ss_level"], row["ss_role"]) == (assessment.level.value, assessment.role.value)
        assert row["ss_model"] == detector.model
        assert row["source"] == "rows.csv"
        assert texts_by_number(texts)[row["in_id"]] == row["text"]
        for signal in assessment.signals:
            for evidence in signal.evidence:
                assert f"{signal.id.value}[{evidence.start}:{evidence.end}] {evidence.quote}" in row["ss_evidence"]
    decided = list(csv.DictReader(io.StringIO(exported(queue, "false").read_text(encoding="utf-8-sig"))))
    assert len(decided) == 3


def texts_by_number(texts):
    return {str(10 + index): text for index, text in enumerate(texts.values())}


def test_flows_tune_reads_the_export(visit, tmp_path, texts):
    opened = visit(locale="ja-JP")
    rows = [f"{text} {number}" for number in range(32) for text in (texts["threat_ja"], texts["ja"])]
    opened.paste("\n".join(["id\ttext", *(f"{number}\t{text}" for number, text in enumerate(rows))]))
    opened.wait_for(64)
    for key in "c" * 32 + "r" * 32:
        opened.page.keyboard.press(key)
    path = tmp_path / "review.csv"
    path.write_bytes(exported(opened, "false").read_bytes())
    labelled = read_labelled(path)
    assert sorted(labelled.texts) == sorted(rows)
    assert [texts["threat_ja"] in text for text in labelled.texts] == labelled.risk.tolist()
    code = "from sextortion_signals.cli import main; main()"
    command = [sys.executable, "-c", code, "tune", str(path), "-o", "team.json", "--false-alarms", "20%"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert json.loads((tmp_path / "team.json").read_text(encoding="utf-8"))["rows"] == {"risk_1": 32, "risk_0": 32}


def test_flows_leaving_asks_only_while_decisions_are_not_exported(queue):
    asked = []
    queue.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    queue.page.keyboard.press("c")
    queue.page.close(run_before_unload=True)
    queue.page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    exported(queue)
    with queue.page.expect_event("close"):
        queue.page.close(run_before_unload=True)
    assert asked == ["beforeunload"]


def test_flows_narrow_screens_show_one_thing_at_a_time(visit, texts, five):
    opened = visit(viewport={"width": 390, "height": 844}, has_touch=True)
    opened.upload("rows.csv", five)
    opened.wait_for(5)
    page = opened.page
    assert not page.is_visible("#detail")
    page.tap(".row >> nth=1")
    assert page.is_visible("#detail")
    assert not page.is_visible("#queue")
    page.tap('[data-decide="confirm"]')
    page.tap(".back")
    page.wait_for_function("() => document.querySelectorAll('.row').length === 5")
    assert [row["decision"] for row in opened.rows()] == [None, "confirm", None, None, None]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
