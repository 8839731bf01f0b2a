"""Following a closed border: each picture is compared with the picture on which the border was set.

Chained displacements drift. Here the profiles across the border are always those of the reference picture,
so that an error of one picture is not handed on to the next; the last picture only says where to look.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from segmentation.border import normals, profiles, resampled, smoothed
from segmentation.geometry import Calibration, Roi, polygon_area_cm2
from segmentation.resampling import Float32Array
from segmentation.results import FloatArray, Picture
from segmentation.rough_border import RIM_AT_MM, RIM_FROM_MM, RIM_GREY, RIM_TO_MM

STEP_MM = 0.2
PROFILE_HALF_MM = 3.4
ALONG_POINTS = 3.0  # profiles are smoothed along the border by so many points
COARSE_REACH_MM, COARSE_POINTS = 3.0, 6.0
FINE_REACH_MM, FINE_POINTS = 1.0, 2.0
LOST_REACH_MM, LOST_STEP_MM = 8.0, 0.4
STIFFNESS = 2.0  # of the affine fit, in points: a border without contrast stays where it was
STIFF_IN = np.diag([1.0, 1.0, 0.02, 1.0, 1.0, 0.02])  # a shift is hardly held back
RESIDUAL_POINTS = 2.0
LEAST_WEIGHT = 1e-6  # where nothing agrees the border stays
LEAST_LENGTH = 1e-3  # grey: a profile without any contrast correlates with nothing


@dataclass(frozen=True, slots=True, eq=False)
class BorderReference:
    """A border on the picture it was set on. All in mm from the upper left corner of the roi."""

    points_mm: FloatArray  # (N, 2), evenly spaced
    normals: FloatArray  # (N, 2), outward
    profiles: Float32Array  # (N, D), mean 0 and length 1 each
    basis: FloatArray  # (N, 3), of moving it as a whole
    to_basis: FloatArray  # (3, N), its pseudo-inverse
    area_cm2: float
    grey: FloatArray  # (N,) mean across the border at each point


@dataclass(frozen=True, slots=True, eq=False)
class BorderMatch:
    """Where the border lies in another picture, and how well its profiles agree with the reference."""

    points_mm: FloatArray  # (N, 2), in the order of the reference
    agreement: FloatArray  # (N,) correlation of the profiles, -1 to 1
    grey: FloatArray | None = None  # (N,) mean across the border at each point
    rim: FloatArray | None = None  # (N,) likeness of what is there now with the usual rim, -1 to 1
    outward: FloatArray | None = None  # (N, 2) normals, before the last part of a millimetre


@lru_cache(maxsize=8)
def _offsets(reach_mm: float) -> FloatArray:
    steps = round((PROFILE_HALF_MM + reach_mm) / STEP_MM)
    return np.arange(-steps, steps + 1, dtype=np.float64) * STEP_MM


def border_reference(
    picture: Picture, roi: Roi, calibration: Calibration, points_mm: FloatArray
) -> BorderReference:
    """Return what is needed to find a border again.

    Parameters
    ----------
    picture : (H, W) uint8 array
        The picture on which the border was set.
    roi, calibration
        The B-mode picture and its spacing.
    points_mm : (M, 2) array
        Closed border in mm from the upper left corner of the roi.

    Returns
    -------
    BorderReference
        With 96 points.

    Raises
    ------
    ValueError
        If there are fewer than 3 different points.

    Examples
    --------
    >>> import numpy as np
    >>> picture = np.random.default_rng(0).integers(0, 255, (200, 200), np.uint8)
    >>> angle = np.linspace(0.0, 2 * np.pi, 40, endpoint=False)
    >>> circle = 10.0 + 6.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> reference = border_reference(picture, Roi(0, 0, 200, 200), Calibration(0.1, 0.1), circle)
    >>> reference.points_mm.shape, round(reference.area_cm2, 2)
    ((96, 2), 1.13)
    """
    even = resampled(points_mm)
    outward = normals(even)
    strip = _strip(picture, roi, calibration, even, outward, 0.0)
    grey = strip.mean(axis=1)
    strip -= grey[:, None]
    strip /= np.maximum(np.sqrt((strip**2).sum(axis=1, keepdims=True)), LEAST_LENGTH)
    local = (even - even.mean(axis=0)) / 10.0  # cm, so that turning and shifting weigh alike
    basis = np.concatenate([local, np.ones((len(local), 1))], axis=1)
    area_cm2 = polygon_area_cm2(even, Calibration(1.0, 1.0))  # the points are in mm already
    return BorderReference(
        even, outward, strip, basis, np.linalg.pinv(basis), area_cm2, grey.astype(np.float64)
    )


def _strip(
    picture: Picture,
    roi: Roi,
    calibration: Calibration,
    points_mm: FloatArray,
    outward: FloatArray,
    reach_mm: float,
) -> Float32Array:
    strip = profiles(picture, roi, calibration, points_mm, outward, _offsets(reach_mm))
    return np.asarray(smoothed(strip, ALONG_POINTS), np.float32)


def follow_border(
    picture: Picture,
    roi: Roi,
    calibration: Calibration,
    reference: BorderReference,
    expected_mm: FloatArray,
    lost: bool = False,
) -> BorderMatch:
    """Return where a border lies in a picture.

    First a coarse search that moves the border as a whole (shift, turn, stretch), then a fine one point by
    point.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    roi, calibration
        The B-mode picture and its spacing.
    reference : BorderReference
        The border on its own picture.
    expected_mm : (N, 2) array
        Where it was in the last picture.
    lost : bool
        True while it has not been found for some pictures: looked for further away.

    Returns
    -------
    BorderMatch

    References
    ----------
    .. [1] Cootes TF et al. (1995). Active shape models. doi:10.1006/cviu.1995.1004: profiles along normals

    Examples
    --------
    >>> import numpy as np
    >>> y, x = np.mgrid[:200, :200] - 100.0
    >>> picture = np.random.default_rng(0).integers(40, 60, (200, 200), np.uint8)
    >>> picture[np.hypot(x, y) > 60] += 100  # a dark disc
    >>> angle = np.linspace(0.0, 2 * np.pi, 96, endpoint=False)
    >>> circle = 10.05 + 6.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> where = Roi(0, 0, 200, 200), Calibration(0.1, 0.1)
    >>> reference = border_reference(picture, *where, circle)
    >>> found = follow_border(np.roll(picture, 12, axis=1), *where, reference, reference.points_mm)
    >>> round(float((found.points_mm - reference.points_mm)[:, 0].mean()), 1)  # mm to the right
    1.2
    """
    now = expected_mm
    if lost:
        now = now + _shift_of_all(picture, roi, calibration, reference, now)
    passes = ((COARSE_REACH_MM, COARSE_POINTS, False), (FINE_REACH_MM, FINE_POINTS, True))
    for reach_mm, along_points, free in passes:
        found = _search(picture, roi, calibration, reference, now, reach_mm, along_points, free)
        now = found.points_mm
    return found


def _shift_of_all(
    picture: Picture, roi: Roi, calibration: Calibration, reference: BorderReference, now: FloatArray
) -> FloatArray:
    """Return the (2,) shift in mm that most points agree on; each only knows how far it went outwards."""
    outward = normals(now)
    score = _correlation(_strip(picture, roi, calibration, now, outward, LOST_REACH_MM), reference.profiles)
    tried = np.arange(-LOST_REACH_MM, LOST_REACH_MM + 1e-9, LOST_STEP_MM)
    shifts = np.stack(np.meshgrid(tried, tried), axis=-1).reshape(-1, 2)
    shifts = shifts[np.hypot(*shifts.T) <= LOST_REACH_MM]
    steps = np.round(outward @ shifts.T / STEP_MM).astype(np.intp) + score.shape[1] // 2
    votes = np.take_along_axis(score, steps, axis=1).mean(axis=0)
    return np.asarray(shifts[votes.argmax()], np.float64)


def _search(
    picture: Picture,
    roi: Roi,
    calibration: Calibration,
    reference: BorderReference,
    now: FloatArray,
    reach_mm: float,
    along_points: float,
    free: bool,
) -> BorderMatch:
    outward = normals(now)
    strip = _strip(picture, roi, calibration, now, outward, reach_mm)
    score = smoothed(_correlation(strip, reference.profiles), along_points)
    shift, agreement = _best(score)
    # a profile that fits nowhere, or everywhere alike, has no say
    usual = np.partition(score, score.shape[1] // 2, axis=1)[:, score.shape[1] // 2]
    weight = np.maximum(agreement, 0.0) ** 2 * np.maximum(agreement - usual, 0.05)
    moved = now + shift[:, None] * outward
    whole = _affine(reference, now, moved, outward, weight)
    if not free:
        return BorderMatch(whole, agreement)
    rest = ((moved - whole) * outward).sum(axis=1)
    rest = smoothed(rest * weight, RESIDUAL_POINTS) / np.maximum(smoothed(weight, RESIDUAL_POINTS), 1e-6)
    moved = whole + rest[:, None] * outward
    went_mm = ((moved - now) * outward).sum(axis=1)
    grey = strip.mean(axis=1).astype(np.float64)
    return BorderMatch(moved, agreement, grey, _rim_likeness(strip, went_mm), outward)


def _rim_likeness(strip: Float32Array, went_mm: FloatArray) -> FloatArray:
    """Return (N,) correlation with the usual rim, less where contrast is below that of most of the border."""
    usual, offsets = _usual_rim()
    middle = np.round(went_mm / STEP_MM).astype(np.intp) + strip.shape[1] // 2
    at = np.minimum(np.maximum(middle[:, None] + offsets, 0), strip.shape[1] - 1)
    there = np.take_along_axis(strip, at, axis=1).astype(np.float64)
    there -= there.mean(axis=1, keepdims=True)
    contrast = there @ usual
    length = np.sqrt((there**2).sum(axis=1))
    typical = np.partition(contrast, len(contrast) // 2)[len(contrast) // 2]
    clear = np.minimum(np.maximum(contrast / max(float(typical), LEAST_LENGTH), 0.0), 1.0)
    return np.asarray(contrast / np.maximum(length, LEAST_LENGTH) * np.sqrt(clear), np.float64)


@lru_cache(maxsize=1)
def _usual_rim() -> tuple[FloatArray, npt.NDArray[np.intp]]:
    """The usual rim with mean 0 and length 1, and at which steps from the border it lies."""
    offsets = np.arange(round(RIM_FROM_MM / STEP_MM), round(RIM_TO_MM / STEP_MM) + 1)
    rim = np.interp(offsets * STEP_MM, RIM_AT_MM, RIM_GREY)
    rim -= rim.mean()
    return rim / np.sqrt((rim**2).sum()), offsets


def _correlation(strip: Float32Array, pattern: Float32Array) -> Float32Array:
    """Return ``(N, S)`` correlation of each row's pattern, of mean 0 and length 1, with each window of it."""
    length = pattern.shape[1]
    count, width = strip.shape
    down, right = strip.strides
    windows: Float32Array = np.ndarray(
        (count, width - length + 1, length), np.float32, strip, strides=(down, right, right)
    )
    product = np.einsum("nsl,nl->ns", windows, pattern)
    level = strip - strip.mean()  # sums of squares of what is near 0 keep their digits
    box = _box(strip.shape[1], length)
    spread = (level**2) @ box - (level @ box) ** 2 / length
    return np.asarray(product / np.sqrt(np.maximum(spread, LEAST_LENGTH**2)), np.float32)


