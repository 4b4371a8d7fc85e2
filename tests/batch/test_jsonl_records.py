import io
import json

import pytest

from sextortion_signals.batch.formats import FlawedRecord, Format, Layout, ReadOptions
from sextortion_signals.batch.jsonl_records import JsonlEncoder
from sextortion_signals.batch.records import open_records
from sextortion_signals.errors import RecordError


class Pipe(io.BytesIO):
    def seekable(self):
        return False


def test_jsonl_values_keep_their_types(write):
    path = write("a.jsonl", '{"text": "払え", "n": 1.5}\n\n{"text": null, "tags": ["a"]}\n')
    with open_records(path) as reader:
        assert reader.columns == ("text", "n", "tags")
        assert list(reader) == [{"text": "払え", "n": 1.5}, {"text": None, "tags": ["a"]}]
        assert reader.fraction() == 1.0


def test_jsonl_broken_lines_are_kept_as_flawed_records(write):
    path = write("a.ndjson", '{"text": "a"}\n{"text": \n["b"]\n' + "[" * 100_000 + "\n")
    with open_records(path) as reader:
        records = list(reader)
    assert [type(record) is FlawedRecord for record in records] == [False, True, True, True]
    assert records[1].problem == "line 2 is not JSON; write one object a line"
    assert records[2].problem.startswith("line 3 is not a JSON object")


@pytest.mark.parametrize("make", [io.BytesIO, Pipe])
def test_jsonl_all_columns_are_known_for_a_table(make):
    content = '{"text": "a"}\n' * 2_000 + '{"text": "b", "late": 1}\n'
    with open_records(make(content.encode()), ReadOptions(Format.JSONL), all_columns=True) as reader:
        assert reader.columns == ("text", "late")
        assert len(list(reader)) == 2_001


def test_jsonl_without_a_table_the_first_lines_name_the_columns():
    content = '{"text": "a"}\n' * 1_024 + '{"late": 1}\n'
    with open_records(Pipe(content.encode()), ReadOptions(Format.JSONL)) as reader:
        assert reader.columns == ("text",)
        assert len(list(reader)) == 1_025


def test_jsonl_wrong_encoding_is_an_error(write):
    with (
        pytest.raises(RecordError, match="not ascii"),
        open_records(write("a.jsonl", '{"text": "払え"}'), ReadOptions(encoding="ascii")),
    ):
        pass


def test_jsonl_writes_lone_surrogates_so_that_they_survive():
    lines = JsonlEncoder(["r"], Layout(Format.JSONL)).encode(
        [{"text": "a\ud800払"}, {"raw": b"x"}], ['"r": 1', '"r": 2']
    )
    assert [json.loads(line) for line in lines] == [{"text": "a\ud800払", "r": 1}, {"raw": "x", "r": 2}]
    assert "払".encode() in lines[0]


def test_jsonl_what_is_added_replaces_a_field_of_the_same_name():
    lines = JsonlEncoder(["r"], Layout(Format.JSONL)).encode([{"r": "old", "n": 1}, {"r": "old"}, {}], ['"r": 1'] * 3)
    assert lines == [b'{"n": 1, "r": 1}\n', b'{"r": 1}\n', b'{"r": 1}\n']


@pytest.mark.parametrize("all_columns", [False, True])
@pytest.mark.parametrize("skip", [0, 1, 1_024, 1_500, 3_000, 9_999])
def test_jsonl_rows_can_be_passed_over(write, skip, all_columns):
    path = write("a.jsonl", "".join(f'{{"n": {n}}}\n\n' for n in range(3_000)))
    with open_records(path, all_columns=all_columns) as reader:
        chunks = list(reader.chunks(1_000, skip=skip))
    assert [record["n"] for chunk in chunks for record in chunk] == list(range(skip, 3_000))
    assert all(len(chunk) == 1_000 for chunk in chunks[:-1])
