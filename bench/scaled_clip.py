"""Sample clips at other sizes of the screen, with their setup: what a picture costs depends on its pixels."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from bench.truth import SAMPLE_CLIPS
from segmentation.results import Picture
from segmentation.views import MeasureSetup, ViewName
from usbio.preparation import prepare
from usbio.setup import SetupFile
from usbio.video import ClipWriter

STEMS: dict[ViewName, str] = {
    "tra": "tra_left",
    "lm-csa": "lm_csa",
    "lm-thickness": "lm_thickness_left",
    "layer": "layer_left",
    "contour": "contour_left",
}
SIZES_PX = ((640, 480), (800, 600), (1280, 960))
FPS = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class ScaledClip:
    """The pictures of one view at one size, the file they came from, and how they are measured."""

    view: ViewName
    size_px: tuple[int, int]
    file: Path
    pictures: list[Picture]
    setup: MeasureSetup


def scaled_clip(view: ViewName, size_px: tuple[int, int], folder: Path, count: int = 200) -> ScaledClip:
    """Draw a sample clip at another size, write it as H.264 into a folder and read it back."""
    source = SAMPLE_CLIPS / f"{STEMS[view]}.mp4"
    with av.open(str(source)) as container:
        first = next(container.decode(video=0))
    factor = size_px[0] / first.width
    file = folder / f"{view}_{size_px[0]}.mp4"
    with av.open(str(source)) as container, ClipWriter(file, size_px, FPS, preset="veryfast") as writer:
        for number, frame in zip(range(count), container.decode(video=0), strict=False):
            grey = np.asarray(frame.to_ndarray(format="gray"), np.uint8)
            writer.write(resized(grey, size_px), number / FPS)
    seen = decoded(file)
    with source.with_suffix(".toml").open("rb") as text:
        setup = SetupFile.model_validate(_scaled(tomllib.load(text), factor))
    return ScaledClip(view, size_px, file, seen, prepare(view, setup, seen[0], name=file.name).measure)


def resized(picture: Picture, size_px: tuple[int, int]) -> Picture:
    """The picture at another size."""
    return np.asarray(cv2.resize(picture, size_px, interpolation=cv2.INTER_CUBIC), np.uint8)


def decoded(file: Path) -> list[Picture]:
    """Every picture of a file, as the sources read them."""
    with av.open(str(file)) as container:
        return [np.asarray(frame.to_ndarray(format="gray"), np.uint8) for frame in container.decode(video=0)]


def _scaled(table: Any, factor: float, key: str = "") -> Any:
    """The same setup for a larger or smaller screen: places in pixels, and spacing."""
    if isinstance(table, dict):
        return {name: _scaled(value, factor, name) for name, value in table.items()}
    if isinstance(table, list):
        return [_scaled(value, factor, key) for value in table]
    if isinstance(table, bool) or not isinstance(table, int | float):
        return table
    if key.endswith("mm_per_px"):
        return table / factor
    if key.endswith("_px"):
        whole = isinstance(table, int)
        return round(table * factor) if whole else table * factor
    return table
