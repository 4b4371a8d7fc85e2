"""Which encoding a file of records is in: told by its bytes, never by a statistical guess about language.

Japanese spreadsheets arrive as UTF-8 with a byte order mark, as cp932 (Shift_JIS with Microsoft's extensions) or as
UTF-16; old systems still write EUC-JP and ISO-2022-JP. English ones arrive as cp1252 (Windows-1252). A wrong guess
would turn a threat into harmless-looking characters, so a candidate counts only if every byte that can be checked
decodes with it; cp1252, in which nearly every byte is a character, counts only where every byte beyond ASCII is in
ordinary English use.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from typing import BinaryIO

from sextortion_signals.errors import RecordError

SAMPLE_BYTES = 1 << 18
"""How much of a stream that cannot be read twice (standard input) is looked at: 256 KiB."""

_BLOCK_BYTES = 1 << 20

# Characters of cp1252 where English has them. "’l" is also the kanji 値 in cp932, so each has to stand as a typesetter
# would put it; kana never fit, nor do words in kanji, whose second bytes are mostly beyond ASCII.
_CP1252_USE = re.compile(
    rb"""(?<![\x80-\xff])(?:
      (?<=[A-Za-z0-9.!?])\x92                             # apostrophe, closing single quotation mark
    | (?<![A-Za-z0-9])[\x91\x93](?=\S)                   # opening quotation marks
    | (?<=[!-~])\x94(?![A-Za-z0-9])                      # closing quotation mark
    | \x95(?=\s)                                         # bullet
    | [\x96\x97](?=[\w\s"'.,!?]|\Z)                     # dashes
    | [\x85\xa0]                                        # ellipsis, space that does not break
    | (?<=[A-Za-z])[\xc0-\xff][\x85\x92\x94\x96\x97]?   # letters with accents
    | [\xc0-\xff](?=[A-Za-z])
    | (?<=[A-Za-z.,!?])[\x85\x92\x94\x96\x97][\x93\x94] # two marks in a row
    | [\x80\xa3](?=\s?[0-9]) | (?<=[0-9])[\x80\xa3]     # euro, pound
    )(?![\x80-\xff])""",
    re.VERBOSE,
)


def recognise_encoding(stream: BinaryIO, sample: bytes) -> str:
    """Return the name of the first encoding that decodes the stream; its position is restored.

    `sample` is the beginning of the stream. A stream that cannot seek is judged by the sample alone, so its reader has
    to expect a decoding error further on.

    Raises:
        RecordError: no known encoding fits.
    """
    for encoding in _candidates(sample):
        if _decodes_stream(stream, encoding) if stream.seekable() else _decodes(sample, encoding):
            return encoding
    raise RecordError(
        "the encoding is none of UTF-8, UTF-16, cp932 (Shift_JIS), EUC-JP, ISO-2022-JP, cp1252; name it (--encoding)"
    )


def check_encoding(name: str) -> str:
    """Return the codec's own name for `name`; raise RecordError if Python knows no such text encoding."""
    try:
        codec = codecs.lookup(name)
        "".encode(name)
    except LookupError:
        raise RecordError(f"the encoding {name!r} is unknown; use for example utf-8, cp932 or utf-16") from None
    # Files called Shift_JIS nearly always come from Windows and hold its extra characters.
    return "cp932" if codec.name == "shift_jis" else codec.name


def decode(data: bytes) -> str:
    """Decode a whole text whose encoding is not known; raise RecordError if no known encoding fits."""
    for encoding in _candidates(data):
        if encoding == "cp1252" and not _reads_as_cp1252(data.splitlines()):
            continue
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RecordError(
        "the text is not UTF-8, UTF-16, cp932 (Shift_JIS), EUC-JP, ISO-2022-JP or cp1252; convert it to UTF-8"
    )


def _candidates(sample: bytes) -> tuple[str, ...]:
    if sample.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if b"\0" in sample:
        # Line ends and delimiters are ASCII, so in UTF-16 their zero bytes all stand on the same side.
        return ("utf-16-le",) if sample[1::2].count(0) >= sample[::2].count(0) else ("utf-16-be",)
    if b"\x1b$" in sample:
        return ("iso2022_jp", "utf-8")
    japanese = ("euc_jp", "cp932") if _reads_as_euc_jp(sample) else ("cp932", "euc_jp")
    return ("utf-8", "cp1252", *japanese)


def _reads_as_euc_jp(sample: bytes) -> bool:
    # EUC-JP often decodes as cp932 too, into half-width katakana; cp932 hiragana never decodes as EUC-JP.
    if not _decodes(sample, "euc_jp"):
        return False
    text = codecs.getincrementaldecoder("euc_jp")().decode(sample)
    beyond_ascii = [character for character in text if character > "\x7f"]
    hiragana = sum("ぁ" <= character <= "ゖ" for character in beyond_ascii)
    return 10 * hiragana > len(beyond_ascii)


def _reads_as_cp1252(lines: Iterable[bytes]) -> bool:
    return all(line.isascii() or _CP1252_USE.sub(b"", line).isascii() for line in lines)


def _decodes(sample: bytes, encoding: str) -> bool:
    if encoding == "cp1252":
        return _reads_as_cp1252(sample.splitlines())
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        decoder.decode(sample, final=len(sample) < SAMPLE_BYTES)
    except UnicodeDecodeError:
        return False
    return True


def _decodes_stream(stream: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    start = stream.tell()
    try:
        if encoding == "cp1252":
            return _reads_as_cp1252(stream)
        while block := stream.read(_BLOCK_BYTES):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        stream.seek(start)
    return True
