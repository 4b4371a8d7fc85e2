from __future__ import annotations

import pytest

from sextortion_signals.evaluate import keyword_rule


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("払わないと写真をばらまく", 1.0),
        ("Pay me or I LEAK the video", 1.0),
        ("ｌｅａｋの動画", 1.0),
        ("写真を送ってください", 0.5),
        ("今日中にお返事ください", 0.5),
        ("the deadline is Friday", 0.5),
        ("明日は晴れるそうです", 0.0),
        ("see you tomorrow", 0.0),
    ],
)
def test_score_is_the_share_of_lists_that_hit(text: str, score: float) -> None:
    assert keyword_rule(text) == score
