"""Inner edges: where a fascia's bright band ends and the muscle begins, to a part of a pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segmentation.geometry import Calibration, Roi
from segmentation.resampling import blurred, sampled
from segmentation.results import FloatArray, Picture

DEPTH_STEP_MM = 0.05
ALONG_STEP_MM = 0.4
ALONG_SIGMA_MM = 2.0  # speckle is averaged along the fascia, never across it
ACROSS_SIGMA_MM = 0.1
PEAK_REACH_MM = 0.8
MUSCLE_REACH_MM = 2.0
OUTSIDE_MM = 1.0
# Of the step from muscle to fascia. A thick aponeurosis is wider than the sound pulse, and people put the
# caliper at the foot of its flank; the thin sheets of the trunk are drawn as wide as the pulse, which spreads
# them beyond their own edge. Both fractions were set on pictures with known thickness: docs/accuracy.md.
APONEUROSIS_FRACTION = 0.4
THIN_SHEET_FRACTION = 0.66


@dataclass(frozen=True, slots=True, eq=False)
class InnerEdge:
    """The muscle side of a fascia, at every ``x_mm`` (from the left of the roi), all arrays of one length."""

    x_mm: FloatArray
    y_mm: FloatArray
    step_grey: FloatArray  # fascia above muscle
    muscle_grey: FloatArray


def inner_edge(
    picture: Picture,
    roi: Roi,
    calibration: Calibration,
    band_x_mm: FloatArray,
    band_y_mm: FloatArray,
    muscle_below: bool,
    room_mm: FloatArray | None = None,
    edge_fraction: float = THIN_SHEET_FRACTION,
) -> InnerEdge:
    """Return where the muscle begins beside a bright band.

    Profiles across the band are averaged along it; the edge is where they fall to ``edge_fraction`` of the
    step between the band's peak and the muscle beside it.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    roi, calibration
        The B-mode picture and its spacing.
    band_x_mm, band_y_mm : (C,) arrays
        Middle of the band, in mm from the upper left corner of ``roi``.
    muscle_below : bool
        True for the fascia above a muscle, False for the one below it.
    room_mm : (C,) array, optional
        Distance to the fascia on the other side: a thin muscle must not be read across.
    edge_fraction : float
        0 to 1.

    Returns
    -------
    InnerEdge
        On columns 0.4 mm apart over the whole width.
    """
    x_mm = np.arange(ALONG_STEP_MM / 2, roi.width * calibration.x_mm_per_px, ALONG_STEP_MM)
    middle = np.interp(x_mm, band_x_mm, band_y_mm)
    depth = np.arange(-OUTSIDE_MM, MUSCLE_REACH_MM + PEAK_REACH_MM, DEPTH_STEP_MM)
    sign = 1.0 if muscle_below else -1.0
    strip = _strip(picture, roi, calibration, x_mm, middle[:, None] + sign * depth[None, :])
    room = np.full(len(x_mm), np.inf) if room_mm is None else np.interp(x_mm, band_x_mm, room_mm)
    at, step, floor = _falls_to(strip, depth, room, edge_fraction)
    return InnerEdge(x_mm, middle + sign * at, step, floor)


def _strip(
    picture: Picture, roi: Roi, calibration: Calibration, x_mm: FloatArray, y_mm: FloatArray
) -> npt.NDArray[np.float32]:
    """Sample profiles, one a row, and smooth them along the band."""
    x_px = (x_mm / calibration.x_mm_per_px - 0.5)[:, None] + np.zeros(y_mm.shape[1])
    y_px = y_mm / calibration.y_mm_per_px - 0.5
    strip = sampled(picture[roi.slices], x_px, y_px)
    return blurred(strip, ACROSS_SIGMA_MM / DEPTH_STEP_MM, ALONG_SIGMA_MM / ALONG_STEP_MM)


def _falls_to(
    strip: npt.NDArray[np.float32], depth: FloatArray, room: FloatArray, fraction: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return depth of the edge, height of the step and grey of the muscle for every profile."""
    index = np.arange(len(depth))
    near = np.abs(depth) <= np.minimum(PEAK_REACH_MM, 0.35 * room)[:, None]
    peak_at = np.where(near, strip, -1.0).argmax(axis=1)
    peak = np.take_along_axis(strip, peak_at[:, None], axis=1)[:, 0]
    beyond = index[None, :] >= peak_at[:, None]
    reach = depth[peak_at] + np.minimum(MUSCLE_REACH_MM, 0.6 * room)
    muscle = beyond & (depth[None, :] <= np.maximum(reach, depth[peak_at] + 0.3)[:, None])
    floor = np.where(muscle, strip, np.inf).min(axis=1)
    level = floor + fraction * (peak - floor)
    below = beyond & (strip <= level[:, None])
    first = np.clip(below.argmax(axis=1), 1, len(depth) - 1)
    every = np.arange(len(strip))
    high, low = strip[every, first - 1], strip[every, first]
    part = np.clip((high - level) / np.maximum(high - low, 1e-6), 0.0, 1.0)
    at = depth[first - 1] + part * DEPTH_STEP_MM
    return at, (peak - floor).astype(np.float64), floor.astype(np.float64)
