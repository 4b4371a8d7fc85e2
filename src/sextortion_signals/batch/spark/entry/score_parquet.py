"""Parquet in, the same rows with their assessments (or one row a conversation) as Parquet out.

    spark-submit score_parquet.py INPUT OUTPUT [options]

Where the file lies: `python -c "import sextortion_signals.batch.spark.entry as e; print(*e.__path__)"`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from sextortion_signals.batch.assess import AssessOptions
from sextortion_signals.batch.spark import (
    BATCH_ROWS,
    DEFAULT_PREFIX,
    SparkSettings,
    assess_conversations,
    assess_frame,
    require_java,
    use_this_python,
)
from sextortion_signals.errors import SextortionSignalsError
from sextortion_signals.types import Audience, Tier

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_WRONG_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job; returns 0, or 2 with one line of why where input or options cannot be used."""
    chosen = _parser().parse_args(arguments)
    try:
        require_java()
        use_this_python()
        spark = SparkSession.builder.appName("sextortion-signals").getOrCreate()
        spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", chosen.batch_rows)
        scored = _scored(spark.read.parquet(chosen.input), chosen)
        scored.write.mode("overwrite" if chosen.overwrite else "errorifexists").parquet(chosen.output)
    except SextortionSignalsError as error:
        sys.stderr.write(f"{error}\n")
        return _WRONG_INPUT
    except AnalysisException as error:
        # Spark's first line names the path or column; what follows is its plan.
        sys.stderr.write(f"{str(error).splitlines()[0]}\n")
        return _WRONG_INPUT
    return 0


def _scored(frame: DataFrame, chosen: argparse.Namespace) -> DataFrame:
    settings = _settings(chosen)
    settings.load()  # what is wrong with it is said here, not by some worker
    if chosen.conversation is None:
        return assess_frame(frame, chosen.text_column, settings, prefix=chosen.prefix)
    return assess_conversations(
        frame,
        conversation=chosen.conversation,
        order=chosen.order,
        sender=chosen.sender_column,
        text=chosen.text_column or "text",
        settings=settings,
        prefix=chosen.prefix,
    )


def _settings(chosen: argparse.Namespace) -> SparkSettings:
    audience = Audience(chosen.audience) if chosen.audience else None
    truncate = chosen.truncate or chosen.conversation is not None
    options = AssessOptions(chosen.lang, audience, truncate, chosen.awareness)
    return SparkSettings(chosen.model, chosen.tier, chosen.profile, options=options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="score_parquet.py", description=__doc__.splitlines()[0])
    parser.add_argument("input", help="Parquet file, folder or pattern")
    parser.add_argument("output", help="folder to write")
    parser.add_argument("--text-column", metavar="NAME", help="default: text, message, 本文, ...")
    parser.add_argument("--prefix", default=DEFAULT_PREFIX, help="before the added columns (default: %(default)s)")
    parser.add_argument("--model", help="model folder, at the same path on every machine (default: the bundled one)")
    parser.add_argument("--tier", choices=[tier.value for tier in Tier], default=Tier.FAST.value)
    parser.add_argument("--profile", metavar="PATH", help="operating points that `tune` has written")
    parser.add_argument("--lang", choices=("ja", "en"), help="language of the advice (default: that of the text)")
    parser.add_argument("--audience", choices=[audience.value for audience in Audience])
    parser.add_argument("--truncate", action="store_true", help="read the first part of a text that is too long")
    parser.add_argument("--awareness", action="store_true", help="the campaign's message where no advice applies")
    parser.add_argument("--conversation", metavar="NAME", help="column of the conversation: one row for each comes out")
    parser.add_argument("--order", metavar="NAME", nargs="+", default=["time"], help="columns that order its messages")
    parser.add_argument("--sender-column", metavar="NAME", default="sender")
    parser.add_argument("--batch-rows", type=int, default=BATCH_ROWS, help="rows in an Arrow batch")
    parser.add_argument("--overwrite", action="store_true", help="replace the output folder")
    return parser


if __name__ == "__main__":
    sys.exit(main())
