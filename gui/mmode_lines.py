"""Lines and bands with one height a column, drawn into a colour picture as the areas that they are."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor

from segmentation.results import FloatArray

ColourPicture = npt.NDArray[np.uint8]  # (H, W, 4) blue, green, red, unused

_STEEPEST = 4.0  # a steeper line is drawn thinner than it should be
_EVERY = 3  # of the points: fewer cannot be told from all of them, and take a third of the time
_PERIOD = 1.55  # from dash to dash, times its length
_RIM = 1.3  # pixels that OpenCV's smooth areas are wider than they are told
_BITS = 4  # of a pixel: lines are drawn where they are, not where pixels are


def draw_line(
    canvas: ColourPicture, line: FloatArray, colour: QColor, width: float, dash: float = 0.0
) -> None:
    """Draw a line, smooth at its edges: (N, 2), x rising; nan leaves a gap, ``dash`` is its length or 0."""
    # As areas, for OpenCV takes five times as long for the wide lines of its own; all of them at once.
    x, y = line[::_EVERY].T
    if len(x) < 2:
        return
    half = max(width - _RIM, 1.0) / 2 * np.minimum(np.hypot(1.0, np.nan_to_num(np.gradient(y, x))), _STEEPEST)
    seen = np.where(x % (dash * _PERIOD) > dash, np.nan, y) if dash else y
    areas = [_around(x[run], y[run] - half[run], y[run] + half[run]) for run in runs(seen)]
    cv2.fillPoly(canvas, areas, _bgra(colour), cv2.LINE_AA, _BITS)


def tint_between(canvas: ColourPicture, one: FloatArray, other: FloatArray, colour: QColor) -> None:
    """Tint what lies between two lines, as strongly as the colour is opaque."""
    heights = np.concatenate([one[:, 1], other[:, 1]])
    if not np.isfinite(heights).any():
        return
    top = max(int(np.nanmin(heights)), 0)
    part = canvas[top : max(int(np.nanmax(heights)) + 1, top + 1)]
    mask = np.zeros(part.shape[:2], np.uint8)
    for run in runs(one[:, 1] + other[:, 1]):
        area = _around(one[run, 0], one[run, 1] - top, other[run, 1] - top)
        cv2.fillPoly(mask, [area], 255, cv2.LINE_8, _BITS)
    tint, alpha = np.full_like(part, _bgra(colour)), colour.alphaF()
    cv2.copyTo(cv2.addWeighted(part, 1.0 - alpha, tint, alpha, 0.0), mask, part)


def runs(heights: FloatArray) -> list[slice]:
    """Return the stretches of a line without gaps; one point alone is none."""
    edges = np.flatnonzero(np.diff(np.isfinite(heights), prepend=False, append=False))
    return [slice(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]


def _around(x: FloatArray, one: FloatArray, other: FloatArray) -> npt.NDArray[np.int32]:
    there, back = np.column_stack([x, one]), np.column_stack([x, other])[::-1]
    # OpenCV counts from the centre of the first pixel.
    return np.rint((np.concatenate([there, back]) - 0.5) * (1 << _BITS)).astype(np.int32)


def _bgra(colour: QColor) -> tuple[int, int, int, int]:
    return colour.blue(), colour.green(), colour.red(), 255
