"""The network that is written is the network that was told: against the same operations in numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from bench.scored_clips import DEVELOPMENT, SCORED
from bench.small_unet import Float32Array, Kernel, as_onnx, unet
from bench.training_pictures import INPUT, SEEDS
from segmentation.results import Picture
from usbio.models import learned_model

CARD = """
[model]
name = "by chance"
version = "1"
view = "lm-csa"
[input]
width = 48
height = 32
fit = "stretch"
[output]
channels = ["lm"]
activation = "sigmoid"
"""


class InNumpy:
    """The operations on ``(channels, height, width)``; weights by chance, the same for a name."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(5)
        self.kernels: dict[str, Kernel] = {}

    def conv(self, x: Float32Array, name: str, channels: int) -> Float32Array:
        weight, bias = self._kernel(name, (channels, len(x), 3, 3))
        around = np.pad(x, ((0, 0), (1, 1), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(around, (3, 3), axis=(1, 2))
        summed = np.einsum("oikl,ihwkl->ohw", weight, windows) + bias[:, None, None]
        return np.asarray(np.maximum(summed, 0.0), np.float32)

    def last(self, x: Float32Array, name: str) -> Float32Array:
        weight, bias = self._kernel(name, (1, len(x), 1, 1))
        return np.asarray(np.einsum("oi,ihw->ohw", weight[:, :, 0, 0], x) + bias[:, None, None], np.float32)

    def halved(self, x: Float32Array) -> Float32Array:
        return np.asarray(x.reshape(len(x), x.shape[1] // 2, 2, x.shape[2] // 2, 2).max(axis=(2, 4)))

    def doubled(self, x: Float32Array) -> Float32Array:
        return np.asarray(x.repeat(2, axis=1).repeat(2, axis=2))

    def joined(self, x: Float32Array, other: Float32Array) -> Float32Array:
        return np.asarray(np.concatenate([x, other]))

    def _kernel(self, name: str, shape: tuple[int, ...]) -> Kernel:
        if name not in self.kernels:
            weight = self._rng.normal(0.0, (2.0 / np.prod(shape[1:])) ** 0.5, shape)
            bias = self._rng.normal(0.0, 0.1, shape[0])
            self.kernels[name] = Kernel(weight.astype(np.float32), bias.astype(np.float32))
        return self.kernels[name]


def test_the_file_computes_what_the_network_is_told_to_be(tmp_path: Path) -> None:
    picture: Picture = np.random.default_rng(2).integers(0, 256, (32, 48), np.uint8)
    told = InNumpy()
    logit = unet(picture[None].astype(np.float32) / np.float32(255.0), told)[0]
    onnx.save(as_onnx(told.kernels, 32, 48), str(tmp_path / "chance.onnx"))
    (tmp_path / "chance.toml").write_text(CARD, encoding="utf-8")
    (chance,) = learned_model(tmp_path / "chance.toml", "lm-csa").chances(picture)
    assert logit.std() > 0.01
    assert chance == pytest.approx(1.0 / (1.0 + np.exp(-logit)), abs=1e-4)


def test_nothing_is_taught_that_is_scored_or_looked_at() -> None:
    assert not set(SEEDS) & {*SCORED["lm-csa"], *DEVELOPMENT["lm-csa"]}
    assert INPUT.width % 16 == INPUT.height % 16 == 0  # halved four times
