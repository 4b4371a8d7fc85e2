import io

import pytest

from sextortion_signals.batch.csv_records import CsvEncoder, sniff_delimiter
from sextortion_signals.batch.formats import FlawedRecord, Format, Layout, ReadOptions
from sextortion_signals.batch.records import open_records
from sextortion_signals.errors import RecordError


def read(source, **options):
    with open_records(source, ReadOptions(**options)) as reader:
        return reader.columns, list(reader), reader.layout


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_csv_encodings_and_line_breaks_in_quotes(write, encoding):
    path = write("a.csv", 'id,本文\r\n1,"一行目\r\n二行目, ""引用"""\r\n2,終わり', encoding)
    columns, records, layout = read(path)
    assert columns == ("id", "本文")
    assert records == [{"id": "1", "本文": '一行目\r\n二行目, "引用"'}, {"id": "2", "本文": "終わり"}]
    assert (layout.encoding, layout.delimiter, layout.line_end) == (encoding, ",", "\r\n")


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_csv_delimiters_are_sniffed(delimiter):
    rows = [["id", "text", "note"], ["1", "a, b; c", ""], ["2", "x", "y"]]
    sample = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    assert sniff_delimiter(sample) == delimiter


def test_csv_one_column_and_odd_samples_fall_back_to_a_comma():
    assert sniff_delimiter("text\nhello; you\n") == ","
    assert sniff_delimiter("") == ","


def test_csv_tab_by_suffix_and_delimiter_by_hand(write):
    assert read(write("a.tsv", "text\nhello, you\n"))[1] == [{"text": "hello, you"}]
    assert read(write("b.csv", "id:text\n1:a,b\n"), delimiter=":")[1] == [{"id": "1", "text": "a,b"}]
    with pytest.raises(RecordError, match="one character"):
        read(write("c.csv", "a,b\n"), delimiter=",,")


def test_csv_ragged_rows_lose_nothing(write):
    _, records, _ = read(write("a.csv", "id,text,note\n1,短い\n\n2,a,b,c,d\n"))
    assert records[0] == {"id": "1", "text": "短い", "note": ""}
    assert records[1] == {"id": "2", "text": "a", "note": "b,c,d"}
    assert isinstance(records[1], FlawedRecord)
    assert records[1].problem.startswith("line 4 has 5 cells, the header 3")


def test_csv_header_without_names_or_with_names_twice(write):
    assert read(write("a.csv", "id,,\n1,2,3\n"))[0] == ("id", "column_2", "column_3")
    with pytest.raises(RecordError, match="the header has twice: id;"):
        read(write("b.csv", "id,text,id\n"))
    with pytest.raises(RecordError, match="empty"):
        read(write("c.csv", ""))


def test_csv_quote_that_is_never_closed_is_an_error_and_names_its_row(write):
    with pytest.raises(RecordError, match="row at line 3 is never closed"):
        read(write("b.csv", 'id,text\n1,a\n"'))
    path = write("a.csv", 'id,text\n1,a\n2,"open\n3,b\n')
    with pytest.raises(RecordError, match="row at line 3 is never closed"):
        read(path)


def test_csv_cell_without_end_is_refused(write):
    path = write("a.csv", 'id,text\n1,"' + "x" * 10_000_001)
    with pytest.raises(RecordError, match="line 2 is not CSV"):
        read(path)


def test_csv_wrong_encoding_by_hand(write):
    path = write("a.csv", "id,本文\n1,脅し\n", "cp932")
    with pytest.raises(RecordError, match="not utf-8 somewhere behind line 0; name its encoding"):
        read(path, encoding="utf-8")


def test_csv_byte_order_mark_is_no_part_of_the_first_name(write):
    assert read(write("a.csv", "text\nx\n", "utf-8-sig"), encoding="utf-8")[0] == ("text",)


def test_csv_standard_input_is_read_without_seeking():
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    content = "id,本文\n" + "".join(f"{n},脅されています{n}\n" for n in range(20_000))
    with open_records(Pipe(content.encode("cp932")), ReadOptions(Format.CSV)) as reader:
        records = list(reader)
        assert reader.fraction() is None
    assert len(records) == 20_000
    assert records[-1] == {"id": "19999", "本文": "脅されています19999"}


def test_csv_an_input_left_half_read_is_closed_quietly(write):
    with open_records(write("a.csv", "text\na\nb\n")) as reader:
        assert next(iter(reader)) == {"text": "a"}
        assert reader.fraction() == 1.0


def written(records, *, layout=None, **options):
    encoder = CsvEncoder(["text", "n"], [], layout or Layout(Format.CSV, "utf-8", ","), **options)
    lines = encoder.encode(records, [()] * len(records))
    assert len(lines) == len(records)
    return encoder.head + b"".join(lines), encoder.protected


def test_csv_formulas_are_defused_and_numbers_left():
    records = [{"text": "=HYPERLINK()", "n": -5}, {"text": "@a", "n": "+81"}]
    assert written(records) == (b"text,n\n'=HYPERLINK(),-5\n'@a,+81\n", 2)
    assert written(records, keep_formulas=True) == (b"text,n\n=HYPERLINK(),-5\n@a,+81\n", 0)


def test_csv_characters_that_cannot_be_written():
    assert written([{"text": "a\ud800b", "n": 1}])[0] == b"text,n\na?b,1\n"
    with pytest.raises(RecordError, match="cp932 cannot write; use --output-encoding utf-8-sig"):
        written([{"text": "한국어"}], layout=Layout(Format.CSV, "cp932", ","))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-be", "iso2022_jp"])
def test_csv_chunks_and_a_second_encoder_write_what_one_writes(encoding):
    layout = Layout(Format.CSV, encoding, ",", "\r\n")
    records = [{"text": "脅し", "n": 1}, {"text": "a\nb", "n": 2}, {"text": "終わり", "n": 3}]
    first, second = (CsvEncoder(["text", "n"], ["r"], layout) for _ in range(2))
    added = [("高",), (None,), ("低",)]
    parts = [first.head, *first.encode(records[:1], added[:1]), *second.encode(records[1:], added[1:])]
    expected = 'text,n,r\r\n脅し,1,高\r\n"a\nb",2,\r\n終わり,3,低\r\n'
    assert b"".join(parts).decode(encoding) == expected
    assert b"".join(parts) == expected.encode(encoding)
