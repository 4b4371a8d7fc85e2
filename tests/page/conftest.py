"""Fixtures of the page's tests: a real service in a process of its own, and a real browser that opens its page."""

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

NO_BROWSER = (
    "The tests of the reviewer's page need Chromium, and there is none. Install it ('apt-get install chromium' on "
    "Debian, 'python -m playwright install chromium' elsewhere), or name its path in SEXTORTION_SIGNALS_CHROMIUM."
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing that would look for a host beyond this machine.
FLAGS = [
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
START_SECONDS = 60
LIMIT_MS = 60_000


def find_chromium(playwright):
    """Return the path of a Chromium, or end the test with what to do about it. Nothing is skipped without a word."""
    chosen = os.environ.get("SEXTORTION_SIGNALS_CHROMIUM")
    found = [chosen] if chosen else [*map(shutil.which, NAMES), playwright.chromium.executable_path]
    for path in found:
        if path and Path(path).is_file():
            return path
    pytest.fail(NO_BROWSER, pytrace=False)


@pytest.fixture(scope="session")
def service():
    """The address of a running service."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SEXTORTION_SIGNALS_")}
    environment |= {"SEXTORTION_SIGNALS_PORT": "0", "SEXTORTION_SIGNALS_TIER": "fast"}  # as the fixture `detector`
    command = [sys.executable, "-m", "sextortion_signals_service"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            port = _port(process)
            # Its log must be read, or a full pipe would stop the service.
            with subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL):
                yield f"http://127.0.0.1:{port}/"
                process.terminate()
                process.wait(START_SECONDS)
        finally:
            with suppress(ProcessLookupError):
                process.kill()


def _port(process):
    deadline = time.monotonic() + START_SECONDS
    for line in process.stderr:
        if "running on http" in line:
            return int(json.loads(line)["message"].partition("127.0.0.1:")[2].split()[0])
        assert time.monotonic() < deadline, line
    raise AssertionError("the service did not start")


# One a module and not one a session: while it is open, Playwright's event loop counts as running in this thread, and
# tests of other folders that run a loop of their own would fail.
@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
        opened = playwright.chromium.launch(executable_path=find_chromium(playwright), args=flags)
        yield opened
        opened.close()


class Visit:
    """One page in a browser profile of its own: `page` is Playwright's; the rest says what moderators do."""

    def __init__(self, page, address):
        self.page = page
        self.errors = []
        self.requests = []
        page.set_default_timeout(LIMIT_MS)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self._note(message))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(address)
        page.wait_for_selector("#examples")

    def _note(self, message):
        # A status that a test asked for is logged by the browser itself.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def paste(self, text, read_as="auto"):
        if not self.page.is_visible("#paste"):
            self.page.click("#add")
        self.page.fill("#paste", text)
        self.page.select_option("#read-as", read_as)
        self.page.click("#assess")

    def upload(self, name, content):
        body = content if isinstance(content, bytes) else content.encode()
        if not self.page.is_visible("#paste"):
            self.page.click("#add")
        self.page.set_input_files("#file", {"name": name, "mimeType": "text/plain", "buffer": body})

    def wait_for(self, count):
        """Wait until the queue holds `count` items and nothing is under way."""
        self.page.wait_for_function(
            "count => document.querySelector('#stop').hidden && document.querySelector('.filter-foot .count')"
            "?.textContent.includes(count)",
            arg=f"{count:,}",
        )
        self.page.wait_for_timeout(150)  # redrawing waits for the end of a burst

    def rows(self):
        """Return the rows that are drawn as dicts: level, risk, text, signals, decision."""
        return self.page.eval_on_selector_all(
            ".row",
            """rows => rows.map((row) => ({
                level: row.dataset.level,
                risk: parseFloat(row.querySelector(".row-risk")?.textContent ?? "-1"),
                role: row.querySelector(".row-role")?.textContent ?? "",
                text: row.querySelector(".row-text").textContent,
                signals: [...row.querySelectorAll(".swatch")].map((node) => node.dataset.signal),
                decision: row.querySelector(".decided")?.dataset.decision ?? null,
                selected: row.getAttribute("aria-selected") === "true",
            }))""",
        )

    def selected(self):
        return next((row for row in self.rows() if row["selected"]), None)

    def module(self, name, body, argument=None):
        """Run `body`, JavaScript that may use `m`, the module `name` of the page, and `argument`."""
        script = f"async (argument) => {{ const m = await import('/page/js/{name}.js'); {body} }}"
        return self.page.evaluate(script, argument)


@contextmanager
def visits(browser, service):
    """Give `visit(locale="ja-JP", **context)`: the page in a fresh profile. Errors in its console are failures."""
    opened = []

    def visit(*, locale="en-US", before=None, address=service, **options):
        context = browser.new_context(locale=locale, **{"viewport": {"width": 1280, "height": 800}, **options})
        page = context.new_page()
        if before:
            before(page)
        opened.append(Visit(page, address))
        return opened[-1]

    yield visit
    errors = [error for one in opened for error in one.errors]
    for one in opened:
        one.page.context.close()
    assert errors == []


@pytest.fixture
def visit(browser, service):
    with visits(browser, service) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(browser, service):
    """One page for all tests of a module that only run functions of it, and leave nothing behind."""
    with visits(browser, service) as opened:
        yield opened()


THREAT_JA = "裸の写真をばらまかれたくなかったら、ギフトカードを買って番号を送れ"
THREAT_EN = "Pay me by tonight or your nudes go to all your followers"
PLEA_JA = "裸の写真をばらまくと脅されています。助けてください"
HARMLESS_JA = "明日の部活は何時からだっけ？"
HARMLESS_EN = "what time is practice tomorrow?"


@pytest.fixture
def texts():
    return {"threat_ja": THREAT_JA, "threat_en": THREAT_EN, "plea_ja": PLEA_JA, "ja": HARMLESS_JA, "en": HARMLESS_EN}
