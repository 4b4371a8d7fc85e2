"""What Spark needs of the machine it is started on."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from sextortion_signals.errors import SextortionSignalsError

BATCH_ROWS = 500
"""Rows in an Arrow batch (`spark.sql.execution.arrow.maxRecordsPerBatch`); measured in docs/spark.md."""


def require_java() -> None:
    """Raise `SextortionSignalsError` where no Java can be found to run Spark in."""
    home = os.environ.get("JAVA_HOME")
    java = Path(home, "bin", "java") if home else None
    if (java is not None and not java.is_file()) or (java is None and shutil.which("java") is None):
        raise SextortionSignalsError(
            "Spark needs Java 17 or later and none is found; install it (Debian: apt-get install "
            "openjdk-17-jre-headless) or set JAVA_HOME to where it is"
        )


def use_this_python() -> None:
    """Let Spark's workers run in this interpreter, where no other one was chosen.

    Spark's own choice is the first `python3` on the PATH, where this package need not be installed.
    """
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
