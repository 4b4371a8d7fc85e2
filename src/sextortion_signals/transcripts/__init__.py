"""Conversations as people save them: JSON lines, plain `name: text` logs, LINE's exported talk."""

from sextortion_signals.transcripts.read import Transcript, TranscriptFormat, read_transcripts

__all__ = ["Transcript", "TranscriptFormat", "read_transcripts"]
