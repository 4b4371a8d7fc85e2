"""Encoded rows on their way to an output that cannot be written row by row: sorted ones, Parquet."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from io import BufferedReader, BytesIO, RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import numpy as np

from sextortion_signals.batch.compression import Compression, compressor

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from numpy.typing import NDArray

_ORDER = np.dtype([("risk", "<f8"), ("length", "<u4")])
_BLOCK_BYTES = 1 << 20
# Pages of the mapped file are given back after so many bytes; otherwise they would count as memory of this process.
_MAPPED_BYTES = 1 << 24


def order_entries(risks: Sequence[float], pieces: Sequence[bytes]) -> bytes:
    """Return what the order file holds of a chunk: for each row 12 bytes, its risk and its length where known."""
    entries = np.zeros(len(risks), _ORDER)
    entries["risk"] = risks
    if len(pieces) == len(risks):
        entries["length"] = [len(piece) for piece in pieces]
    return entries.tobytes()


class FileSpool:
    """Chunks in a file. `order` is None or the row numbers by falling risk, `offsets` where each row begins."""

    def __init__(self, rows: Path, order: bytes | None) -> None:
        self._rows = rows
        self.order: NDArray[np.int64] | None = None
        self.offsets: NDArray[np.int64] | None = None
        if order is not None:
            self.order, self.offsets = _sorted(order)
        self._mapped: mmap.mmap | None = None

    def stream(self) -> BufferedReader:
        """Return a stream over the chunks from the beginning."""
        return self._rows.open("rb")

    def view(self) -> memoryview:
        """Return all chunks; they are mapped, not read."""
        if not self._rows.stat().st_size:
            return memoryview(b"")
        with self._rows.open("rb") as stream:
            self._mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        return memoryview(self._mapped)

    def forget(self) -> None:
        """Let the system have back the pages that were looked at."""
        if self._mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._mapped.madvise(mmap.MADV_DONTNEED)


class MemorySpool:
    """Chunks in memory, for an output that is a stream."""

    def __init__(self, chunks: Sequence[bytes], order: bytes) -> None:
        self._content = b"".join(chunks)
        self.order, self.offsets = _sorted(order)

    def stream(self) -> BufferedReader:
        """Return a stream over the chunks from the beginning."""
        return BufferedReader(cast(RawIOBase, BytesIO(self._content)))

    def view(self) -> memoryview:
        """Return all chunks."""
        return memoryview(self._content)

    def forget(self) -> None:
        """Nothing can be given back."""


class LiveSpool:
    """Chunks that are handed on as they are made, and never kept; only `stream` can be used, once."""

    order: NDArray[np.int64] | None = None
    offsets: NDArray[np.int64] | None = None

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def stream(self) -> BufferedReader:
        """Return a stream over the chunks."""
        return BufferedReader(_Chunks(self._chunks))

    def view(self) -> memoryview:
        """Return nothing: what has been handed on is gone."""
        return memoryview(b"")

    def forget(self) -> None:
        """Nothing is held."""


Spool = FileSpool | MemorySpool | LiveSpool


def write_in_order(spool: Spool, head: bytes, target: BinaryIO, compression: Compression | None) -> None:
    """Write the rows of a text format in the order of the spool, behind `head`."""
    compress = compressor(compression)
    if spool.order is None or spool.offsets is None:
        raise ValueError("the spool has no order")
    view, begins, ends = spool.view(), spool.offsets[:-1], spool.offsets[1:]
    block, looked_at = bytearray(head), 0
    for number in spool.order:
        block += view[begins[number] : ends[number]]
        if len(block) >= _BLOCK_BYTES:
            target.write(compress(bytes(block)))
            looked_at += len(block)
            block = bytearray()
        if looked_at >= _MAPPED_BYTES:
            spool.forget()
            looked_at = 0
    target.write(compress(bytes(block)))


def _sorted(order: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    entries = np.frombuffer(order, _ORDER)
    # Stable: rows of equal risk stay in the order of the input.
    numbers = np.argsort(-entries["risk"], kind="stable").astype(np.int64)
    offsets = np.zeros(len(entries) + 1, np.int64)
    np.cumsum(entries["length"], out=offsets[1:])
    return numbers, offsets


class _Chunks(RawIOBase):
    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        target = memoryview(buffer).cast("B")
        block = self._rest[: len(target)]
        target[: len(block)] = block
        self._rest = self._rest[len(block) :]
        return len(block)
