import io

import pytest

from sextortion_signals.batch.encodings import SAMPLE_BYTES, check_encoding, decode, recognise_encoding
from sextortion_signals.errors import RecordError

JAPANESE = "id,本文\n1,写真をばらまくと言われました。どうしたらいいですか\n"


@pytest.mark.parametrize(
    ("encoding", "recognised"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp932", "cp932"),
        ("shift_jis", "cp932"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("euc_jp", "euc_jp"),
        ("iso2022_jp", "iso2022_jp"),
    ],
)
def test_encodings_are_recognised_by_their_bytes(encoding, recognised):
    data = JAPANESE.encode(encoding)
    stream = io.BytesIO(data)
    assert recognise_encoding(stream, data[:SAMPLE_BYTES]) == recognised
    assert stream.tell() == 0
    assert decode(data) == JAPANESE


def test_encodings_half_width_katakana_in_cp932_is_not_euc_jp():
    data = "id,本文\n1,ｶﾈｦﾊﾗｴ\n".encode("cp932")
    assert recognise_encoding(io.BytesIO(data), data) == "cp932"


def test_encodings_of_a_file_are_judged_by_all_of_it():
    data = b"text\n" + b"hello\n" * (SAMPLE_BYTES // 6 + 1) + "脅されています\n".encode("cp932")
    assert recognise_encoding(io.BytesIO(data), data[:SAMPLE_BYTES]) == "cp932"


def test_encodings_a_character_cut_by_the_sample_does_no_harm():
    data = b"x" + "脅".encode() * SAMPLE_BYTES

    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    assert recognise_encoding(Pipe(data), data[:SAMPLE_BYTES]) == "utf-8"


def test_encodings_bytes_that_are_no_text_are_refused():
    data = b"\xff\x81\xfe\x80\xff\xff"
    with pytest.raises(RecordError, match="--encoding"):
        recognise_encoding(io.BytesIO(data), data)
    with pytest.raises(RecordError, match="convert it to UTF-8"):
        decode(data)


def test_encodings_named_by_the_user():
    assert check_encoding("UTF8") == "utf-8"
    assert check_encoding("sjis") == "cp932"
    for name in ("klingon", "hex"):
        with pytest.raises(RecordError, match="is unknown"):
            check_encoding(name)


ENGLISH = (
    "id,text\n1,I’ll post your pictures and you don’t want that\n",
    "id,text\n1,“Send £500 now…” – he’s been saying it all day—every day\n",
    "id,text\n1,my fiancé’s café\n2,ÜBER naïve, 500€ more\n3,“no…”\n",
)


@pytest.mark.parametrize("text", ENGLISH)
def test_encodings_english_in_cp1252_does_not_become_kanji(text):
    data = text.encode("cp1252")
    stream = io.BytesIO(data)
    assert recognise_encoding(stream, data) == "cp1252"
    assert stream.tell() == 0
    assert decode(data) == text


def test_encodings_english_in_cp1252_from_a_pipe():
    data = ENGLISH[0].encode("cp1252")

    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    assert recognise_encoding(Pipe(data), data) == "cp1252"


@pytest.mark.parametrize(
    "word", ["男", "3年", "表", "予算", "予約", "卵", "秘密", "ﾄﾞﾙ", "アイ", "A社", "脅迫", "money払え"]
)
def test_encodings_japanese_without_hiragana_stays_cp932(word):
    text = f"id,text\n1,{word}\n"
    data = text.encode("cp932")
    assert recognise_encoding(io.BytesIO(data), data) == "cp932"
    assert decode(data) == text


def test_encodings_one_japanese_row_behind_the_sample_outweighs_an_english_beginning():
    data = b"text\n" + b"I\x92ll wait\n" * (SAMPLE_BYTES // 10) + "脅されています\n".encode("cp932")
    assert recognise_encoding(io.BytesIO(data), data[:SAMPLE_BYTES]) == "cp932"
