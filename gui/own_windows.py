"""Where the program's own windows lie on the desktop, for whoever looks at the screen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRect, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from segmentation.geometry import Roi
from usbio.sources.screen_region import counts_points

_LOOK_MS = 100


class OwnWindows(QObject):
    """Looks ten times a second; `boxes` may be asked for on any thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._boxes: tuple[Roi, ...] = ()
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def boxes(self) -> Sequence[Roi]:
        """The windows, in pixels of the desktop."""
        return self._boxes

    def look(self) -> None:
        """See where they are now."""
        shown = [one for one in QApplication.topLevelWidgets() if one.isVisible() and not one.isMinimized()]
        self._boxes = tuple(_place(one) for one in shown)

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()


def _place(window: QWidget) -> Roi:
    """Qt scales within each screen, and leaves the screen's own corner where the system has it."""
    screen, frame = window.screen(), window.frameGeometry()
    return scaled(frame, screen.geometry(), 1.0 if counts_points() else screen.devicePixelRatio())


def scaled(frame: QRect, screen: QRect, factor: float) -> Roi:
    """Return a window's place in pixels, its screen's corner being one that is not scaled."""
    x, y = screen.x() + (frame.x() - screen.x()) * factor, screen.y() + (frame.y() - screen.y()) * factor
    return Roi(round(x), round(y), round(frame.width() * factor), round(frame.height() * factor))
