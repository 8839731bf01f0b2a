"""Displacement of tissue: dense optical flow of a panel against a reference picture, and what a region says.

Flow that is chained from picture to picture drifts; here each picture is compared with the reference, and the
flow of the picture before only says where to begin.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import cv2
import numpy as np

from segmentation.geometry import Calibration, Roi
from segmentation.resampling import Float32Array
from segmentation.results import FloatArray, Picture
from segmentation.traces import BoolArray

STEP_MM = (
    0.2  # of the even grid: at 0.4 the error is three times as large, at 0.1 it costs four times as much
)
LEAST_AGREEMENT = 0.6  # correlation of a region, brought back, with the reference
_LEAST_POINTS = 50
_TRIM = 3.0  # robust standard deviations


@dataclass(frozen=True, slots=True, eq=False)
class EvenPicture:
    """A panel on a grid of square cells, and where that lies in the frame."""

    grey: Picture  # (h, w)
    roi: Roi
    calibration: Calibration

    @property
    def steps_mm(self) -> FloatArray:
        """``(2,)`` size of a cell in x and y; as near to `STEP_MM` as whole cells allow."""
        size = np.array([self.roi.width, self.roi.height]) * self.calibration.scale
        return np.asarray(size / np.array(self.grey.shape[::-1]))

    def places(self, points_px: FloatArray) -> FloatArray:
        """Return points ``(N, 2)`` of the frame in cells of the grid."""
        corner = np.array([self.roi.x - 0.5, self.roi.y - 0.5])
        return np.asarray((points_px - corner) * self.calibration.scale / self.steps_mm - 0.5)

    def inside(self, polygon_px: FloatArray) -> BoolArray:
        """Return ``(h, w)``, True in a polygon ``(N, 2)`` of the frame."""
        mask = np.zeros(self.grey.shape, np.uint8)
        cv2.fillPoly(mask, [np.round(self.places(polygon_px)).astype(np.int32)], 1)
        return mask.astype(bool)


@dataclass(frozen=True, slots=True, eq=False)
class RegionMotion:
    """How a region of the reference picture has moved and deformed. nan where it is not found again."""

    right_mm: float  # median displacement, to the right of the picture
    down_mm: float
    strain: FloatArray  # (3,): along x, along y, shear; of the straight fit, 1 is 100 %
    agreement: float  # correlation with the reference, brought back


def even_picture(picture: Picture, roi: Roi, calibration: Calibration) -> EvenPicture:
    """Return a panel on an even grid.

    Parameters
    ----------
    picture : (H, W) uint8 array
        The frame.
    roi, calibration
        The B-mode picture in it and its spacing.

    Returns
    -------
    EvenPicture

    Examples
    --------
    >>> even = even_picture(np.zeros((120, 200), np.uint8), Roi(0, 0, 200, 120), Calibration(0.4, 0.2))
    >>> even.grey.shape, even.steps_mm.round(2).tolist()
    ((120, 400), [0.2, 0.2])
    """
    size = np.array([roi.width, roi.height]) * calibration.scale
    columns, rows = np.maximum(np.round(size / STEP_MM), 16).astype(int).tolist()
    shrinks = columns * rows <= roi.width * roi.height
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    grey = cv2.resize(picture[roi.slices], (columns, rows), interpolation=how)
    return EvenPicture(np.asarray(grey, np.uint8), roi, calibration)


def displacement(reference: EvenPicture, now: EvenPicture, guess: Float32Array | None = None) -> Float32Array:
    """Return how far the tissue of the reference picture has gone.

    Dense inverse search (Kroeger et al.), patch by patch without their neighbours, so that the same pictures
    give the same numbers on any number of threads.

    Parameters
    ----------
    reference, now : EvenPicture
        Of one panel.
    guess : (h, w, 2) float32 array, optional
        Where to begin: the result of the picture before.

    Returns
    -------
    (h, w, 2) float32 array
        To the right and downwards in cells of the grid, for every cell of the reference.

    Raises
    ------
    ValueError
        If the pictures are not of one size.

    References
    ----------
    .. [1] Kroeger T, Timofte R, Dai D, Van Gool L (2016). arXiv:1603.03590

    Examples
    --------
    >>> grain = np.random.default_rng(1).normal(100, 40, (80, 100))
    >>> first = cv2.GaussianBlur(grain.clip(0, 255).astype(np.uint8), (0, 0), 1.5)
    >>> roi, spacing = Roi(0, 0, 100, 80), Calibration(0.2, 0.2)
    >>> pictures = [even_picture(np.roll(first, by, axis=0), roi, spacing) for by in (0, 2)]
    >>> flow = displacement(*pictures)
    >>> np.median(flow[20:60, 20:80], axis=(0, 1)).round(1).tolist()
    [0.0, 2.0]
    """
    if reference.grey.shape != now.grey.shape:
        raise ValueError(f"expected two pictures of one size, came {reference.grey.shape}, {now.grey.shape}")
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setUseSpatialPropagation(False)
    search.setFinestScale(1)
    begin = None if guess is None else guess.copy()  # it is written to
    flow = search.calc(reference.grey, now.grey, begin)  # type: ignore[arg-type]  # None begins at 0
    return np.asarray(flow, np.float32)


def region_motion(
    reference: EvenPicture, now: EvenPicture, flow: Float32Array, region: BoolArray
) -> RegionMotion:
    """Return how a region has moved and deformed.

    Parameters
    ----------
    reference, now : EvenPicture
        The pictures that the flow is between.
    flow : (h, w, 2) array
        From `displacement`.
    region : (h, w) bool array
        Of the reference picture.

    Returns
    -------
    RegionMotion
        All nan for a region that is too small, or that does not look as in the reference once it is brought
        back.

    Examples
    --------
    >>> grain = np.random.default_rng(1).normal(100, 40, (80, 100))
    >>> first = cv2.GaussianBlur(grain.clip(0, 255).astype(np.uint8), (0, 0), 1.5)
    >>> roi, spacing = Roi(0, 0, 100, 80), Calibration(0.2, 0.2)
    >>> a, b = (even_picture(np.roll(first, by, axis=0), roi, spacing) for by in (0, 2))
    >>> region = np.zeros((80, 100), bool)
    >>> region[20:60, 20:80] = True
    >>> moved = region_motion(a, b, displacement(a, b), region)
    >>> round(moved.right_mm, 1), round(moved.down_mm, 1), round(moved.agreement, 1)
    (0.0, 0.4, 1.0)
    """
    rows, columns = np.nonzero(region)
    if len(rows) < _LEAST_POINTS:
        return RegionMotion(nan, nan, np.full(3, nan), nan)
    moved = flow[rows, columns].astype(float)
    agreement = _agreement(reference, now, rows, columns, moved)
    if not agreement >= LEAST_AGREEMENT:
        return RegionMotion(nan, nan, np.full(3, nan), agreement)
    steps = reference.steps_mm
    right, down = np.median(moved, axis=0) * steps
    places_mm = np.column_stack([columns, rows]) * steps
    return RegionMotion(float(right), float(down), _strain(places_mm, moved * steps), agreement)


def _agreement(
    reference: EvenPicture, now: EvenPicture, rows: np.ndarray, columns: np.ndarray, moved: FloatArray
) -> float:
    x, y = (columns + moved[:, 0]).astype(np.float32), (rows + moved[:, 1]).astype(np.float32)
    brought = cv2.remap(now.grey, x[:, None], y[:, None], cv2.INTER_LINEAR)[:, 0].astype(float)
    first = reference.grey[rows, columns].astype(float)
    if not (brought.std() > 0 and first.std() > 0):
        return nan
    return float(np.corrcoef(first, brought)[0, 1])


def _strain(places_mm: FloatArray, moved_mm: FloatArray) -> FloatArray:
    """Small strain of the straight-line fit of displacement over place, outliers left out once."""
    basis = np.column_stack([places_mm - places_mm.mean(axis=0), np.ones(len(places_mm))])
    kept = np.ones(len(basis), bool)
    for _ in range(2):
        fit = np.linalg.lstsq(basis[kept], moved_mm[kept], rcond=None)[0]
        off = np.hypot(*(moved_mm - basis @ fit).T)
        kept = off <= np.median(off) * _TRIM + 1e-9
    return np.array([fit[0, 0], fit[1, 1], (fit[1, 0] + fit[0, 1]) / 2.0])
