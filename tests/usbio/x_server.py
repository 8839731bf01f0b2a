"""A screen of a test's own, with something painted on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.truth import REPO
from bench.x_screen import NEEDED, XScreen

# Fills the screen with a picture, says so, and flashes the square of `bench/flash_clock.py` where it is told.
_PAINTER = """
import sys
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication(["painter"])
label = QLabel()
label.setWindowFlag(Qt.WindowType.FramelessWindowHint)
label.setPixmap(QPixmap(sys.argv[1]))
label.move(*map(int, sys.argv[2:4]))
label.show()
if len(sys.argv) > 4:
    from bench.flash_clock import FlashClock
    clock = FlashClock()
    clock.setWindowFlag(Qt.WindowType.FramelessWindowHint)
    clock.move(*map(int, sys.argv[4:6]))
    clock.show()
QTimer.singleShot(300, lambda: print("painted", flush=True))
app.exec()
"""


@contextmanager
def x_server(folder: Path, width: int = 640, height: int = 480) -> Iterator[XScreen]:
    """An X server without a monitor; what looks at the screen meanwhile looks at this one."""
    if any(shutil.which(name) is None for name in NEEDED):
        pytest.skip("no Xvfb or no xdotool here")
    folder.mkdir(parents=True, exist_ok=True)
    screen = XScreen(folder, width, height)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DISPLAY", screen.display)
            for name in ("WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
                patch.delenv(name, raising=False)
            yield screen
    finally:
        screen.close()


@contextmanager
def painted(
    display: str, picture: Path, at: tuple[int, int], flash_at: tuple[int, int] | None = None
) -> Iterator[None]:
    """Another program's window with a picture, and the flashing square beside it if wished."""
    told = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(REPO)}
    painter = subprocess.Popen(
        [sys.executable, "-c", _PAINTER, str(picture), *map(str, (*at, *(flash_at or ())))],
        env={**os.environ, **told},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert painter.stdout is not None
        assert painter.stdout.readline() == "painted\n"
        yield
    finally:
        painter.terminate()
        painter.communicate(timeout=10)
