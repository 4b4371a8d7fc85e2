"""The base model with low-rank adaptations in PyTorch: the arithmetic of `train/encoder_graph.py`, with gradients."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from sextortion_signals.model import HEADS
from sextortion_signals.semantic import BaseModel
from sextortion_signals.semantic.adapter import MATRICES, NORMS

_EPSILON = 1e-12
_NOTHING = -1e4
# `other` is no head of the model: it only keeps the roles apart while they are learnt.
_KEPT = [index for index in range(len(HEADS) + 1) if index != 4]


class Adapted(nn.Module):
    """A frozen matrix W (outputs, inputs) beside trained thin ones: x (W + B A)' + bias."""

    def __init__(self, matrix: Any, bias: Any, rank: int) -> None:
        super().__init__()
        outputs, inputs = matrix.shape
        self.register_buffer("matrix", torch.tensor(matrix))
        self.register_buffer("bias", torch.tensor(bias))
        if rank:
            self.A = nn.Parameter(torch.randn(rank, inputs) * (2.0 / math.sqrt(inputs)))
            self.B = nn.Parameter(torch.zeros(outputs, rank))

    def forward(self, values: Tensor) -> Tensor:
        """Return the product for values of shape (..., inputs)."""
        result = functional.linear(values, self.matrix, self.bias)
        if hasattr(self, "A"):
            result = result + functional.linear(functional.linear(values, self.A), self.B)
        return result


class Layer(nn.Module):
    """A layer of BERT: attention and a feed-forward part, each added and normalised."""

    def __init__(self, base: BaseModel, number: int, rank: int) -> None:
        super().__init__()
        name = f"l{number}"
        self.heads, self.trained = base.shape.heads, rank > 0
        for part in MATRICES:
            bias = base.floats(f"{name}.{part}.b").copy()
            self.add_module(part, Adapted(base.matrix(f"{name}.{part}.w"), bias, rank))
        self.norms = nn.ParameterDict(
            {part.replace(".", "_"): _parameter(base.floats(f"{name}.{part}"), self.trained) for part in NORMS}
        )

    def forward(self, values: Tensor, seen: Tensor) -> Tensor:
        """Return (texts, pieces, width); `seen` (texts, 1, 1, pieces) says which pieces are there."""
        texts, pieces, width = values.shape
        query, key, value = (
            getattr(self, part)(values).view(texts, pieces, self.heads, -1).transpose(1, 2) for part in "qkv"
        )
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        values = self._norm(values + self.ao(attended.transpose(1, 2).reshape(texts, pieces, width)), "aln")
        return self._norm(values + self.fo(functional.gelu(self.fi(values))), "oln")

    def _norm(self, values: Tensor, name: str) -> Tensor:
        weights = (self.norms[f"{name}_w"], self.norms[f"{name}_b"])
        return functional.layer_norm(values, values.shape[-1:], *weights, _EPSILON)


class Network(nn.Module):
    """Ids of pieces in, logits of all heads and of the role `other` out."""

    def __init__(self, base: BaseModel, *, rank: int, first_layer: int) -> None:
        super().__init__()
        self.base, width = base, base.shape.width
        kinds = base.floats("emb.type")[:width]
        self.register_buffer("places", torch.tensor(base.floats("emb.pos").reshape(-1, width) + kinds))
        self.register_buffer("norm_w", torch.tensor(base.floats("emb.ln.w").copy()))
        self.register_buffer("norm_b", torch.tensor(base.floats("emb.ln.b").copy()))
        ranks = [rank if number >= first_layer else 0 for number in range(base.shape.layers)]
        self.layers = nn.ModuleList(Layer(base, number, rank) for number, rank in enumerate(ranks))
        self.attention = nn.Linear(width, 1)
        self.head = nn.Linear(3 * width, len(HEADS) + 1)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, texts: Sequence[Sequence[int]]) -> Tensor:
        """Return logits (n, heads + 1) of texts as ids with their special pieces."""
        values, seen = self._embed(texts)
        for layer in self.layers:
            with torch.set_grad_enabled(torch.is_grad_enabled() and layer.trained):
                values = layer(values, seen[:, None, None, :])
        there = seen[..., None]
        mean = (values * there).sum(1) / there.sum(1)
        largest = values.masked_fill(~there, _NOTHING).amax(1)
        shares = self.attention(values).masked_fill(~there, _NOTHING).softmax(1)
        pooled = torch.cat([mean, largest, (values * shares).sum(1)], -1)
        result: Tensor = self.head(functional.dropout(pooled, 0.1, self.training))
        return result

    def _embed(self, texts: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        longest = max(map(len, texts))
        ids = np.array([[*text, *[0] * (longest - len(text))] for text in texts])
        seen = torch.tensor([[place < len(text) for place in range(longest)] for text in texts])
        words = torch.tensor(self.base.matrix("emb.word", ids.ravel())).view(*ids.shape, -1)
        values = words + self.places[:longest]
        return functional.layer_norm(values, values.shape[-1:], self.norm_w, self.norm_b, _EPSILON), seen

    def adapter(self) -> dict[str, Any]:
        """Return what was trained, float16, by the names that `semantic.adapter` reads."""
        arrays = self._trained()
        arrays |= {"head.w": self.head.weight[_KEPT].T, "head.b": self.head.bias[_KEPT]}
        return {name: array.detach().numpy().astype(np.float16) for name, array in arrays.items()}

    def start_from(self, adapter: Mapping[str, Any]) -> None:
        """Take over what `adapter` returned; the role `other`, which is not stored, starts anew."""
        trained = self._trained()
        own = {name: tuple(array.shape) for name, array in trained.items()}
        given = {name: np.shape(array) for name, array in adapter.items() if not name.startswith("head.")}
        if own != given:
            raise ValueError("the adapter has another rank or other layers; name the same --rank and --first-layer")
        with torch.no_grad():
            for name, array in trained.items():
                array.copy_(torch.tensor(np.asarray(adapter[name], np.float32)))
            self.head.weight[_KEPT] = torch.tensor(np.asarray(adapter["head.w"], np.float32).T)
            self.head.bias[_KEPT] = torch.tensor(np.asarray(adapter["head.b"], np.float32))

    def _trained(self) -> dict[str, Tensor]:
        arrays: dict[str, Tensor] = {"att.w": self.attention.weight.T}
        for number, layer in enumerate(self.layers):
            if layer.trained:
                for part in MATRICES:
                    arrays |= {f"l{number}.{part}.{side}": getattr(getattr(layer, part), side) for side in "AB"}
                arrays |= {f"l{number}.{part}": layer.norms[part.replace(".", "_")] for part in NORMS}
        return arrays


def _parameter(values: Any, trained: bool) -> nn.Parameter:
    return nn.Parameter(torch.tensor(values), requires_grad=trained)
