"""Labels of the few kinds the window uses, and how values are written."""

from __future__ import annotations

from math import isfinite

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from gui.theme import TEXT_PX, text_font
from segmentation.results import Quantity

_LEAST_ELIDED_PX = 60
MUSCLE_WORDS = {
    "lm": "multifidus",
    "tra": "TrA",
    "io": "IO",
    "eo": "EO",
    "layer": "muscle",
    "contour": "muscle",
}


def text_label(words: str, size_px: int = TEXT_PX, bold: bool = False) -> QLabel:
    """Return a label that never reads its text as markup."""
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(text_font(size_px, bold))
    return label


class ElidedLabel(QLabel):
    """A label that gives way: what does not fit ends in dots, and stands whole in its tip."""

    def setText(self, words: str) -> None:
        """Write words."""
        super().setText(words)
        self.setToolTip(words)

    def minimumSizeHint(self) -> QSize:
        """Ask for little."""
        return QSize(_LEAST_ELIDED_PX, super().minimumSizeHint().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        """Write as much as fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), self.alignment(), words)


def elided_label(words: str, size_px: int = TEXT_PX, bold: bool = False) -> ElidedLabel:
    """Return a label that gives way."""
    label = ElidedLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(text_font(size_px, bold))
    return label


def soft_label(words: str, size_px: int = TEXT_PX) -> QLabel:
    """Return a label of the second rank."""
    label = text_label(words, size_px)
    set_rank(label, "soft")
    return label


def set_rank(widget: QWidget, rank: str) -> None:
    """Give a widget the text colour of a rank: "", "soft" or "dimmed"."""
    if widget.property("rank") != rank:
        widget.setProperty("rank", rank)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def value_words(value: float, quantity: Quantity) -> str:
    """Write a value with its unit."""
    return f"{number_words(value, quantity)} {quantity.unit}"


def number_words(value: float, quantity: Quantity) -> str:
    """Write a value with its decimals, its unit beside it; a dash where there is none."""
    return f"{value:.{quantity.decimals}f}" if isfinite(value) else "–"


def change_words(percent: float) -> str:
    """Write a change without decimals and with its sign."""
    if not isfinite(percent):
        return "– %"
    return f"{round(percent):+d} %".replace("-", "−") if round(percent) else "0 %"
