"""Texts in Spark: a column function and a DataFrame function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
from pyspark.sql.pandas.functions import arrow_udf
from pyspark.sql.pandas.types import from_arrow_type
from pyspark.sql.types import StructType

from sextortion_signals.batch.assess import CHUNK_SIZE, assess_texts
from sextortion_signals.batch.columns import RESULT_FIELDS, find_text_column, result_columns
from sextortion_signals.batch.spark.arrow import ASSESSMENT, assessment_array
from sextortion_signals.batch.spark.settings import SparkSettings

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

ASSESSMENT_TYPE = cast(StructType, from_arrow_type(ASSESSMENT))
"""Type of the column that `assess_column` gives; its fields are the columns that `assess_frame` adds."""

DEFAULT_PREFIX = "ss_"


def assess_column(text: Column | str, settings: SparkSettings | None = None) -> Column:
    """Return a column of type `ASSESSMENT_TYPE` with the assessment of each text of a string column.

    A text that is null, empty or too long has its reason in the field `error` and null in all others; nothing stops
    the job. Select the struct once and its fields from there, as `assess_frame` does with less to write.
    """
    chosen = settings or SparkSettings()

    def assess(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
        return assess_arrays(batches, chosen)

    # Deterministic it is; but Spark computes such a function again for a filter on its result, and it is the one
    # expensive thing here.
    make: Any = arrow_udf  # the hints of `assess` say which kind it is; its stubs know no struct as a result
    return cast("Column", make(assess, ASSESSMENT_TYPE).asNondeterministic()(text))


def assess_frame(
    frame: DataFrame,
    text_column: str | None = None,
    settings: SparkSettings | None = None,
    *,
    prefix: str = DEFAULT_PREFIX,
) -> DataFrame:
    """Return the rows of `frame`, all columns kept, with one typed column added for each field of `ASSESSMENT_TYPE`.

    Works on a stream, too. The text column is found by its name as in `batch` where none is given.

    Raises:
        RecordError: the text column is missing or in doubt, or an added column is there already.
    """
    column = find_text_column(frame.columns, text_column)
    names = result_columns(frame.columns, prefix)
    return frame.mapInArrow(
        frame_function(column, settings or SparkSettings(), prefix), frame_schema(frame.schema, names)
    )


def frame_schema(schema: StructType, names: tuple[str, ...]) -> StructType:
    """Return the schema of the frame with the added columns, all of them nullable."""
    widened = StructType(list(schema.fields))
    for name, field in zip(names, ASSESSMENT_TYPE.fields, strict=True):
        widened = widened.add(name, field.dataType, True)
    return widened


def frame_function(
    column: str, settings: SparkSettings, prefix: str
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return what a worker does with its batches: each comes back in pieces of 1,024 rows with the added columns."""

    def assess(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        detector = settings.load()
        for batch in batches:
            for begin in range(0, batch.num_rows, CHUNK_SIZE):
                piece = batch.slice(begin, CHUNK_SIZE)
                texts = piece.column(column).to_pylist()
                added = assessment_array(assess_texts(detector, texts, settings.options))
                names = [*piece.schema.names, *(prefix + field for field in RESULT_FIELDS)]
                yield pa.RecordBatch.from_arrays([*piece.columns, *added.flatten()], names=names)

    return assess


def assess_arrays(batches: Iterator[Any], settings: SparkSettings) -> Iterator[Any]:
    """Yield for each string array the struct array of its assessments."""
    detector = settings.load()
    for texts in batches:
        pieces = [
            assessment_array(assess_texts(detector, texts.slice(begin, CHUNK_SIZE).to_pylist(), settings.options))
            for begin in range(0, len(texts), CHUNK_SIZE)
        ]
        yield pa.concat_arrays(pieces) if pieces else assessment_array([])
