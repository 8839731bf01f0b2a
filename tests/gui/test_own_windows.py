"""Our own windows on the desktop, as whoever looks at the screen is told of them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from gui.own_windows import OwnWindows, scaled
from segmentation.geometry import Roi


def test_every_window_that_is_shown_and_no_other(qtbot: Any) -> None:
    own = OwnWindows()
    one, other = QWidget(), QWidget()
    for widget, place in ((one, QRect(30, 40, 300, 200)), (other, QRect(400, 50, 100, 90))):
        qtbot.addWidget(widget)
        widget.setGeometry(place)
    one.show()
    own.look()
    frame = one.frameGeometry()
    assert list(own.boxes()) == [Roi(frame.x(), frame.y(), frame.width(), frame.height())]
    one.hide()
    other.show()
    qtbot.waitUntil(
        lambda: [box.width for box in own.boxes()] == [other.frameGeometry().width()], timeout=5000
    )
    own.stop()


def test_places_are_scaled_within_their_screen() -> None:
    """A screen at 150 % to the right of one of 1920 pixels keeps its corner."""
    assert scaled(QRect(2020, 100, 800, 600), QRect(1920, 0, 1707, 960), 1.5) == Roi(2070, 150, 1200, 900)
