import hashlib

import numpy as np
import pytest

from sextortion_signals.errors import ArtefactCorruptError, MissingExtraError
from sextortion_signals.semantic import base_path, is_installed, read_base


def test_base_file_is_read_as_it_was_written(tiny_file, tiny_matrix):
    base = read_base(tiny_file, hashlib.sha256(tiny_file.read_bytes()).hexdigest())
    assert (base.shape.width, base.shape.heads, base.shape.positions) == (64, 2, 16)
    assert base.vocabulary.pieces[5] == ("▁pay", -3.0)
    assert (base.vocabulary.begin, base.vocabulary.end, base.vocabulary.unknown) == (0, 2, 3)
    assert base.vocabulary.characters == {ord("Ａ"): "A", 0x200B: ""}
    assert base.floats("emb.ln.w").tolist() == list(range(64))
    # Four bits keep a weight to within half a step, and a step is a seventh of the largest weight of its block.
    step = np.abs(tiny_matrix.reshape(4, 2, 32)).max(axis=2) / 7
    difference = np.abs(base.matrix("l0.q.w") - tiny_matrix).reshape(4, 2, 32)
    assert (difference <= 0.51 * step[..., None]).all()
    assert np.array_equal(base.matrix("l0.q.w", np.array([2, 0])), base.matrix("l0.q.w")[[2, 0]])


@pytest.mark.parametrize("change", ["magic", "cut"])
def test_base_file_that_is_none_is_refused(tiny_file, change):
    content = tiny_file.read_bytes()
    tiny_file.write_bytes(b"XXXX" + content[4:] if change == "magic" else content[:90])
    with pytest.raises(ArtefactCorruptError, match="cannot be read"):
        read_base(tiny_file)


def test_base_file_of_another_version_is_refused(tiny_file):
    with pytest.raises(ArtefactCorruptError, match="not the file this model was trained on"):
        read_base(tiny_file, "0" * 64)


def test_base_package_that_is_missing_names_the_extra(monkeypatch):
    monkeypatch.setattr("sextortion_signals.semantic.base.BASE_PACKAGE", "no_such_package_anywhere")
    assert not is_installed()
    with pytest.raises(MissingExtraError, match=r"sextortion-signals\[semantic\]"):
        base_path()


def test_base_of_the_package_is_multilingual_e5_small(base):
    assert (base.shape.width, base.shape.layers, base.shape.heads, base.shape.inner) == (384, 12, 12, 1536)
    assert len(base.vocabulary.pieces) > 250_000
