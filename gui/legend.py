"""What the lines and shades of the traces mean."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gui.theme import DARK, Theme, text_font
from segmentation.results import Side

PHASE_ALPHA = {"rest": 0.16, "contraction": 0.30}
_SWATCH = 30
_HEIGHT = 24


class Legend(QWidget):
    """One line: left, right, rest, contraction; only the sides that are plotted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(_HEIGHT)
        self.setAccessibleName("What the traces show")
        self._title = ""
        self._sides: tuple[Side, ...] = ()
        self._theme = DARK

    def show_title(self, title: str) -> None:
        """Say which quantity is plotted."""
        if title != self._title:
            self._title = title
            self.update()

    def add_side(self, side: Side) -> None:
        """Name this side too."""
        if side not in self._sides:
            self._sides = tuple(sorted((*self._sides, side)))  # left first, whichever came first
            self.update()

    def forget_sides(self) -> None:
        """Name no side."""
        self._sides = ()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the line."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.panel))
        painter.setFont(text_font(14))
        x = self._paint_words(painter, self._title, 10.0, QColor(self._theme.text)) + 14
        for words in self._words():
            self._paint_swatch(painter, words, QRectF(x, 5, _SWATCH, _HEIGHT - 10))
            x = self._paint_words(painter, words, x + _SWATCH + 6, QColor(self._theme.soft))
        painter.end()

    def _paint_words(self, painter: QPainter, words: str, x: float, colour: QColor) -> float:
        painter.setPen(colour)
        width = painter.fontMetrics().horizontalAdvance(words)
        painter.drawText(QRectF(x, 0, width + 2, _HEIGHT), Qt.AlignmentFlag.AlignVCenter, words)
        return x + width + 18

    def _paint_swatch(self, painter: QPainter, words: str, box: QRectF) -> None:
        for side in self._sides:
            if words == side:
                dashes = Qt.PenStyle.SolidLine if side == "left" else Qt.PenStyle.DashLine
                painter.setPen(QPen(self._theme.side(side), 2.5, dashes))
                painter.drawLine(QLineF(box.left(), box.center().y(), box.right(), box.center().y()))
                return
        colour = QColor(self._theme.soft if words == "rest" else self._theme.target)
        colour.setAlphaF(PHASE_ALPHA[words] + 0.15)
        painter.fillRect(box, colour)

    def _words(self) -> tuple[str, ...]:
        return (*self._sides, "rest", "contraction") if self._sides else ()
