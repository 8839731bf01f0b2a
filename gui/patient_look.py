"""How the patient's pictures look: sides differ by colour, stripes and dashes; all sizes by one unit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen

from gui.theme import Theme
from segmentation.results import Side

BAND_ALPHA = 0.20
_STRIPE = 22.0  # units from stripe to stripe
_HELD_ALPHA = 0.30


@dataclass(frozen=True, slots=True)
class PatientLook:
    """A theme at a size; one unit is a pixel of a window 1080 pixels high."""

    theme: Theme
    unit: float

    def side_pen(self, side: Side, width: float) -> QPen:
        """Solid on the left, dashed on the right."""
        return self.pen(self.theme.side(side), width, dashed=side == "right")

    def pen(self, colour: QColor | str, width: float, dashed: bool = False) -> QPen:
        """Return a pen of so many units."""
        pen = QPen(QColor(colour), width * self.unit)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)  # lines of many points: round ones take twice as long
        if dashed:
            pen.setDashPattern([3.0, 1.6])
        return pen

    def fill(self, side: Side, held: bool = False) -> QBrush:
        """Plain on the left, striped on the right; pale where it is of an earlier moment."""
        colour = self.theme.side(side)
        if held:
            colour.setAlphaF(_HELD_ALPHA)
        if side == "left":
            return QBrush(colour)
        return QBrush(_stripes(colour.rgba(), max(round(_STRIPE * self.unit), 4)))

    def paint_shape(
        self, painter: QPainter, path: QPainterPath, side: Side, held: bool, in_target: bool
    ) -> None:
        """Fill a shape; in the target its outline is wide and has the colour of text."""
        painter.setBrush(self.fill(side, held))
        if in_target:
            painter.setPen(self.pen(self.theme.text, 12))
        else:
            painter.setPen(self.side_pen(side, 6))
        painter.drawPath(path)

    def paint_hollow(self, painter: QPainter, path: QPainterPath) -> None:
        """Outline where a shape is at rest, its level not being known."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self.pen(self.theme.dimmed, 5))
        painter.drawPath(path)

    def paint_band(self, painter: QPainter, path: QPainterPath, outlined: bool = True) -> None:
        """Tint the target."""
        colour = QColor(self.theme.target)
        colour.setAlphaF(BAND_ALPHA)
        painter.setBrush(colour)
        painter.setPen(self.pen(self.theme.target, 4) if outlined else Qt.PenStyle.NoPen)
        painter.drawPath(path)

    def ceiling_pen(self) -> QPen:
        """The line that is not to be crossed: long and short dashes."""
        pen = self.pen(self.theme.warning, 7)
        pen.setDashPattern([5.0, 1.5, 1.0, 1.5])
        return pen


@lru_cache(maxsize=8)
def _stripes(rgba: int, period: int) -> QImage:
    """A tile with two diagonal stripes, light and dark."""
    colour = QColor.fromRgba(rgba)
    tile = QImage(period, period, QImage.Format.Format_ARGB32_Premultiplied)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    painter.fillRect(tile.rect(), colour)
    dark = colour.darker(190)
    dark.setAlpha(colour.alpha())
    painter.setPen(QPen(dark, period * 0.36))
    for shift in (-period, 0, period):  # beyond the tile too, so that stripes meet at its edges
        painter.drawLine(shift - period, period * 2, shift + period * 2, -period)
    painter.end()
    return tile
