"""The ultrasound picture, as large as it goes and never stretched, with its marks."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.drawn_lines import paint_with_lines
from gui.ghost import Ghost, with_ghost
from gui.picture_marks import PictureMarks
from gui.scaled_picture import scaled_picture
from gui.theme import ON_PICTURE, text_font
from segmentation.results import FloatArray, FrameResult, Picture, Side
from segmentation.views import MeasureSetup


class ImageView(QWidget):
    """Draw one frame with what was measured in it. Keeps nothing but what it draws."""

    drawn = Signal(float)  # seconds from the frame's arrival to the end of its first painting

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Ultrasound picture")
        self._picture: Picture | None = None
        self._result: FrameResult | None = None
        self._setup: MeasureSetup | None = None
        self._confirmed: frozenset[Side] = frozenset()
        self._lines: tuple[FloatArray, ...] = ()
        self._ghost: Ghost | None = None
        self._warning = ""
        self._arrived_s: float | None = None

    def show_setup(self, setup: MeasureSetup | None) -> None:
        """Say what is measured, in pixels of the pictures that are shown; None before that is known."""
        if setup is not self._setup:
            self._setup = setup
            self.update()

    def show_frame(
        self,
        picture: Picture | None,
        result: FrameResult | None = None,
        confirmed: frozenset[Side] = frozenset(),
        arrived_s: float | None = None,
    ) -> None:
        """Draw this picture next, which is all that may be shown of its frame; None for no picture."""
        self._picture, self._result, self._confirmed = picture, result, confirmed
        self._arrived_s = arrived_s
        self.update()

    def recolour(self, confirmed: frozenset[Side]) -> None:
        """Draw the same frame with these sides confirmed."""
        self._confirmed = confirmed
        self.update()

    def show_lines(self, lines_px: Sequence[FloatArray]) -> None:
        """Mark the lines that the M-mode strips are taken along."""
        self._lines = tuple(lines_px)

    def show_ghost(self, ghost: Ghost | None) -> None:
        """Lay an earlier picture over the live one, at its own spacing; None for none."""
        if ghost is not self._ghost:
            self._ghost = ghost
            self.update()

    def show_warning(self, words: str) -> None:
        """One line over the picture; "" for none."""
        if words != self._warning:
            self._warning = words
            self.setAccessibleDescription(words)
            self.update()

    @property
    def warning(self) -> str:
        """The line over the picture."""
        return self._warning

    def sizeHint(self) -> QSize:
        """Prefer the size of a common picture."""
        return QSize(800, 520)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint picture, marks and warning, and say when that was done."""
        painter = QPainter(self)
        self._paint_margins(painter)
        if self._picture is not None:
            self._paint_picture(painter, self._picture)
        if self._warning:
            self._paint_warning(painter)
        painter.end()
        if self._arrived_s is not None:
            self.drawn.emit(time.perf_counter() - self._arrived_s)
            self._arrived_s = None

    def _paint_margins(self, painter: QPainter) -> None:
        # Under the picture black would be painted for nothing, over most of the window.
        area = self._fit(*self._picture.shape[::-1])[0] if self._picture is not None else QRect()
        painter.setClipRegion(QRegion(self.rect()).subtracted(QRegion(area.adjusted(1, 1, -1, -1))))
        painter.fillRect(self.rect(), QColor("#000000"))
        painter.setClipping(False)

    def _paint_picture(self, painter: QPainter, picture: Picture) -> None:
        area, scale = self._fit(picture.shape[1], picture.shape[0])
        scaled = scaled_picture(picture, area.size(), self.devicePixelRatioF())
        if self._ghost is not None and self._setup is not None:
            scaled = with_ghost(scaled, self._ghost, self._setup.panels[0].calibration, picture.shape)
        marks = PictureMarks(scale, QRectF(area))
        setup, result, confirmed = self._setup, self._result, self._confirmed
        lines = marks.lines(setup, result, confirmed) if setup is not None else []
        paint_with_lines(painter, area, scaled, lines)
        if setup is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line_px in self._lines:
            marks.draw_strip_line(painter, line_px)
        marks.write(painter, setup, result, confirmed)

    def _fit(self, width_px: int, height_px: int) -> tuple[QRect, tuple[float, float]]:
        """Return the largest place that keeps the tissue's proportions; pixels need not be square."""
        aspect = 1.0
        if self._setup is not None:
            calibration = self._setup.panels[0].calibration
            aspect = calibration.y_mm_per_px / calibration.x_mm_per_px
        factor = min(self.width() / width_px, self.height() / (height_px * aspect))
        size = QSize(max(round(width_px * factor), 1), max(round(height_px * aspect * factor), 1))
        corner = QPointF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2)
        area = QRect(corner.toPoint(), size)
        return area, (size.width() / width_px, size.height() / height_px)

    def _paint_warning(self, painter: QPainter) -> None:
        painter.setFont(text_font(17, bold=True))
        metrics, width = painter.fontMetrics(), self.width() - 24
        lines = 1 if metrics.horizontalAdvance(self._warning) <= width else 2
        room = width if lines == 1 else round(1.9 * width)  # some is lost where words break
        box = QRectF(0, 0, self.width(), 38 + (lines - 1) * metrics.lineSpacing())
        painter.fillRect(box, QColor(ON_PICTURE.warning))
        painter.setPen(QColor(ON_PICTURE.on_warning))
        words = metrics.elidedText(self._warning, Qt.TextElideMode.ElideRight, room)
        how = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(box.adjusted(12, 0, -12, 0), how, words)
