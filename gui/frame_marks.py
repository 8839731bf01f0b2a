"""What is drawn on the whole frame while it is set up: boxes, lines, ticks, outlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from gui.theme import ON_PICTURE, text_font
from segmentation.geometry import Roi

Point = tuple[float, float]  # pixels of the whole frame; the centre of the first pixel is (0, 0)
BoxKind = Literal["picture", "mask", "proposed mask", "keep", "proposed keep", "half"]
Edge = Literal["left", "top", "right", "bottom"]
EDGES: tuple[Edge, ...] = ("left", "top", "right", "bottom")

_HANDLE_PX = 9
_BLACK = QColor(0, 0, 0, 190)
_WHITE = QColor("#ffffff")
_PICTURE = QColor(ON_PICTURE.left)
_CHOSEN = QColor("#F0E442")  # Okabe and Ito's yellow: what the keys act on now
_KEEP = QColor("#3FC79A")
_MASK = QColor(ON_PICTURE.warning)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, and which of its edges the keys move."""

    roi: Roi
    kind: BoxKind
    words: str = ""
    edge: Edge | None = None
    chosen: bool = False  # the whole of it


@dataclass(frozen=True, slots=True)
class Knobs:
    """Points to be moved, joined by a line where there are two."""

    points: tuple[Point, ...]
    chosen: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Ticks:
    """The ticks of a ruler, as they were read."""

    x_px: float
    ys_px: tuple[float, ...]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """A line that is being traced."""

    points: tuple[Point, ...]
    closed: bool = False
    cursor: Point | None = None  # where the next point would go


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the picture from one column to another."""

    roi: Roi
    x_range_px: tuple[float, float]
    chosen: int | None = None  # 0: its left end, 1: its right end


Mark = Box | Knobs | Ticks | Outline | Stretch


class FrameMarks:
    """Paint marks over a frame that lies at ``area``."""

    def __init__(self, painter: QPainter, area: QRectF, scale: float) -> None:
        self._painter, self._area, self._scale = painter, area, scale

    def paint(self, marks: Sequence[Mark]) -> None:
        """Paint them all: first what is not written is darkened, then boxes, last what is being moved."""
        boxes = [mark for mark in marks if isinstance(mark, Box)]
        self._darken_outside([box for box in boxes if box.kind in ("picture", "keep")])
        for mark in marks:
            match mark:
                case Box():
                    self._paint_box(mark)
                case Knobs():
                    self._paint_knobs(mark)
                case Ticks():
                    self._paint_ticks(mark)
                case Outline():
                    self._paint_outline(mark)
                case Stretch():
                    self._paint_stretch(mark)

    def _point(self, at: Point) -> QPointF:
        return QPointF(
            self._area.x() + (at[0] + 0.5) * self._scale, self._area.y() + (at[1] + 0.5) * self._scale
        )

    def _rect(self, roi: Roi) -> QRectF:
        low = self._point((roi.x - 0.5, roi.y - 0.5))
        return QRectF(low.x(), low.y(), roi.width * self._scale, roi.height * self._scale)

    def _darken_outside(self, shown: list[Box]) -> None:
        if not any(box.kind == "picture" for box in shown):
            return
        outside = QPainterPath()
        outside.addRect(self._area)
        for box in shown:
            inside = QPainterPath()
            inside.addRect(self._rect(box.roi))
            outside = outside.subtracted(inside)
        self._painter.fillPath(outside, QColor(0, 0, 0, 105))

    def _paint_box(self, box: Box) -> None:
        rect = self._rect(box.roi)
        if box.kind == "half":
            self._painter.fillRect(rect, QColor(240, 228, 66, 60))
            return
        colour = {"picture": _PICTURE, "mask": _MASK, "proposed mask": _MASK}.get(box.kind, _KEEP)
        if box.kind == "mask":
            self._painter.fillRect(rect, QColor("#000000"))
        if box.kind == "proposed mask":
            self._painter.fillRect(rect, QColor(0, 0, 0, 120))
        path = QPainterPath()
        path.addRect(rect)
        dashed = Qt.PenStyle.DashLine if box.kind.startswith("proposed") else Qt.PenStyle.SolidLine
        self._stroke(path, _CHOSEN if box.chosen else colour, 2.0, dashed)
        if box.edge is not None:
            self._paint_edges(rect, box.edge)
        if box.words:
            above = rect.top() - self._area.top() > 22
            top = rect.top() - 22 if above else rect.top() + 3
            self._text(QPointF(rect.left() + 4, top), box.words, _CHOSEN if box.chosen else colour)

    def _paint_edges(self, rect: QRectF, chosen: Edge) -> None:
        lines = {
            "left": QLineF(rect.topLeft(), rect.bottomLeft()),
            "top": QLineF(rect.topLeft(), rect.topRight()),
            "right": QLineF(rect.topRight(), rect.bottomRight()),
            "bottom": QLineF(rect.bottomLeft(), rect.bottomRight()),
        }
        path = QPainterPath(lines[chosen].p1())
        path.lineTo(lines[chosen].p2())
        self._stroke(path, _CHOSEN, 3.6)
        for edge in EDGES:
            self._paint_handle(lines[edge].center(), edge == chosen)

    def _paint_handle(self, at: QPointF, chosen: bool) -> None:
        half = _HANDLE_PX / 2 + (2 if chosen else 0)
        square = QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half)
        self._painter.setPen(QPen(QColor("#000000"), 1.5))
        self._painter.setBrush(_CHOSEN if chosen else _WHITE)
        self._painter.drawRect(square)

    def _paint_knobs(self, knobs: Knobs) -> None:
        ends = [self._point(point) for point in knobs.points]
        if len(ends) == 2:
            path = QPainterPath(ends[0])
            path.lineTo(ends[1])
            self._stroke(path, _WHITE, 1.8)
        for number, end in enumerate(ends):
            self._paint_cross(end, number == knobs.chosen)
        if knobs.words and ends:
            middle = QPointF(sum(e.x() for e in ends) / len(ends), sum(e.y() for e in ends) / len(ends))
            self._text(middle + QPointF(14, -10), knobs.words, _WHITE)

    def _paint_cross(self, at: QPointF, chosen: bool) -> None:
        path = QPainterPath()
        reach = 13.0
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            path.moveTo(at + QPointF(dx * 3.5, dy * 3.5))
            path.lineTo(at + QPointF(dx * reach, dy * reach))
        path.addEllipse(at, 6.0, 6.0)
        self._stroke(path, _CHOSEN if chosen else _WHITE, 1.8)

    def _paint_ticks(self, ticks: Ticks) -> None:
        path = QPainterPath()
        for y_px in ticks.ys_px:
            at = self._point((ticks.x_px, y_px))
            path.moveTo(at + QPointF(-11, 0))
            path.lineTo(at + QPointF(11, 0))
        self._stroke(path, _CHOSEN, 2.0)
        if ticks.words and ticks.ys_px:
            self._text(self._point((ticks.x_px, ticks.ys_px[0])) + QPointF(-11, -26), ticks.words, _CHOSEN)

    def _paint_outline(self, outline: Outline) -> None:
        points = [self._point(point) for point in outline.points]
        if points:
            polygon = QPolygonF([*points, points[0]] if outline.closed else points)
            path = QPainterPath()
            path.addPolygon(polygon)
            self._stroke(path, _CHOSEN, 2.0)
        self._painter.setPen(QPen(QColor("#000000"), 1.0))
        self._painter.setBrush(_CHOSEN)
        for point in points:
            self._painter.drawEllipse(point, 3.4, 3.4)
        if outline.cursor is not None:
            self._paint_cross(self._point(outline.cursor), True)

    def _paint_stretch(self, stretch: Stretch) -> None:
        for number, x_px in enumerate(stretch.x_range_px):
            path = QPainterPath(self._point((x_px, stretch.roi.y)))
            path.lineTo(self._point((x_px, stretch.roi.y + stretch.roi.height)))
            chosen = number == stretch.chosen
            self._stroke(path, _CHOSEN if chosen else _WHITE, 2.6 if chosen else 1.8)
            self._paint_handle(self._point((x_px, stretch.roi.y + stretch.roi.height / 2)), chosen)

    def _stroke(
        self, path: QPainterPath, colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine
    ) -> None:
        # A dark rim keeps a thin bright line visible on bright tissue.
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.setPen(QPen(_BLACK, width + 2.0))
        self._painter.drawPath(path)
        self._painter.setPen(QPen(colour, width, style))
        self._painter.drawPath(path)

    def _text(self, at: QPointF, words: str, colour: QColor) -> None:
        self._painter.setFont(text_font(14, bold=True))
        width = self._painter.fontMetrics().horizontalAdvance(words) + 12
        left = min(max(at.x(), self._area.left() + 2), max(self._area.right() - width - 2, self._area.left()))
        top = min(max(at.y(), self._area.top()), self._area.bottom() - 20)
        box = QRectF(left, top, width, 20)
        self._painter.fillRect(box, QColor(0, 0, 0, 170))
        self._painter.setPen(colour)
        self._painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
