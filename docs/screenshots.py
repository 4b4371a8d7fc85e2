"""Take the pictures of the reviewer's page in docs/images/ anew: `.venv/bin/python docs/screenshots.py`.

It needs Chromium and, for the Japanese letters, a Japanese font ('apt-get install chromium fonts-noto-cjk' on Debian).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).resolve().parent / "images"
QUEUE_JA = """裸の写真をばらまかれたくなかったら、今夜中にギフトカードを買って番号を送れ
知らない人に裸の動画を録画されて、お金を払えと脅されています。どうしたらいいですか
友達が、裸の画像を学校に送ると脅されているみたいです
今すぐ返事しないと、フォロワー全員に動画を送る
親にも警察にも言うな。言ったら写真を流す
ここじゃ話しにくいから、別のアプリでビデオ通話しよう
今日のニュースで、自撮り被害の特集をやっていたよ
旅行の写真、あとで送ってね
明日の部活は何時からだっけ？"""
QUEUE_EN = """Pay me $200 by tonight or your nudes go to all your followers. Don't tell anyone.
somebody recorded our video call and wants money, or they post it. please help me
my friend is being blackmailed with a private photo, what can I do for her
answer me now or I send the video to your family
there was a programme about blackmail with private pictures last night
could you send me the pictures of the trip?
what time is practice tomorrow?"""

TALK_EN = """Kit: hey, saw your post on the climbing group
Ash: oh hi! which one?
Kit: the one from the wall last week
Kit: app is slow here, add me on the other one and turn your camera on
Ash: ok sure
Kit: I recorded that call
Ash: what? please delete it
Kit: $300 in gift cards by tonight or everyone on your list gets the video
Ash: please don't, I don't have that"""


def main() -> None:
    """Start the service, open its page, and write its pictures: a queue in each language and theme, a conversation."""
    environment = {**os.environ, "SEXTORTION_SIGNALS_PORT": "0", "SEXTORTION_SIGNALS_TIER": "cascade"}
    command = [sys.executable, "-m", "sextortion_signals_service"]
    with (
        subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as service,  # noqa: S603
        sync_playwright() as playwright,
    ):
        try:
            lines = (line for line in service.stderr or () if "running on http" in line)
            address = str(json.loads(next(lines))["message"]).partition("running on ")[2].split()[0]
            flags = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
            _take(browser, address, QUEUE_JA, "ja-JP", "light", IMAGES / "page-ja-light.png")
            _take(browser, address, QUEUE_EN, "en-US", "dark", IMAGES / "page-en-dark.png")
            _take(browser, address, TALK_EN, "en-US", "light", IMAGES / "page-conversation.png", "chat")
            browser.close()
        finally:
            service.terminate()


def _take(browser: Browser, address: str, texts: str, locale: str, theme: str, path: Path, kind: str = "lines") -> None:
    page: Page = browser.new_page(locale=locale, color_scheme=theme, viewport={"width": 1280, "height": 800})  # type: ignore[arg-type]
    page.goto(address)
    page.fill("#paste", texts)
    page.select_option("#read-as", kind)
    page.click("#assess")
    page.mouse.move(0, 0)
    page.wait_for_selector("#progress", state="hidden")
    if kind == "chat":
        page.set_viewport_size({"width": 1280, "height": 1180})  # the timeline and the messages
        page.keyboard.press("n")
        page.locator("#detail").evaluate("node => { node.scrollTop = 0; }")
    else:
        page.keyboard.press("c")  # a decision, so that one is to be seen
        page.keyboard.press("k")
        page.keyboard.press("Enter")
    page.wait_for_selector(".advice-item")
    page.screenshot(path=path)
    page.close()


if __name__ == "__main__":
    main()
