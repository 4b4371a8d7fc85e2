"""What cleaning costs: ordinary chat texts, texts that need work, and texts made to be slow.

Run: python benchmarks/bench_normalize.py

Plain and disguised texts are timed in interleaved rounds with `unicodedata.normalize("NFKC")` on the same texts, in
one process, in processor time of this thread, and the ratio of the medians is given: absolute times move with the
machine, ratios hardly do.
"""

from __future__ import annotations

import gc
import statistics
import time
import unicodedata
from collections.abc import Callable

from sextortion_signals.text import fold, normalize

ROUNDS = 11
REPEATS = 200
PATHOLOGICAL_LENGTH = 100_000

CHATS = {
    "ja, kana and kanji": [
        "昨日の写真、すごくよかったよ。また今度みんなで行きたいね",
        "明日は雨らしいから、家で映画でも見ようか。何か買っていくね",
    ],
    "ja, digits and LINE": [
        "明日の3時に駅で会おう、LINEするね。写真も送るから見てほしい",
        "アプリの更新 3回目でやっと入った。ID変わってないよね",
    ],
    "ja, full-width marks": [
        "昨日３時に駅で会ったよね？すごくよかったよ！また今度行きたい",
        "ＬＩＮＥのグループ、もう見た？　今度はカラオケだって！",
    ],
    "en": ["hey can you send me the photos from", "I will see you tomorrow at the stop"],
    "ja, emoji": [
        "今日はありがとう😊また行こうね🎉写真あとで送るよ📷楽しみにしてて",
        "雨だから家で映画みる♡一緒にどう・ポップコーン買ってくね",
    ],
    "ja, disguised": [
        "ｶﾞｿﾞｳ 送れ、裸.の.写.真をば●まくぞ",
        "ギ フ トカード かって番号お​くれ、niceeee shashin okure",
    ],
}
PATHOLOGICAL = {
    "combining marks": "\u0301\u0316",
    "kana marks": "ﾞ",
    "zero width": "\u200b",
    "separators": ". ",
    "a.a.a": "a.",
    "あ.あ.あ": "あ.",
    "あ あ あ": "あ ",
    "masks": "○",
    "ギ○ギ○": "ギ○",
    "n*n*n*": "n*",
    "○フ○フ": "○フ",
    "動★動★": "動★",
    "brackets": "「」",
    "prolonged": "ー",
    "one letter": "a",
    "wide letters": "ａ",
    "squared words": "㍿",
    "maths letters": "𝓷",
    "emoji": "👍🏽",
    "leet": "n00ds ",
    "romaji": "shashin ",
    "digits": "1-",
    "codes": "a1",
    "accounts": "@a",
    "addresses": "http://a.com ",
    "look-alikes": "aа ",
    "plain ja": "写真を送ってね、",
}


def median_times(functions: list[Callable[[str], object]], texts: list[str]) -> list[float]:
    """Return the median seconds per text of each function, timed in turns."""
    times: list[list[float]] = [[] for _ in functions]
    gc.disable()
    for _ in range(ROUNDS):
        for function, own in zip(functions, times, strict=True):
            begin = time.thread_time()
            for _ in range(REPEATS):
                for text in texts:
                    function(text)
            own.append((time.thread_time() - begin) / REPEATS / len(texts))
    gc.enable()
    return [statistics.median(own) for own in times]


def main() -> None:
    """Print both tables."""
    for texts in CHATS.values():
        for text in texts:
            normalize(text)
            fold(text)
    print(f"{'chat texts':24} {'chars':>6} {'normalize us':>13} {'fold us':>8} {'NFKC us':>8} {'ratio to NFKC':>14}")
    for name, texts in CHATS.items():
        own, folding, nfkc = median_times([normalize, fold, lambda t: unicodedata.normalize("NFKC", t)], texts)
        length = sum(map(len, texts)) / len(texts)
        print(f"{name:24} {length:6.0f} {own * 1e6:13.2f} {folding * 1e6:8.2f} {nfkc * 1e6:8.2f} {own / nfkc:14.1f}")
    print(f"\n{'pathological, ' + format(PATHOLOGICAL_LENGTH, ',') + ' characters':40} {'seconds':>8} {'us/char':>8}")
    worst = 0.0
    for name, unit in PATHOLOGICAL.items():
        text = (unit * PATHOLOGICAL_LENGTH)[:PATHOLOGICAL_LENGTH]
        begin = time.thread_time()
        normalize(text)
        seconds = time.thread_time() - begin
        worst = max(worst, seconds)
        print(f"{name:40} {seconds:8.3f} {seconds / PATHOLOGICAL_LENGTH * 1e6:8.2f}")
    print(f"{'worst':40} {worst:8.3f} {worst / PATHOLOGICAL_LENGTH * 1e6:8.2f}")


if __name__ == "__main__":
    main()
