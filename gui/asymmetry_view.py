"""Left against right: direction in words, and a bar with its band."""

from __future__ import annotations

from math import isfinite, isnan

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from gui.text import soft_label, text_label
from gui.theme import DARK, TEXT_PX, Theme, text_font
from segmentation.asymmetry import Asymmetry
from usbio.reading import Comparison

RANGE_PERCENT = 40.0


def asymmetry_words(found: Asymmetry) -> str:
    """Say how much smaller which side is, with its band."""
    if isnan(found.signed_percent):
        return "not decidable"
    percent = round(found.unsigned_percent)
    direction = f" smaller {found.smaller_side}" if found.smaller_side and percent else ""
    band = f" ± {found.band_points:.0f}" if isfinite(found.band_points) else ""
    return f"{percent} %{direction}{band}"


def doubt_words(found: Asymmetry) -> str:
    """Say whether it can be told from 0; "" where nothing is known."""
    if found.told_from_zero is None:
        return ""
    return "beyond measurement error" if found.told_from_zero else "cannot be told from 0"


def activation_words(points: float) -> str:
    """Say which side changes more, in points of percent change."""
    if isnan(points):
        return ""
    if round(points) == 0:
        return "contraction: both sides change alike"
    more = "right" if points > 0 else "left"
    n = abs(round(points))
    return f"contraction: {more} changes {n} point{'' if n == 1 else 's'} more"


def source_words(found: Comparison) -> str:
    """Say where the band comes from."""
    if isfinite(found.at_rest.band_points) or isfinite(found.now.band_points):
        return f"± from {found.error_source}"
    return "error of measurement not known"


class AsymmetryView(QWidget):
    """Words, and below them the value on a line: towards the side that is smaller."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now = text_label("", TEXT_PX + 5, bold=True)
        self._rest, self._activation, self._source = soft_label(""), soft_label(""), soft_label("", 14)
        self._bar = _Bar()
        labels = (self._now, self._rest, self._activation, self._source)
        names = ("Asymmetry now", "Asymmetry at rest", "Asymmetry of contraction", "Source of the error")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        for label, name in zip(labels, names, strict=True):
            label.setAccessibleName(name)
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.insertWidget(1, self._bar)
        self._why = soft_label("")
        self._why.setAccessibleName("Why it is not compared now")
        self._why.setWordWrap(True)
        layout.insertWidget(2, self._why)

    def show_comparison(self, found: Comparison) -> None:
        """Draw the value of now on the bar, and rest and contraction in words."""
        now = f"asymmetry {asymmetry_words(found.now)}"
        self._now.setText("now not compared" if found.unlike else now)
        self._why.setText(found.unlike)
        self._why.setVisible(bool(found.unlike))
        self._bar.setVisible(not found.unlike)
        self._bar.show_value(-found.now.signed_percent, found.now.band_points)
        lines = (f"at rest {asymmetry_words(found.at_rest)}", doubt_words(found.at_rest))
        self._rest.setText("\n".join(line for line in lines if line))
        self._activation.setText(activation_words(found.activation_points))
        self._source.setText(source_words(found))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._bar.set_theme(theme)


class _Bar(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._value = self._band = float("nan")
        self._theme = DARK

    def show_value(self, value: float, band: float) -> None:
        self._value, self._band = value, band
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 50)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y = 16.0
        self._paint_axis(painter, y)
        if isfinite(self._value):
            self._paint_value(painter, y)
        painter.end()

    def _x(self, percent: float) -> float:
        half = self.width() / 2 - 12
        return self.width() / 2 + half * min(max(percent / RANGE_PERCENT, -1.0), 1.0)

    def _paint_axis(self, painter: QPainter, y: float) -> None:
        painter.setPen(QPen(QColor(self._theme.soft), 1.5))
        painter.drawLine(QPointF(self._x(-RANGE_PERCENT), y), QPointF(self._x(RANGE_PERCENT), y))
        painter.setPen(QPen(QColor(self._theme.text), 2.5))
        painter.drawLine(QPointF(self._x(0), y - 12), QPointF(self._x(0), y + 12))
        painter.setPen(QColor(self._theme.soft))
        painter.setFont(text_font(14))
        below = QRectF(0, y + 14, self.width(), 20)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "◀ left smaller")
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, "right smaller ▶")

    def _paint_value(self, painter: QPainter, y: float) -> None:
        x = self._x(self._value)
        if isfinite(self._band):
            band = QColor(self._theme.text)
            band.setAlphaF(0.25)
            low, high = self._x(self._value - self._band), self._x(self._value + self._band)
            painter.fillRect(QRectF(low, y - 7, high - low, 14), band)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.text))
        painter.drawPolygon(
            QPolygonF([QPointF(x - 7, y), QPointF(x, y - 10), QPointF(x + 7, y), QPointF(x, y + 10)])
        )
