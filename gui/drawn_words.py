"""Words and the scale on a picture: bright with a dark rim, drawn once and then only copied."""

from __future__ import annotations

from functools import lru_cache
from math import ceil

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPainterPath, QPen

from gui.theme import text_font

_RIM = QColor(0, 0, 0, 200)
_ROOM = 1  # for the rim
_BAR_ROOM, _BAR_HEIGHT = 3, 5
_KEPT = 64  # a window's words, in a few sizes and colours


def draw_words(
    painter: QPainter,
    box: QRectF,
    flag: Qt.AlignmentFlag,
    words: str,
    colour: QColor,
    size_px: int,
    bold: bool = False,
) -> None:
    """Write words where the flag says in the box."""
    ratio = painter.device().devicePixelRatio()
    image = _written(words, colour.rgb(), size_px, bold, ratio)
    size = image.deviceIndependentSize()
    x, y = box.x() - _ROOM, box.y() - _ROOM
    if flag & Qt.AlignmentFlag.AlignRight:
        x = box.right() + _ROOM - size.width()
    if flag & Qt.AlignmentFlag.AlignBottom:
        y = box.bottom() + _ROOM - size.height()
    _copy(painter, QPointF(x, y), image)


def draw_bar(painter: QPainter, end: QPointF, length: float) -> None:
    """Draw the bar of a scale whose right end is here."""
    image = _bar(round(length, 1), painter.device().devicePixelRatio())
    size = image.deviceIndependentSize()
    _copy(painter, end - QPointF(size.width() - _BAR_ROOM, size.height() - _BAR_ROOM), image)


def _copy(painter: QPainter, at: QPointF, image: QImage) -> None:
    ratio = image.devicePixelRatio()
    # Between pixels of the screen they would be smeared.
    painter.drawImage(QPointF(round(at.x() * ratio) / ratio, round(at.y() * ratio) / ratio), image)


@lru_cache(_KEPT)
def _written(words: str, rgb: int, size_px: int, bold: bool, ratio: float) -> QImage:
    # Five texts, four of them the rim, cost a tenth of a millisecond for each of a picture's words.
    font = text_font(size_px, bold)
    metrics = QFontMetrics(font)
    width, height = metrics.horizontalAdvance(words) + 2 * _ROOM, metrics.height() + 2 * _ROOM
    image = _clear(width, height, ratio)
    painter = QPainter(image)
    painter.setFont(font)
    box = QRectF(_ROOM, _ROOM, width, height)
    painter.setPen(_RIM)
    for dx, dy in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
        painter.drawText(box.translated(dx, dy), Qt.AlignmentFlag.AlignLeft, words)
    painter.setPen(QColor(rgb))
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft, words)
    painter.end()
    return image


@lru_cache(_KEPT)
def _bar(length: float, ratio: float) -> QImage:
    width, height = ceil(length) + 2 * _BAR_ROOM, _BAR_HEIGHT + 2 * _BAR_ROOM
    image = _clear(width, height, ratio)
    right, bottom = width - _BAR_ROOM, height - _BAR_ROOM
    path = QPainterPath(QPointF(right - length, bottom - _BAR_HEIGHT))
    for x, y in ((right - length, bottom), (right, bottom), (right, bottom - _BAR_HEIGHT)):
        path.lineTo(QPointF(x, y))
    painter = QPainter(image)
    painter.setPen(QPen(QColor(0, 0, 0, 150), 3.6))
    painter.drawPath(path)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor("white"), 1.8))
    painter.drawPath(path)
    painter.end()
    return image


def _clear(width: int, height: int, ratio: float) -> QImage:
    image = QImage(QSize(width, height) * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    return image
