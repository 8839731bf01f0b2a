"""A network of four layers with fixed weights: what is dark over 1 mm is muscle. And pictures to show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from scipy.ndimage import gaussian_filter

from segmentation.results import Picture
from tests.segmentation.drawn import SIZE, places_mm, speckle
from usbio.video import ClipWriter

WIDTH, HEIGHT = SIZE  # 500 x 400 pixels of 0.1 mm
CENTRES, HALVES = (
    ((14.0, 19.0), (36.0, 20.0)),
    ((9.0, 7.0), (8.0, 6.5)),
)  # in mm; left and right of the picture
AREAS_CM2 = tuple(np.pi * across * down / 100.0 for across, down in HALVES)
DARK = 115.0 / 255.0  # between muscle, 60, and its rim, 170, on the rim's way

CARD = """
[model]
name = "dark is muscle"
version = "1"
view = "lm-csa"
[input]
width = 125
height = 100
mm_per_px = 0.4
[output]
channels = ["lm"]
activation = "sigmoid"
"""

SETUP = f"""
[image]
crop_px = [0, 0, {WIDTH}, {HEIGHT}]
image_left = "right"
[measure]
view = "lm-csa"
[calibration]
x_mm_per_px = 0.1
y_mm_per_px = 0.1
[time]
fps = 25
"""


def network(
    *,
    planes_in: int = 1,
    planes_out: int = 1,
    size: tuple[int | str, int | str] = (100, 125),
    dark: float = DARK,
    sharp: float = 60.0,
) -> onnx.ModelProto:
    """Blur over 3 x 3 pixels, edges repeated; dark gives above 0. A second plane is the opposite."""
    signs = np.array([1.0, -1.0] * planes_out, np.float32)[:planes_out]
    blur = np.full((planes_out, planes_in, 3, 3), -sharp / (9.0 * planes_in), np.float32)
    weights = {
        "pads": np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64),
        "blur": blur * signs[:, None, None, None],
        "level": (sharp * dark * signs).astype(np.float32),
    }
    nodes = [
        helper.make_node("Pad", ["picture", "pads"], ["wider"], mode="edge"),
        helper.make_node("Conv", ["wider", "blur", "level"], ["logit"]),
    ]
    return proto(nodes, weights, (1, planes_in, *size), (1, planes_out, *size))


def proto(
    nodes: Sequence[onnx.NodeProto],
    weights: Mapping[str, npt.NDArray[Any]],
    shape_in: Sequence[int | str],
    shape_out: Sequence[int | str],
    kind: int = TensorProto.FLOAT,
) -> onnx.ModelProto:
    graph = helper.make_graph(
        list(nodes),
        "tiny",
        [helper.make_tensor_value_info("picture", kind, list(shape_in))],
        [helper.make_tensor_value_info("logit", kind, list(shape_out))],
        [numpy_helper.from_array(values, name) for name, values in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def save(folder: Path, card: str = CARD, model: onnx.ModelProto | None = None, name: str = "dark") -> Path:
    """Write card and network, and return the card's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(card, encoding="utf-8")
    path.with_suffix(".onnx").write_bytes((model or network()).SerializeToString())
    return path


def two_muscles(seed: int = 0) -> Picture:
    """Two dark ovals with bright rims, as a transverse picture of multifidus."""
    x, y = places_mm()
    level = np.full(x.shape, 130.0)
    for (middle_x, middle_y), (across, down) in zip(CENTRES, HALVES, strict=True):
        out_mm = (np.hypot((x - middle_x) / across, (y - middle_y) / down) - 1.0) * min(across, down)
        level = np.where(out_mm < 0, 60.0, np.where(out_mm < 1.2, 170.0, level))
    return speckle(gaussian_filter(level, 1.5), seed, noise=6.0)


def clip(path: Path, count: int = 4, blank: int = 0) -> Path:
    """So many pictures of two muscles, and before them some without any."""
    with ClipWriter(path, SIZE, 25.0, crf=12.0) as writer:
        for number in range(blank + count):
            level = np.full((HEIGHT, WIDTH), 150.0)
            shown = speckle(level, number, noise=6.0) if number < blank else two_muscles(number)
            writer.write(shown, number / 25.0)
    return path
