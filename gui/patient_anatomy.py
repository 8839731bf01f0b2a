"""The anatomical picture: a stylised cut through the muscle, which swells into an outline. Our own drawing.

Shapes are drawn in a square of 1 by 1 for the left side, its right edge towards the middle of the body, and
mirrored for the right side. What swells is drawn larger than life, or nobody would see it from three metres.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPolygonF, QTransform

from gui.patient_balance import LEAST_LEVEL, MOST_LEVEL, paint_balance, united
from gui.patient_look import PatientLook
from segmentation.results import FloatArray, Muscle, Side
from usbio.patient_scene import PatientScene

Limits = tuple[tuple[float, bool], ...]  # levels, and whether each is the ceiling

_WIDEST = 1.25  # width of the drawing, times its height
_OUTLINE = 0.15  # levels that an outline reaches beyond its own


@dataclass(frozen=True, slots=True)
class Anatomy:
    """How one muscle is drawn."""

    around: Callable[[], QPainterPath]  # its neighbours
    muscle: Callable[[float], QPainterPath]  # at a level
    edge: Callable[[float], QPainterPath]  # the part of its outline that moves
    bone: Callable[[], QPainterPath] = QPainterPath


def paint_anatomy(
    painter: QPainter, boxes: dict[Side, QRectF], scene: PatientScene, look: PatientLook
) -> None:
    """Paint the shapes of a scene, one a box; a muscle without a drawing as the plain picture."""
    anatomy = ANATOMIES.get(scene.muscle)
    if anatomy is None:
        paint_balance(painter, boxes, scene, look)
        return
    places = all_placed(boxes)
    drawn = tuple((side, (b.x(), b.y(), b.width(), b.height())) for side, b in boxes.items())
    ratio = painter.device().devicePixelRatio()
    limits = _limits(scene)
    ground, at = _ground(scene.muscle, drawn, scene.band, limits, look, ratio)
    painter.drawImage(at, ground)
    for shape in scene.shapes:
        to_box = places[shape.side]
        in_target = scene.standing(shape) == "in_band"
        if isfinite(shape.level):
            path = to_box.map(anatomy.muscle(clamped(shape.level)))
            look.paint_shape(painter, path, shape.side, shape.held, in_target)
            under = tuple(one for one in limits if one[0] < shape.level + _OUTLINE)
            _paint_limits(painter, anatomy, to_box, under, look)  # again, so that they are always seen
        else:
            look.paint_hollow(painter, to_box.map(anatomy.muscle(0.0)))


def clamped(level: float) -> float:
    """Return a level that can be drawn."""
    return min(max(level, LEAST_LEVEL), MOST_LEVEL)


def between(anatomy: Anatomy, band: tuple[float, float], to_box: QTransform) -> QPainterPath:
    """Return what lies between the outlines of two levels, of which the larger holds the smaller."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for level in band:
        path.addPath(to_box.map(anatomy.muscle(clamped(level))))
    return path


def all_placed(boxes: dict[Side, QRectF]) -> dict[Side, QTransform]:
    """Return the places of all sides; two of them meet at the middle of the body."""
    middle = (boxes["left"].right() + boxes["right"].left()) / 2 if len(boxes) == 2 else None
    return {side: placed(box, side, middle) for side, box in boxes.items()}


def placed(box: QRectF, side: Side, middle: float | None = None) -> QTransform:
    """Return how the square becomes a part of the window, its inner edge at the middle of the body."""
    width = min(box.width(), box.height() * _WIDEST)
    if middle is None:
        middle = box.center().x() + (width / 2 if side == "left" else -width / 2)
    return (
        QTransform.fromTranslate(middle, box.y())
        .scale(width if side == "left" else -width, box.height())
        .translate(-1, 0)
    )


@lru_cache(maxsize=4)
def _ground(
    muscle: Muscle,
    drawn: tuple[tuple[Side, tuple[float, float, float, float]], ...],
    band: tuple[float, float] | None,
    limits: Limits,
    look: PatientLook,
    ratio: float,
) -> tuple[QImage, QPoint]:
    """What stands still, and where it belongs; kept, for it is half of the work."""
    boxes = {side: QRectF(*place) for side, place in drawn}
    whole = united(boxes).toAlignedRect()
    image = QImage(whole.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(look.theme.window))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(-whole.topLeft())
    for to_box in all_placed(boxes).values():
        _paint_around(painter, ANATOMIES[muscle], to_box, look)
        if band is not None:
            look.paint_band(painter, between(ANATOMIES[muscle], band, to_box), outlined=False)
        _paint_limits(painter, ANATOMIES[muscle], to_box, limits, look)
    painter.end()
    return image, whole.topLeft()


def _paint_around(painter: QPainter, anatomy: Anatomy, to_box: QTransform, look: PatientLook) -> None:
    painter.setBrush(QColor(look.theme.raised))
    painter.setPen(look.pen(look.theme.dimmed, 3))
    painter.drawPath(to_box.map(anatomy.around()))
    painter.setBrush(QColor(look.theme.line))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPath(to_box.map(anatomy.bone()))


