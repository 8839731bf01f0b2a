"""The plain picture: one rounded shape a side on one ground, a band across both to swell into."""

from __future__ import annotations

from math import isfinite

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from gui.patient_look import PatientLook
from segmentation.results import Side
from usbio.patient_scene import PatientScene

LEAST_LEVEL, MOST_LEVEL = -0.5, 2.0  # what lies beyond is drawn at the end
_REST, _STEP = 0.30, 0.32  # of the height, at rest and for one level
_WIDEST = 1.5  # times the height of the box


def paint_balance(
    painter: QPainter, boxes: dict[Side, QRectF], scene: PatientScene, look: PatientLook
) -> None:
    """Paint the shapes of a scene, one a box."""
    whole = united(boxes)
    if scene.band is not None:
        look.paint_band(painter, band_path(whole, scene.band), outlined=False)
    for shape in scene.shapes:
        box = boxes[shape.side]
        if isfinite(shape.level):
            in_target = scene.standing(shape) == "in_band"
            look.paint_shape(painter, dome(box, shape.level), shape.side, shape.held, in_target)
        else:
            look.paint_hollow(painter, dome(box, 0.0))
    _paint_lines(painter, whole, scene, look)


def dome(box: QRectF, level: float) -> QPainterPath:
    """Return a shape that stands on the bottom of a box and is as high as its level."""
    top = level_y(box, level)
    height = box.bottom() - top
    width = min(box.width() * 0.86, box.height() * _WIDEST)
    around = QRectF(box.center().x() - width / 2, top, width, 2 * height)
    path = QPainterPath(QPointF(around.left(), box.bottom()))
    path.arcTo(around, 180, -180)
    path.closeSubpath()
    return path


def band_path(box: QRectF, band: tuple[float, float]) -> QPainterPath:
    """Return the band across a box."""
    low, high = (level_y(box, level) for level in band)
    path = QPainterPath()
    path.addRect(QRectF(box.x(), high, box.width(), low - high))
    return path


def level_y(box: QRectF, level: float) -> float:
    """Where a level is in a box."""
    within = min(max(level, LEAST_LEVEL), MOST_LEVEL)
    return box.bottom() - box.height() * (_REST + _STEP * within)


def _paint_lines(painter: QPainter, whole: QRectF, scene: PatientScene, look: PatientLook) -> None:
    """Limits of the band, ceiling and ground, over the shapes so that they are always seen."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for level in scene.band or ():
        painter.setPen(look.pen(look.theme.target, 5))
        _paint_across(painter, whole, level_y(whole, level))
    if scene.ceiling is not None:
        painter.setPen(look.ceiling_pen())
        _paint_across(painter, whole, level_y(whole, scene.ceiling))
    painter.setPen(look.pen(look.theme.soft, 4))
    _paint_across(painter, whole, whole.bottom())


def _paint_across(painter: QPainter, whole: QRectF, y: float) -> None:
    painter.drawLine(QPointF(whole.left(), y), QPointF(whole.right(), y))


def united(boxes: dict[Side, QRectF]) -> QRectF:
    """Return the box around all boxes."""
    whole = QRectF()
    for box in boxes.values():
        whole = whole.united(box)
    return whole
