"""Open a file of records for reading, or a stream for writing, in whichever format it is."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from sextortion_signals.batch.compression import split_compression
from sextortion_signals.batch.csv_records import CsvEncoder, CsvReader
from sextortion_signals.batch.encodings import check_encoding, recognise_encoding
from sextortion_signals.batch.formats import (
    COLUMNAR,
    Format,
    Layout,
    ReadOptions,
    RecordEncoder,
    RecordReader,
    WriteOptions,
    format_of,
    tab_separated,
)
from sextortion_signals.batch.jsonl_records import JsonlEncoder, JsonlReader
from sextortion_signals.batch.source import ByteSource, open_source
from sextortion_signals.errors import RecordError


@contextmanager
def open_records(
    source: Path | BinaryIO, options: ReadOptions | None = None, *, all_columns: bool = False
) -> Iterator[RecordReader]:
    """Open records for reading; format, encoding and delimiter are recognised where `options` does not give them.

    `all_columns` makes sure that `columns` names every field of every record (JSONL is read twice for that); standard
    input is then taken into memory. An open stream stays open.

    Raises:
        RecordError: the input is missing, of unknown format or encoding, or not what its format promises.
        MissingExtraError: Parquet without pyarrow.
    """
    options = options or ReadOptions()
    path = source if isinstance(source, Path) else None
    chosen = format_of(path, options.format)
    with open_source(source) as opened:
        if chosen in COLUMNAR:
            yield _columnar_reader(opened, chosen)
            return
        encoding = _encoding(opened, options.encoding)
        if chosen is Format.JSONL:
            yield JsonlReader(opened, encoding=encoding, all_columns=all_columns)
            return
        delimiter = options.delimiter or ("\t" if tab_separated(path) else None)
        yield CsvReader(opened, encoding=encoding, delimiter=delimiter)


def make_encoder(
    columns: Sequence[str], added: Sequence[str], reader: RecordReader, layout: Layout, options: WriteOptions
) -> RecordEncoder:
    """Return what writes the `columns` of the input and the `added` ones in a layout.

    Raises:
        RecordError: a column's name cannot be written in the chosen encoding.
        MissingExtraError: Parquet without pyarrow.
    """
    if layout.format in COLUMNAR:
        from sextortion_signals.batch.arrow_records import ArrowEncoder, arrow_writer
        from sextortion_signals.batch.parquet_records import parquet_writer

        writer = parquet_writer if layout.format is Format.PARQUET else partial(arrow_writer, layout.format)
        return ArrowEncoder(columns, added, getattr(reader, "schema", None), writer)
    if layout.format is Format.JSONL:
        return JsonlEncoder(added, layout)
    return CsvEncoder(columns, added, layout, keep_formulas=options.keep_formulas)


def output_layout(source: Layout, source_path: Path | None, target: Path | None, options: WriteOptions) -> Layout:
    """Return how to write: as asked for, else by the target's suffix, else like the input.

    A table from anything but plain UTF-8 gets UTF-8 with a byte order mark: spreadsheet programs read it rightly,
    and unlike cp932 it holds every character.
    """
    chosen = format_of(target, options.format, fallback=source.format)
    compression = split_compression(target)[1] if target else None
    if chosen in COLUMNAR and compression:
        raise RecordError(f"{chosen.value} is compressed inside; name the output without the suffix of {compression}")
    if chosen is not Format.CSV:
        return Layout(chosen, compression=compression)
    if options.encoding:
        encoding = check_encoding(options.encoding)
    else:
        encoding = "utf-8" if source.encoding in ("utf-8", None) else "utf-8-sig"
    # From reports.tsv to reports.csv the delimiter changes; from one .csv to another it stays, whatever it is.
    inherited = None if tab_separated(source_path) and target and not tab_separated(target) else source.delimiter
    delimiter = options.delimiter or ("\t" if tab_separated(target) else inherited)
    return replace(source, format=chosen, encoding=encoding, delimiter=delimiter, compression=compression)


def _columnar_reader(source: ByteSource, chosen: Format) -> RecordReader:
    from sextortion_signals.batch.arrow_records import ArrowReader
    from sextortion_signals.batch.parquet_records import ParquetReader

    if source.compression:
        raise RecordError(
            f"{chosen.value} is compressed inside, but this input is compressed as a whole; take its "
            f"{source.compression.value} off first"
        )
    return ParquetReader(source) if chosen is Format.PARQUET else ArrowReader(source)


def _encoding(source: ByteSource, chosen: str | None) -> str:
    if chosen is None:
        return recognise_encoding(source.stream, source.sample)
    encoding = check_encoding(chosen)
    return "utf-8-sig" if encoding == "utf-8" and source.sample.startswith(codecs.BOM_UTF8) else encoding
