"""Phantom pictures of multifidus with their true masks, for a network to learn from.

`python -m bench.training_pictures` draws two pictures of each of 600 seeds and keeps them, in 20 minutes.
The plans are those of `bench.scored_clips` on other seeds: the scored clips are never looked at, and of those
for development none is taught.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from bench.scored_clips import DEVELOPMENT, ScoredClip
from segmentation.phantom.clip import RENDERER, Phantom
from segmentation.phantom.truth import FrameTruth
from segmentation.results import Picture
from segmentation.views import Panel
from usbio.model_card import InputTable
from usbio.model_picture import network_picture
from usbio.render_cache import cache_folder

SEEDS = tuple(seed for seed in range(612) if seed not in DEVELOPMENT["lm-csa"])
MOMENTS_S = (0.0, 1.9)  # rest, and the hold
INPUT = InputTable(width=144, height=96, mm_per_px=1.0)


class Taught(NamedTuple):
    """One picture as the network sees it, and how much of each pixel is muscle, 0 to 255."""

    picture: Picture
    muscle: Picture


def taught(seed: int) -> list[Taught]:
    """Return the pictures of a seed, drawn once."""
    path = kept_in() / f"lm_csa_{seed}_{RENDERER}.npz"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        pictures, masks = zip(*_drawn(seed), strict=True)
        part = path.with_suffix(".part.npz")
        np.savez_compressed(part, pictures=np.stack(pictures), masks=np.stack(masks))
        part.replace(path)
    with np.load(path) as kept:
        return [Taught(*both) for both in zip(kept["pictures"], kept["masks"], strict=True)]


def kept_in() -> Path:
    """Return the folder of the drawn pictures."""
    return cache_folder().parent / "training"


def _drawn(seed: int) -> Iterator[Taught]:
    phantom = Phantom(ScoredClip("lm-csa", seed).plan)
    panel = phantom.setup.panels[0]
    for moment_s in MOMENTS_S:
        frame = phantom.frame(round(moment_s * phantom.plan.fps))
        muscle = _filled(frame.truth, frame.picture.shape)
        yield Taught(_seen(frame.picture, panel), _seen(muscle, panel))


def _seen(picture: Picture, panel: Panel) -> Picture:
    return network_picture(picture, panel, INPUT)


def _filled(truth: FrameTruth, shape: tuple[int, ...]) -> Picture:
    inside: Picture = np.zeros(shape, np.uint8)
    for muscle in truth.muscles:
        if muscle.border_px is not None:
            cv2.fillPoly(inside, [np.round(muscle.border_px * 16).astype(np.int32)], 255, shift=4)
    return inside


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="how many")
    cv2.setNumThreads(1)
    for number, seed in enumerate(SEEDS[: parser.parse_args().seeds], 1):
        taught(seed)
        print(f"\r{number} seeds drawn", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
