"""Finding the closed border of a muscle: a dark rounded shape with a brighter rim.

First a rounded shape is tried at all places and sizes on a coarse grid; then the rim is read on rays from
its middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter

from segmentation.border import POINTS, profiles, resampled, smoothed
from segmentation.geometry import Calibration, Roi
from segmentation.resampling import Float32Array, blurred, sampled, shrunk
from segmentation.results import FloatArray, Picture

GRID_MM = 0.5
BLUR_MM = 0.8
SQUARENESS = 2.4  # of the superellipse: multifidus is rounder than a rectangle and squarer than an ellipse
RAYS = 36
PLACE_STEP_MM = 1.5
HALF_WIDTHS_MM = np.arange(7.5, 24.1, 1.5)
HALF_HEIGHTS_MM = np.arange(6.0, 22.1, 1.5)
FLATTEST, STEEPEST = 0.5, 2.2  # half width over half height
OUTSIDE_MM, INSIDE_MM = 1.2, 1.5
SHADOW_PART = 0.55  # of the muscle's grey
SHADOW_EDGE_PART = 0.8
LEAST_RIM_GREY = 8.0
RAY_LOW, RAY_HIGH, RAY_STEP = 0.6, 1.5, 0.02  # of the rounded shape's radius
RADIUS_BEND_COST = 60.0
SAME_PLACE = 0.35  # of the sum of two half widths or heights
MOST_UNLEVEL_MM, PROBE_OFF_MM = 8.0, 4.0
NARROWEST_SPINE_MM, WIDEST_SPINE_MM = 2.5, 14.0
RIM_REACH_MM, RIM_FRACTION = 1.8, 0.7


@dataclass(frozen=True, slots=True)
class RoundShape:
    """A superellipse, all in mm from the upper left corner of the roi."""

    rim_grey: float  # how much brighter it is outside than inside: higher is better
    x_mm: float
    y_mm: float
    half_width_mm: float
    half_height_mm: float
    muscle_grey: float = 0.0  # what is much darker is shadow
    tilt_deg: float = 0.0  # of the width, clockwise on the screen

    def contains(self, x_mm: float, y_mm: float) -> bool:
        """Tell whether a point lies inside."""
        away = np.array([x_mm - self.x_mm, y_mm - self.y_mm]) @ self._turn()
        across, down = away / (self.half_width_mm, self.half_height_mm)
        return bool(abs(across) ** SQUARENESS + abs(down) ** SQUARENESS < 1.0)

    def rays(self, count: int) -> FloatArray:
        """Return ``(count, 2)`` vectors from the middle to the rim."""
        angle = np.arange(count) * 2 * np.pi / count
        cosine, sine = np.cos(angle), np.sin(angle)
        radius = (np.abs(cosine) ** SQUARENESS + np.abs(sine) ** SQUARENESS) ** (-1 / SQUARENESS)
        upright = np.stack(
            [self.half_width_mm * radius * cosine, self.half_height_mm * radius * sine], axis=1
        )
        return np.asarray(upright @ self._turn().T, np.float64)

    def _turn(self) -> FloatArray:
        tilt = np.radians(self.tilt_deg)
        return np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])


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
    """
    grey, valid = _grid(picture, roi, calibration, mask)
    first = _search(grey, valid, inside, most, tilts_deg)
    if not first:
        return []
    # a second time with the shadows folded up: beside the spinous process a muscle ends at a shadow
    level = _level_inside(grey, first[:2])
    again = _search(_folded(grey, level), valid, inside, most, tilts_deg)
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


def _folded(grey: Float32Array, muscle_grey: float) -> Float32Array:
    """Make what is far darker than the muscle as bright as a rim."""
    dark = np.clip(SHADOW_PART * muscle_grey - grey, 0.0, None)
    return np.asarray(np.where(dark > 0, muscle_grey + 1.3 * dark, grey), np.float32)


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


def best_pair(shapes: Sequence[RoundShape], middle_mm: float) -> tuple[RoundShape, RoundShape] | None:
    """Return the two shapes that look most like one muscle on each side of the spine.

    Parameters
    ----------
    shapes : sequence of RoundShape
        From `find_round_shapes`.
    middle_mm : float
        Column of the middle of the picture, where the spinous process is expected.

    Returns
    -------
    (RoundShape, RoundShape) or None
        The one on the left of the picture first; None where no two lie side by side.
    """
    pairs = [
        (one, other)
        for one in shapes
        for other in shapes
        if one.x_mm < other.x_mm and abs(one.y_mm - other.y_mm) < MOST_UNLEVEL_MM
    ]
    scored = [(_pair_score(*pair, middle_mm), pair) for pair in pairs]
    best = max(scored, key=lambda one: one[0], default=None)
    return best[1] if best is not None and best[0] > 0 else None


