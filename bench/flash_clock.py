"""A bare square that is lit when the simulator's flashing square is due: a camera compares both.

    python bench/flash_clock.py [--seconds 600] [--at X,Y]

It asks the same clock as `sim:VIEW?flash=1` does, every 2 ms, and only fills a rectangle: screen, compositor
and refresh are in both squares alike, and what lies between their flanks is the picture's way through us.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

if not __package__:  # called by its path: what is imported is what lies beside it
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from gui.theme import text_font
from usbio.sources.flash import flash_on, second_of

_ASK_MS = 2


class FlashClock(QWidget):
    """White while the simulator's square is lit, black else, with the second in figures."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("flash clock")
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.resize(160, 160)
        self._second = -1
        self._timer = QTimer(self, interval=_ASK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - as Qt calls it
        """Fill it, and write the second in the colour of the other half."""
        lit = flash_on(float(self._second))
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("white" if lit else "black"))
        painter.setPen(QColor("black" if lit else "white"))
        painter.setFont(text_font(24))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, str(self._second))
        painter.end()

    def _look(self) -> None:
        if (second := second_of(time.perf_counter())) != self._second:
            self._second = second
            self.repaint()


def main() -> int:
    """Show it until it is closed or the time is over."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--at", metavar="X,Y", help="where on the screen, in pixels")
    asked = parser.parse_args()
    app = QApplication.instance() or QApplication(["flash clock"])
    clock = FlashClock()
    if asked.at:
        clock.move(*map(int, asked.at.split(",")))
    clock.show()
    QTimer.singleShot(round(asked.seconds * 1000), app.quit)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
