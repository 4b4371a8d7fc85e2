"""The encoder of the semantic tier as an ONNX graph without weights: what a model folder carries as `encoder.onnx`.

Weights are named and marked as external; the runtime hands them over from memory (`semantic.encoder.session_arrays`).
Matrix products are `DynamicQuantizeMatMul` of ONNX Runtime: int8 weights, activations rounded when they arrive.
"""

from __future__ import annotations

from typing import Any

from onnx import TensorProto, helper

from sextortion_signals.model import HEADS
from sextortion_signals.semantic.base import Shape

_EPSILON = 1e-12
_RUNTIME = "com.microsoft"


def encoder_graph(shape: Shape, outputs: int = len(HEADS)) -> bytes:
    """Return the serialised graph: input `embeddings` (1, pieces, width), output `logits` (1, outputs)."""
    graph = _Graph()
    graph.add("LayerNormalization", ["embeddings", *graph.norm("emb", shape.width)], "x0", epsilon=_EPSILON, axis=-1)
    for layer in range(shape.layers):
        _layer(graph, shape, layer)
    _pool(graph, shape, outputs)
    width = shape.width
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "encoder",
            [helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, [1, "pieces", width])],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, outputs])],
            [*graph.weights, helper.make_tensor("pieces_axis", TensorProto.INT64, [1], [1])],
        ),
        opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid(_RUNTIME, 1)],
        ir_version=9,
        producer_name="sextortion-signals",
    )
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _layer(graph: _Graph, shape: Shape, layer: int) -> None:
    entry, name, width = f"x{layer}", f"l{layer}", shape.width
    graph.product(entry, f"{name}.qkv", width, 3 * width)
    parts = [f"{name}.{part}.out" for part in "qkv"]
    graph.nodes.append(helper.make_node("Split", [f"{name}.qkv.out"], parts, axis=-1, num_outputs=3))
    graph.add("MultiHeadAttention", parts, f"{name}.attended", domain=_RUNTIME, num_heads=shape.heads)
    graph.product(f"{name}.attended", f"{name}.ao", width, width)
    graph.add_and_norm([entry, f"{name}.ao.out"], f"{name}.middle", f"{name}.aln", width)
    graph.product(f"{name}.middle", f"{name}.fi", width, shape.inner)
    graph.add("Gelu", [f"{name}.fi.out"], f"{name}.inner", domain=_RUNTIME)
    graph.product(f"{name}.inner", f"{name}.fo", shape.inner, width)
    graph.add_and_norm([f"{name}.middle", f"{name}.fo.out"], f"x{layer + 1}", f"{name}.oln", width)


def _pool(graph: _Graph, shape: Shape, outputs: int) -> None:
    """Mean, maximum and a learnt weighted mean over the pieces, then all heads at once."""
    last, width = f"x{shape.layers}", shape.width
    graph.add("ReduceMean", [last, "pieces_axis"], "mean", keepdims=0)
    graph.add("ReduceMax", [last, "pieces_axis"], "maximum", keepdims=0)
    graph.add("MatMul", [last, graph.weight("att.w", TensorProto.FLOAT, [width, 1])], "attention")
    graph.add("Softmax", ["attention"], "shares", axis=1)
    graph.add("Mul", [last, "shares"], "shared")
    graph.add("ReduceSum", ["shared", "pieces_axis"], "weighted", keepdims=0)
    graph.add("Concat", ["mean", "maximum", "weighted"], "pooled", axis=-1)
    weights = [
        graph.weight("head.w", TensorProto.FLOAT, [3 * width, outputs]),
        graph.weight("head.b", TensorProto.FLOAT, [outputs]),
    ]
    graph.add("Gemm", ["pooled", *weights], "logits")


class _Graph:
    """Nodes and named weights as they are added."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))

    def weight(self, name: str, kind: int, dims: list[int]) -> str:
        tensor = TensorProto(name=name, data_type=kind, dims=dims, data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value="weights")
        self.weights.append(tensor)
        return name

    def norm(self, name: str, width: int) -> list[str]:
        return [self.weight(f"{name}.{part}", TensorProto.FLOAT, [width]) for part in "wb"]

    def add_and_norm(self, inputs: list[str], output: str, name: str, width: int) -> None:
        weights = self.norm(name, width)
        self.add("SkipLayerNormalization", [*inputs, *weights], output, domain=_RUNTIME, epsilon=_EPSILON)

    def product(self, entry: str, name: str, inputs: int, outputs: int) -> None:
        matrix = self.weight(f"{name}.q", TensorProto.INT8, [inputs, outputs])
        scale = self.weight(f"{name}.s", TensorProto.FLOAT, [outputs])
        bias = self.weight(f"{name}.b", TensorProto.FLOAT, [outputs])
        self.add("DynamicQuantizeMatMul", [entry, matrix, scale, "", bias], f"{name}.out", domain=_RUNTIME)
