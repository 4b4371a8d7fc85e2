import gzip
import io
import sys

import pyarrow as pa
import pytest

from sextortion_signals.batch import Format, ReadOptions, run_batch
from sextortion_signals.batch.compression import Compression, compressor, decompressed
from sextortion_signals.batch.records import open_records
from sextortion_signals.errors import MissingExtraError, RecordError

CSV = "id,本文\n" + "".join(f"{number},払え{number}\n" for number in range(3_000))
PACK = {".gz": gzip.compress, ".zst": lambda data: pa.Codec("zstd").compress(data, asbytes=True)}


def unpacked(path):
    kind = {".gz": "gzip", ".zst": "zstd"}[path.suffix]
    return pa.CompressedInputStream(pa.OSFile(str(path)), kind).read()


class Pipe(io.BytesIO):
    def seekable(self):
        return False


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16"])
def test_compression_is_recognised_in_files_and_streams(write, suffix, encoding):
    # In two pieces, one behind the other, as programs write that append.
    data = CSV.encode(encoding)
    packed = PACK[suffix](data[:5_000]) + PACK[suffix](data[5_000:])
    path = write(f"a.csv{suffix}", packed)
    with open_records(path) as reader:
        assert reader.columns == ("id", "本文")
        assert reader.layout.encoding == encoding
        records = list(reader)
        assert reader.fraction() == 1.0
    assert len(records) == 3_000
    assert records[-1] == {"id": "2999", "本文": "払え2999"}
    with open_records(Pipe(packed), ReadOptions(Format.CSV)) as reader:
        assert list(reader) == records
        assert reader.fraction() is None
    # The suffix does not matter to what is read: some browsers take the compression off and keep the name.
    with open_records(write(f"b.csv{suffix}", data)) as reader:
        assert list(reader) == records


@pytest.mark.parametrize("suffix", PACK)
def test_compression_jsonl_to_a_table_is_read_twice(write, suffix):
    path = write(f"a.jsonl{suffix}", PACK[suffix](b'{"text": "a"}\n' * 2_000 + b'{"late": 1}\n'))
    with open_records(path, all_columns=True) as reader:
        assert reader.columns == ("text", "late")
        assert len(list(reader)) == 2_001


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out.tsv"])
@pytest.mark.parametrize("sort", [False, True])
def test_compression_of_the_output_by_its_suffix(write, tmp_path, rule_detector, suffix, name, sort):
    path = write("in.csv", CSV)
    run_batch(lambda: rule_detector, path, tmp_path / name, sort=sort)
    run_batch(lambda: rule_detector, path, tmp_path / f"{name}{suffix}", sort=sort)
    run_batch(lambda: rule_detector, path, tmp_path / f"again.{name}{suffix}", sort=sort)
    assert unpacked(tmp_path / f"{name}{suffix}") == (tmp_path / name).read_bytes()
    assert (tmp_path / f"{name}{suffix}").read_bytes() == (tmp_path / f"again.{name}{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", PACK)
def test_compression_that_is_cut_off_or_damaged_is_an_error(write, tmp_path, rule_detector, suffix):
    packed = PACK[suffix](CSV.encode())
    # Behind the first bytes, which say how it is compressed: further on zstd finds damage only by a check sum.
    broken = packed[:8] + b"\xff" * 8 + packed[16:]
    for number, data in enumerate((packed[:-1], packed[: len(packed) // 2], broken)):
        with pytest.raises(RecordError, match=r"data is damaged or cut off \(\w+\); get the file once more"):
            run_batch(lambda: rule_detector, write(f"{number}.csv{suffix}", data), tmp_path / "out.csv")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("out")]


def test_compression_of_what_is_compressed_inside_is_refused(write, tmp_path, rule_detector):
    path = write("a.parquet.gz", gzip.compress(b"PAR1"))
    with pytest.raises(RecordError, match="compressed as a whole; take its gzip off first"):
        run_batch(lambda: rule_detector, path, tmp_path / "out.csv")
    with pytest.raises(RecordError, match="compressed inside; name the output without the suffix of zstd"):
        run_batch(lambda: rule_detector, write("a.csv", CSV), tmp_path / "out.arrow.zst")


def test_compression_zstd_without_pyarrow_says_what_to_install(write, monkeypatch):
    path = write("a.csv.zst", PACK[".zst"](CSV.encode()))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"zstd needs .*sextortion-signals\[batch\]"), open_records(path):
        pass
    with pytest.raises(MissingExtraError):
        compressor(Compression.ZSTD)


def test_compression_goes_back_to_the_beginning_only():
    stream = decompressed(io.BytesIO(gzip.compress(b"abc" * 100_000)), Compression.GZIP)
    assert stream.raw.seek(0) == 0
    assert stream.read(4) == b"abca"
    assert stream.seek(0) == 0
    assert len(stream.read()) == 300_000
    with pytest.raises(io.UnsupportedOperation, match="only be read from its beginning"):
        stream.seek(150_000)
