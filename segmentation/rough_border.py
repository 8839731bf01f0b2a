"""A border drawn roughly by hand, put where the rim is in the picture.

A careful border is kept as it was drawn. One is rough where its points jump about a smooth curve, or where
the rim lies to one side of it nearly all round. Both are told from the drawing and the picture.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.interpolate import CubicSpline

from segmentation.border import POINTS, normals, profiles, resampled, smoothed
from segmentation.geometry import Calibration, Roi
from segmentation.results import FloatArray, Picture

DENSE_POINTS, FEWEST_POINTS = 60, 8  # of a drawing that a curve is laid through
JUDGED_POINTS, JUDGED_HARMONICS = 16, 7  # fewer points cannot be told from a shape with corners
ROUGH_MM, OFF_PER_ROUGH = 0.3, 1.4  # off the border, against what is left after a curve was fitted
ASIDE_MM, ASIDE_ROUGH_MM = 0.75, 1.2
SEEN = 0.6  # agreement with a rim: in speckle alone it is 0.5 at the most
HARMONICS = 3  # of the curve that a rough border is taken for
STEP_MM, REACH_MM = 0.1, 2.5
RIM_FROM_MM, RIM_TO_MM = -2.0, 1.0
# mean grey across borders of known truth, 0 inside, 1 at the brightest
RIM_AT_MM = (-1.95, -0.95, -0.45, -0.2, 0.05, 0.3, 0.55, 0.8, 1.05)
RIM_GREY = (0.0, 0.02, 0.12, 0.35, 0.68, 0.93, 1.0, 0.9, 0.7)
ALONG_POINTS = 3.0
TRUST = 6.0  # in a clear rim, against the drawing
BEND_PER_MM2 = 5.0


class _Seen(NamedTuple):
    offset_mm: FloatArray  # (N,) outwards, where the rim is expected
    agreement: float  # with a rim, mean, 0 to 1


def drawn_border(picture: Picture, roi: Roi, calibration: Calibration, points_mm: FloatArray) -> FloatArray:
    """Return the border that was meant by a drawing.

    Parameters
    ----------
    picture : (H, W) uint8 array
        The picture it was drawn on.
    roi, calibration
        The B-mode picture and its spacing.
    points_mm : (N, 2) array
        As drawn, in mm from the upper left corner of the roi.

    Returns
    -------
    (M, 2) array
        A careful drawing with a smooth curve through its points; a rough one where the rim is, as far as the
        picture shows one within 2.5 mm, and smooth.

    Raises
    ------
    ValueError
        If there are fewer than 3 different points.

    Examples
    --------
    The rim in the picture is a circle of 10 mm: how far the drawing lies off it at most, and the border.

    >>> y, x = np.mgrid[:300, :300] * 0.1
    >>> away = np.hypot(x - 15.0, y - 15.0)
    >>> picture = np.where(away < 10.0, 40, np.where(away < 11.5, 180, 80)).astype(np.uint8)
    >>> angle = np.arange(32) * 2 * np.pi / 32
    >>> circle = 15.0 + 10.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> rough = circle + np.random.default_rng(1).normal(0.0, 0.8, (32, 2))
    >>> border = drawn_border(picture, Roi(0, 0, 300, 300), Calibration(0.1, 0.1), rough)
    >>> [round(float(abs(np.hypot(*(points - 15.0).T) - 10.0).max()), 1) for points in (rough, border)]
    [1.8, 0.3]
    """
    careful = curve_through(points_mm)
    rough_mm = OFF_PER_ROUGH * roughness_mm(points_mm)
    jumps = rough_mm > OFF_PER_ROUGH * ROUGH_MM
    even = resampled(low_curve(points_mm, HARMONICS) if jumps else careful)
    off_mm = rough_mm if jumps else ASIDE_ROUGH_MM
    seen = _seen(picture, roi, calibration, even, even, off_mm)
    if seen.agreement < SEEN:
        return even if jumps else careful
    if jumps:
        return put_on_rim(picture, roi, calibration, even, off_mm)
    if abs(float(np.median(seen.offset_mm))) < ASIDE_MM:
        return careful
    moved = resampled(even + smoothed(seen.offset_mm, 2.0)[:, None] * normals(even))
    return put_on_rim(picture, roi, calibration, moved, off_mm)


def curve_through(points: FloatArray) -> FloatArray:
    """Return a smooth closed curve through a few points; straight chords leave out 1 % of a muscle's area.

    Parameters
    ----------
    points : (N, 2) array
        Closed border, the first point not repeated.

    Returns
    -------
    (M, 2) array
        The points themselves where they are fewer than 8, dense, or twice at one place.

    Examples
    --------
    >>> angle = np.arange(12) * 2 * np.pi / 12
    >>> circle = 10.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> curve = curve_through(circle)
    >>> len(curve), bool(abs(np.hypot(*curve.T) - 10.0).max() < 0.01)
    (48, True)
    """
    if not FEWEST_POINTS <= len(points) < DENSE_POINTS:
        return points
    along, closed = _along(points)
    if (np.diff(along) <= 0).any():
        return points
    curve = CubicSpline(along, closed, bc_type="periodic")
    return np.asarray(curve(np.linspace(0, along[-1], 4 * len(points), endpoint=False)), np.float64)


def _along(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    closed = np.concatenate([points, points[:1]])
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))]), closed


def roughness_mm(points_mm: FloatArray) -> float:
    """Return how far points lie off the smooth closed curve through their midst, standard deviation an axis.

    Parameters
    ----------
    points_mm : (N, 2) array
        Closed border, the first point not repeated.

    Returns
    -------
    float
        0 for fewer than 16 points: what is drawn with so few cannot be told from a shape with corners.

    Examples
    --------
    >>> import numpy as np
    >>> angle = np.arange(24) * 2 * np.pi / 24
    >>> circle = 12.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> bool(roughness_mm(circle) < 0.01)
    True
    >>> bool(roughness_mm(circle + np.random.default_rng(1).normal(0.0, 1.0, (24, 2))) > 0.5)
    True
    """
    if len(points_mm) < JUDGED_POINTS:
        return 0.0
    harmonics = min(JUDGED_HARMONICS, (len(points_mm) - 1) // 3)
    terms, amplitude = _harmonics(points_mm, harmonics)
    rest = points_mm - terms @ amplitude
    return float(np.sqrt((rest**2).sum() / (2 * (len(points_mm) - terms.shape[1]))))


def low_curve(points_mm: FloatArray, harmonics: int) -> FloatArray:
    """Return the closed curve of so many harmonics that lies in the midst of points.

    Parameters
    ----------
    points_mm : (N, 2) array
        Closed border, the first point not repeated; N above twice the harmonics.
    harmonics : int
        1 is an ellipse.

    Returns
    -------
    (200, 2) array

    References
    ----------
    .. [1] Kuhl FP, Giardina CR (1982). Elliptic Fourier features of a closed contour.
       doi:10.1016/0146-664X(82)90034-X. Here they are fitted by least squares.

    Examples
    --------
    >>> angle = np.arange(32) * 2 * np.pi / 32
    >>> circle = 10.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> jumping = circle * np.where(np.arange(32) % 2, 1.05, 0.95)[:, None]
    >>> np.hypot(*low_curve(jumping, 1).T)[:3].round(1).tolist()
    [10.0, 10.0, 10.0]
    """
    _, amplitude = _harmonics(points_mm, harmonics)
    return np.asarray(_terms(np.arange(200) * 2 * np.pi / 200, harmonics) @ amplitude, np.float64)


def _harmonics(points: FloatArray, harmonics: int) -> tuple[FloatArray, FloatArray]:
    along, _ = _along(points)
    terms = _terms(2 * np.pi * along[:-1] / along[-1], harmonics)
    amplitude = np.linalg.lstsq(terms, points, rcond=None)[0]
    return terms, np.asarray(amplitude, np.float64)


def _terms(angle: FloatArray, harmonics: int) -> FloatArray:
    waves = [wave(k * angle) for k in range(1, harmonics + 1) for wave in (np.cos, np.sin)]
    return np.stack([np.ones(len(angle)), *waves], axis=1)


def put_on_rim(
    picture: Picture, roi: Roi, calibration: Calibration, near_mm: FloatArray, rough_mm: float
) -> FloatArray:
    """Return the border that lies on the rim near another one.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    roi, calibration
        The B-mode picture and its spacing.
    near_mm : (96, 2) array
        Closed border, evenly spaced, in mm from the upper left corner of the roi.
    rough_mm : float
        How far it may lie off, as a standard deviation: where no rim is seen it stays.

    Returns
    -------
    (96, 2) array

    Notes
    -----
    Every point's offset along its normal is the mean of its chances, which are reckoned forwards and
    backwards round the border; Rabiner 1989, doi:10.1109/5.18626, section III.

    Examples
    --------
    >>> y, x = np.mgrid[:300, :300] * 0.1
    >>> away = np.hypot(x - 15.0, y - 15.0)
    >>> picture = np.where(away < 10.0, 40, np.where(away < 11.0, 180, 80)).astype(np.uint8)
    >>> angle = np.arange(96) * 2 * np.pi / 96
    >>> near = 15.0 + 9.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> border = put_on_rim(picture, Roi(0, 0, 300, 300), Calibration(0.1, 0.1), near, rough_mm=1.0)
    >>> bool(abs(np.hypot(*(border - 15.0).T) - 10.0).max() < 0.3)
    True
    """
    now = near_mm
    for _ in range(2):  # the second time with normals that are no longer those of the first border
        seen = _seen(picture, roi, calibration, now, near_mm, rough_mm)
        now = resampled(now + smoothed(seen.offset_mm, 2.0)[:, None] * normals(now))
    return now


def rim_clearness(picture: Picture, roi: Roi, calibration: Calibration, border_mm: FloatArray) -> float:
    """Return how much a border looks like a rim, nearly all round.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    roi, calibration
        The B-mode picture and its spacing.
    border_mm : (N, 2) array
        Closed border, evenly spaced, in mm from the upper left corner of the roi.

    Returns
    -------
    float
        Agreement with the usual rim, -1 to 1, that four fifths of the border reach.

    Examples
    --------
    >>> y, x = np.mgrid[:300, :300] * 0.1
    >>> away = np.hypot(x - 15.0, y - 15.0)
    >>> picture = np.where(away < 10.0, 40, np.where(away < 11.0, 180, 80)).astype(np.uint8)
    >>> angle = np.arange(96) * 2 * np.pi / 96
    >>> ray = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> at = Roi(0, 0, 300, 300), Calibration(0.1, 0.1)
    >>> [round(rim_clearness(picture, *at, 15.0 + radius * ray), 1) for radius in (10.0, 7.0)]
    [0.9, 0.0]
    """
    likeness = _rim_likeness(picture, roi, calibration, border_mm, normals(border_mm), steps=2)
    return float(np.quantile(likeness.max(axis=1), 0.2))


def _seen(
    picture: Picture,
    roi: Roi,
    calibration: Calibration,
    now_mm: FloatArray,
    drawn_mm: FloatArray,
    rough_mm: float,
) -> _Seen:
    """Weigh at each point what looks like a rim against where the border was drawn."""
    outward = normals(now_mm)
    steps = round(REACH_MM / STEP_MM)
    offset_mm: FloatArray = np.arange(-steps, steps + 1, dtype=np.float64) * STEP_MM
    rim = _rim_likeness(picture, roi, calibration, now_mm, outward, steps)
    fine = resampled(drawn_mm, 4 * POINTS)
    nearest = fine[((fine[None] - now_mm[:, None]) ** 2).sum(axis=-1).argmin(axis=1)]
    drawn_at = ((nearest - now_mm) * outward).sum(axis=1)
    away = (offset_mm[None] - drawn_at[:, None]) / rough_mm
    chance = _chances_round(TRUST * rim - 0.5 * away**2, offset_mm)
    return _Seen(chance @ offset_mm, float((chance * rim).sum(axis=1).mean()))


def _rim_likeness(
    picture: Picture, roi: Roi, calibration: Calibration, now_mm: FloatArray, outward: FloatArray, steps: int
) -> FloatArray:
    """Return (N, 2 * steps + 1): correlation with the usual rim, less where contrast is below the usual."""
    first, last = round(RIM_FROM_MM / STEP_MM), round(RIM_TO_MM / STEP_MM)
    usual = np.interp(np.arange(first, last + 1) * STEP_MM, RIM_AT_MM, RIM_GREY)
    usual = (usual - usual.mean()) / usual.std() / np.sqrt(len(usual))
    reach: FloatArray = np.arange(first - steps, last + steps + 1, dtype=np.float64) * STEP_MM
    grey = smoothed(profiles(picture, roi, calibration, now_mm, outward, reach), ALONG_POINTS)
    windows = np.lib.stride_tricks.sliding_window_view(grey.astype(np.float64), len(usual), axis=1)
    contrast = windows @ usual
    likeness = contrast / np.maximum(windows.std(axis=-1) * np.sqrt(len(usual)), 1e-3)
    clear = contrast / max(float(np.median(contrast.max(axis=1))), 1e-3)
    return np.asarray(likeness * np.sqrt(np.clip(clear, 0.0, 1.0)), np.float64)


def _chances_round(score: FloatArray, offset_mm: FloatArray) -> FloatArray:
    """Return the chance of each offset at each point, neighbours lying near each other, all round.

    Forwards and backwards three times round, the middle one kept: by then where it began is forgotten.
    """
    near = np.exp(-BEND_PER_MM2 * (offset_mm[:, None] - offset_mm[None]) ** 2)
    here = np.tile(np.exp(score - score.max(axis=1, keepdims=True)), (3, 1))
    forward, backward = np.ones_like(here), np.ones_like(here)
    for at in range(1, len(here)):
        forward[at] = near @ (forward[at - 1] * here[at - 1])
        forward[at] /= forward[at].sum()
        backward[-1 - at] = near @ (backward[-at] * here[-at])
        backward[-1 - at] /= backward[-1 - at].sum()
    chance = (forward * here * backward)[len(score) : 2 * len(score)]
    return np.asarray(chance / chance.sum(axis=1, keepdims=True), np.float64)
