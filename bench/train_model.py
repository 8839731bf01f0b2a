"""A small network that learns multifidus from phantom pictures, and its card: docs/models.md.

Needs torch, which usbio itself does not: `pip install torch`. Pictures that `bench.training_pictures` has not
drawn yet are drawn. `python -m bench.train_model --out nets` writes `nets/lm_phantom.onnx` and its card.
One process, one thread; the same seeds give the same network on the same machine.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import onnx
import torch
from torch.nn import functional

from bench.small_unet import Kernel, as_onnx, unet
from bench.training_pictures import INPUT, SEEDS, taught
from segmentation.results import Picture

STEM = "lm_phantom"
BATCH = 8
HELD_BACK = 40  # seeds at the end that it is not taught with
STEP = 3e-3
MOMENTUM = 0.1  # of the running means that a layer is scaled by
TURN_DEG, SIZE, MOVED_PX = 6.0, 0.15, (12.0, 8.0)  # how a picture may lie otherwise

CARD = f"""\
[model]
name = "multifidus of the phantom"
version = "1"
view = "lm-csa"

[input]
width = {INPUT.width}
height = {INPUT.height}
mm_per_px = {INPUT.mm_per_px}

[output]
channels = ["lm"]
activation = "sigmoid"
"""


class Lesson(NamedTuple):
    """Pictures and masks, ``(N, 1, H, W)``, 0 to 1."""

    pictures: Any  # torch.Tensor
    masks: Any


class Layers:
    """The network's operations in torch; weights are made when they are first asked for."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = torch.Generator().manual_seed(seed)
        self.weights: dict[str, Any] = {}
        self._level: dict[str, tuple[Any, Any]] = {}  # running mean and variance
        self.learning = True

    def conv(self, x: Any, name: str, channels: int) -> Any:
        """Return 3 x 3 convolution, scaled by the means of the batch, negative values cut."""
        weight = self._weight(f"{name}.weight", (channels, x.shape[1], 3, 3))
        scale, shift = self._weight(f"{name}.scale", (channels,)), self._weight(f"{name}.bias", (channels,))
        mean, variance = self._level.setdefault(name, (torch.zeros(channels), torch.ones(channels)))
        x = functional.conv2d(x, weight, padding=1)
        x = functional.batch_norm(x, mean, variance, scale, shift, self.learning, MOMENTUM)
        return functional.relu(x)

    def last(self, x: Any, name: str) -> Any:
        """Return one channel."""
        weight = self._weight(f"{name}.weight", (1, x.shape[1], 1, 1))
        return functional.conv2d(x, weight, self._weight(f"{name}.bias", (1,)))

    def halved(self, x: Any) -> Any:
        """Return the largest of every 2 x 2 pixels."""
        return functional.max_pool2d(x, 2)

    def doubled(self, x: Any) -> Any:
        """Return every pixel as 2 x 2."""
        return functional.interpolate(x, scale_factor=2, mode="nearest")

    def joined(self, x: Any, other: Any) -> Any:
        """Return the channels of both."""
        return torch.cat([x, other], dim=1)

    def kernels(self) -> dict[str, Kernel]:
        """Return the weights of every convolution, the scaling taken into them."""
        found = {}
        for name in (key.removesuffix(".weight") for key in self.weights if key.endswith(".weight")):
            weight, bias = (self.weights[f"{name}.{of}"].detach() for of in ("weight", "bias"))
            if name in self._level:
                mean, variance = self._level[name]
                factor = self.weights[f"{name}.scale"].detach() / torch.sqrt(variance + 1e-5)
                weight, bias = weight * factor[:, None, None, None], bias - mean * factor
            found[name] = Kernel(weight.numpy(), bias.numpy())
        return found

    def _weight(self, name: str, shape: tuple[int, ...]) -> Any:
        if name not in self.weights:
            kind = name.rpartition(".")[2]
            start = torch.ones(shape) if kind == "scale" else torch.zeros(shape)
            if kind == "weight":
                spread = (2.0 / np.prod(shape[1:])) ** 0.5
                start = spread * torch.randn(shape, generator=self._chance)
            self.weights[name] = start.requires_grad_()
        return self.weights[name]


