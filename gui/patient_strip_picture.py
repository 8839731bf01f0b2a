"""The strip: the last seconds of the muscle with the target in them, as M-mode or else as a trace."""

from __future__ import annotations

from math import isfinite

import cv2
import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from gui.mmode_lines import draw_line, tint_between
from gui.patient_balance import LEAST_LEVEL, MOST_LEVEL, band_path, level_y
from gui.patient_look import BAND_ALPHA, PatientLook
from gui.scaled_picture import scaled_picture
from gui.theme import ON_PICTURE
from segmentation.results import FloatArray, Side
from usbio.patient_scene import PatientScene, PatientShape
from usbio.patient_strip import SPAN_S, LevelTrace, ThicknessStrip

_NOW = 0.96  # where the newest level stands, in parts of the width
_DASH = 34.0  # units, of the right side's edges
_POINTS = 80  # drawn of a line, at most: more cannot be told apart from three metres, and take long


def paint_strips(
    painter: QPainter, boxes: dict[Side, QRectF], scene: PatientScene, look: PatientLook
) -> None:
    """Paint the strips of a scene, one a box."""
    strips = {strip.side: strip for strip in scene.strips}
    traces = {trace.side: trace for trace in scene.traces}
    for shape in scene.shapes:
        box = boxes[shape.side]
        painter.save()
        painter.setClipRect(box)
        if shape.side in strips and isfinite(shape.level) and not shape.held:
            ratio, size = painter.device().devicePixelRatio(), box.size().toSize()
            painter.drawImage(box.topLeft(), mmode_image(strips[shape.side], size, ratio, look.unit))
        else:
            _paint_levels(painter, shape, traces.get(shape.side), box, scene, look)
        painter.restore()
        in_target = scene.standing(shape) == "in_band"
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(look.pen(look.theme.text, 12) if in_target else look.pen(look.theme.dimmed, 4))
        inset = 6 * look.unit
        painter.drawRect(box.adjusted(inset, inset, -inset, -inset))


def _paint_levels(
    painter: QPainter,
    shape: PatientShape,
    trace: LevelTrace | None,
    box: QRectF,
    scene: PatientScene,
    look: PatientLook,
) -> None:
    """The trace with a large dot for now; a level that is not known has none."""
    if scene.band is not None:
        look.paint_band(painter, band_path(box, scene.band))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(look.pen(look.theme.soft, 4))
    _paint_across(painter, box, level_y(box, 0.0))
    if scene.ceiling is not None:
        painter.setPen(look.ceiling_pen())
        _paint_across(painter, box, level_y(box, scene.ceiling))
    if trace is not None and trace.t_s:
        painter.setPen(look.side_pen(shape.side, 10))
        painter.drawPath(trace_path(trace, box))
    if isfinite(shape.level):
        painter.setPen(look.pen(look.theme.text, 5))
        painter.setBrush(look.fill(shape.side, shape.held))
        radius = 26 * look.unit
        painter.drawEllipse(QPointF(_x(box, 0.0), level_y(box, shape.level)), radius, radius)


def trace_path(trace: LevelTrace, box: QRectF) -> QPainterPath:
    """Return the line of a trace in a box; gaps stay gaps."""
    step = max(1, -(-len(trace.t_s) // _POINTS))
    kept = slice((len(trace.t_s) - 1) % step, None, step)  # with the newest
    levels = np.clip(trace.levels[kept], LEAST_LEVEL, MOST_LEVEL)
    ground, top = level_y(box, 0.0), level_y(box, 1.0)
    x = box.x() + box.width() * _NOW * (1.0 + np.array(trace.t_s[kept]) / SPAN_S)
    path: QPainterPath = pg.arrayToQPath(x, ground + (top - ground) * levels, connect="finite")
    return path


def mmode_image(strip: ThicknessStrip, size: QSize, ratio: float, unit: float) -> QImage:
    """Return the picture of the last seconds, the target beside the edge that stays, and both edges."""
    grey = scaled_picture(strip.image, size, ratio)
    height, width = grey.shape
    image = QImage(width, height, QImage.Format.Format_RGB32)
    canvas = np.frombuffer(image.bits(), np.uint8).reshape(height, width, 4)
    cv2.cvtColor(grey, cv2.COLOR_GRAY2BGRA, dst=canvas)
    near, far = (_placed(line, grey.shape) for line in strip.band)
    target = QColor(ON_PICTURE.target)
    target.setAlphaF(BAND_ALPHA)
    tint_between(canvas, near, far, target)
    for line in (near, far):
        draw_line(canvas, line, target, 5 * unit * ratio)
    dash = _DASH * unit * ratio if strip.side == "right" else 0.0
    for heights in (strip.upper, strip.lower):
        draw_line(canvas, _placed(heights, grey.shape), ON_PICTURE.side(strip.side), 6 * unit * ratio, dash)
    image.setDevicePixelRatio(ratio)
    return image


def _placed(heights: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Return a line in pixels of a picture, (N, 2); gaps stay gaps."""
    x = (np.arange(len(heights)) + 0.5) / len(heights) * shape[1]
    return np.column_stack([x, heights * shape[0]])


def _x(box: QRectF, t_s: float) -> float:
    return box.x() + box.width() * _NOW * (1.0 + t_s / SPAN_S)


def _paint_across(painter: QPainter, box: QRectF, y: float) -> None:
    painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
