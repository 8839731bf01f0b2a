"""Fasciae drawn by hand on stills of limb muscles, against those that are found.

A band is hit where one found fascia lies in it, or within 4 px of it straight up or down, over 90 % of its
columns. A found fascia that hits no band is false; one that hits a band already hit is told apart as double.
The stills carry no spacing: every picture is taken to show 50 mm of depth. Pictures in even places of the
sorted list may be looked at (development); the others are scored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from bench.truth import REAL
from segmentation.fascia import fascia_grid
from segmentation.fascia_search import find_fasciae
from segmentation.fascia_strength import clear_fasciae
from segmentation.geometry import Calibration, Roi
from segmentation.results import FloatArray, Picture
from segmentation.screen import find_picture, picture_mask

STILLS = REAL / "fascia_masks"
ASSUMED_DEPTH_MM = 50.0
NEAR_PX, SHARE = 4.0, 0.9
_LEAST_PX = 50  # a speck of the mask is no band

Mask = npt.NDArray[np.bool_] | None
Detector = Callable[[Picture, Roi, Calibration, Mask], Sequence[FloatArray]]
"""From a picture to curves ``(N, 2)`` in pixels of it, x rising; nan where a curve says nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A hand-drawn fascia: its upper and lower edge in every column that it has."""

    x_px: FloatArray
    top_px: FloatArray
    bottom_px: FloatArray

    def is_hit_by(self, curve: FloatArray) -> bool:
        """Whether a curve lies on it nearly all along."""
        y = np.interp(self.x_px, curve[:, 0], curve[:, 1], left=np.nan, right=np.nan)
        with np.errstate(invalid="ignore"):
            near = (y >= self.top_px - NEAR_PX) & (y <= self.bottom_px + NEAR_PX)
        return bool(near.mean() >= SHARE)


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of one picture."""

    name: str
    bands: int
    hit: int
    found: int
    false: int
    doubles: int


def found_fasciae(picture: Picture, roi: Roi, calibration: Calibration, mask: Mask) -> list[FloatArray]:
    """Return what the program finds, each curve drawn on to the sides of the picture."""
    grid = fascia_grid(picture, roi, calibration, mask)
    x = np.concatenate(
        [[roi.x], roi.x + grid.x_mm / calibration.x_mm_per_px - 0.5, [roi.x + roi.width - 1.0]]
    )
    curves = []
    for fascia in clear_fasciae(find_fasciae(grid)):
        y = roi.y + fascia.y_mm / calibration.y_mm_per_px - 0.5
        curves.append(np.stack([x, np.concatenate([y[:1], y, y[-1:]])], axis=-1))
    return curves


def tallies(detector: Detector = found_fasciae, development: bool = False) -> list[Tally]:
    """Return what a detector makes of the scored half of the stills, or of the other."""
    pictures = sorted(STILLS.glob("*_image.png"))[0 if development else 1 :: 2]
    return [tally(path, detector) for path in pictures]


def tally(path: Path, detector: Detector) -> Tally:
    """Return what a detector makes of one still."""
    picture, bands = read(path)
    roi = find_picture(picture) or Roi(0, 0, picture.shape[1], picture.shape[0])
    mm_per_px = ASSUMED_DEPTH_MM / roi.height
    mask = picture_mask(picture, roi)
    curves = detector(picture, roi, Calibration(mm_per_px, mm_per_px), None if mask.all() else mask)
    hits = np.array([[band.is_hit_by(curve) for curve in curves] for band in bands], bool)
    hits = hits.reshape(len(bands), len(curves))
    hitting = int(hits.any(axis=0).sum())
    hit = int(hits.any(axis=1).sum())
    return Tally(path.name, len(bands), hit, len(curves), len(curves) - hitting, max(0, hitting - hit))


def read(path: Path) -> tuple[Picture, list[Band]]:
    """Return a still and the bands drawn on it, those higher up first."""
    picture = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
    drawn = cv2.imread(str(path).replace("_image.", "_mask."), cv2.IMREAD_GRAYSCALE)
    if drawn is None:
        raise FileNotFoundError(f"no mask beside {path}")
    return picture, sorted(_bands(np.asarray(drawn)), key=lambda band: float(band.top_px.mean()))


def _bands(drawn: npt.NDArray[Any]) -> Iterator[Band]:
    count, labels, _, _ = cv2.connectedComponentsWithStats((drawn > 127).astype(np.uint8))
    for label in range(1, count):
        inside = labels == label
        if inside.sum() < _LEAST_PX:
            continue
        x = np.flatnonzero(inside.any(axis=0))
        columns = inside[:, x]
        bottom = inside.shape[0] - 1 - columns[::-1].argmax(axis=0)
        yield Band(x.astype(float), columns.argmax(axis=0).astype(float), bottom.astype(float))


def summary(counted: Sequence[Tally]) -> dict[str, Any]:
    """Return recall and false fasciae a picture."""
    n = max(len(counted), 1)
    return {
        "pictures": len(counted),
        "bands": sum(t.bands for t in counted),
        "hit": sum(t.hit for t in counted),
        "recall": round(sum(t.hit for t in counted) / max(sum(t.bands for t in counted), 1), 3),
        "false_per_picture": round(sum(t.false for t in counted) / n, 2),
        "doubles_per_picture": round(sum(t.doubles for t in counted) / n, 2),
        "most_false_in_one": max((t.false for t in counted), default=0),
    }