def lesson(seeds: tuple[int, ...], rng: np.random.Generator | None = None) -> Lesson:
    """Return the pictures of seeds; with a generator each lies and looks otherwise by chance."""
    pairs = [pair for seed in seeds for pair in taught(seed)]
    if rng is not None:
        pairs = [pairs[number] for number in rng.permutation(len(pairs))]
        shown = [_otherwise(*pair, rng) for pair in pairs]
    else:
        shown = [(_share(pair.picture), _share(pair.muscle)) for pair in pairs]
    pictures, masks = (np.stack(of)[:, None] for of in zip(*shown, strict=True))
    return Lesson(torch.from_numpy(pictures), torch.from_numpy(masks))


def _share(picture: Picture) -> npt.NDArray[np.float32]:
    return np.asarray(picture / np.float32(255.0), np.float32)


def _otherwise(
    picture: Picture, mask: Picture, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Mirrored, moved, turned, larger, brighter, softer."""
    height, width = picture.shape
    place = cv2.getRotationMatrix2D(
        (width / 2, height / 2), rng.uniform(-TURN_DEG, TURN_DEG), 1.0 + rng.uniform(-SIZE, SIZE)
    )
    place[:, 2] = place[:, 2] + rng.uniform(-1.0, 1.0, 2) * MOVED_PX
    if rng.random() < 0.5:
        place = place @ np.array([[-1.0, 0.0, width - 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    moved, true = (_share(np.asarray(cv2.warpAffine(p, place, (width, height)))) for p in (picture, mask))
    if rng.random() < 0.4:
        moved = np.asarray(cv2.GaussianBlur(moved, (0, 0), rng.uniform(0.3, 0.9)))
    grey = np.clip(moved * rng.uniform(0.7, 1.3) + rng.uniform(-0.06, 0.06), 0.0, 1.0) ** rng.uniform(
        0.8, 1.25
    )
    return grey.astype(np.float32), true


def trained(seeds: tuple[int, ...], held_back: tuple[int, ...], rounds: int) -> Layers:
    """Teach a network, and say after each round how it does on pictures that it is not taught with."""
    rng, layers = np.random.default_rng(1), Layers()
    unseen = lesson(held_back)
    unet(unseen.pictures[:1], layers)  # makes the weights
    learner = torch.optim.Adam(layers.weights.values(), lr=STEP)
    steps = rounds * -(-len(seeds) * 2 // BATCH)
    pace = torch.optim.lr_scheduler.OneCycleLR(learner, max_lr=STEP, total_steps=steps)
    for number in range(1, rounds + 1):
        began_s, layers.learning = time.perf_counter(), True
        for pictures, masks in _batches(lesson(seeds, rng)):
            learner.zero_grad()
            _loss(unet(pictures, layers), masks).backward()
            learner.step()
            pace.step()
        layers.learning = False
        with torch.no_grad():
            chance = torch.sigmoid(unet(unseen.pictures, layers))
        print(f"round {number}: Dice {_dice(chance > 0.5, unseen.masks > 0.5):.3f}", end=" ")
        print(f"on {len(chance)} pictures not taught, {time.perf_counter() - began_s:.0f} s", flush=True)
    return layers


def _batches(taught_with: Lesson) -> Iterator[Lesson]:
    count = len(taught_with.pictures)
    for first in range(0, count, BATCH):
        yield Lesson(*(values[first : first + BATCH] for values in taught_with))


def _loss(logit: Any, mask: Any) -> Any:
    """Cross-entropy for the pixels, overlap for the whole."""
    return functional.binary_cross_entropy_with_logits(logit, mask) + 1.0 - _dice(torch.sigmoid(logit), mask)


def _dice(chance: Any, mask: Any) -> Any:
    shared = (chance * mask).sum(dim=(1, 2, 3))
    return (2.0 * shared / (chance.sum(dim=(1, 2, 3)) + mask.sum(dim=(1, 2, 3)) + 1e-3)).mean()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("nets"))
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="how many to learn from")
    parser.add_argument("--rounds", type=int, default=16, help="how often every picture is seen")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    seeds = SEEDS[: asked.seeds]
    layers = trained(seeds[:-HELD_BACK], seeds[-HELD_BACK:], asked.rounds)
    asked.out.mkdir(parents=True, exist_ok=True)
    network = asked.out / f"{STEM}.onnx"
    onnx.save(as_onnx(layers.kernels(), INPUT.height, INPUT.width), str(network))
    network.with_suffix(".toml").write_text(CARD, encoding="utf-8")
    print(f"{network}: {network.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
