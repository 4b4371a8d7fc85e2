import io
import json
import pickle

import numpy as np
import pytest

from sextortion_signals import Detector
from sextortion_signals.errors import ArtefactCorruptError, ArtefactMissingError, ProtocolError
from sextortion_signals.model import (
    MANIFEST_NAME,
    PROTOCOL,
    describe_file,
    load_artefact,
    resolve_model,
    verify_artefact,
)
from sextortion_signals.model.artefact import HASHED_NAME, LEXICON_NAME, NAMED_NAME, RUNTIME_FILES


class Trap:
    """Unpickling this would raise in the test process: proof that nothing was unpickled."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('a pickle was opened')",))


def edit_manifest(folder, **changes):
    path = folder / MANIFEST_NAME
    data = json.loads(path.read_text(encoding="utf-8"))
    data.update(changes)
    path.write_text(json.dumps(data), encoding="utf-8")


def replace_file(folder, name, content):
    """Replace a file and its hash: an attacker who owns the folder, or a mistake at release."""
    (folder / name).write_bytes(content)
    data = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    data["files"][name] = describe_file(folder / name)
    edit_manifest(folder, files=data["files"])


def npy(array, **options):
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def test_artefact_untouched_copy_verifies(model_copy):
    assert verify_artefact(model_copy).model == Detector.load().model


@pytest.mark.parametrize("name", RUNTIME_FILES)
def test_artefact_one_byte_changed_is_refused(model_copy, name):
    content = bytearray((model_copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (model_copy / name).write_bytes(content)
    with pytest.raises(ArtefactCorruptError, match=f"{name} is not the file its manifest was made for"):
        verify_artefact(model_copy)


@pytest.mark.parametrize("name", RUNTIME_FILES)
def test_artefact_missing_file_is_named(model_copy, name):
    (model_copy / name).unlink()
    with pytest.raises(ArtefactMissingError, match=f"{name} is missing"):
        verify_artefact(model_copy)


def test_artefact_newer_protocol_says_update(model_copy):
    edit_manifest(model_copy, protocol=PROTOCOL + 1)
    with pytest.raises(ProtocolError, match="update with pip"):
        verify_artefact(model_copy)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"protocol": 0}, ProtocolError, "never released"),
        ({"protocol": "1"}, ArtefactCorruptError, "no protocol number"),
        ({"heads": "risk"}, ArtefactCorruptError, "'heads' is missing or not a list"),
        ({"files": {}}, ArtefactCorruptError, "gives no hash for"),
        ({"scale": [1.0]}, ArtefactCorruptError, "do not fit together"),
        ({"scale": ["x"] * 11}, ArtefactCorruptError, "wrong kind"),
        ({"bias": [float("nan")] * 11}, ArtefactCorruptError, "not finite"),
        ({"thresholds": {}}, ArtefactCorruptError, "wrong kind"),
        ({"calibration": {"signals": {}}}, ArtefactCorruptError, "wrong kind"),
        ({"offender_floor": None}, ArtefactCorruptError, "'offender_floor' is missing"),
        ({"features": {"lemmas": True}}, ArtefactCorruptError, "wrong kind"),
        ({"features": {"lemmas": True, "bits": 60}}, ArtefactCorruptError, "from 8 to 24"),
        ({"files": {"named.npy": 5}}, ArtefactCorruptError, "wrong kind"),
        ({"files": {"named.npy": {"sha256": 5}}}, ArtefactCorruptError, "no SHA-256"),
        ({"heads": ["risk"]}, ArtefactCorruptError, "in this order"),
    ],
)
def test_artefact_broken_manifest_is_explained(model_copy, changes, error, message):
    edit_manifest(model_copy, **changes)
    with pytest.raises(error, match=message):
        verify_artefact(model_copy)


def test_artefact_manifest_that_is_not_json(model_copy):
    (model_copy / MANIFEST_NAME).write_bytes(b"\xff{")
    with pytest.raises(ArtefactCorruptError, match="is not JSON"):
        verify_artefact(model_copy)


@pytest.mark.parametrize("name", [HASHED_NAME, NAMED_NAME])
@pytest.mark.parametrize(
    "content",
    [pickle.dumps(Trap()), npy(np.array([Trap()], dtype=object), allow_pickle=True), b"", b"\x93NUMPY"],
    ids=["pickle", "object array", "empty", "cut short"],
)
def test_artefact_pickle_in_place_of_an_array_is_never_opened(model_copy, name, content):
    replace_file(model_copy, name, content)
    with pytest.raises(ArtefactCorruptError, match="not a plain array"):
        verify_artefact(model_copy)


@pytest.mark.parametrize("array", [np.zeros((4, 4), dtype=np.int64), np.zeros((1 << 18, 4), dtype=np.float32)])
def test_artefact_wrong_shape_or_type_is_refused(model_copy, array):
    replace_file(model_copy, HASHED_NAME, npy(array))
    with pytest.raises(ArtefactCorruptError, match="the manifest asks for"):
        verify_artefact(model_copy)


@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
def test_artefact_array_in_another_layout_is_refused(model_copy, version):
    stream = io.BytesIO()
    columns_first = np.asfortranarray(np.zeros((1 << 18, 4), dtype=np.int64))
    np.lib.format.write_array(stream, columns_first, version=version)
    replace_file(model_copy, HASHED_NAME, stream.getvalue())
    with pytest.raises(ArtefactCorruptError, match="not a plain array"):
        verify_artefact(model_copy)


def test_artefact_weights_cannot_be_changed():
    scorer = load_artefact(resolve_model()).scorer
    with pytest.raises(ValueError, match="read-only"):
        scorer.packed[0, 0] = 1


@pytest.mark.parametrize("content", [b"not toml [", b"\xff\xfe", b"[classes]\n"])
def test_artefact_lexicon_that_is_none(model_copy, content):
    replace_file(model_copy, LEXICON_NAME, content)
    with pytest.raises(ArtefactCorruptError, match="is not a lexicon"):
        verify_artefact(model_copy)


def test_artefact_no_folder_and_no_manifest(tmp_path):
    with pytest.raises(ArtefactMissingError, match="no model folder"):
        load_artefact(tmp_path / "nowhere")
    with pytest.raises(ArtefactMissingError, match="holds no manifest"):
        load_artefact(tmp_path)
