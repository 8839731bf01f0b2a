"""One quantity of both sides against time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath
from PySide6.QtWidgets import QGraphicsPathItem, QVBoxLayout, QWidget

from gui.legend import PHASE_ALPHA, Legend
from gui.theme import DARK, Theme, text_font
from segmentation.results import SIDES, FloatArray, Quantity, Side
from segmentation.traces import Span

SPAN_S = 20.0
_LEAST_SPAN_S = 10.0


class _SecondsAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """A time axis that says its unit at every figure, which costs no line of its own."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Write times in seconds."""
        return [f"{value:g} s" for value in values]


class TracePlot(QWidget):
    """Left solid, right dashed, rest and contraction shaded. Draws what it is given and keeps no data."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Values of left and right against time")
        self._plot = pg.PlotWidget(self, axisItems={"bottom": _SecondsAxis("bottom")})
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.hideButtons()
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._legend = Legend()
        layout.addWidget(self._legend)
        layout.addWidget(self._plot, 1)
        layout.addStretch(0)
        self._curves = {side: self._plot.plot(connect="finite") for side in SIDES}
        self._shades = {words: self._new_shade() for words in PHASE_ALPHA}
        self._theme = DARK
        self.set_theme(DARK)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._plot.setBackground(theme.panel)
        for side, curve in self._curves.items():
            dashes = Qt.PenStyle.SolidLine if side == "left" else Qt.PenStyle.DashLine
            curve.setPen(pg.mkPen(theme.side(side), width=2, style=dashes))
        for name in ("left", "bottom"):
            axis = self._plot.getAxis(name)
            axis.setPen(theme.line)
            axis.setTextPen(theme.soft)
            axis.setStyle(tickFont=text_font(14))
        # A figure at the upper end would be cut through.
        self._plot.getAxis("left").setStyle(hideOverlappingLabels=True)
        self._plot.getAxis("left").setWidth(48)
        # Ticks without a figure took a third of painting; nobody reads them.
        self._plot.getAxis("left").setStyle(maxTickLevel=1)
        self._plot.getAxis("bottom").setStyle(maxTickLevel=0)
        self._legend.set_theme(theme)
        for words, shade in self._shades.items():
            colour = QColor(theme.soft if words == "rest" else theme.target)
            colour.setAlphaF(PHASE_ALPHA[words])
            shade.setBrush(colour)

    def show_quantity(self, muscle_words: str, quantity: Quantity) -> None:
        """Say what is plotted."""
        # In words above the traces: as units= it would become kmm.
        self._legend.show_title(f"{muscle_words} {quantity.label}, {quantity.unit}")

    def show_trace(self, side: Side, t_s: FloatArray, values: FloatArray) -> None:
        """Draw one side; nan leaves a gap."""
        self._legend.add_side(side)
        self._plot.show()
        self._curves[side].setData(t_s, values)

    def show_span(self, end_s: float, values: Sequence[FloatArray]) -> None:
        """Show the last seconds up to this moment, and all values in them."""
        start_s = max(end_s - SPAN_S, 0.0)
        self._plot.setXRange(start_s, max(end_s, start_s + _LEAST_SPAN_S), padding=0)
        known = np.concatenate([v[np.isfinite(v)] for v in values]) if values else np.empty(0)
        if len(known):
            low, high = float(known.min()), float(known.max())
            room = max(0.15 * (high - low), 0.03 * high)
            self._plot.setYRange(low - room, high + room, padding=0)
        # Left to the painting, the new range is noticed in the middle of it, and all is painted twice.
        self._plot.scene().prepareForPaint()

    def show_phases(self, rests: tuple[Span, ...], contractions: tuple[Span, ...]) -> None:
        """Shade rest in grey and contraction in the target colour, where they are in view."""
        shaded = {"rest": rests, "contraction": contractions}
        (left, right), (low, high) = self._plot.viewRange()
        for words, shade in self._shades.items():
            path = QPainterPath()
            for span in shaded[words]:
                start, end = max(span.start_s, left), min(span.end_s, right)
                if start < end:
                    path.addRect(QRectF(start, low, end - start, high - low))
            shade.setPath(path)

    def clear_traces(self) -> None:
        """Draw nothing."""
        for curve in self._curves.values():
            curve.setData([], [])
        self._legend.forget_sides()
        self._plot.hide()  # axes without values would be made up
        self.show_phases((), ())

    def _new_shade(self) -> QGraphicsPathItem:
        # One item for all spans: pyqtgraph's own regions took 12 ms, three pictures' painting, each time.
        shade = QGraphicsPathItem()
        shade.setPen(pg.mkPen(None))
        shade.setZValue(-10)
        self._plot.addItem(shade, ignoreBounds=True)
        return shade
