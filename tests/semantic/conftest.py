"""A base model small enough to be written by hand; the real one is a fixture of all tests."""

import struct

import numpy as np
import pytest

PIECES = [
    ("<s>", 0.0),
    ("<pad>", 0.0),
    ("</s>", 0.0),
    ("<unk>", 0.0),
    ("▁", -2.0),
    ("▁pay", -3.0),
    ("払", -4.0),
    ("え", -4.0),
]


def packed(matrix):
    """Q4_0 as its definition says it: blocks of 32, scale first, the low halves before the high ones."""
    content = b""
    for row in matrix:
        for block in row.reshape(-1, 32):
            scale = np.float16(np.abs(block).max() / 7 or 1.0)
            nibbles = np.clip(np.rint(block / np.float32(scale)) + 8, 0, 15).astype(np.uint8)
            content += scale.tobytes() + (nibbles[:16] | nibbles[16:] << 4).astype(np.uint8).tobytes()
    return content


@pytest.fixture
def tiny_matrix():
    return np.random.default_rng(3).normal(0, 0.1, (4, 64)).astype(np.float32)


@pytest.fixture
def tiny_file(tmp_path, tiny_matrix):
    """A data file of one layerless model of width 64 with one float tensor and one matrix."""
    names = b"".join(name.encode() for name, _ in PIECES)
    offsets = np.cumsum([0, *(len(name.encode()) for name, _ in PIECES)]).astype("<u4")
    scores = np.array([score for _, score in PIECES], "<f4")
    replaced = struct.pack("<IB", ord("Ａ"), 1) + struct.pack("<I", ord("A")) + struct.pack("<IB", 0x200B, 0)
    head = b"E5S1" + struct.pack("<I7ifi", 1, 64, 0, 2, 128, len(PIECES), 16, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(names)) + offsets.tobytes() + scores.tobytes() + names
    head += struct.pack("<iI", 2, len(replaced)) + replaced
    tensors = {"emb.ln.w": np.arange(64, dtype="<f4").tobytes(), "l0.q.w": packed(tiny_matrix)}
    size = len(head) + 4 + sum(2 + len(name) + 21 for name in tensors)
    directory = struct.pack("<i", len(tensors))
    for name, content in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, 0, size, len(content))
        size += len(content)
    path = tmp_path / "tiny.bin"
    path.write_bytes(head + directory + b"".join(tensors.values()))
    return path
