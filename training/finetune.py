"""Fine-tune the encoder of the semantic tier on the train split of the corpus.

python training/finetune.py --corpus data/synthetic --out adapter.npz [--epochs 2 --first-layer 2 --threads 2 ...]

Low-rank adaptations of all matrices from one layer on, binary cross-entropy for risk and each signal and cross-entropy
for the role (AdamW, linear warm-up and decay). Prints the mean loss every hundred steps and
saves what it has every five hundred. With `--start` it goes on from an adapter of an earlier corpus.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from network import Network
from torch import Tensor
from torch.nn import functional

from sextortion_signals.corpus import Row, read_sources, split_of
from sextortion_signals.semantic import PieceTokenizer, base_path, read_base
from sextortion_signals.semantic.encoder import WINDOW
from sextortion_signals.text import normalize
from sextortion_signals.train.augment import disguised_copies
from sextortion_signals.types import Role, SignalId

ROLES, SIGNALS = tuple(Role), tuple(SignalId)
WARM_UP = 0.06
ROLE_WEIGHT = 0.5
SAVE_EVERY = 500


def main() -> None:
    """Read the arguments, train, write the adapter."""
    arguments = _arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    base = read_base(base_path())
    rows = [row for row in read_sources(arguments.corpus) if split_of(row.card) == "train"]
    rows += disguised_copies(rows, arguments.seed)
    network = Network(base, rank=arguments.rank, first_layer=arguments.first_layer)
    if arguments.start:
        with np.load(arguments.start, allow_pickle=False) as adapter:
            network.start_from(adapter)
    words = base.vocabulary
    pieces = PieceTokenizer(words).encode([normalize(row.text).text.lower() for row in rows])
    texts = [[words.begin, *ids[:WINDOW], words.end] for ids in pieces]
    train(network, texts, targets_of(rows), arguments)
    np.savez(arguments.out, **network.adapter())


def targets_of(rows: Sequence[Row]) -> tuple[Tensor, Tensor, Tensor]:
    """Return risk (n,), the number of the role (n,) and signals (n, 7) as tensors."""
    risk = torch.tensor([float(row.risk) for row in rows])
    roles = torch.tensor([ROLES.index(row.role) for row in rows])
    signals = torch.tensor([[float(signal in row.signals) for signal in SIGNALS] for row in rows])
    return risk, roles, signals


def loss_of(logits: Tensor, risk: Tensor, roles: Tensor, signals: Tensor) -> Tensor:
    """Return the loss of logits (n, 12): risk, the four roles, the seven signals."""
    role = 1 + len(ROLES)
    return (
        functional.binary_cross_entropy_with_logits(logits[:, 0], risk)
        + ROLE_WEIGHT * functional.cross_entropy(logits[:, 1:role], roles)
        + functional.binary_cross_entropy_with_logits(logits[:, role:], signals)
    )


def train(network: Network, texts: list[list[int]], targets: tuple[Tensor, Tensor, Tensor], arguments: Any) -> None:
    """Fit the network in place."""
    rng = np.random.default_rng(arguments.seed)
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=arguments.rate, weight_decay=0.01)
    epochs = [batches(texts, arguments.pieces, rng) for _ in range(arguments.epochs)]
    steps = sum(map(len, epochs))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
    network.train()
    started, total = time.monotonic(), 0.0
    for step, batch in enumerate((batch for epoch in epochs for batch in epoch), 1):
        loss = loss_of(network([texts[index] for index in batch]), *(target[batch] for target in targets))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        schedule.step()
        total += loss.item()
        if step % 100 == 0:
            left = (time.monotonic() - started) / step * (steps - step) / 60
            print(f"step {step} of {steps}, loss {total / 100:.4f}, {left:.0f} min left", flush=True)
            total = 0.0
        if step % SAVE_EVERY == 0:
            np.savez(arguments.out, **network.adapter())


def batches(texts: list[list[int]], pieces: int, rng: np.random.Generator) -> list[list[int]]:
    """Return lists of indices: texts of similar length, at most `pieces` with the padding, in random order."""
    lengths = np.array([len(text) for text in texts])
    result: list[list[int]] = [[]]
    longest = 0
    for index in np.argsort(lengths + rng.random(len(texts)) * 6, kind="stable").tolist():
        longest = max(longest, int(lengths[index]))
        if result[-1] and longest * (len(result[-1]) + 1) > pieces:
            result.append([])
            longest = int(lengths[index])
        result[-1].append(index)
    return [result[place] for place in rng.permutation(len(result))]


def _rate(step: int, steps: int) -> float:
    return min((step + 1) / (WARM_UP * steps), max(0.0, (steps - step) / ((1 - WARM_UP) * steps)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--corpus", type=Path, default=Path("data/synthetic"))
    parser.add_argument("--out", type=Path, required=True)
    for name, default in {"rank": 16, "first-layer": 2, "epochs": 2, "pieces": 1024, "seed": 1, "threads": 2}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--start", type=Path, help="go on from this adapter (of the same rank and first layer)")
    parser.add_argument("--rate", type=float, default=5e-4)
    return parser.parse_args()


if __name__ == "__main__":
    main()
