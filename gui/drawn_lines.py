"""Borders and calipers, drawn into a grey picture: thin, bright, with a dark rim, dashed for the right side.

QPainter took three times as long for the lines of one picture, and gave Python's turn away with each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from segmentation.results import FloatArray, Picture

LINE_WIDTH = 1.8  # of the window's pixels, as all below
RIM_WIDTH = 3.6
_RIM_LIGHT = 105 / 255  # that the rim lets through
_DASH, _GAP = 7.0, 5.0
_APART = 1e-9  # between the end of one line and the start of the next, where all are one
_BITS = 4  # of a pixel: lines are drawn where they are, not where pixels are
_BARE_WIDTH = 1.5  # of OpenCV's thinnest smooth line, in pixels of the screen


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line, in pixels of the window; nan leaves a gap."""

    points: FloatArray  # (N, 2)
    colour: QColor
    dashed: bool = False


_Run = tuple[Line, FloatArray]  # what of a line lies between two gaps, in pixels of the screen


def paint_with_lines(
    painter: QPainter, area: QRect, grey: Picture, lines: Sequence[Line], rim: bool = True
) -> None:
    """Paint a grey picture, scaled to the screen's pixels of this area, with lines on it.

    The picture is written into.
    """
    ratio = painter.device().devicePixelRatio()
    runs = _runs(lines, np.array([area.x(), area.y()]), ratio) if lines else []
    x, y, part = _crossed(grey, runs, ratio)
    here = [(line, pixels - (x, y)) for line, pixels in runs]
    if rim and part.size:
        _darken(part, [pixels for _, pixels in here], round(RIM_WIDTH * ratio))
    height, width = grey.shape
    painter.drawImage(area, QImage(grey.data, width, height, width, QImage.Format.Format_Grayscale8))
    if part.size:  # colour costs twice what grey does, so only where there is any
        across, down = area.width() / width, area.height() / height
        box = QRectF(x * across, y * down, part.shape[1] * across, part.shape[0] * down)
        painter.drawImage(box.translated(QPointF(area.topLeft())), _coloured(part, here, ratio))


def _crossed(grey: Picture, runs: Sequence[_Run], ratio: float) -> tuple[int, int, Picture]:
    """Return the part of the picture where lines are, and its corner."""
    if not runs:
        return 0, 0, grey[:0, :0]
    if ratio != round(ratio):
        return 0, 0, grey  # a part might be put a pixel beside its place
    points = np.concatenate([pixels for _, pixels in runs])
    room = round(RIM_WIDTH * ratio)
    x, y = np.maximum(points.min(axis=0).astype(int) - room, 0).tolist()
    end_x, end_y = np.maximum(points.max(axis=0).astype(int) + room, 0).tolist()
    return x, y, grey[y:end_y, x:end_x]


def _coloured(grey: Picture, runs: Sequence[_Run], ratio: float) -> QImage:
    height, width = grey.shape
    image = QImage(width, height, QImage.Format.Format_RGB32)
    canvas = np.frombuffer(image.bits(), np.uint8).reshape(height, width, 4)
    cv2.cvtColor(grey, cv2.COLOR_GRAY2BGRA, dst=canvas)
    for colour in {line.colour.rgb(): line.colour for line, _ in runs}.values():
        _draw(canvas, [run for run in runs if run[0].colour == colour], colour, ratio)
    return image


def _runs(lines: Sequence[Line], start: FloatArray, ratio: float) -> list[_Run]:
    # OpenCV counts from the centre of the first pixel.
    pixels = (np.concatenate([line.points for line in lines]) - start) * ratio - 0.5
    broken, runs, begin = not np.isfinite(pixels).all(), [], 0
    for line in lines:
        own = pixels[begin : begin + len(line.points)]
        begin += len(own)
        runs += [(line, run) for run in (_unbroken(own) if broken else [own])]
    return runs


def _unbroken(pixels: FloatArray) -> list[FloatArray]:
    edges = np.flatnonzero(np.diff(np.isfinite(pixels).all(axis=1), prepend=False, append=False))
    return [pixels[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]


def _dashes(runs: Sequence[FloatArray], ratio: float) -> FloatArray:
    """Return both ends of every dash, (N, 2, 2); all lines are cut in one go."""
    pixels = np.concatenate(runs)
    lasts = np.cumsum([len(run) for run in runs]) - 1
    steps = np.hypot(*np.diff(pixels, axis=0).T)
    steps[lasts[:-1]] = _APART
    along = np.concatenate([[0.0], np.cumsum(steps)])
    firsts, ends = along[[0, *(lasts[:-1] + 1)]], along[lasts]
    each = [np.arange(a, b, (_DASH + _GAP) * ratio) for a, b in zip(firsts, ends, strict=True)]
    begins = np.concatenate(each)
    at = np.stack([begins, np.minimum(begins + _DASH * ratio, ends[np.searchsorted(ends, begins)])], axis=1)
    return np.stack([np.interp(at, along, pixels[:, axis]) for axis in (0, 1)], axis=-1)


def _fixed(pixels: FloatArray) -> npt.NDArray[np.int32]:
    return np.rint(pixels * (1 << _BITS)).astype(np.int32)


def _darken(part: Picture, runs: Sequence[FloatArray], width: int) -> None:
    # Unsmoothed: under the smooth line nobody sees its steps.
    rim = np.zeros_like(part)
    cv2.polylines(rim, [_fixed(run) for run in runs], False, 255, width, cv2.LINE_8, _BITS)
    cv2.copyTo(cv2.convertScaleAbs(part, alpha=_RIM_LIGHT), rim, part)


def _draw(canvas: npt.NDArray[np.uint8], runs: Sequence[_Run], colour: QColor, ratio: float) -> None:
    solid = [pixels for line, pixels in runs if not line.dashed]
    dashed = [pixels for line, pixels in runs if line.dashed]
    dashes = _dashes(dashed, ratio) if dashed else np.empty((0, 2, 2))
    bgra = (colour.blue(), colour.green(), colour.red(), 255)
    width = LINE_WIDTH * ratio
    thickness = max(round(width - _BARE_WIDTH), 1)
    # A smooth line of one pixel takes a fifth of a wider one; drawn twice, a little apart, it is as bright.
    apart = (width - _BARE_WIDTH) / 2 if thickness == 1 else 0.0
    for shift in sorted({-apart, apart}):
        pieces = [*(_fixed(pixels + shift) for pixels in solid), *_fixed(dashes + shift)]
        cv2.polylines(canvas, pieces, False, bgra, thickness, cv2.LINE_AA, _BITS)
