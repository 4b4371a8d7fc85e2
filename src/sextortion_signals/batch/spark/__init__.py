"""Texts and conversations in Apache Spark (extra `spark`; Java 17 or later).

`assess_column` adds one struct column, `assess_frame` typed columns, both also to a stream; `assess_conversations`
gives one row a conversation of any length. `entry/score_parquet.py` is for spark-submit. See docs/spark.md.
"""

from importlib.util import find_spec

from sextortion_signals.errors import MissingExtraError

if any(find_spec(module) is None for module in ("pyspark", "pyarrow", "pandas")):
    raise MissingExtraError("Spark", "spark")

from sextortion_signals.batch.spark.conversations import (
    CONVERSATION_SETTINGS,
    CONVERSATION_TYPE,
    assess_conversations,
)
from sextortion_signals.batch.spark.session import BATCH_ROWS, require_java, use_this_python
from sextortion_signals.batch.spark.settings import SparkSettings
from sextortion_signals.batch.spark.texts import ASSESSMENT_TYPE, DEFAULT_PREFIX, assess_column, assess_frame

__all__ = [
    "ASSESSMENT_TYPE",
    "BATCH_ROWS",
    "CONVERSATION_SETTINGS",
    "CONVERSATION_TYPE",
    "DEFAULT_PREFIX",
    "SparkSettings",
    "assess_column",
    "assess_conversations",
    "assess_frame",
    "require_java",
    "use_this_python",
]
