"""Read, verify and write model folders. What is loaded is data: JSON, TOML and plain arrays, never a pickle."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sextortion_signals.errors import ArtefactCorruptError, ArtefactMissingError
from sextortion_signals.features import FeatureSpec, compile_lexicon
from sextortion_signals.model.manifest import MANIFEST_NAME, PROTOCOL, Manifest, read_manifest
from sextortion_signals.model.packing import MAX_HEADS, WORDS
from sextortion_signals.model.scorer import LinearScorer

if TYPE_CHECKING:
    from numpy.typing import NDArray

HASHED_NAME = "hashed.npy"
NAMED_NAME = "named.npy"
LEXICON_NAME = "lexicon.toml"
CONVERSATION_NAME = "conversation.json"
# Magic string, version and length, and a header of at most 65,535 bytes.
_LONGEST_HEAD = 10 + 0xFFFF
RUNTIME_FILES = (HASHED_NAME, NAMED_NAME, LEXICON_NAME)


@dataclass(frozen=True, slots=True)
class Artefact:
    """A verified model, ready to score; `conversation` is the part that judges conversations, as JSON, or None."""

    manifest: Manifest
    scorer: LinearScorer
    conversation: bytes | None = None


def verify_artefact(folder: Path) -> Manifest:
    """Check every file that the runtime loads against the manifest and read every array; return the manifest.

    Raises `ArtefactMissingError`, `ArtefactCorruptError` or `ProtocolError`; each says which file and what to do.
    """
    manifest = load_artefact(folder).manifest
    for name, entry in manifest.semantic_files.items():
        read_verified(folder / name, entry)
    return manifest


def load_artefact(folder: Path) -> Artefact:
    """Load a model folder whose every file is what the manifest says; errors as in `verify_artefact`."""
    manifest = read_manifest(folder)
    missing = [name for name in RUNTIME_FILES if name not in manifest.data["files"]]
    if missing:
        raise ArtefactCorruptError(f"{folder / MANIFEST_NAME} gives no hash for {', '.join(missing)}")
    contents = {name: read_verified(folder / name, entry) for name, entry in manifest.data["files"].items()}
    more = manifest.conversation_files.get(CONVERSATION_NAME)
    conversation = None if more is None else read_verified(folder / CONVERSATION_NAME, more).tobytes()
    return Artefact(manifest, _scorer(manifest, contents), conversation)


def write_artefact(folder: Path, manifest: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], lexicon: str) -> Path:
    """Write a model folder: arrays, lexicon and a manifest with their hashes; returns `folder`.

    `manifest` holds all fields but `protocol` and `files`. The manifest is written last, so a folder that was
    cut short never verifies.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        with (folder / name).open("wb") as stream:
            np.save(stream, np.ascontiguousarray(array), allow_pickle=False)
    (folder / LEXICON_NAME).write_text(lexicon, encoding="utf-8")
    hashes = {name: describe_file(folder / name) for name in (*arrays, LEXICON_NAME)}
    data = {"protocol": PROTOCOL, **manifest, "files": hashes}
    (folder / MANIFEST_NAME).write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return folder


def describe_file(path: Path) -> dict[str, Any]:
    """Return size in bytes and SHA-256 of a file, as a manifest records them."""
    content = path.read_bytes()
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def read_verified(path: Path, entry: Mapping[str, Any]) -> NDArray[np.uint8]:
    """Return the bytes of a file whose hash is that of its manifest entry; raises an `ArtefactError` otherwise."""
    # Read into the memory that the weights will stay in: NumPy asks for large pages, and nothing is copied.
    if not path.is_file():
        raise ArtefactMissingError(f"{path} is missing; restore the model folder or reinstall the package")
    content = np.fromfile(path, dtype=np.uint8)
    if hashlib.sha256(content.data).hexdigest() != entry.get("sha256"):
        raise ArtefactCorruptError(
            f"{path} is not the file its manifest was made for (SHA-256 differs); restore it or reinstall the package"
        )
    return content


def _scorer(manifest: Manifest, contents: Mapping[str, NDArray[np.uint8]]) -> LinearScorer:
    features, heads = manifest.data["features"], tuple(manifest.data["heads"])
    try:
        lexicon = compile_lexicon(contents[LEXICON_NAME].tobytes().decode("utf-8"))
    except (ValueError, KeyError, IndexError, UnicodeDecodeError) as error:
        problem = f"{manifest.folder / LEXICON_NAME} is not a lexicon ({type(error).__name__})"
        raise ArtefactCorruptError(problem) from None
    spec = FeatureSpec(int(features["bits"]), bool(features["lemmas"]), lexicon)
    packed = read_plain_array(manifest.folder / HASHED_NAME, contents[HASHED_NAME], np.int64, (1 << spec.bits, WORDS))
    named = read_plain_array(
        manifest.folder / NAMED_NAME, contents[NAMED_NAME], np.float64, (len(lexicon.names), len(heads))
    )
    scale = np.asarray(manifest.data["scale"], dtype=np.float64)
    bias = np.asarray(manifest.data["bias"], dtype=np.float64)
    if not 0 < len(heads) <= MAX_HEADS or scale.shape != (len(heads),) or bias.shape != (len(heads),):
        raise ArtefactCorruptError(f"{manifest.folder / MANIFEST_NAME}: heads, scale and bias do not fit together")
    return LinearScorer(heads, spec, packed, scale, named, bias)


def read_plain_array(
    path: Path, content: NDArray[np.uint8], dtype: type[np.generic], shape: tuple[int, ...]
) -> NDArray[Any]:
    """Return the array of a .npy file in memory; anything but a plain array of this type and shape is refused."""
    try:
        array = _plain_array(content)
    except (ValueError, EOFError, OSError) as error:
        message = f"{path} is not a plain array ({type(error).__name__}); pickles are never loaded. Restore the file"
        raise ArtefactCorruptError(message) from None
    if array.dtype != np.dtype(dtype) or array.shape != shape:
        found = f"{array.dtype}{array.shape}"
        raise ArtefactCorruptError(f"{path} holds {found}, the manifest asks for {np.dtype(dtype)}{shape}")
    return array


def _plain_array(content: NDArray[np.uint8]) -> NDArray[Any]:
    """Read a .npy file of version 1.0 (what `write_artefact` writes) without a copy; objects have no plain bytes."""
    head = BytesIO(content[:_LONGEST_HEAD].tobytes())
    if np.lib.format.read_magic(head) != (1, 0):
        raise ValueError("not version 1.0")
    shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(head)
    if dtype.hasobject or fortran_order:
        raise ValueError("objects or columns first")
    array: NDArray[Any] = content[head.tell() :].view(dtype).reshape(shape)
    array.flags.writeable = False
    return array
