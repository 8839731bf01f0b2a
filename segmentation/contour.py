"""Finding the closed border of a muscle: a dark rounded shape with a brighter rim.

A rounded shape is tried at all places and sizes on a coarse grid; `segmentation.rim` then reads the border.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from math import isnan
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.bone_line import BoneLine, bone_folded
from segmentation.coarse_picture import GRID_MM, CoarsePicture, coarse_picture
from segmentation.geometry import Calibration, Roi
from segmentation.resampling import Float32Array
from segmentation.results import FloatArray, Picture
from segmentation.round_shape import RoundShape, shadow_folded

RAYS = 24
STRIDE = 3  # cells between the places tried
HALF_WIDTHS_MM = np.arange(7.5, 24.1, 1.5)
HALF_HEIGHTS_MM = np.arange(6.0, 22.1, 1.5)
FLATTEST, STEEPEST = 0.5, 2.2  # half width over half height
STEP_HALF_MM = 1.35  # a step is between what lies so far beyond and so far before
CLEAR_SHARE, LEAST_CLEAR_GREY = 0.8, 6.0  # a step is clear that so many of the picture's are below
CLEAR_RIM_GREY = 20.0  # what a rim that is clear all round counts
LEAST_RIM_GREY = 10.0  # in speckle alone it is 8.4
LARGE_AREA_MM2, GREY_PER_SIZE = 150.0, 2.0  # a part of a muscle has a rim on most sides too
BESIDE_SPINE_MM = 50.0
HIDDEN_COST = 60.0  # of a shape that lies in a shadow
PLACES_A_SIZE = 24
SAME_PLACE = 0.35  # of the sum of two half widths or heights


Indices = npt.NDArray[np.intp]


class _Maps(NamedTuple):
    steps: list[list[Float32Array]]  # [row % STRIDE][column % STRIDE][ray, row, column]
    hidden: FloatArray  # (R + 1, C + 1), summed from the corner
    shape: tuple[int, int]


class _Tried(NamedTuple):
    """Every column one place of one shape."""

    rim_grey: FloatArray
    x_mm: FloatArray
    y_mm: FloatArray
    half_width_mm: FloatArray
    half_height_mm: FloatArray
    tilt_deg: FloatArray


def find_round_shapes(
    picture: Picture,
    roi: Roi,
    calibration: Calibration,
    mask: npt.NDArray[np.bool_] | None = None,
    inside: Sequence[tuple[float, float]] = (),
    most: int = 6,
    tilts_deg: Sequence[float] = (0.0,),
    bone: BoneLine | None = None,
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
    bone : BoneLine, optional
        Where shadows begin. Where it is not given, what is far darker than the muscle is taken for shadow.

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
    coarse = coarse_picture(picture, roi, calibration, mask)
    if bone is not None:
        return _beside(bone, coarse, inside, most, tilts_deg)
    nowhere = np.zeros(coarse.grey.shape, np.bool_)
    first = _search(coarse, nowhere, inside, most, tilts_deg)
    if not first:
        return []
    # a second time with the shadows folded up: a muscle may end at one
    level = _level_inside(coarse.grey, first[:2])
    folded = replace(coarse, grey=shadow_folded(coarse.grey, level))
    shapes = _search(folded, nowhere, inside, most, tilts_deg)
    return [replace(shape, muscle_grey=_level_inside(coarse.grey, [shape])) for shape in shapes]


def _beside(
    bone: BoneLine,
    coarse: CoarsePicture,
    inside: Sequence[tuple[float, float]],
    most: int,
    tilts_deg: Sequence[float],
) -> list[RoundShape]:
    """Search above the bone, and no further from the spine than its muscles reach."""
    middle = len(bone.depth_mm) / 2 if isnan(bone.process_mm) else bone.process_mm / GRID_MM
    first, end = (round(max(0.0, middle + reach / GRID_MM)) for reach in (-BESIDE_SPINE_MM, BESIDE_SPINE_MM))
    depth_mm = bone.depth_mm[first:end]
    cells = np.s_[: round(float(depth_mm.max()) / GRID_MM) + STRIDE, first:end]
    folded = bone_folded(coarse, bone)
    near = CoarsePicture(folded.grey[cells], coarse.cells[cells], coarse.valid[cells])
    rows_mm = (np.arange(len(near.grey)) + 0.5) * GRID_MM
    hidden = np.asarray(rows_mm[:, None] > depth_mm)
    left_mm = first * GRID_MM
    found = _search(near, hidden, [(x - left_mm, y) for x, y in inside], most, tilts_deg)
    shapes = [replace(shape, x_mm=shape.x_mm + left_mm) for shape in found]
    return [replace(shape, muscle_grey=_level_inside(coarse.grey, [shape])) for shape in shapes]


def _search(
    coarse: CoarsePicture,
    hidden: npt.NDArray[np.bool_],
    inside: Sequence[tuple[float, float]],
    most: int,
    tilts_deg: Sequence[float],
) -> list[RoundShape]:
    steps = _outward_steps(coarse)
    summed = np.pad(hidden.astype(np.float64).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    phases = [
        [np.ascontiguousarray(steps[:, down::STRIDE, across::STRIDE]) for across in range(STRIDE)]
        for down in range(STRIDE)
    ]
    maps = _Maps(phases, summed, hidden.shape)
    tried = []
    for half_width in HALF_WIDTHS_MM:
        fits = (half_width / STEEPEST <= HALF_HEIGHTS_MM) & (half_width / FLATTEST >= HALF_HEIGHTS_MM)
        for half_height in HALF_HEIGHTS_MM[fits]:
            for tilt in tilts_deg:
                shape = RoundShape(0.0, 0.0, 0.0, float(half_width), float(half_height), tilt_deg=tilt)
                tried.append(_best_places(maps, shape, inside))
    return _apart(_Tried(*np.concatenate(tried, axis=1)), most)


def _level_inside(grey: Float32Array, shapes: Sequence[RoundShape]) -> float:
    levels = []
    for shape in shapes:
        row, column = round(shape.y_mm / GRID_MM), round(shape.x_mm / GRID_MM)
        half = round(0.5 * min(shape.half_width_mm, shape.half_height_mm) / GRID_MM)
        part = grey[max(0, row - half) : row + half + 1, max(0, column - half) : column + half + 1]
        levels.append(float(np.median(part)))
    return float(np.mean(levels))


def _outward_steps(coarse: CoarsePicture) -> Float32Array:
    """Return, for each ray, how much brighter it is just beyond each place than just before it.

    1 is a clear step and counts as much as any brighter one: a rim is bright here and faint there.
    """
    angle = np.arange(RAYS) * 2 * np.pi / RAYS
    moved = np.stack([_moved(coarse.grey, STEP_HALF_MM / GRID_MM, float(turn)) for turn in angle])
    steps = moved - np.roll(moved, RAYS // 2, axis=0)  # against the opposite direction
    some = np.abs(steps[:: RAYS // 6, ::4, ::4][:, coarse.valid[::4, ::4]])
    clear = max(float(np.quantile(some, CLEAR_SHARE)) if some.size else 0.0, LEAST_CLEAR_GREY)
    np.clip(steps * np.float32(1.0 / clear), -1.0, 1.0, out=steps)
    steps += np.where(
        coarse.valid, np.float32(0.0), np.float32(-10.0)
    )  # a rim that leaves the picture is none
    return steps


def _moved(grey: Float32Array, cells: float, angle: float) -> Float32Array:
    """Return for each cell what lies so far from it in a direction; beyond the picture its border."""
    shift = np.array([[1.0, 0.0, cells * np.cos(angle)], [0.0, 1.0, cells * np.sin(angle)]])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    away = cv2.warpAffine(grey, shift, grey.shape[::-1], flags=how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(away, np.float32)


def _best_places(maps: _Maps, shape: RoundShape, inside: Sequence[tuple[float, float]]) -> FloatArray:
    """Return the clearest places of one shape, a column each in the order of `_Tried`."""
    rim, row, column = _rim_grey(maps, shape)
    if rim.size == 0:
        return np.empty((6, 0))
    x_mm, y_mm = (np.asarray((at + 0.5) * GRID_MM, np.float64) for at in (column, row))
    if inside:
        holds = [shape.contains(x - x_mm[None, :], y - y_mm[:, None]) for x, y in inside]
        rim = np.where(np.any(holds, axis=0), rim, -np.inf)
    clearest = np.argpartition(rim, max(rim.size - PLACES_A_SIZE, 0), axis=None)[-PLACES_A_SIZE:]
    down, across = np.unravel_index(clearest, rim.shape)
    row, column = row[down], column[across]
    grey = rim[down, across] - HIDDEN_COST * _in_shadow(maps, shape, row, column)
    kind = [np.full(grey.shape, of) for of in (shape.half_width_mm, shape.half_height_mm, shape.tilt_deg)]
    return np.stack([grey, x_mm[across], y_mm[down], *kind])[:, grey > LEAST_RIM_GREY]


def _rim_grey(maps: _Maps, shape: RoundShape) -> tuple[FloatArray, Indices, Indices]:
    """Score every place of the grid that the shape fits in; also the places' rows and columns."""
    number, cells = _cells_of(shape)
    low = -(cells.min(axis=0) // STRIDE)
    wide, high = ((maps.shape[::-1] - cells.max(axis=0)) // STRIDE - low).tolist()
    if min(wide, high) <= 0:
        return np.empty((0, 0)), np.empty(0, np.intp), np.empty(0, np.intp)
    first, phase = np.divmod(STRIDE * low + cells, STRIDE)
    rim = np.zeros((high, wide), np.float32)
    for ray, (left, top), (across, down) in zip(number, first.tolist(), phase.tolist(), strict=True):
        rim += maps.steps[down][across][ray, top : top + high, left : left + wide]
    size = np.log(shape.half_width_mm * shape.half_height_mm / LARGE_AREA_MM2)
    column, row = STRIDE * (low[0] + np.arange(wide)), STRIDE * (low[1] + np.arange(high))
    return np.asarray(rim * (CLEAR_RIM_GREY / RAYS) + GREY_PER_SIZE * size, np.float64), row, column


@lru_cache(maxsize=1024)
def _cells_of(shape: RoundShape) -> tuple[list[int], Indices]:
    """Return in which direction each ray goes, and the cell it ends in, from the middle."""
    rays = shape.rays(RAYS)
    turn = np.arctan2(rays[:, 1], rays[:, 0]) / (2 * np.pi)
    return (np.round(turn * RAYS).astype(int) % RAYS).tolist(), np.round(rays / GRID_MM).astype(np.intp)


def _in_shadow(maps: _Maps, shape: RoundShape, row: Indices, column: Indices) -> FloatArray:
    """Return which share of the middle of a shape is hidden, at each place."""
    high, wide = (int(0.7 * half / GRID_MM) for half in (shape.half_height_mm, shape.half_width_mm))
    top, bottom = (np.clip(row + reach, 0, maps.shape[0]) for reach in (-high, high))
    left, right = (np.clip(column + reach, 0, maps.shape[1]) for reach in (-wide, wide))
    total = maps.hidden[bottom, right] - maps.hidden[top, right]
    total += maps.hidden[top, left] - maps.hidden[bottom, left]
    return np.asarray(total / (4 * high * wide), np.float64)


def _apart(tried: _Tried, most: int) -> list[RoundShape]:
    """Return the clearest; what has its middle near another's, for the size of both, is the same muscle."""
    kept: list[RoundShape] = []
    rim = tried.rim_grey.copy()
    while len(kept) < most and rim.size and np.isfinite(rim.max()):
        best = int(rim.argmax())
        grey, x, y, wide, high, tilt = (float(values[best]) for values in tried)
        kept.append(RoundShape(grey, x, y, wide, high, tilt_deg=tilt))
        across = np.abs(tried.x_mm - x) / (tried.half_width_mm + wide)
        down = np.abs(tried.y_mm - y) / (tried.half_height_mm + high)
        rim[np.maximum(across, down) < SAME_PLACE] = -np.inf
    return kept
