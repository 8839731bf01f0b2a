"""A sign that is told by its shape, and only then by its colour."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from gui.theme import DARK, Theme

Sign = Literal["", "yes", "no", "warns", "open"]
"""A disc with a tick, a cross in a square, a triangle with a stroke, an empty ring."""


class SignView(QWidget):
    """Paints one sign."""

    def __init__(self, size_px: int = 20) -> None:
        super().__init__()
        self._sign: Sign = ""
        self._theme = DARK
        self.setFixedSize(QSize(size_px, size_px))

    @property
    def sign(self) -> Sign:
        """What it shows."""
        return self._sign

    def show_sign(self, sign: Sign) -> None:
        """Show a sign; "" for none."""
        if sign != self._sign:
            self._sign = sign
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint it."""
        if not self._sign:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        {"yes": self._yes, "no": self._no, "warns": self._warns, "open": self._open}[self._sign](painter, box)
        painter.end()

    def _yes(self, painter: QPainter, box: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.target))
        painter.drawEllipse(box)
        painter.setPen(self._pen("#ffffff"))
        painter.drawPolyline(_points(box, (0.24, 0.52), (0.44, 0.72), (0.76, 0.32)))

    def _no(self, painter: QPainter, box: QRectF) -> None:
        painter.setPen(self._pen(self._theme.text))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
        painter.drawPolyline(_points(box, (0.25, 0.25), (0.75, 0.75)))
        painter.drawPolyline(_points(box, (0.75, 0.25), (0.25, 0.75)))

    def _warns(self, painter: QPainter, box: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.warning))
        painter.drawPolygon(_points(box, (0.5, 0.0), (1.0, 0.95), (0.0, 0.95)))
        painter.setPen(self._pen(self._theme.on_warning))
        painter.drawPolyline(_points(box, (0.5, 0.34), (0.5, 0.64)))
        painter.drawPoint(QPointF(box.center().x(), box.y() + 0.82 * box.height()))

    def _open(self, painter: QPainter, box: QRectF) -> None:
        painter.setPen(self._pen(self._theme.soft))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(box)

    def _pen(self, colour: str) -> QPen:
        pen = QPen(QColor(colour), max(self.width() / 10, 1.6))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        return pen


def _points(box: QRectF, *shares: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(box.x() + x * box.width(), box.y() + y * box.height()) for x, y in shares])
