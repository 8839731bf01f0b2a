"""Inner edges: where a fascia's bright band ends and the muscle begins, to a part of a pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from segmentation.geometry import Calibration, Roi
from segmentation.resampling import Float32Array, blurred, sampled
from segmentation.results import FloatArray, Picture

DEPTH_STEP_MM = 0.1  # about a pixel; the edge is read between the samples
COLUMN_MM = 1.2
PROFILES_A_COLUMN = 2  # for speckle is finer than the columns
ALONG_SIGMA_MM = 2.0  # speckle is averaged along the fascia, never across it
ACROSS_SIGMA_MM = 0.1
PEAK_REACH_MM = 0.8
FALLEN = 0.6  # of the step from the brightest place
FALLS_BEHIND, LESS_WHERE_BROAD = 0.5, 0.3  # of the step: a sheet; of the fraction, where none ends behind
SHEET_SAMPLES = 4  # of the profile, from where it has fallen
MUSCLE_REACH_MM = 2.0
OUTSIDE_SAMPLES, DEPTH_SAMPLES = 11, 41  # of a profile; the middle of the band is at the first number
DEPTH_MM = ((np.arange(DEPTH_SAMPLES) - OUTSIDE_SAMPLES) * DEPTH_STEP_MM).astype(np.float32)
_NEAR = slice(3, 20)  # samples up to PEAK_REACH_MM from the middle
# Of the step from muscle to fascia. A thick aponeurosis is wider than the sound pulse, and people put the
# caliper at the foot of its flank; the thin sheets of the trunk are drawn as wide as the pulse, which spreads
# them beyond their own edge. Both fractions were set on pictures with known thickness: docs/accuracy.md.
APONEUROSIS_FRACTION = 0.43
THIN_SHEET_FRACTION = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class InnerEdge:
    """The muscle side of a fascia, at every ``x_mm`` (from the left of the roi), all arrays of one length."""

    x_mm: FloatArray
    y_mm: FloatArray
    step_grey: FloatArray  # fascia above muscle
    muscle_grey: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Flank:
    """One side of a bright band, where the edge is wanted; arrays are in mm, one entry a column."""

    middle_mm: FloatArray  # of the band, from the top of the roi
    muscle_below: bool  # True for the fascia above a muscle, False for the one below it
    room_mm: FloatArray | None = None  # to the fascia on the muscle's other side; None: far away


def inner_edges(
    picture: Picture,
    roi: Roi,
    calibration: Calibration,
    band_x_mm: FloatArray,
    flanks: Sequence[Flank],
    edge_fraction: float = THIN_SHEET_FRACTION,
) -> list[InnerEdge]:
    """Return where the muscle begins beside bright bands.

    Profiles across a band are averaged along it; the edge is where they fall to ``edge_fraction`` of the
    step between the band's peak and the muscle beside it. All flanks are read in one go, which costs little
    more than one alone.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    roi, calibration
        The B-mode picture and its spacing.
    band_x_mm : (C,) array
        Columns of the flanks' arrays, in mm from the left of ``roi``.
    flanks : sequence of Flank
        A thin muscle is not read across where ``room_mm`` says how thin it is.
    edge_fraction : float
        0 to 1.

    Returns
    -------
    list of InnerEdge
        One for each flank, on the same columns about 1.2 mm apart over the whole width.

    Examples
    --------
    >>> picture = np.full((200, 200), 60, np.uint8)
    >>> picture[45:55] = picture[145:155] = 200  # bands from 4.5 to 5.5 mm and from 14.5 to 15.5 mm
    >>> upper, lower = (Flank(np.full(2, y_mm), y_mm < 10) for y_mm in (5.0, 15.0))
    >>> where = Roi(0, 0, 200, 200), Calibration(0.1, 0.1)
    >>> edges = inner_edges(picture, *where, np.array([0.0, 20.0]), [upper, lower], edge_fraction=0.5)
    >>> [round(float(edge.y_mm.mean()), 1) for edge in edges]
    [5.5, 14.5]
    """
    width_mm = roi.width * calibration.x_mm_per_px
    columns = max(2, round(width_mm / COLUMN_MM))
    along = (np.arange(columns * PROFILES_A_COLUMN) + 0.5) * (width_mm / (columns * PROFILES_A_COLUMN))
    x_mm = _column_means(along)
    sign = np.array([1.0 if flank.muscle_below else -1.0 for flank in flanks])
    middle = np.stack([np.interp(along, band_x_mm, flank.middle_mm) for flank in flanks], axis=1)
    room = np.stack([_room(x_mm, band_x_mm, flank) for flank in flanks], axis=1)
    strips = _strips(picture[roi.slices], calibration, along, middle, sign)
    at, step, floor = _falls_to(strips.reshape(-1, len(DEPTH_MM)), room.ravel(), edge_fraction)
    y_mm = _column_means(middle) + sign * at.reshape(room.shape)
    of_flanks = y_mm.T, step.reshape(room.shape).T, floor.reshape(room.shape).T
    return [InnerEdge(x_mm, *arrays) for arrays in zip(*of_flanks, strict=True)]


def _room(x_mm: FloatArray, band_x_mm: FloatArray, flank: Flank) -> FloatArray:
    if flank.room_mm is None:
        return np.full(len(x_mm), np.inf)
    return np.interp(x_mm, band_x_mm, flank.room_mm)


def _column_means(profiles: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Mean of the profiles of each column, which are neighbours along the first axis."""
    return np.asarray(0.5 * (profiles[::2] + profiles[1::2]), profiles.dtype)


