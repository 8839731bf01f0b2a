"""The face of bone in a picture across the spine: below it there is only shadow.

A muscle of the back ends at laminae and spinous process, whatever its own grey: shadow under bone is black in
one picture and, where the gain is high, as grey as muscle in the next. So the shadow is followed up from the
bottom of the picture, where it is all there is, as far as nothing is brighter than it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from segmentation.coarse_picture import GRID_MM, CoarsePicture
from segmentation.resampling import Float32Array, blurred
from segmentation.results import FloatArray

AnyFloats = npt.NDArray[np.floating[Any]]
SMOOTH_ACROSS_MM, SMOOTH_DOWN_MM = 0.4, 1.1
MIDDLE_MM, SAMPLE_MM, SAMPLE_HIGH_MM = 12.0, 8.0, 5.0  # half widths and height of what is shadow surely
SHADOW_SHARE = 0.25  # of the cells of a row beside the middle that are shadow, down to the bottom
NOISE_SHARE, ABOVE_NOISE_GREY = 0.995, 4.0
SPIKE_MM, GAP_MM = 2.5, 11.0  # what is narrower is noise in a shadow, or an echo that was missed
LEAST_PROCESS_MM, MISSED_MM = 4.0, 5.0  # higher than the laminae beside it
NARROWEST_MM, WIDEST_MM, PROCESS_OFF_MM = 2.0, 9.0, 16.0
MIDLINE_MM = 0.75  # muscles of both sides end at least so far from the middle of the process
ECHO_CELLS = 4


@dataclass(frozen=True, slots=True, eq=False)
class BoneLine:
    """Where shadow begins, from the left of the roi in steps of 0.5 mm."""

    depth_mm: FloatArray  # (C,) from the top of the roi
    process_mm: float = nan  # middle of the spinous process; nan where none is seen

    def hides(self, x_mm: AnyFloats, y_mm: AnyFloats) -> npt.NDArray[np.bool_]:
        """Tell which points (of any shape, in mm from the corner of the roi) lie in the shadow."""
        column = (np.arange(len(self.depth_mm)) + 0.5) * GRID_MM
        return np.asarray(y_mm > np.interp(x_mm, column, self.depth_mm))

    def beyond_middle(self, x_mm: AnyFloats, from_mm: float) -> npt.NDArray[np.bool_]:
        """Tell which points lie across the spinous process from a place."""
        if not isfinite(self.process_mm):
            return np.zeros(x_mm.shape, np.bool_)
        towards = np.sign(self.process_mm - from_mm)
        return np.asarray((x_mm - self.process_mm) * towards > -MIDLINE_MM)


def find_bone_line(coarse: CoarsePicture) -> BoneLine:
    """Return the face of bone in a picture across the spine.

    Parameters
    ----------
    coarse : CoarsePicture
        The spinous process within 16 mm of its middle; at its bottom the shadow of the spine.

    Returns
    -------
    BoneLine
        At the bottom of the picture where nothing is brighter than what lies there.

    Examples
    --------
    >>> grey = np.full((80, 100), 30.0, np.float32)  # a shadow, in cells of 0.5 mm
    >>> grey[:50] = 90.0
    >>> grey[50:52] = 220.0
    >>> bone = find_bone_line(CoarsePicture(grey, grey, np.ones(grey.shape, bool)))
    >>> bool(abs(bone.depth_mm - 27.0).max() < 2.0), bone.process_mm
    (True, nan)
    """
    above_noise, bottom = _above_shadow(coarse)
    lit = coarse.valid[: bottom + 1] & (above_noise > 0)
    first = np.where(lit.any(axis=0), bottom - lit[::-1].argmax(axis=0), bottom).astype(np.float64)
    cells = round(SPIKE_MM / GRID_MM)
    seen = maximum_filter1d(minimum_filter1d(first, cells), cells)
    cells = 2 * round(GAP_MM / GRID_MM / 2) + 1
    laminae = minimum_filter1d(maximum_filter1d(seen, cells), cells)
    process = _process(laminae - seen)
    line = _mended(seen, laminae, process)
    middle_mm = nan if process is None else (process[0] + process[1]) / 2 * GRID_MM
    return BoneLine((line + 1.5) * GRID_MM, middle_mm)


def bone_folded(coarse: CoarsePicture, bone: BoneLine) -> CoarsePicture:
    """Return the picture with shadows as bright as the brightest tissue, from the echo of the bone down.

    Parameters
    ----------
    coarse : CoarsePicture
        As it is.
    bone : BoneLine
        Of the same picture.

    Returns
    -------
    CoarsePicture
        In which a muscle is darker than what lies round it on all sides.

    Examples
    --------
    >>> grey = np.full((80, 100), 30.0, np.float32)
    >>> grey[:50] = 90.0
    >>> grey[50:52] = 220.0
    >>> coarse = CoarsePicture(grey, grey, np.ones(grey.shape, bool))
    >>> folded = bone_folded(coarse, BoneLine(np.full(100, 26.5)))
    >>> folded.grey[[20, 70], 50].tolist()
    [90.0, 90.0]
    """
    rows: npt.NDArray[np.intp] = np.arange(len(coarse.grey))[:, None]
    across = np.arange(coarse.grey.shape[1])
    echo = np.clip(np.round(bone.depth_mm / GRID_MM - 1.5).astype(int), 0, len(coarse.grey) - 1)
    for _ in range(ECHO_CELLS):
        up = np.maximum(echo - 1, 0)
        echo = np.where(coarse.grey[up, across] > coarse.grey[echo, across], up, echo)
    bright = np.percentile(coarse.grey[coarse.valid], 95) if coarse.valid.any() else 255.0
    folded = np.where(rows >= echo, np.maximum(coarse.grey, bright), coarse.grey)
    return replace(coarse, grey=blurred(folded, 0.6, 0.6))


def _above_shadow(coarse: CoarsePicture) -> tuple[Float32Array, int]:
    """Return how far each cell is above what noise in the shadow reaches at its depth; the last row used."""
    grey = blurred(coarse.cells, SMOOTH_ACROSS_MM / GRID_MM, SMOOTH_DOWN_MM / GRID_MM)
    middle = grey.shape[1] // 2
    inner, wide = (round(reach / GRID_MM) for reach in (SAMPLE_MM, MIDDLE_MM))
    shown = np.flatnonzero(coarse.valid[:, max(0, middle - inner) : middle + inner].mean(axis=1) > 0.9)
    bottom = max(int(shown[-1]) - 2, 1) if len(shown) else len(grey) - 1
    low = np.quantile(grey[: bottom + 1, max(0, middle - wide) : middle + wide], SHADOW_SHARE, axis=1)
    shadow = np.minimum.accumulate(low[::-1])[::-1]  # the gain may make it brighter downwards, never upwards
    above = grey[: bottom + 1] - shadow[:, None]
    sample = above[-round(SAMPLE_HIGH_MM / GRID_MM) :, max(0, middle - inner) : middle + inner]
    noise = np.quantile(sample, NOISE_SHARE) + ABOVE_NOISE_GREY
    return np.asarray(above - noise, np.float32), bottom


def _process(higher: FloatArray) -> tuple[int, int] | None:
    """Return the columns of the spinous process: narrow, high above the laminae, near the middle."""
    middle = len(higher) / 2
    best, found = -np.inf, None
    for first, last in _runs(higher * GRID_MM > LEAST_PROCESS_MM):
        off_mm = abs((first + last) / 2 - middle) * GRID_MM
        fits = NARROWEST_MM <= (last - first) * GRID_MM <= WIDEST_MM and off_mm < PROCESS_OFF_MM
        worth = float(higher[first:last].max()) - 0.5 * off_mm
        if fits and worth > best:
            best, found = worth, (first, last)
    return found


def _mended(seen: FloatArray, laminae: FloatArray, process: tuple[int, int] | None) -> FloatArray:
    """Leave out gaps in the echo of the laminae; shadow under the process is as wide as the process."""
    line = seen.copy()
    for first, last in _runs((laminae - seen) * GRID_MM > MISSED_MM):
        if (last - first) * GRID_MM <= GAP_MM and (process is None or not first <= sum(process) / 2 < last):
            line[first:last] = laminae[first:last]
    if process is not None:
        first, last = max(process[0] - 1, 0), process[1] + 1
        line[first:last] = np.minimum(line[first:last], seen[first:last].min() + 2)
    return line


def _runs(where: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return first and one past the last of each run of True."""
    ends = np.flatnonzero(np.diff(np.concatenate([[0], where.astype(np.int8), [0]])))
    return [(int(first), int(last)) for first, last in zip(ends[::2], ends[1::2], strict=True)]
