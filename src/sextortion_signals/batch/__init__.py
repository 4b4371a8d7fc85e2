"""Whole files of records in, the same records with risk, role, signals, evidence and advice out.

`run_batch` does a file, `assess_records` any iterable of dicts; both work in chunks and keep every row and its order.
"""

from sextortion_signals.batch.assess import AssessedRecord, AssessOptions, Failure, assess_records
from sextortion_signals.batch.formats import FlawedRecord, Format, ReadOptions, Record, WriteOptions
from sextortion_signals.batch.run import run_batch
from sextortion_signals.batch.summary import BatchSummary

__all__ = [
    "AssessOptions",
    "AssessedRecord",
    "BatchSummary",
    "Failure",
    "FlawedRecord",
    "Format",
    "ReadOptions",
    "Record",
    "WriteOptions",
    "assess_records",
    "run_batch",
]