@lru_cache(maxsize=8)
def _box(width: int, length: int) -> Float32Array:
    """Matrix that sums every window of a row; cheaper than running sums at this size."""
    first = np.arange(width - length + 1)
    at = np.arange(width)[:, None]
    return ((at >= first) & (at < first + length)).astype(np.float32)


def _best(score: Float32Array) -> tuple[FloatArray, FloatArray]:
    """Return shift in mm and score of the best window, to a part of a step."""
    count = score.shape[1]
    best = score.argmax(axis=1)
    inner = np.minimum(np.maximum(best, 1), count - 2)
    every = np.arange(len(score))
    around = score[every[:, None], inner[:, None] + (-1, 0, 1)].astype(np.float64)
    low, mid, high = around.T
    bend = 2 * mid - low - high
    part = 0.5 * (high - low) / np.where(np.abs(bend) > 1e-9, bend, np.inf)
    at = np.where(best == inner, inner + np.minimum(np.maximum(part, -0.5), 0.5), best)
    return (at - (count - 1) / 2) * STEP_MM, score[every, best].astype(np.float64)


def _affine(
    reference: BorderReference, now: FloatArray, moved: FloatArray, outward: FloatArray, weight: FloatArray
) -> FloatArray:
    """Move the reference as a whole so that it meets the shifted points along their normals.

    Only the way across the border is measured: along it the profiles look alike. A shift of the whole border
    moves points along it as well, and leaving that out would change the area (2 % for 3 mm on a radius of
    15 mm).
    """
    points, basis = reference.points_mm, reference.basis
    rows = np.concatenate([basis * outward[:, :1], basis * outward[:, 1:]], axis=1)  # (N, 6)
    before = reference.to_basis @ (now - points)  # (3, 2): what `now` already is
    asked = ((moved - points - basis @ before) * outward).sum(axis=1)
    weighted = (rows * weight[:, None]).T
    normal = weighted @ rows + STIFFNESS * max(weight.mean(), LEAST_WEIGHT) * STIFF_IN
    change = np.linalg.solve(normal, weighted @ asked).reshape(2, 3).T
    return np.asarray(points + basis @ (before + change), np.float64)
