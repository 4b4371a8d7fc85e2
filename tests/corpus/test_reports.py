from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sextortion_signals.corpus import build_corpus, read_report, write_report
from sextortion_signals.errors import CorpusError

SOURCE = "@ en-b01-001 ev_home casual\nN | good morning\n"


def test_report_is_kept_for_the_corpus_it_was_computed_on(make_corpus: Callable[..., Path]) -> None:
    folder = make_corpus(en_b01=SOURCE)
    build_corpus(folder)

    path = write_report(folder, "probes", {"figure": 0.5, "word": "犬"})

    assert path == folder / "reports" / "probes.json"
    assert "犬" in path.read_text(encoding="utf-8")
    assert read_report(folder, "probes") == {"figure": 0.5, "word": "犬"}
    (folder / "src" / "en-b01.txt").write_text(SOURCE + "N | good night\n", encoding="utf-8")
    build_corpus(folder)
    with pytest.raises(
        CorpusError, match=r"was computed on another corpus; run `sextortion-signals corpus probes .* --w"
    ):
        read_report(folder, "probes")


def test_report_that_is_missing_names_its_command(make_corpus: Callable[..., Path]) -> None:
    with pytest.raises(CorpusError, match="is missing; run `sextortion-signals corpus duplicates"):
        read_report(make_corpus(en_b01=SOURCE), "duplicates")


def test_report_on_a_corpus_that_is_not_built_is_refused(make_corpus: Callable[..., Path]) -> None:
    folder = make_corpus(en_b01=SOURCE)

    with pytest.raises(CorpusError, match="corpus build"):
        write_report(folder, "probes", {})
    assert not (folder / "reports").exists()
    build_corpus(folder)
    path = write_report(folder, "probes", {})
    assert list(json.loads(path.read_text(encoding="utf-8"))) == ["corpus_sha256"]
