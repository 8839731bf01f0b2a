"""The whole frame, as large as it goes and never stretched, with what is being set up on it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.drawn_lines import Line, paint_with_lines
from gui.frame_marks import FrameMarks, Mark, Point
from gui.frame_tools import Tool
from gui.picture_marks import PictureMarks
from gui.scaled_picture import scaled_picture
from gui.theme import ON_PICTURE
from segmentation.geometry import Roi
from segmentation.results import FrameResult, Picture
from segmentation.views import MeasureSetup

_REACH_PX = 12  # of the window: how near the mouse takes hold


class FrameCanvas(QWidget):
    """Draws the running frame and gives mouse and keys to the tool in hand, in pixels of the frame."""

    drawn = Signal(float)  # seconds from the frame's arrival to the end of its first painting
    touched = Signal()  # the tool changed something

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 240)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("The scanner's whole screen")
        self._picture: Picture | None = None
        self._arrived_s: float | None = None
        self._marks: tuple[Mark, ...] = ()
        self._tool: Tool | None = None
        self._measured: tuple[MeasureSetup, FrameResult, Roi] | None = None

    @property
    def tool(self) -> Tool | None:
        """What mouse and keys act on."""
        return self._tool

    def show_frame(self, picture: Picture | None, arrived_s: float | None = None) -> None:
        """Draw this frame next; None for no picture."""
        self._picture, self._arrived_s = picture, arrived_s
        self.update()

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Draw these over the frame."""
        self._marks = tuple(marks)
        self.update()

    def show_measured(self, setup: MeasureSetup | None, result: FrameResult | None, roi: Roi | None) -> None:
        """Draw what was measured in the picture that lies at ``roi``; None for nothing."""
        whole = setup is not None and result is not None and roi is not None
        self._measured = (setup, result, roi) if whole else None  # type: ignore[assignment]  # none is None
        self.update()

    def use(self, tool: Tool | None) -> None:
        """Give mouse and keys to a tool, or to none."""
        self._tool = tool
        self.setCursor(Qt.CursorShape.CrossCursor if tool is not None else Qt.CursorShape.ArrowCursor)
        self.update()

    def widget_point(self, at: Point) -> QPointF:
        """Where a pixel of the frame lies in this widget."""
        area, scale = self._fit()
        return QPointF(area.x() + (at[0] + 0.5) * scale, area.y() + (at[1] + 0.5) * scale)

    def frame_point(self, at: QPointF) -> Point:
        """Which pixel of the frame lies here."""
        area, scale = self._fit()
        return (at.x() - area.x()) / scale - 0.5, (at.y() - area.y()) / scale - 0.5

    # Qt

    def sizeHint(self) -> QSize:
        """Prefer the size of a common screen."""
        return QSize(800, 600)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint frame and marks, and say when that was done."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#000000"))
        if self._picture is not None:
            self._paint_frame(painter, self._picture)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(ON_PICTURE.left), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()
        if self._arrived_s is not None:
            self.drawn.emit(time.perf_counter() - self._arrived_s)
            self._arrived_s = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of something."""
        if self._tool is not None and event.button() == Qt.MouseButton.LeftButton:
            self._tool.press(self.frame_point(event.position()), _REACH_PX / self._fit()[1])
            self._changed()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move it."""
        if self._tool is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._tool.drag(self.frame_point(event.position()))
            self._changed()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if self._tool is not None and event.button() == Qt.MouseButton.LeftButton:
            self._tool.release(self.frame_point(event.position()))
            self._changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give the key to the tool, else on to the page."""
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if self._tool is not None and self._tool.key(event.key(), shift):
            self._changed()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Let the tool have Tab before the focus moves on with it."""
        key = Qt.Key.Key_Tab if forward else Qt.Key.Key_Backtab
        if self._tool is not None and self._tool.key(key, not forward):
            self._changed()
            return True
        return super().focusNextPrevChild(forward)

    def _changed(self) -> None:
        self.update()
        self.touched.emit()

    def _fit(self) -> tuple[QRect, float]:
        """Return where the frame lies and how many pixels of the window one of its own has."""
        height, width = self._picture.shape if self._picture is not None else (600, 800)
        scale = min(self.width() / width, self.height() / height)
        size = QSize(max(round(width * scale), 1), max(round(height * scale), 1))
        corner = QPointF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2)
        return QRect(corner.toPoint(), size), scale

    def _paint_frame(self, painter: QPainter, picture: Picture) -> None:
        area, scale = self._fit()
        scaled = scaled_picture(picture, area.size(), self.devicePixelRatioF())
        lines: list[Line] = []
        if self._measured is not None:
            setup, result, roi = self._measured
            lines = self._marks_at(roi).lines(setup, result, frozenset())
        paint_with_lines(painter, area, scaled, lines)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tool = self._tool.marks() if self._tool is not None else ()
        FrameMarks(painter, QRectF(area), scale).paint((*self._marks, *tool))
        if self._measured is not None:
            setup, result, roi = self._measured
            self._marks_at(roi).write(painter, setup, result, frozenset(), hint="automatic border")

    def _marks_at(self, roi: Roi) -> PictureMarks:
        scale = self._fit()[1]
        corner = self.widget_point((roi.x - 0.5, roi.y - 0.5))
        place = QRectF(corner.x(), corner.y(), roi.width * scale, roi.height * scale)
        return PictureMarks((scale, scale), place)
