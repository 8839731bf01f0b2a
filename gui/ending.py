"""How a window that closes by itself ends: when, with which picture of itself, and with which exit code."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from time import perf_counter

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from gui.main_window import MainWindow
from usbio.cli.console import say_line
from usbio.errors import OutputError
from usbio.sample import RunState

_LEAST_HEIGHT_PERCENT = 3.0
_BETWEEN_SHOTS_S = 0.5  # drawing the whole window costs some pictures


@dataclass(frozen=True, slots=True)
class Wish:
    """When to end, and what to leave."""

    exit_after_s: float = inf
    exit_at_end: bool = False  # of the clip
    screenshot: Path | None = None


class Ending:
    """When the window closes by itself, what it leaves, and the exit code."""

    def __init__(self, wish: Wish, window: MainWindow) -> None:
        self._wish, self._window = wish, window
        self._began_s = perf_counter()
        self._shot = Shot(window)
        self._failed = ""
        self._unwritable: OutputError | None = None

    def look(self) -> None:
        """Note what failed, and leave when it is time."""
        shown = self._window.shown
        runs = shown.runs if shown is not None else ()
        for status in (run.status() for run in runs):
            if status.state is RunState.FAILED:
                self._failed = status.words
        if self._wish.exit_at_end:
            self._shot.take_at_height()
        over = self._wish.exit_at_end and all(run.over for run in runs)
        if over or perf_counter() - self._began_s >= self._wish.exit_after_s:
            self._leave()

    def code(self) -> int:
        """Return the exit code, and say what failed."""
        if self._unwritable is not None:
            raise self._unwritable
        if self._failed:
            say_line(f"usbio: {self._failed}")
        return 1 if self._failed else 0

    def _leave(self) -> None:
        path = self._wish.screenshot
        if path is not None and self._window.isVisible():
            if self._shot.save(path):
                print(f"picture of the window: {path}", flush=True)
            else:
                self._unwritable = OutputError(path, "cannot be written", "choose another name or folder")
        self._window.close()


class Shot:
    """The picture of the window that is left behind: of a contraction where one was watched for."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._picture: QPixmap | None = None
        self._height_percent = 0.0
        self._next_s = 0.0

    def take_at_height(self) -> None:
        """Take it while a muscle is contracted: the end of a clip is rest, which shows little."""
        shown = self._window.shown
        found = shown.values.readings() if shown is not None else ()
        changes = [abs(r.change_percent) for r in found if r.sound]
        height = max((change for change in changes if isfinite(change)), default=0.0)
        if height < _LEAST_HEIGHT_PERCENT or height < 0.9 * self._height_percent:
            return
        if perf_counter() >= self._next_s:
            self._next_s = perf_counter() + _BETWEEN_SHOTS_S
            self._height_percent = max(height, self._height_percent)
            self._picture = self._grabbed()

    def save(self, path: Path) -> bool:
        """Write it; False where that cannot be done."""
        return (self._picture or self._grabbed()).save(str(path))

    def _grabbed(self) -> QPixmap:
        self._window.settle()
        QApplication.processEvents()  # what was just written finds its place
        return self._window.grab()
