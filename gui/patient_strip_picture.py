"""The strip: the last seconds of the muscle with the target in them, as M-mode or else as a trace."""

from __future__ import annotations

from math import isfinite

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPolygonF

from gui.drawn_lines import paint_with_lines
from gui.patient_balance import band_path, level_y
from gui.patient_look import BAND_ALPHA, PatientLook
from gui.scaled_picture import scaled_picture
from gui.theme import ON_PICTURE
from segmentation.results import FloatArray, Side
from usbio.patient_scene import PatientScene, PatientShape
from usbio.patient_strip import SPAN_S, LevelTrace, ThicknessStrip

_NOW = 0.96  # where the newest level stands, in parts of the width
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
            _paint_mmode(painter, strips[shape.side], box, look)
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
    x = [_x(box, t) for t in trace.t_s[kept]]
    y = [level_y(box, level) if isfinite(level) else np.nan for level in trace.levels[kept]]
    path: QPainterPath = pg.arrayToQPath(np.array(x), np.array(y), connect="finite")
    return path


def _paint_mmode(painter: QPainter, strip: ThicknessStrip, box: QRectF, look: PatientLook) -> None:
    """The picture of the last seconds, the target laid beside the edge that stays, and both edges."""
    area = QRect(box.topLeft().toPoint(), box.size().toSize())
    scaled = scaled_picture(strip.image, area.size(), painter.device().devicePixelRatio())
    paint_with_lines(painter, area, scaled, ())
    colour = QColor(ON_PICTURE.target)
    colour.setAlphaF(BAND_ALPHA)
    near, far = strip.band
    for run in _runs(near):
        there = _points(near, run, box)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF([*there, *_points(far, run, box)[::-1]]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in strip.band:
        painter.setPen(look.pen(ON_PICTURE.target, 5))
        _paint_line(painter, line, box)
    for line in (strip.upper, strip.lower):
        painter.setPen(look.pen(ON_PICTURE.side(strip.side), 6, dashed=strip.side == "right"))
        _paint_line(painter, line, box)


def _paint_line(painter: QPainter, line: FloatArray, box: QRectF) -> None:
    for run in _runs(line):
        painter.drawPolyline(QPolygonF(_points(line, run, box)))


def _runs(line: FloatArray) -> list[FloatArray]:
    """Return the stretches of a line without gaps, of each the columns that are drawn."""
    known = np.flatnonzero(np.isfinite(line))
    step = max(1, -(-len(line) // _POINTS))
    parts = np.split(known, np.flatnonzero(np.diff(known) > 1) + 1)
    return [np.unique(np.r_[part[::step], part[-1]]) for part in parts if len(part) > 1]


def _points(line: FloatArray, columns: FloatArray, box: QRectF) -> list[QPointF]:
    x = box.x() + (columns + 0.5) / len(line) * box.width()
    y = box.y() + line[columns.astype(int)] * box.height()
    return [QPointF(a, b) for a, b in zip(x, y, strict=True)]


def _x(box: QRectF, t_s: float) -> float:
    return box.x() + box.width() * _NOW * (1.0 + t_s / SPAN_S)


def _paint_across(painter: QPainter, box: QRectF, y: float) -> None:
    painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
