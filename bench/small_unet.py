"""A small U-Net, told once: to be trained by torch and to be written as ONNX."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Float32Array = npt.NDArray[np.float32]
X = TypeVar("X")

CHANNELS = (8, 16, 24, 32, 32)  # at full size, and after each halving
OPSET, IR = 17, 8


class Operations(Protocol[X]):
    """What the network is made of, for whatever stands for a picture."""

    def conv(self, x: X, name: str, channels: int) -> X:
        """Return 3 x 3 convolution, scaled, negative values cut."""
        ...

    def last(self, x: X, name: str) -> X:
        """Return one channel of a 1 x 1 convolution."""
        ...

    def halved(self, x: X) -> X:
        """Return the largest of every 2 x 2 pixels."""
        ...

    def doubled(self, x: X) -> X:
        """Return every pixel as 2 x 2."""
        ...

    def joined(self, x: X, other: X) -> X:
        """Return the channels of both."""
        ...


class Kernel(NamedTuple):
    """Weights of one convolution."""

    weight: Float32Array  # (out, in, k, k)
    bias: Float32Array  # (out,)


def unet(picture: X, of: Operations[X]) -> X:
    """Return the logit of being muscle, of a picture whose sides can be halved four times.

    Ronneberger O, Fischer P, Brox T (2015). doi:10.1007/978-3-319-24574-4_28
    """
    x, kept = picture, []
    for level, channels in enumerate(CHANNELS):
        if level:
            kept.append(x)
            x = of.halved(x)
        x = of.conv(of.conv(x, f"down{level}a", channels), f"down{level}b", channels)
    for level, before in reversed(list(enumerate(kept))):
        x = of.joined(of.doubled(x), before)
        x = of.conv(of.conv(x, f"up{level}a", CHANNELS[level]), f"up{level}b", CHANNELS[level])
    return of.last(x, "last")


def as_onnx(kernels: Mapping[str, Kernel], height: int, width: int) -> onnx.ModelProto:
    """Return the network with these weights as a file's content."""
    writer = _Writer(kernels)
    logit = unet("picture", writer)
    shape = [1, 1, height, width]
    graph = helper.make_graph(
        writer.nodes,
        "small U-Net",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(logit, TensorProto.FLOAT, shape)],
        writer.weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
    onnx.checker.check_model(model)
    return model


class _Writer:
    """Writes nodes; the name of a value stands for a picture."""

    def __init__(self, kernels: Mapping[str, Kernel]) -> None:
        self._kernels = kernels
        self.nodes: list[onnx.NodeProto] = []
        self.weights = [numpy_helper.from_array(np.array([1.0, 1.0, 2.0, 2.0], np.float32), "twice")]

    def conv(self, x: str, name: str, channels: int) -> str:
        del channels  # stands in the weights
        return self._node("Relu", self._convolved(x, name, 1))

    def last(self, x: str, name: str) -> str:
        return self._convolved(x, name, 0)

    def halved(self, x: str) -> str:
        return self._node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])

    def doubled(self, x: str) -> str:
        how: dict[str, Any] = {"mode": "nearest", "nearest_mode": "floor"}
        how["coordinate_transformation_mode"] = "asymmetric"
        return self._node("Resize", x, "", "twice", **how)

    def joined(self, x: str, other: str) -> str:
        return self._node("Concat", x, other, axis=1)

    def _convolved(self, x: str, name: str, around: int) -> str:
        names = [f"{name}.weight", f"{name}.bias"]
        self.weights += [
            numpy_helper.from_array(values, of) for values, of in zip(self._kernels[name], names, strict=True)
        ]
        return self._node("Conv", x, *names, pads=[around] * 4)

    def _node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        out = f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], **attributes))
        return out
