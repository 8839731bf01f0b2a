"""What is drawn on the picture: borders, calipers, sides, the measuring station, the scale."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from gui.theme import ON_PICTURE, UNCONFIRMED, text_font
from segmentation.results import FloatArray, FrameResult, Measurement, Side
from segmentation.views import MeasureSetup

SIDE_LETTERS: dict[Side, str] = {"left": "L", "right": "R"}


class PictureMarks:
    """Draw marks with a mapping from picture to widget: ``widget = (pixel + 0.5 - origin) * scale + corner``.

    The centre of the first pixel is (0, 0) in setup files and half a pixel inside the drawn picture.
    """

    def __init__(self, painter: QPainter, scale: tuple[float, float], origin: QPointF, area: QRectF) -> None:
        self._painter = painter
        self._scale = scale
        self._origin = origin
        self._area = area

    def point(self, x_px: float, y_px: float) -> QPointF:
        """Where a pixel of the frame lies in the widget."""
        return QPointF(
            self._area.x() + (x_px + 0.5 - self._origin.x()) * self._scale[0],
            self._area.y() + (y_px + 0.5 - self._origin.y()) * self._scale[1],
        )

    def draw(
        self,
        setup: MeasureSetup,
        result: FrameResult | None,
        confirmed: frozenset[Side],
        hint: str = "automatic border · C confirms it",
    ) -> None:
        """Draw everything that belongs to one frame; the hint stands where a border is not confirmed."""
        self._draw_sides(setup)
        self._draw_scale(setup)
        found = result.measurements if result is not None else ()
        grey = [m for m in found if m.border_source == "auto" and m.side not in confirmed]
        for m in found:
            self._draw_measurement(m, m in grey)
        if any(m.status.carries_value for m in grey):
            self._draw_hint(hint)

    def draw_line(self, line_px: FloatArray) -> None:
        """Draw the line that the M-mode strip is taken along."""
        pen = QPen(QColor(255, 255, 255, 110), 1.0, Qt.PenStyle.DotLine)
        self._painter.setPen(pen)
        self._painter.drawLine(QLineF(self.point(*line_px[0]), self.point(*line_px[1])))

    def _draw_measurement(self, m: Measurement, unconfirmed: bool) -> None:
        colour = UNCONFIRMED if unconfirmed else ON_PICTURE.side(m.side)
        dashes = Qt.PenStyle.SolidLine if m.side == "left" else Qt.PenStyle.DashLine
        for curve, closed in ((m.border_px, True), (m.superficial_px, False), (m.deep_px, False)):
            if curve is not None and m.status.carries_value:
                self._stroke(self._path(curve, closed), colour, dashes)
        if m.caliper_px is not None and m.status.carries_value:
            self._draw_caliper(m.caliper_px, colour)

    def _path(self, curve: FloatArray, closed: bool) -> QPainterPath:
        scale, origin = np.array(self._scale), np.array([self._origin.x(), self._origin.y()])
        points = (curve + 0.5 - origin) * scale + [self._area.x(), self._area.y()]
        if closed:
            points = np.concatenate([points, points[:1]])
        path: QPainterPath = pg.arrayToQPath(points[:, 0], points[:, 1], connect="finite")
        return path

    def _stroke(self, path: QPainterPath, colour: QColor, dashes: Qt.PenStyle) -> None:
        # A dark rim keeps a thin bright line visible on bright fascia.
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        # Smoothed, the rim alone would cost half of painting; under the smooth line nobody sees its steps.
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._painter.setPen(QPen(QColor(0, 0, 0, 150), 3.6))
        self._painter.drawPath(path)
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painter.setPen(QPen(colour, 1.8, dashes))
        self._painter.drawPath(path)

    def _draw_caliper(self, caliper_px: FloatArray, colour: QColor) -> None:
        ends = [self.point(x, y) for x, y in caliper_px.tolist()]
        line = QLineF(ends[0], ends[1])
        path = QPainterPath(ends[0])
        path.lineTo(ends[1])
        for end in ends:
            bar = QLineF(end, QPointF(end.x() + 7, end.y()))
            bar.setAngle(line.angle() + 90)
            path.moveTo(end + end - bar.p2())
            path.lineTo(bar.p2())
        self._stroke(path, colour, Qt.PenStyle.SolidLine)

    def _draw_sides(self, setup: MeasureSetup) -> None:
        size = round(min(max(self._area.height() * 0.075, 20), 40))
        self._painter.setFont(text_font(size, bold=True))
        for panel in setup.panels:
            low = self.point(panel.roi.x - 0.5, panel.roi.y - 0.5)
            high = self.point(panel.roi.x + panel.roi.width - 0.5, panel.roi.y + panel.roi.height - 0.5)
            box = QRectF(low, high).adjusted(12, 8, -12, -8)
            for side, flag in zip(panel.sides, _corners(len(panel.sides)), strict=True):
                self._text(box, flag, SIDE_LETTERS[side], ON_PICTURE.side(side))

    def _draw_scale(self, setup: MeasureSetup) -> None:
        mm_px = setup.panels[0].calibration.x_mm_per_px
        length_mm = next(mm for mm in (50, 20, 10, 5, 2, 1) if self._px(mm, mm_px) <= 140 or mm == 1)
        length = self._px(length_mm, mm_px)
        y, right = self._area.bottom() - 14, self._area.right() - 14
        path = QPainterPath(QPointF(right - length, y - 5))
        for x, dy in ((right - length, 0), (right, 0), (right, -5)):
            path.lineTo(QPointF(x, y + dy))
        self._stroke(path, QColor("white"), Qt.PenStyle.SolidLine)
        self._painter.setFont(text_font(14))
        where = QRectF(right - length - 40, y - 26, length + 40, 20)
        self._text(where, Qt.AlignmentFlag.AlignRight, f"{length_mm} mm", QColor("white"))

    def _draw_hint(self, words: str) -> None:
        self._painter.setFont(text_font(14))
        box = self._area.adjusted(12, 0, -12, -8)
        self._text(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, words, UNCONFIRMED)

    def _px(self, length_mm: float, mm_per_px: float) -> float:
        return length_mm / mm_per_px * self._scale[0]

    def _text(self, box: QRectF, flag: Qt.AlignmentFlag, words: str, colour: QColor) -> None:
        self._painter.setPen(QColor(0, 0, 0, 200))
        for dx, dy in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
            self._painter.drawText(box.translated(dx, dy), flag, words)
        self._painter.setPen(colour)
        self._painter.drawText(box, flag, words)


def _corners(n: int) -> list[Qt.AlignmentFlag]:
    top_left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
    return [top_left, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop][:n]