def _pair_score(left: RoundShape, right: RoundShape, middle_mm: float) -> float:
    """Clear rims, level with each other, of like size, and the width of a spinous process between them."""
    between_mm = (right.x_mm - right.half_width_mm) - (left.x_mm + left.half_width_mm)
    sizes = [s.half_width_mm * s.half_height_mm for s in (left, right)]
    score = 0.25 * (left.rim_grey + right.rim_grey) + 0.5 * min(left.rim_grey, right.rim_grey)
    score -= 0.5 * abs(left.y_mm - right.y_mm)
    score -= 0.4 * max(0.0, abs((left.x_mm + right.x_mm) / 2 - middle_mm) - PROBE_OFF_MM)
    score -= 0.8 * max(0.0, between_mm - WIDEST_SPINE_MM) + 2.0 * max(0.0, NARROWEST_SPINE_MM - between_mm)
    # one side may be atrophied to half, but a sliver beside a muscle is no muscle
    return score - 5.0 * abs(float(np.log(sizes[0] / sizes[1])))


def read_rim(picture: Picture, roi: Roi, calibration: Calibration, shape: RoundShape) -> FloatArray:
    """Return the border near a rounded shape: on each ray where grey rises most, smooth all round.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    roi, calibration
        The B-mode picture and its spacing.
    shape : RoundShape
        From `find_round_shapes`.

    Returns
    -------
    (96, 2) array
        In mm from the upper left corner of the roi.
    """
    rays = shape.rays(POINTS)
    length = np.hypot(*rays.T)
    ratio = np.arange(RAY_LOW, RAY_HIGH, RAY_STEP)
    middle = np.array([shape.x_mm, shape.y_mm])
    grey = np.stack(
        [
            profiles(picture, roi, calibration, (middle + rays * part), np.zeros_like(rays), np.zeros(1))[
                :, 0
            ]
            for part in ratio
        ],
        axis=1,
    )
    sigma = 0.7 / (float(length.mean()) * RAY_STEP)
    plain = blurred(smoothed(grey, 2.0), sigma, 0.0)
    even = blurred(smoothed(_folded(grey, shape.muscle_grey), 2.0), sigma, 0.0)
    rise = np.gradient(even, axis=1) / (length[:, None] * RAY_STEP)
    # the shape that was found is near; far from it another muscle's rim may be brighter
    reward = np.clip(rise, -20, 20) - 40.0 * (ratio[None, :] - 1.0) ** 2
    path = _to_the_rim(plain, _closed_path(np.asarray(reward, np.float64)), length, shape.muscle_grey)
    radius = smoothed(ratio[0] + RAY_STEP * path, 1.5)
    return resampled(middle + rays * radius[:, None])


def _to_the_rim(
    grey: Float32Array, path: npt.NDArray[np.intp], length: FloatArray, muscle_grey: float
) -> FloatArray:
    """Go from the steepest place out to where the rim is nearly at its brightest, or back out of a shadow."""
    out = np.empty(len(path))
    for number, (profile, at) in enumerate(zip(grey, path, strict=True)):
        per_mm = 1.0 / (RAY_STEP * length[number])
        if profile[at] < SHADOW_EDGE_PART * muscle_grey:
            lit = np.flatnonzero(profile[: at + 1] >= SHADOW_EDGE_PART * muscle_grey)
            out[number] = lit[-1] if len(lit) else at
            continue
        low = float(profile[max(0, at - round(1.5 * per_mm)) : at + 1].min())
        beyond = profile[at : at + max(2, round(RIM_REACH_MM * per_mm)) + 1]
        level = low + RIM_FRACTION * (float(beyond.max()) - low)
        out[number] = at + int((beyond >= level).argmax())
    return np.asarray(median_filter(out, size=7, mode="wrap"), np.float64)


def _closed_path(reward: FloatArray) -> npt.NDArray[np.intp]:
    """Best path round: run twice, and keep the second half of the first and the first half of the second."""
    n, levels = reward.shape
    twice = np.concatenate([reward, reward])
    shifts = np.arange(-2, 3)
    cost = RADIUS_BEND_COST * (shifts * RAY_STEP) ** 2 * 10
    total = twice[0].copy()
    back = np.zeros((2 * n, levels), np.int8)
    for row in range(1, 2 * n):
        padded = np.pad(total, 2, constant_values=-1e9)
        options = np.stack([padded[2 + s : 2 + s + levels] - c for s, c in zip(shifts, cost, strict=True)])
        best = options.argmax(axis=0)
        back[row] = shifts[best]
        total = options[best, np.arange(levels)] + twice[row]
    path = np.empty(2 * n, np.intp)
    path[-1] = total.argmax()
    for row in range(2 * n - 1, 0, -1):
        path[row - 1] = path[row] + back[row, path[row]]
    return np.concatenate([path[n : n + n // 2], path[n // 2 : n]])
