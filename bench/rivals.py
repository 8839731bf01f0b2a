"""What others would do with the same picture: bilateral filter with Lucas-Kanade, scikit-image's contours.

All of them get the B-mode picture without the rest of the screen, as the project's own measuring does.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
from skimage.segmentation import (
    active_contour,
    inverse_gaussian_gradient,
    morphological_geodesic_active_contour,
)

from segmentation.geometry import Roi
from segmentation.results import FrameResult, Picture

FloatArray = npt.NDArray[np.float64]
GEODESIC_ROUNDS = 60  # a border 3 mm away is reached after about so many


def measured_points(result: FrameResult) -> FloatArray:
    """Every point of every border and edge that a picture was measured with, ``(N, 2)``."""
    found = [
        points
        for m in result.measurements
        for points in (m.border_px, m.superficial_px, m.deep_px)
        if points is not None
    ]
    return np.concatenate(found)


def outlines(result: FrameResult) -> list[FloatArray]:
    """A closed outline for each muscle: its border, or its two edges."""
    found = []
    for m in result.measurements:
        if m.border_px is not None:
            found.append(m.border_px)
        elif m.superficial_px is not None and m.deep_px is not None and len(m.deep_px) > 1:
            found.append(np.concatenate([m.superficial_px, m.deep_px[::-1]]))
    return found


def lucas_kanade(before: Picture, now: Picture, roi: Roi, points_px: FloatArray) -> Callable[[], object]:
    """Follow points by pyramidal Lucas-Kanade on the bilaterally filtered picture.

    The filtered last picture is at hand, as it would be in a running program.
    """
    last = cv2.bilateralFilter(np.ascontiguousarray(before[roi.slices]), 5, 40.0, 5.0)
    at = (points_px - (roi.x, roi.y)).astype(np.float32)[:, None]

    def work() -> object:
        new = cv2.bilateralFilter(np.ascontiguousarray(now[roi.slices]), 5, 40.0, 5.0)
        return cv2.calcOpticalFlowPyrLK(last, new, at, np.zeros_like(at), winSize=(21, 21), maxLevel=3)

    return work


def snakes(picture: Picture, roi: Roi, borders: list[FloatArray]) -> Callable[[], object]:
    """scikit-image's active contour as in its own example: smoothed, from an ellipse about a muscle."""
    return lambda: [_snake(picture[roi.slices], border - (roi.x, roi.y)) for border in borders]


def geodesics(picture: Picture, roi: Roi, borders: list[FloatArray]) -> Callable[[], object]:
    """scikit-image's morphological geodesic contour, from each border of the last picture."""
    return lambda: [_geodesic(picture[roi.slices], border - (roi.x, roi.y)) for border in borders]


def _snake(picture: Picture, border_px: FloatArray) -> object:
    smooth = cv2.GaussianBlur(picture, (0, 0), 3.0) / 255.0
    first = _ellipse_about(border_px)[:, ::-1]
    return active_contour(  # type: ignore[no-untyped-call]  # scikit-image has no types
        smooth, first, alpha=0.015, beta=10, gamma=0.001
    )


def _ellipse_about(border_px: FloatArray) -> FloatArray:
    """Return a point for each of the border's on the ellipse that fills its bounding box."""
    low, high = border_px.min(axis=0), border_px.max(axis=0)
    angle = np.linspace(0, 2 * np.pi, len(border_px), endpoint=False)
    return np.asarray((low + high) / 2 + (high - low) / 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1))


def _geodesic(picture: Picture, border_px: FloatArray) -> object:
    edges = inverse_gaussian_gradient(picture / 255.0, sigma=3.0)  # type: ignore[no-untyped-call]  # the same
    inside = np.zeros(edges.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(border_px).astype(np.int32)], 1)
    return morphological_geodesic_active_contour(  # type: ignore[no-untyped-call]  # the same
        edges, GEODESIC_ROUNDS, inside, smoothing=1, balloon=0
    )
