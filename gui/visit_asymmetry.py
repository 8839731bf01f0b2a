"""Left against right in a visit: size at rest and activation, two panels, each with its band."""

from __future__ import annotations

from math import isfinite, isnan

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.text import soft_label, text_label
from gui.theme import DARK, Theme
from gui.visit_words import VisitWords
from usbio.visit.view import VisitView

SIZE_RANGE, ACTIVATION_RANGE = 40.0, 60.0  # percent, and points


class VisitAsymmetryView(QWidget):
    """Hidden as long as nothing can be compared."""

    def __init__(self, words: VisitWords) -> None:
        super().__init__()
        self._words = words
        self._size = _Panel(words.say("visit.asymmetry.size"), SIZE_RANGE)
        self._activation = _Panel(words.say("visit.asymmetry.activation"), ACTIVATION_RANGE)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._size, 1)
        layout.addWidget(self._activation, 1)

    def show_asymmetry(self, view: VisitView) -> None:
        """Show what is known: towards the side that is smaller, or changes more."""
        size, points, band = view.size, view.activation_points, view.activation_band_points
        self._size.setVisible(size is not None)
        if size is not None:
            # A smaller left side is drawn on the left.
            self._size.show_value(*self._words.size(size), -size.signed_percent, size.band_points)
        self._activation.setVisible(not isnan(points))
        if not isnan(points):
            self._activation.show_value(*self._words.activation(points, band), points, band)
        self.setVisible(size is not None or not isnan(points))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for panel in (self._size, self._activation):
            panel.line.set_theme(theme)


class _Panel(QFrame):
    def __init__(self, title: str, most: float) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._said = text_label("", 14, bold=True)
        self._told = soft_label("", 14)
        for label in (self._said, self._told):
            label.setWordWrap(True)
        self._said.setAccessibleName(title)
        self.line = _Line(most)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(9, 6, 9, 6)
        layout.setSpacing(2)
        for widget in (soft_label(title, 14), self._said, self.line, self._told):
            layout.addWidget(widget)
        layout.addStretch(1)

    def show_value(self, said: str, told: str, value: float, band: float) -> None:
        self._said.setText(said)
        self._told.setText(told)
        self.line.show_value(value, band)


class _Line(QWidget):
    """The value on a line with 0 in its middle, and its band."""

    def __init__(self, most: float) -> None:
        super().__init__()
        self._most = most
        self._value = self._band = float("nan")
        self._theme = DARK
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_value(self, value: float, band: float) -> None:
        self._value, self._band = value, band
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, 20)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y = self.height() / 2
        painter.setPen(QPen(QColor(self._theme.soft), 1.5))
        painter.drawLine(QPointF(self._x(-self._most), y), QPointF(self._x(self._most), y))
        painter.setPen(QPen(QColor(self._theme.text), 2))
        painter.drawLine(QPointF(self._x(0), y - 8), QPointF(self._x(0), y + 8))
        if isfinite(self._value):
            self._paint_value(painter, y)
        painter.end()

    def _paint_value(self, painter: QPainter, y: float) -> None:
        if isfinite(self._band):
            band = QColor(self._theme.text)
            band.setAlphaF(0.25)
            low, high = self._x(self._value - self._band), self._x(self._value + self._band)
            painter.fillRect(QRectF(low, y - 6, high - low, 12), band)
        x = self._x(self._value)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.text))
        painter.drawPolygon(
            QPolygonF([QPointF(x - 6, y), QPointF(x, y - 8), QPointF(x + 6, y), QPointF(x, y + 8)])
        )

    def _x(self, value: float) -> float:
        half = self.width() / 2 - 8
        return self.width() / 2 + half * min(max(value / self._most, -1.0), 1.0)
