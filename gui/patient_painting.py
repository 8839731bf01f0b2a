"""Paint one scene of the patient's screen: words, ring, legend, and the picture that was chosen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from gui.patient_anatomy import paint_anatomy
from gui.patient_balance import paint_balance
from gui.patient_layout import PatientLayout, lay_out
from gui.patient_look import PatientLook
from gui.patient_strip_picture import paint_strips
from gui.patient_writing import Writing
from gui.theme import DARK, Theme
from segmentation.results import Side
from usbio.patient_scene import PatientScene, PictureKind, as_shown

PaintPicture = Callable[[QPainter, dict[Side, QRectF], PatientScene, PatientLook], None]
PICTURES: dict[PictureKind, PaintPicture] = {
    "balance": paint_balance,
    "anatomy": paint_anatomy,
    "strip": paint_strips,
}
NIGHT = "#000000"  # a dark screen is dark in either theme
_RING = 26.0  # units wide
_FULL_TURN = 360 * 16  # as Qt counts


def paint_scene(painter: QPainter, scene: PatientScene, size: QSizeF, theme: Theme) -> None:
    """Paint what of a scene may be seen."""
    seen = as_shown(scene)
    theme = DARK if seen.dark else theme
    layout = lay_out(seen, size)
    look = PatientLook(theme, layout.unit)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(QRectF(QPointF(0, 0), size), QColor(NIGHT if seen.dark else theme.window))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if layout.shapes:
        PICTURES[seen.picture](painter, layout.shapes, seen, look)
    if layout.ring is not None:
        _paint_ring(painter, layout.ring, seen, look)
    _paint_legend(painter, layout, look)
    for writing in layout.writings:
        _paint_writing(painter, writing, look, seen.dark)


def _paint_ring(painter: QPainter, ring: QRectF, scene: PatientScene, look: PatientLook) -> None:
    """A ring that fills while it holds: thin where it is empty, wide where it is full."""
    width = _RING * look.unit
    inner = ring.adjusted(width, width, -width, -width)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(look.pen(look.theme.dimmed, 5))
    painter.drawEllipse(inner)
    if scene.held_part > 0:
        painter.setPen(look.pen(look.theme.target, _RING))
        painter.drawArc(inner, 90 * 16, -round(scene.held_part * _FULL_TURN))


def _paint_legend(painter: QPainter, layout: PatientLayout, look: PatientLook) -> None:
    if layout.target_swatch is not None:
        path = QPainterPath()
        path.addRect(layout.target_swatch)
        look.paint_band(painter, path)
    if (box := layout.ceiling_swatch) is not None:
        painter.setPen(look.ceiling_pen())
        painter.drawLine(QPointF(box.left(), box.center().y()), QPointF(box.right(), box.center().y()))


def _paint_writing(painter: QPainter, writing: Writing, look: PatientLook, dark: bool) -> None:
    colour = look.theme.soft if dark else look.theme.text
    if writing.boxed:
        around = 20 * look.unit
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.theme.warning))
        painter.drawRoundedRect(writing.box.adjusted(-around, 0, around, 0), around / 2, around / 2)
        colour = look.theme.on_warning
    writing.paint(painter, QColor(colour))
