"""Read the files that are measured on: JSON lines of texts or of conversations."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sextortion_signals.errors import RecordError
from sextortion_signals.evaluate.conversation_records import ConversationFile, conversation_file
from sextortion_signals.evaluate.records import EvaluationFile, evaluation_file


def read_evaluation_file(path: Path) -> EvaluationFile | ConversationFile:
    """Read one JSONL file, of conversations if its first line has `messages`, else of texts.

    Labelled texts hold `text, lang, risk (0 or 1), role, signals`, `category` or `kind`, and may hold `id` and `unsure`
    (signals that count neither way). Labelled conversations hold `messages` (each with `sender` and `text`), `lang`,
    `risk`, and may hold `id`, `category`, `offender` (a sender), `first_evidence` and `unmistakable` (indices of
    messages). Lines without `risk` hold `text` or `messages` and may hold `corpus`. A line without an id is named by
    its number. Raises `RecordError` naming file and line, never a text.
    """
    records = list(_records(path))
    if not records:
        raise RecordError(f"{path.name} holds no rows; write one JSON object a line")
    if "messages" in records[0][1]:
        return conversation_file(path.name, records)
    return evaluation_file(path.name, records)


def read_text_file(path: Path) -> EvaluationFile:
    """Read one JSONL file of texts, as above; raises `RecordError` for one of conversations, too."""
    file = read_evaluation_file(path)
    if isinstance(file, ConversationFile):
        raise RecordError(f"{path.name} holds conversations; name a file of texts")
    return file


def _records(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        content = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RecordError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RecordError(f"{path.name} is not UTF-8") from None
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            raise RecordError(f"{path.name}:{number}: not a JSON object; write one object a line")
        yield number, record