def _strips(
    part: Picture,
    calibration: Calibration,
    along_mm: npt.NDArray[Any],
    middle_mm: FloatArray,
    sign: FloatArray,
) -> Float32Array:
    """Sample profiles of all bands side by side, (columns, bands * depths), and smooth them along the bands.

    A profile's first and last samples take in a little of the next band's, and are read by no one.
    """
    x_px = (along_mm / calibration.x_mm_per_px - 0.5).astype(np.float32)
    y_px = (middle_mm / calibration.y_mm_per_px - 0.5).astype(np.float32)
    away_px = (sign[:, None] * DEPTH_MM / calibration.y_mm_per_px).astype(np.float32)
    at_y = (y_px[:, :, None] + away_px).reshape(len(along_mm), -1)
    strips = _column_means(sampled(part, np.broadcast_to(x_px[:, None], at_y.shape), at_y))
    column_mm = (along_mm[1] - along_mm[0]) * PROFILES_A_COLUMN
    return blurred(strips, ACROSS_SIGMA_MM / DEPTH_STEP_MM, ALONG_SIGMA_MM / column_mm)


def _falls_to(
    strip: Float32Array, room_mm: FloatArray, fraction: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return depth of the edge, height of the step and grey of the muscle for every profile."""
    every = np.arange(len(strip))
    room = room_mm.astype(np.float32)
    near = np.abs(DEPTH_MM[_NEAR]) <= np.minimum(PEAK_REACH_MM + 1e-3, 0.35 * room)[:, None]
    peak_at = np.where(near, strip[:, _NEAR], np.float32(-1.0)).argmax(axis=1) + _NEAR.start
    peak, peak_mm = strip[every, peak_at], DEPTH_MM[peak_at]
    reach = peak_mm + np.maximum(np.minimum(MUSCLE_REACH_MM, 0.6 * room), 0.3)
    beyond = peak_mm[:, None] <= DEPTH_MM
    muscle = beyond & (reach[:, None] >= DEPTH_MM)
    floor = np.where(muscle, strip, np.float32(np.inf)).min(axis=1)
    peak = _sheet_peak(strip, beyond, floor, peak)
    fraction_here = np.float32(fraction) * _less_before_brightness(strip, beyond, floor, peak)
    level = floor + fraction_here * (peak - floor)
    first = np.maximum((beyond & (strip <= level[:, None])).argmax(axis=1), 1)
    high, low = strip[every, first - 1], strip[every, first]
    part = np.minimum(np.maximum((high - level) / np.maximum(high - low, np.float32(1e-6)), 0.0), 1.0)
    at = DEPTH_MM[first - 1] + part * np.float64(DEPTH_STEP_MM)
    return at.astype(np.float64), (peak - floor).astype(np.float64), floor.astype(np.float64)


def _sheet_peak(
    strip: Float32Array, beyond: npt.NDArray[np.bool_], floor: Float32Array, peak: Float32Array
) -> Float32Array:
    """Return the brightness of the sheet itself, next to the muscle: behind it there may be brighter."""
    fallen = beyond & (strip < (floor + np.float32(FALLEN) * (peak - floor))[:, None])
    end = np.where(fallen.any(axis=1), fallen.argmax(axis=1), strip.shape[1])
    nearest = np.maximum(end[:, None] - np.arange(1, SHEET_SAMPLES + 1), 0)
    return np.asarray(np.take_along_axis(strip, nearest, axis=1).max(axis=1), np.float32)


def _less_before_brightness(
    strip: Float32Array, beyond: npt.NDArray[np.bool_], floor: Float32Array, peak: Float32Array
) -> Float32Array:
    """Return a factor below 1 where it stays bright behind: the pulse does not lower a broad band."""
    behind = np.where(beyond, np.float32(np.inf), strip).min(axis=1)
    falls = (peak - behind) / np.maximum(peak - floor, np.float32(1.0))
    share = np.clip(falls / np.float32(FALLS_BEHIND), 0.0, 1.0)
    return np.asarray(1.0 - np.float32(LESS_WHERE_BROAD) * (1.0 - share), np.float32)
