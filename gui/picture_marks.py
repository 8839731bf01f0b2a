"""What is drawn on the picture: borders, calipers, sides, the measuring station, the scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui.drawn_lines import Line
from gui.drawn_words import draw_bar, draw_words
from gui.theme import ON_PICTURE, UNCONFIRMED
from segmentation.results import FloatArray, FrameResult, Measurement, Side
from segmentation.views import MeasureSetup

SIDE_LETTERS: dict[Side, str] = {"left": "L", "right": "R"}
_WHITE = QColor("white")
_BAR = 7.0  # half of the bar at a caliper's end


@dataclass(frozen=True, slots=True)
class PictureMarks:
    """Marks of a picture that lies at ``area`` of the window, ``scale`` times as large as it is.

    The centre of the first pixel is (0, 0) in setup files and half a pixel inside the drawn picture. Lines
    are drawn into the picture before it is painted (`drawn_lines`), words are painted over it.
    """

    scale: tuple[float, float]
    area: QRectF

    def lines(
        self, setup: MeasureSetup, result: FrameResult | None, confirmed: frozenset[Side]
    ) -> list[Line]:
        """Return every line that belongs to one frame, in the window's pixels."""
        lines: list[Line] = []
        for m in result.measurements if result is not None else ():
            if m.status.carries_value:
                colour = UNCONFIRMED if _unconfirmed(m, confirmed) else ON_PICTURE.side(m.side)
                lines += self._measured_lines(m, colour)
        return lines

    def write(
        self,
        painter: QPainter,
        setup: MeasureSetup,
        result: FrameResult | None,
        confirmed: frozenset[Side],
        hint: str = "automatic border · C confirms it",
    ) -> None:
        """Write everything that belongs to one frame; the hint stands where a border is not confirmed."""
        self._write_sides(painter, setup)
        self._draw_scale(painter, setup)
        found = result.measurements if result is not None else ()
        if any(_unconfirmed(m, confirmed) and m.status.carries_value for m in found):
            box = self.area.adjusted(12, 0, -12, -8)
            draw_words(painter, box, Qt.AlignmentFlag.AlignBottom, hint, UNCONFIRMED, 14)

    def draw_strip_line(self, painter: QPainter, line_px: FloatArray) -> None:
        """Draw the line that the M-mode strip is taken along."""
        (x, y), (end_x, end_y) = self._points(line_px).tolist()
        painter.setPen(QPen(QColor(255, 255, 255, 110), 1.0, Qt.PenStyle.DotLine))
        painter.drawLine(QLineF(x, y, end_x, end_y))

    def _points(self, points_px: FloatArray) -> FloatArray:
        return (points_px + 0.5) * self.scale + [self.area.x(), self.area.y()]

    def _measured_lines(self, m: Measurement, colour: QColor) -> Iterator[Line]:
        for curve, closed in ((m.border_px, True), (m.superficial_px, False), (m.deep_px, False)):
            if curve is not None:
                points = np.concatenate([curve, curve[:1]]) if closed else curve
                yield Line(self._points(points), colour, dashed=m.side == "right")
        if m.caliper_px is not None:
            yield Line(_caliper(self._points(m.caliper_px)), colour)

    def _write_sides(self, painter: QPainter, setup: MeasureSetup) -> None:
        size = round(min(max(self.area.height() * 0.075, 20), 40))
        for panel in setup.panels:
            roi = panel.roi
            corners = np.array([[roi.x, roi.y], [roi.x + roi.width, roi.y + roi.height]], float) - 0.5
            low, high = (QPointF(x, y) for x, y in self._points(corners).tolist())
            box = QRectF(low, high).adjusted(12, 8, -12, -8)
            for side, flag in zip(panel.sides, _corners(len(panel.sides)), strict=True):
                draw_words(painter, box, flag, SIDE_LETTERS[side], ON_PICTURE.side(side), size, bold=True)

    def _draw_scale(self, painter: QPainter, setup: MeasureSetup) -> None:
        px = self.scale[0] / setup.panels[0].calibration.x_mm_per_px  # of the window, one mm
        length_mm = next(mm for mm in (50, 20, 10, 5, 2, 1) if mm * px <= 140 or mm == 1)
        right, bottom = self.area.right() - 14, self.area.bottom() - 14
        draw_bar(painter, QPointF(right, bottom), length_mm * px)
        box = QRectF(self.area.left(), bottom - 26, right - self.area.left(), 20)
        flag = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        draw_words(painter, box, flag, f"{length_mm} mm", _WHITE, 14)


def _unconfirmed(m: Measurement, confirmed: frozenset[Side]) -> bool:
    return m.border_source == "auto" and m.side not in confirmed


def _caliper(ends: FloatArray) -> FloatArray:
    """One line: a bar across one end, the way to the other, a bar across that."""
    start, end = ends
    dx, dy = (end - start).tolist()
    length = hypot(dx, dy) or 1.0
    across = np.array([dy, -dx]) / length * _BAR
    return np.stack([start - across, start + across, start, end, end + across, end - across])


def _corners(n: int) -> list[Qt.AlignmentFlag]:
    top_left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
    return [top_left, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop][:n]
