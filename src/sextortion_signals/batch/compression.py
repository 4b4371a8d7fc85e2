"""Compressed inputs and outputs: gzip by the standard library, zstd by pyarrow (extra `batch`).

An output is written as one gzip member or zstd frame after another, which every program reads as one file: so it can
be continued after the last whole one.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from importlib import import_module
from io import BufferedReader, RawIOBase, UnsupportedOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sextortion_signals.errors import MissingExtraError, RecordError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Compression(StrEnum):
    """How a file is compressed as a whole."""

    GZIP = "gzip"
    ZSTD = "zstd"


_SUFFIXES = {".gz": Compression.GZIP, ".zst": Compression.ZSTD, ".zstd": Compression.ZSTD}
_BEGINNINGS = {b"\x1f\x8b": Compression.GZIP, b"\x28\xb5\x2f\xfd": Compression.ZSTD}
_GZIP_LEVEL = 6
_BUFFER_BYTES = 1 << 16


def split_compression(path: Path) -> tuple[Path, Compression | None]:
    """Return the path without the suffix of a compression, and which it names: `a.csv.gz` gives `a.csv`, gzip."""
    found = _SUFFIXES.get(path.suffix.lower())
    return (path.with_suffix("") if found else path, found)


def recognise_compression(beginning: bytes) -> Compression | None:
    """Return how bytes are compressed, by the first of them."""
    return next((kind for magic, kind in _BEGINNINGS.items() if beginning.startswith(magic)), None)


def compressor(kind: Compression | None) -> Callable[[bytes], bytes]:
    """Return what makes bytes into one gzip member or zstd frame, or leaves them as they are.

    Raises:
        MissingExtraError: zstd without pyarrow.
    """
    if kind is None:
        return bytes
    if kind is Compression.GZIP:
        # Without the time: the same rows give the same bytes.
        return partial(gzip.compress, compresslevel=_GZIP_LEVEL, mtime=0)
    return partial(_arrow().Codec("zstd").compress, asbytes=True)


def decompressed(stream: BinaryIO, kind: Compression) -> BufferedReader:
    """Return a stream over what is compressed in another one; it can be put back to its beginning if that one can.

    Raises:
        MissingExtraError: zstd without pyarrow.
    """
    return BufferedReader(_Decompressed(stream, kind), _BUFFER_BYTES)


class _Decompressed(RawIOBase):
    def __init__(self, stream: BinaryIO, kind: Compression) -> None:
        self._stream, self._kind = stream, kind
        self._position = 0
        self._reader = self._opened()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._stream.seekable()

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = 0) -> int:
        if (offset, whence) == (self._position, 0):
            return offset
        if (offset, whence) != (0, 0):
            raise UnsupportedOperation("what is compressed can only be read from its beginning")
        self._stream.seek(0)
        self._reader = self._opened()
        self._position = 0
        return 0

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer).cast("B")
        try:
            block: bytes = self._reader.read(len(target))
        except (EOFError, OSError, zlib.error) as error:
            problem = f"the {self._kind.value} data is damaged or cut off ({type(error).__name__})"
            raise RecordError(f"{problem}; get the file once more") from None
        target[: len(block)] = block
        self._position += len(block)
        return len(block)

    def _opened(self) -> Any:
        if self._kind is Compression.GZIP:
            return gzip.GzipFile(fileobj=self._stream, mode="rb")
        arrow = _arrow()
        return arrow.CompressedInputStream(arrow.PythonFile(_Lent(self._stream), mode="r"), "zstd")


class _Lent:
    """A stream that nobody closes by closing what reads it."""

    closed = False

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(size)

    def close(self) -> None:
        """Leave it open."""


def _arrow() -> Any:
    try:
        return import_module("pyarrow")
    except ImportError:
        raise MissingExtraError("zstd", "batch") from None
