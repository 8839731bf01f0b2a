"""Words of a size that fits their place: smaller, then in lines, and only then shortened."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from gui.theme import text_font

_STEP = 0.94  # from one size tried to the next
_TRIES = 12  # widths between half and the whole
_OVERHANG = 8  # pixels that slanted letters may reach beyond their width


@dataclass(frozen=True, slots=True)
class Writing:
    """Words as they stand on the screen."""

    role: str
    lines: tuple[str, ...]
    box: QRectF  # as large as the lines are
    size_px: int
    bold: bool = False
    boxed: bool = False  # on the colour of warnings
    to_left: bool = False  # lines begin below one another
    elided: bool = False

    def paint(self, painter: QPainter, colour: QColor) -> None:
        """Write it."""
        ratio = painter.device().devicePixelRatio()
        size = self.box.size().toSize()
        words = _picture(
            self.lines, self.size_px, _Style(self.bold, self.to_left, colour.rgba()), size, ratio
        )
        # Whole pixels, or what is written would be blurred.
        painter.drawImage(round(self.box.x()) - _OVERHANG, round(self.box.y()), words)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large words may be, in pixels, and in how many lines."""

    most_px: int
    least_px: int
    lines: int = 1
    bold: bool = False


def write(
    role: str, words: str, place: QRectF, sizes: Sizes, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignCenter
) -> Writing:
    """Place words where they are to stand; they never reach beyond it."""
    size_px, lines, elided, width, height = _fitted(words, place.width(), place.height(), sizes)
    to_left = bool(align & Qt.AlignmentFlag.AlignLeft)
    x = place.x() + (0.0 if to_left else (place.width() - width) / 2)
    box = QRectF(x, place.y() + (place.height() - height) / 2, width, height)
    return Writing(role, lines, box, size_px, sizes.bold, to_left=to_left, elided=elided)


class _Style(NamedTuple):
    bold: bool
    to_left: bool
    rgba: int


@lru_cache(maxsize=32)
def _picture(lines: tuple[str, ...], size_px: int, style: _Style, size: QSize, ratio: float) -> QImage:
    """Lines as they are written, kept: letters as large as these are drawn as outlines, which takes long."""
    whole = QSize(size.width() + 2 * _OVERHANG, size.height())
    image = QImage(whole * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setFont(text_font(size_px, style.bold))
    painter.setPen(QColor.fromRgba(style.rgba))
    height = size.height() / len(lines)
    across = Qt.AlignmentFlag.AlignLeft if style.to_left else Qt.AlignmentFlag.AlignHCenter
    flags = across | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine | Qt.TextFlag.TextDontClip
    for i, line in enumerate(lines):
        painter.drawText(QRectF(_OVERHANG, i * height, size.width(), height), flags, line)
    painter.end()
    return image


@lru_cache(maxsize=512)
def _fitted(
    words: str, width: float, height: float, sizes: Sizes
) -> tuple[int, tuple[str, ...], bool, float, float]:
    """Return the size, the lines, whether they are shortened, and how wide and high they are."""
    size = float(sizes.most_px)
    while True:
        size_px = max(ceil(size), sizes.least_px)
        metrics = QFontMetricsF(text_font(size_px, sizes.bold))
        lines = _wrapped(words, width, metrics)
        most = min(sizes.lines, max(int(height // metrics.height()), 1))
        fits = len(lines) <= most and all(metrics.horizontalAdvance(line) <= width for line in lines)
        if fits or size_px == sizes.least_px:
            break
        size *= _STEP
    lines = _evened(words, lines, width, metrics) if fits else _shortened(lines, most, width, metrics)
    wide = max(metrics.horizontalAdvance(line) for line in lines)
    return size_px, tuple(lines), not fits, min(wide, width), metrics.height() * len(lines)


def _wrapped(words: str, width: float, metrics: QFontMetricsF) -> list[str]:
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and metrics.horizontalAdvance(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _evened(words: str, lines: list[str], width: float, metrics: QFontMetricsF) -> list[str]:
    """Break the same number of lines where they come out most alike, not one word alone in the last."""
    for part in range(_TRIES, _TRIES * 2):
        narrower = _wrapped(words, width * part / (_TRIES * 2), metrics)
        widest = max(metrics.horizontalAdvance(line) for line in narrower)
        if len(narrower) == len(lines) and widest <= width:
            return narrower
    return lines


def _shortened(lines: list[str], most: int, width: float, metrics: QFontMetricsF) -> list[str]:
    """Keep as many lines as there are to be, with dots where words are missing."""
    kept = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [metrics.elidedText(line, Qt.TextElideMode.ElideRight, width) for line in kept]
