"""Write the weighted mean of two adapters, the second of which was trained on from the first (`finetune.py --start`).

python training/average.py first.npz second.npz --weight 0.65 --out adapter.npz

The mean is taken array by array, so both must have begun from the same matrices.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np


def main() -> None:
    """Read the arguments, write the mean."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("--weight", type=float, default=0.65, help="of the second adapter, 0 to 1")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    if not 0.0 <= arguments.weight <= 1.0:
        parser.error("--weight must be from 0 to 1")
    with np.load(arguments.first, allow_pickle=False) as first, np.load(arguments.second, allow_pickle=False) as second:
        if {name: first[name].shape for name in first.files} != {name: second[name].shape for name in second.files}:
            parser.error("the adapters differ in rank or layers: train the second with `finetune.py --start` the first")
        means = {
            name: (1 - arguments.weight) * first[name].astype(np.float32)
            + arguments.weight * second[name].astype(np.float32)
            for name in first.files
        }
    with arguments.out.open("wb") as stream:  # a name without .npz stays as it is
        np.savez(stream, **{name: mean.astype(np.float16) for name, mean in means.items()})


if __name__ == "__main__":
    main()
