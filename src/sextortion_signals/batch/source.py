"""Bytes in: a file that can be read twice, or standard input of which only the beginning can be looked at first."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, BytesIO, RawIOBase, TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from sextortion_signals.batch.compression import Compression, decompressed, recognise_compression
from sextortion_signals.batch.encodings import SAMPLE_BYTES
from sextortion_signals.errors import RecordError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


@dataclass(slots=True)
class ByteSource:
    """An open input: `sample` is its beginning (up to 256 KiB), `stream` stands before it.

    What is compressed is read as what it holds; `raw` and `size` (in bytes, None if not known) are those of the input
    as it lies there.
    """

    stream: BinaryIO
    sample: bytes
    raw: BinaryIO
    size: int | None
    compression: Compression | None = None

    def fraction(self) -> float | None:
        """Return how much of the input has been read, 0..1, or None if its size is not known."""
        if self.size is None or self.raw.closed:
            return None
        return min(self.raw.tell() / self.size, 1.0) if self.size else 1.0

    def buffered(self) -> ByteSource:
        """Return a source that can be read twice; standard input is taken into memory, never to the disk."""
        if self.stream.seekable():
            return self
        content = self.stream.read()
        stream = cast(BinaryIO, BytesIO(content))
        return ByteSource(stream, self.sample, stream, len(content), self.compression)


@contextmanager
def open_source(source: Path | BinaryIO) -> Iterator[ByteSource]:
    """Open a file, or wrap an open binary stream (which stays open).

    Raises:
        RecordError: the file does not exist or may not be read.
    """
    if not isinstance(source, Path):
        yield _from_stream(source)
        return
    try:
        stream = source.open("rb")
    except OSError as error:
        raise RecordError(f"cannot read {source}: {error.strerror}") from None
    with stream:
        yield _from_stream(cast(BinaryIO, stream))


@contextmanager
def text_lines(stream: BinaryIO, encoding: str | None, *, newline: str) -> Iterator[Iterator[str]]:
    """Iterate over the lines of a binary stream, which stays open; `newline` as in `io.TextIOWrapper`.

    Raises:
        RecordError: the bytes are not in this encoding; the line before is named.
    """
    text = TextIOWrapper(stream, encoding=encoding, newline=newline)
    number = 0

    def count() -> Iterator[str]:
        nonlocal number
        for line in text:
            number += 1
            yield line

    try:
        yield count()
    except OSError as error:
        raise RecordError(f"cannot read behind line {number}: {error.strerror or type(error).__name__}") from None
    except UnicodeDecodeError:
        problem = f"the input is not {encoding} somewhere behind line {number}"
        raise RecordError(f"{problem}; name its encoding with --encoding, for example cp932") from None
    finally:
        if not stream.closed:
            text.detach()


def pass_over(rows: Iterator[object], number: int) -> None:
    """Take `number` rows and keep none."""
    deque(islice(rows, number), maxlen=0)


def _from_stream(stream: BinaryIO) -> ByteSource:
    sample = stream.read(SAMPLE_BYTES)
    size = None
    if stream.seekable():
        size = stream.seek(0, os.SEEK_END)
    raw = _rewound(stream, sample)
    kind = recognise_compression(sample)
    if kind is None:
        return ByteSource(raw, sample, raw, size)
    inner = cast(BinaryIO, decompressed(raw, kind))
    sample = inner.read(SAMPLE_BYTES)
    return ByteSource(_rewound(inner, sample), sample, raw, size, kind)


def _rewound(stream: BinaryIO, sample: bytes) -> BinaryIO:
    if stream.seekable():
        stream.seek(0)
        return stream
    return cast(BinaryIO, BufferedReader(_Replay(sample, stream)))


class _Replay(RawIOBase):
    """A stream that cannot seek, with its beginning put back in front."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = memoryview(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer).cast("B")
        block = self._head[: len(target)]
        if block:
            self._head = self._head[len(block) :]
        else:
            block = memoryview(self._rest.read(len(target)))
        target[: len(block)] = block
        return len(block)