def _paint_limits(
    painter: QPainter, anatomy: Anatomy, to_box: QTransform, limits: Limits, look: PatientLook
) -> None:
    """Outline the band and the ceiling."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for level, is_ceiling in limits:
        painter.setPen(look.ceiling_pen() if is_ceiling else look.pen(look.theme.target, 5))
        painter.drawPath(to_box.map(anatomy.edge(clamped(level))))


def _limits(scene: PatientScene) -> Limits:
    """Return the levels that are outlined, and which of them is the ceiling."""
    found = tuple((level, False) for level in scene.band or ())
    return found if scene.ceiling is None else (*found, (scene.ceiling, True))


# Multifidus, cut across: beside the spinous process, on the lamina. It swells away from their corner.

_CORNER = (0.90, 0.90)
_LATERAL = (0.28, 0.82)
_SCALE = 0.60, 0.19  # at rest and for one level, times the outline below


def _lm(level: float) -> QPainterPath:
    path = QPainterPath(QPointF(*_CORNER))
    path.cubicTo(0.74, 0.93, 0.46, 0.93, *_LATERAL)
    _add_free_side(path)
    path.cubicTo(0.92, 0.08, 0.92, 0.50, *_CORNER)
    return _lm_grown(level).map(path)


@lru_cache(maxsize=8)
def _lm_edge(level: float) -> QPainterPath:
    """The free side alone: along the bone the outlines of all levels lie on one another."""
    path = QPainterPath(QPointF(*_LATERAL))
    _add_free_side(path)
    return _lm_grown(level).map(path)


def _add_free_side(path: QPainterPath) -> None:
    path.cubicTo(0.06, 0.68, 0.02, 0.42, 0.16, 0.24)
    path.cubicTo(0.28, 0.08, 0.60, 0.02, 0.80, 0.05)


def _lm_grown(level: float) -> QTransform:
    scale = _SCALE[0] + _SCALE[1] * level
    return QTransform.fromTranslate(*_CORNER).scale(scale, scale).translate(-_CORNER[0], -_CORNER[1])


def _lm_bone() -> QPainterPath:
    """Spinous process and lamina, as one."""
    path = QPainterPath(QPointF(1.005, 0.16))  # beyond the middle, or a seam would be seen there
    path.cubicTo(0.955, 0.16, 0.945, 0.24, 0.95, 0.40)
    path.lineTo(0.945, 0.92)
    path.cubicTo(0.75, 0.965, 0.48, 0.965, 0.22, 0.90)
    path.lineTo(0.16, 1.0)
    path.lineTo(1.005, 1.0)
    path.closeSubpath()
    return path


# The abdominal wall: three layers, of which the deepest swells downwards and tapers towards the middle.

_ROUND = 0.42  # of the width
_TRA_TOP, _TRA_END = 0.50, 0.93
_THICK = 0.15, 0.125  # at rest and for one level


def _bend(x: FloatArray) -> FloatArray:
    return 0.10 * (x - 0.45) ** 2


def _places(end: float) -> FloatArray:
    """Few where a layer is nearly straight, more where it is round."""
    turn = np.linspace(0.0, np.pi / 2, 14)[1:]
    return np.concatenate([np.linspace(0.0, end - _ROUND, 6), end - _ROUND + _ROUND * np.sin(turn)])


def _tapered(x: FloatArray, end: float) -> FloatArray:
    """1 over most of a layer, from there round to 0 at its end."""
    round_part = np.clip((x - end + _ROUND) / _ROUND, 0.0, 1.0)
    return np.asarray(np.sqrt(1.0 - round_part**2))


def _layer(top: float, thick: float, end: float) -> QPainterPath:
    x = _places(end)
    upper = top + _bend(x)
    lower = upper + thick * _tapered(x, end)
    path = QPainterPath()
    path.addPolygon(_polygon(np.r_[x, x[-2::-1]], np.r_[upper, lower[-2::-1]]))
    path.closeSubpath()
    return path


def _tra(level: float) -> QPainterPath:
    return _layer(_TRA_TOP, _THICK[0] + _THICK[1] * level, _TRA_END)


@lru_cache(maxsize=8)
def _tra_edge(level: float) -> QPainterPath:
    path = QPainterPath()
    thick = _THICK[0] + _THICK[1] * level
    x = _places(_TRA_END)
    path.addPolygon(_polygon(x, _TRA_TOP + _bend(x) + thick * _tapered(x, _TRA_END)))
    return path


def _wall() -> QPainterPath:
    path = _layer(0.04, 0.15, 0.76)
    path.addPath(_layer(0.215, 0.26, 0.84))
    return path


def _polygon(x: FloatArray, y: FloatArray) -> QPolygonF:
    return QPolygonF([QPointF(a, b) for a, b in zip(x, y, strict=True)])


ANATOMIES: dict[Muscle, Anatomy] = {
    "lm": Anatomy(QPainterPath, _lm, _lm_edge, _lm_bone),
    "tra": Anatomy(_wall, _tra, _tra_edge),
}
