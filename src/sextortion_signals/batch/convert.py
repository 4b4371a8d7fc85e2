"""Records of one input through the model into one output: a file that can be continued, or a stream."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from sextortion_signals.batch.assess import CHUNK_SIZE, Chunk, chunk_items
from sextortion_signals.batch.checkpoint import Checkpoint
from sextortion_signals.batch.compression import compressor
from sextortion_signals.batch.crew import Crew
from sextortion_signals.batch.formats import RecordEncoder, RecordReader
from sextortion_signals.batch.settings import Fingerprint, RowsDigest, Settings
from sextortion_signals.batch.spool import FileSpool, LiveSpool, MemorySpool, order_entries
from sextortion_signals.batch.summary import BatchSummary
from sextortion_signals.batch.unfinished import Unfinished, open_unfinished
from sextortion_signals.errors import OutputError, ResumeError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

Progress = Callable[[int, float | None], None]
"""Called at the start and after each chunk with the rows done, those of an interrupted run included, and the part of
the input read (0..1, None if not known)."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """What is read, who assesses it, and how it is written."""

    reader: RecordReader
    encoder: RecordEncoder
    crew: Crew
    text_column: str
    sort: bool
    on_progress: Progress | None = None

    @property
    def appendable(self) -> bool:
        """Whether the output can be written chunk by chunk."""
        return self.encoder.appendable and not self.sort

    @property
    def compress(self) -> Callable[[bytes], bytes]:
        """What is done with rows that are written at once; those that are sorted first are compressed then."""
        return compressor(self.encoder.compression if self.appendable else None)

    @property
    def head(self) -> bytes:
        """What comes before the first row."""
        return self.compress(self.encoder.head) if self.encoder.head else b""

    def encoded(self, chunks: Iterator[Chunk], done: Checkpoint) -> Iterator[tuple[bytes, bytes, Chunk]]:
        """Yield for each chunk its rows and its part of the order, as bytes, and count it in `done`."""
        compress = self.compress
        self._tell(done)
        for chunk, result in self.crew.assess(chunks, partial(chunk_items, text_column=self.text_column)):
            pieces = self.encoder.encode(cast("Any", chunk), result.rendered)
            order = order_entries(result.risks, pieces) if self.sort else b""
            done.rows += len(chunk)
            done.tally.merge(result.tally)
            done.protected = self.encoder.protected
            yield compress(b"".join(pieces)), order, chunk
            self._tell(done)

    def _tell(self, done: Checkpoint) -> None:
        if self.on_progress:
            self.on_progress(done.rows, self.reader.fraction())


@dataclass(frozen=True, slots=True)
class Converted:
    """What was done in all, and by interrupted runs: `resumed` rows, in `earlier` seconds.

    `sha256` is that of an input that is a file. A folder has more than one of its `files`, and others `left_out`.
    """

    done: Checkpoint
    text_column: str
    encoding: str | None
    resumed: int = 0
    earlier: float = 0.0
    sha256: str | None = None
    files: int = 1
    left_out: tuple[str, ...] = ()

    def summary(self, seconds: float) -> BatchSummary:
        """Return what the user is told; `seconds` is the time of this run."""
        return self.done.tally.summary(
            resumed=self.resumed,
            protected=self.done.protected,
            seconds=self.earlier + seconds,
            text_column=self.text_column,
            encoding=self.encoding,
            files=self.files,
            left_out=self.left_out,
        )


def convert_into_stream(conversion: Conversion, target: BinaryIO) -> Converted:
    """Write to an open stream, which stays open; sorted rows are held in memory until all are there.

    Raises:
        OutputError: the stream cannot be written. That nobody reads it any more (BrokenPipeError) passes as it is.
    """
    done = Checkpoint()
    encoder, guarded = conversion.encoder, cast(BinaryIO, _Guarded(target))
    encoded = conversion.encoded(conversion.reader.chunks(CHUNK_SIZE), done)
    if conversion.sort:
        chunks, order = [], bytearray()
        for rows, entries, _ in encoded:
            chunks.append(rows)
            order += entries
        encoder.finish(MemorySpool(chunks, bytes(order)), guarded)
    elif encoder.appendable:
        guarded.write(conversion.head)
        for rows, _, _ in encoded:
            guarded.write(rows)
    else:
        encoder.finish(LiveSpool(rows for rows, _, _ in encoded), guarded)
    guarded.flush()
    done.protected = encoder.protected
    return Converted(done, conversion.text_column, conversion.reader.layout.encoding)


def convert_into_file(
    conversion: Conversion,
    target: Path,
    settings: Settings,
    fingerprint: Fingerprint | None,
    *,
    force: bool = False,
    restart: bool = False,
) -> Converted:
    """Write to a file that appears when it is complete; a run that is killed can be continued by the same call.

    Without a `fingerprint` the input is a stream, of which the rows already done are compared instead.

    Raises:
        ResumeError: an interrupted run was another one, so that it cannot be continued.
        RecordError: input or output cannot be used.
    """
    with open_unfinished(target, settings, force=force, restart=restart) as work:
        resumed, earlier = work.done.rows, work.done.seconds
        if not work.done.complete:
            _fill(conversion, work, fingerprint)
            work.done.complete, work.done.protected = True, conversion.encoder.protected
            work.commit(now=True)
        work.publish(None if conversion.appendable else partial(_finish, conversion, work))
        sha256 = fingerprint.sha256 if fingerprint else None
        return Converted(work.done, conversion.text_column, conversion.reader.layout.encoding, resumed, earlier, sha256)


def _fill(conversion: Conversion, work: Unfinished, fingerprint: Fingerprint | None) -> None:
    done, encoder = work.done, conversion.encoder
    digest = None if fingerprint else RowsDigest()
    if done.rows:
        encoder.protected = done.protected
    elif conversion.appendable:
        work.append(conversion.head, b"")
    if digest is None:
        chunks = conversion.reader.chunks(CHUNK_SIZE, skip=done.rows)
    else:
        chunks = conversion.reader.chunks(CHUNK_SIZE)
        _pass_over(chunks, done, digest)
    for rows, order, chunk in conversion.encoded(cast("Iterator[Chunk]", chunks), done):
        work.append(rows, order)
        if digest is not None:
            digest.add(chunk)
            done.digest = digest.value()
        # Said at once, not after the hours that the rest of a file takes to which somebody writes.
        if fingerprint:
            fingerprint.check()
        work.commit()
    if fingerprint:
        fingerprint.check()


def _pass_over(chunks: Iterator[Any], done: Checkpoint, digest: RowsDigest) -> None:
    """Read the rows that are done once more: a stream that begins with other rows is another input."""
    passed = 0
    while passed < done.rows and (chunk := next(chunks, None)) is not None:
        digest.add(chunk)
        passed += len(chunk)
    if done.rows and (passed != done.rows or digest.value() != done.digest):
        raise ResumeError(
            "the input differs from that of the interrupted run; give the same input to continue it, or add --restart "
            "to discard it"
        )


def _finish(conversion: Conversion, work: Unfinished, target: BinaryIO) -> None:
    order = work.order_path.read_bytes() if conversion.sort else None
    conversion.encoder.finish(FileSpool(work.rows_path, order), target)


class _Guarded(io.RawIOBase):
    """Writes to a stream and says clearly why it cannot."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer) -> int:
        try:
            return self._stream.write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _cannot_write(error) from None

    def flush(self) -> None:
        try:
            if not self._stream.closed:
                self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _cannot_write(error) from None


def _cannot_write(error: OSError) -> OutputError:
    return OutputError(f"cannot write the output: {error.strerror or type(error).__name__}")
