"""Give a trained model folder its semantic tier.

python training/add_semantic.py models/candidates/NAME --corpus data/synthetic --adapter adapter.npz
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from sextortion_signals.train.semantic import add_semantic


def main() -> None:
    """Read the arguments, add the tier, show what it was set to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--corpus", type=Path, default=Path("data/synthetic"))
    parser.add_argument("--adapter", type=Path, required=True)
    arguments = parser.parse_args()
    part = add_semantic(arguments.folder, arguments.corpus, arguments.adapter)
    shown = {name: part[name] for name in ("stacking", "thresholds", "offender_floor", "signal_thresholds", "cascade")}
    print(json.dumps(shown, indent=1))


if __name__ == "__main__":
    main()
