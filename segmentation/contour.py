"""Finding the closed border of a muscle: a dark rounded shape with a brighter rim.

A rounded shape is tried at all places and sizes on a coarse grid; `segmentation.rim` then reads the border.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from segmentation.geometry import Calibration, Roi
from segmentation.resampling import Float32Array, blurred, sampled, shrunk
from segmentation.results import FloatArray, Picture
from segmentation.round_shape import RoundShape, shadow_folded

GRID_MM = 0.5
BLUR_MM = 0.8
RAYS = 36
PLACE_STEP_MM = 1.5
HALF_WIDTHS_MM = np.arange(7.5, 24.1, 1.5)
HALF_HEIGHTS_MM = np.arange(6.0, 22.1, 1.5)
FLATTEST, STEEPEST = 0.5, 2.2  # half width over half height
OUTSIDE_MM, INSIDE_MM = 1.2, 1.5
LEAST_RIM_GREY = 8.0
SAME_PLACE = 0.35  # of the sum of two half widths or heights


def find_round_shapes(
    picture: Picture,
    roi: Roi,
    calibration: Calibration,
    mask: npt.NDArray[np.bool_] | None = None,
    inside: Sequence[tuple[float, float]] = (),
    most: int = 6,
    tilts_deg: Sequence[float] = (0.0,),
) -> list[RoundShape]:
    """Return the dark rounded shapes of a picture, the clearest first, no two at one place.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    roi, calibration
        The B-mode picture and its spacing.
    mask : (roi.height, roi.width) bool array, optional
        True where echoes can be; a shape lies inside with its whole rim.
    inside : sequence of (x_mm, y_mm)
        Only shapes that contain one of these points, where any is given.
    most : int
        How many at the most.
    tilts_deg : sequence of float
        How the shape may lie; the cost goes with their number.

    Returns
    -------
    list of RoundShape
        Empty where nothing has a rim.

    Examples
    --------
    >>> import cv2
    >>> picture = cv2.circle(np.full((72, 72), 150, np.uint8), (37, 37), 30, 40, -1)  # 7.5 mm
    >>> (found,) = find_round_shapes(picture, Roi(0, 0, 72, 72), Calibration(0.25, 0.25), most=1)
    >>> found.x_mm, found.y_mm, found.half_width_mm, found.half_height_mm  # on a grid of 1.5 mm
    (9.25, 9.25, 7.5, 7.5)
    """
    grey, valid = _grid(picture, roi, calibration, mask)
    first = _search(grey, valid, inside, most, tilts_deg)
    if not first:
        return []
    # a second time with the shadows folded up: beside the spinous process a muscle ends at a shadow
    level = _level_inside(grey, first[:2])
    again = _search(shadow_folded(grey, level), valid, inside, most, tilts_deg)
    return [replace(shape, muscle_grey=level) for shape in again]


def _search(
    grey: Float32Array,
    valid: npt.NDArray[np.bool_],
    inside: Sequence[tuple[float, float]],
    most: int,
    tilts_deg: Sequence[float],
) -> list[RoundShape]:
    steps = _outward_steps(grey, valid)
    found: list[RoundShape] = []
    for half_width in HALF_WIDTHS_MM:
        fits = (half_width / STEEPEST <= HALF_HEIGHTS_MM) & (half_width / FLATTEST >= HALF_HEIGHTS_MM)
        for half_height in HALF_HEIGHTS_MM[fits]:
            for tilt in tilts_deg:
                shape = RoundShape(0.0, 0.0, 0.0, float(half_width), float(half_height), tilt_deg=tilt)
                found += _best_places(steps, shape, inside)
    found.sort(key=lambda shape: -shape.rim_grey)
    return _apart(found, most)


def _level_inside(grey: Float32Array, shapes: Sequence[RoundShape]) -> float:
    levels = []
    for shape in shapes:
        row, column = round(shape.y_mm / GRID_MM), round(shape.x_mm / GRID_MM)
        half = round(0.5 * min(shape.half_width_mm, shape.half_height_mm) / GRID_MM)
        part = grey[max(0, row - half) : row + half + 1, max(0, column - half) : column + half + 1]
        levels.append(float(np.median(part)))
    return float(np.mean(levels))


def _grid(
    picture: Picture, roi: Roi, calibration: Calibration, mask: npt.NDArray[np.bool_] | None
) -> tuple[Float32Array, npt.NDArray[np.bool_]]:
    size = (
        max(8, round(roi.width * calibration.x_mm_per_px / GRID_MM)),
        max(8, round(roi.height * calibration.y_mm_per_px / GRID_MM)),
    )
    grey = blurred(shrunk(picture[roi.slices], *size), BLUR_MM / GRID_MM, BLUR_MM / GRID_MM)
    if mask is None:
        return grey, np.ones(grey.shape, np.bool_)
    return grey, shrunk(mask, *size) > 0.5


def _outward_steps(grey: Float32Array, valid: npt.NDArray[np.bool_]) -> Float32Array:
    """Return, for 36 directions, how much brighter it is just beyond each place than just before it."""
    rows, columns = np.indices(grey.shape, np.float32)
    angle = np.arange(RAYS) * 2 * np.pi / RAYS
    steps = np.empty((RAYS, *grey.shape), np.float32)
    for number, (across, down) in enumerate(zip(np.cos(angle), np.sin(angle), strict=True)):
        ends = [
            sampled(grey, columns + reach / GRID_MM * across, rows + reach / GRID_MM * down)
            for reach in (OUTSIDE_MM, -INSIDE_MM)
        ]
        steps[number] = np.clip(ends[0] - ends[1], -20.0, 45.0)
    steps[:, ~valid] = -1000.0  # a rim that leaves the picture is no rim
    return steps


def _best_places(
    steps: Float32Array, shape: RoundShape, inside: Sequence[tuple[float, float]], most: int = 12
) -> list[RoundShape]:
    rim, first_mm = _rim_grey(steps, shape.rays(RAYS))
    found: list[RoundShape] = []
    for place in np.argsort(rim, axis=None)[::-1]:
        row, column = np.unravel_index(place, rim.shape)
        if len(found) == most or rim[row, column] < LEAST_RIM_GREY:
            break
        x_mm, y_mm = (first_mm + PLACE_STEP_MM * np.array([column, row])).tolist()
        here = replace(shape, rim_grey=float(rim[row, column]), x_mm=x_mm, y_mm=y_mm)
        if not inside or any(here.contains(*point) for point in inside):
            found.append(here)
    return found


def _rim_grey(steps: Float32Array, rays: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Score every place of the grid that the shape fits in; also where the first place lies, in mm."""
    cells = np.round(rays / GRID_MM).astype(int)
    stride = round(PLACE_STEP_MM / GRID_MM)
    low, high = -cells.min(axis=0), np.array(steps.shape[:0:-1]) - cells.max(axis=0)
    if (high <= low).any():
        return np.empty((0, 0)), low * GRID_MM
    number = np.round(np.arctan2(rays[:, 1], rays[:, 0]) / (2 * np.pi) * RAYS).astype(int) % RAYS
    rim = np.stack(
        [
            steps[k, low[1] + dy : high[1] + dy : stride, low[0] + dx : high[0] + dx : stride]
            for k, (dx, dy) in zip(number, cells, strict=True)
        ]
    )
    # mostly the mean, but a rim that is missing on one side is worth less than an even one
    fifth = np.partition(rim, len(rays) // 5, axis=0)[len(rays) // 5]
    score = 0.6 * rim.mean(axis=0) + 0.4 * fifth
    return score.astype(np.float64), (low + 0.5) * GRID_MM


def _apart(shapes: Sequence[RoundShape], most: int) -> list[RoundShape]:
    kept: list[RoundShape] = []
    for shape in shapes:
        if len(kept) == most:
            break
        if not any(_alike(shape, other) for other in kept):
            kept.append(shape)
    return kept


def _alike(one: RoundShape, other: RoundShape) -> bool:
    """The same muscle seen twice: middles near each other for the size of both."""
    across = abs(one.x_mm - other.x_mm) / (one.half_width_mm + other.half_width_mm)
    down = abs(one.y_mm - other.y_mm) / (one.half_height_mm + other.half_height_mm)
    return max(across, down) < SAME_PLACE
