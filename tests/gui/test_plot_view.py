from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pyqtgraph import GraphicsView
from PySide6.QtCore import QCoreApplication, QEvent, QObject

from gui.plot_view import TracePlot
from segmentation.results import QUANTITIES
from segmentation.traces import Span


class Paints(QObject):
    """Counts the paint events of a widget."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        self.count += event.type() == QEvent.Type.Paint
        return False


@pytest.fixture
def plot(qtbot: Any) -> TracePlot:
    made = TracePlot()
    qtbot.addWidget(made)
    made.resize(900, 160)
    made.show()
    qtbot.waitExposed(made)
    return made


def show(plot: TracePlot, end_s: float) -> None:
    t_s = np.linspace(end_s - 15.0, end_s, 300)
    values = [5.0 + np.sin(t_s), 4.0 + np.sin(t_s)]
    plot.show_quantity("TrA", QUANTITIES["thickness_mm"])
    plot.show_trace("left", t_s, values[0])
    plot.show_trace("right", t_s, values[1])
    plot.show_span(end_s, values)
    plot.show_phases((Span(end_s - 8.0, end_s - 6.0),), ())


def test_new_values_are_painted_once_and_not_again_in_the_middle_of_it(plot: TracePlot, qtbot: Any) -> None:
    """Each painting costs as much as that of two pictures."""
    (canvas,) = plot.findChildren(GraphicsView)
    for end_s in (20.0, 20.1, 20.2):  # the first one lays out the axes
        show(plot, end_s)
        paints = Paints()
        canvas.viewport().installEventFilter(paints)
        qtbot.waitUntil(lambda counted=paints: counted.count > 0, timeout=5000)
        for _ in range(5):  # a second painting would be waiting there
            QCoreApplication.processEvents()
        canvas.viewport().removeEventFilter(paints)
    assert paints.count == 1
