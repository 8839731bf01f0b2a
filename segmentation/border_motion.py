"""Following a closed border: each picture is compared with the picture on which the border was set.

Chained displacements drift. Here the profiles across the border are always those of the reference picture,
so that an error of one picture is not handed on to the next; the last picture only says where to look.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segmentation.border import normals, profiles, resampled, smoothed
from segmentation.geometry import Calibration, Roi
from segmentation.results import FloatArray, Picture

STEP_MM = 0.2
PROFILE_HALF_MM = 3.4
ALONG_POINTS = 3.0  # profiles are smoothed along the border by so many points
COARSE_REACH_MM, COARSE_POINTS = 3.0, 6.0
FINE_REACH_MM, FINE_POINTS = 1.0, 2.0
LOST_REACH_MM = 8.0
STIFFNESS = 2.0  # of the affine fit, in points: a border without contrast stays where it was
RESIDUAL_POINTS = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class BorderReference:
    """A border on the picture it was set on. All in mm from the upper left corner of the roi."""

    points_mm: FloatArray  # (N, 2), evenly spaced
    normals: FloatArray  # (N, 2), outward
    profiles: npt.NDArray[np.float32]  # (N, D), mean 0 and length 1 each


@dataclass(frozen=True, slots=True, eq=False)
class BorderMatch:
    """Where the border lies in another picture, and how well its profiles agree with the reference."""

    points_mm: FloatArray  # (N, 2), in the order of the reference
    agreement: FloatArray  # (N,) correlation of the profiles, -1 to 1


def _offsets(reach_mm: float) -> FloatArray:
    steps = round((PROFILE_HALF_MM + reach_mm) / STEP_MM)
    return np.arange(-steps, steps + 1, dtype=np.float64) * STEP_MM


def _centred(windows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    windows = windows - windows.mean(axis=-1, keepdims=True)
    length = np.sqrt((windows**2).sum(axis=-1, keepdims=True))
    return np.asarray(windows / np.maximum(length, 1e-3), np.float32)


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
    """
    even = resampled(points_mm)
    outward = normals(even)
    strip = profiles(picture, roi, calibration, even, outward, _offsets(0.0))
    strip = smoothed(strip, ALONG_POINTS).astype(np.float32)
    return BorderReference(even, outward, _centred(strip))


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
    """
    now = expected_mm
    passes = [(COARSE_REACH_MM, COARSE_POINTS, False), (FINE_REACH_MM, FINE_POINTS, True)]
    if lost:
        passes.insert(0, (LOST_REACH_MM, 2 * COARSE_POINTS, False))
    for reach_mm, along_points, free in passes:
        now, agreement = _search(picture, roi, calibration, reference, now, reach_mm, along_points, free)
    return BorderMatch(now, agreement)


def _search(
    picture: Picture,
    roi: Roi,
    calibration: Calibration,
    reference: BorderReference,
    now: FloatArray,
    reach_mm: float,
    along_points: float,
    free: bool,
) -> tuple[FloatArray, FloatArray]:
    outward = normals(now)
    strip = profiles(picture, roi, calibration, now, outward, _offsets(reach_mm))
    strip = smoothed(strip, ALONG_POINTS).astype(np.float32)
    length = reference.profiles.shape[1]
    windows = _centred(np.lib.stride_tricks.sliding_window_view(strip, length, axis=1))
    score = smoothed(np.einsum("nsl,nl->ns", windows, reference.profiles), along_points)
    shift, agreement = _best(score)
    # a profile that fits nowhere, or everywhere alike, has no say
    weight = np.clip(agreement, 0.0, 1.0) ** 2 * (agreement - np.median(score, axis=1)).clip(0.05)
    moved = now + shift[:, None] * outward
    whole = _affine(reference.points_mm, now, moved, outward, weight)
    if not free:
        return whole, agreement
    rest = ((moved - whole) * outward).sum(axis=1)
    rest = smoothed(rest * weight, RESIDUAL_POINTS) / np.maximum(smoothed(weight, RESIDUAL_POINTS), 1e-6)
    return whole + rest[:, None] * outward, agreement


def _best(score: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return shift in mm and score of the best window, to a part of a step."""
    count = score.shape[1]
    best = score.argmax(axis=1)
    inner = np.clip(best, 1, count - 2)
    every = np.arange(len(score))
    low, mid, high = (score[every, inner + k] for k in (-1, 0, 1))
    bend = low - 2 * mid + high
    part = np.where(np.abs(bend) > 1e-9, 0.5 * (low - high) / np.where(bend == 0, 1.0, bend), 0.0)
    at = np.where(best == inner, inner + np.clip(part, -0.5, 0.5), best)
    return (at - (count - 1) / 2) * STEP_MM, score[every, best]


def _affine(
    reference: FloatArray, now: FloatArray, moved: FloatArray, outward: FloatArray, weight: FloatArray
) -> FloatArray:
    """Move the reference as a whole so that it meets the shifted points along their normals.

    Only the way across the border is measured: along it the profiles look alike. A shift of the whole border
    moves points along it as well, and leaving that out would change the area (2 % for 3 mm on a radius of
    15 mm).
    """
    centre = reference.mean(axis=0)
    local = (reference - centre) / 10.0  # cm, so that turning and shifting weigh alike
    basis = np.concatenate([local, np.ones((len(local), 1))], axis=1)  # (N, 3)
    rows = np.concatenate([basis * outward[:, :1], basis * outward[:, 1:]], axis=1)  # (N, 6)
    before = np.linalg.lstsq(basis, now - reference, rcond=None)[0]  # (3, 2): what `now` already is
    asked = ((moved - reference) * outward).sum(axis=1) - rows @ before.T.ravel()
    weighted = rows * weight[:, None]
    normal = weighted.T @ rows + STIFFNESS * weight.mean() * np.diag([1.0, 1.0, 0.02, 1.0, 1.0, 0.02])
    change = np.linalg.solve(normal, weighted.T @ asked).reshape(2, 3).T
    return np.asarray(reference + basis @ (before + change), np.float64)
