"""Large files stay smooth: few rows exist, nothing blocks for long, and results come in while the rest is read."""

import pytest

ROWS = 10_000
# What a page may take for one thing at a time. Measured on two busy cores: docs/reviewers-page.md has the figures.
LONGEST_TASK_MS = 1_000
WATCH = """
    window.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
    }).observe({ type: "longtask" });
"""


@pytest.fixture(scope="module")
def table():
    kinds = (
        "see you at gate {0}",
        "{0}番の部活は何時から？",
        "pay {0} by tonight or your nudes go to all your followers",
    )
    return "id,text\n" + "".join(f"{number},{kinds[number % 3].format(number)}\n" for number in range(ROWS))


def test_scale_ten_thousand_rows(visit, table):
    opened = visit(before=lambda page: page.add_init_script(WATCH))
    page = opened.page
    opened.upload("rows.csv", table)
    page.wait_for_selector(".row")
    # The first results are there, and can be worked on, long before the last.
    assert page.is_visible("#stop")
    early = page.evaluate("() => document.querySelector('.count').textContent")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    opened.wait_for(ROWS)
    assert "10,000" not in early
    assert page.locator(".row").count() < 40
    assert page.evaluate("() => window.longest") < LONGEST_TASK_MS

    page.evaluate("() => { window.longest = 0; }")
    page.focus("#queue")
    for key in ["End", "Home", *["j"] * 30, *["PageDown"] * 10, "c", "r", "End"]:
        page.keyboard.press(key)
    assert page.get_attribute(f"#{page.get_attribute('#queue', 'aria-activedescendant')}", "aria-posinset") == str(ROWS)
    assert page.locator(".row").count() < 40
    page.fill(".search", "9999")
    page.wait_for_function("() => document.querySelectorAll('.row').length === 1")
    page.click(".filter-foot .link")
    page.evaluate("() => { const box = document.querySelector('#queue'); box.scrollTop = box.scrollHeight / 2; }")
    page.wait_for_function(f"() => Math.abs(document.querySelector('.row').ariaPosInSet - {ROWS // 2}) < 50")
    assert page.evaluate("() => window.longest") < LONGEST_TASK_MS


def test_scale_rows_that_come_in_above_do_not_move_what_is_read(visit):
    opened = visit()
    page = opened.page
    opened.paste("\n".join(f"see you at gate {number}" for number in range(120)), "lines")
    opened.wait_for(120)
    page.evaluate("() => { document.querySelector('#queue').scrollTop = 2000; }")
    page.wait_for_function("() => Number(document.querySelector('.row').ariaPosInSet) > 10")
    top = """() => {
        const box = document.querySelector('#queue').getBoundingClientRect();
        const row = [...document.querySelectorAll('.row')].find((node) => node.getBoundingClientRect().top >= box.top);
        return [row.dataset.id, Math.round(row.getBoundingClientRect().top - box.top)];
    }"""
    before = page.evaluate(top)
    threats = "\n".join(f"pay {number} by tonight or your nudes go to all your followers" for number in range(60))
    # The list stays in sight while more texts are added: as when a long file is still coming in.
    page.evaluate("text => { document.querySelector('#paste').value = text; }", threats)
    page.evaluate("() => document.querySelector('#assess').click()")
    opened.wait_for(180)
    assert page.evaluate(top) == before
