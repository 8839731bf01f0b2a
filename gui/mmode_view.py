"""Anatomical M-mode: depth against time along the station, with the tracked edges on it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.drawn_lines import Line, paint_with_lines
from gui.picture_marks import SIDE_LETTERS
from gui.scaled_picture import scaled_picture
from gui.theme import DARK, ON_PICTURE, UNCONFIRMED, Theme, text_font
from segmentation.results import Muscle, Side
from usbio.mmode_strip import COLUMN_S, Strip

_MARGIN = 54  # room for the depth figures
_GAP = 8


class MModeView(QWidget):
    """Draw the strips it is given, side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("M-mode: depth against time along the measuring line")
        self._strips: tuple[Strip, ...] = ()
        self._unconfirmed: frozenset[Side] = frozenset()
        self._theme = DARK

    def show_strips(self, strips: tuple[Strip, ...], unconfirmed: frozenset[Side] = frozenset()) -> None:
        """Draw these strips next, the edges of unconfirmed sides in grey."""
        self._strips, self._unconfirmed = strips, unconfirmed
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Prefer a flat strip."""
        return QSize(600, 120)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint every strip with its edges and depth figures."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.window))
        painter.setFont(text_font(14))
        if not self._strips:
            painter.setPen(QColor(self._theme.soft))
            words = "M-mode: depth against time along the dotted line"
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
        width = (self.width() - _GAP * (len(self._strips) - 1)) / max(len(self._strips), 1)
        for i, strip in enumerate(self._strips):
            left = round(i * (width + _GAP)) + _MARGIN
            self._paint_strip(painter, strip, QRect(left, 0, round(width) - _MARGIN, self.height()))
        painter.end()

    def _paint_strip(self, painter: QPainter, strip: Strip, box: QRect) -> None:
        scaled = scaled_picture(strip.image, box.size(), self.devicePixelRatioF())
        lines = [line for muscle in strip.edges for line in self._edge_lines(strip, muscle, QRectF(box))]
        paint_with_lines(painter, box, scaled, lines, rim=False)
        self._paint_scale(painter, strip, QRectF(box))

    def _edge_lines(self, strip: Strip, muscle: Muscle, box: QRectF) -> list[Line]:
        edges = strip.edges[muscle]
        colour = UNCONFIRMED if strip.side in self._unconfirmed else ON_PICTURE.side(strip.side)
        x = box.x() + (np.arange(edges.shape[1]) + 0.5) / edges.shape[1] * box.width()
        dashed = strip.side == "right"
        return [Line(np.column_stack([x, box.y() + y * box.height()]), colour, dashed) for y in edges]

    def _paint_scale(self, painter: QPainter, strip: Strip, box: QRectF) -> None:
        painter.setPen(QColor(self._theme.soft))
        step_mm = next(mm for mm in (10, 20, 50) if strip.depth_mm / mm <= 5 or mm == 50)
        for depth_mm in range(0, int(strip.depth_mm) + 1, step_mm):
            y = box.y() + depth_mm / strip.depth_mm * box.height()
            painter.drawLine(QPointF(box.x() - 5, y), QPointF(box.x(), y))
            at = QRectF(box.x() - _MARGIN, min(max(y - 9, 0), box.bottom() - 19), _MARGIN - 8, 19)
            unit = " mm" if depth_mm == 0 else ""
            painter.drawText(at, Qt.AlignmentFlag.AlignRight, f"{depth_mm}{unit}")
        painter.setPen(QColor("white"))
        painter.setFont(text_font(16, bold=True))
        painter.drawText(box.adjusted(6, 2, -6, -2), Qt.AlignmentFlag.AlignLeft, SIDE_LETTERS[strip.side])
        painter.setFont(text_font(14))
        span = f"{strip.image.shape[1] * COLUMN_S:.0f} s"
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
        painter.drawText(box.adjusted(6, 2, -6, -2), flags, span)
