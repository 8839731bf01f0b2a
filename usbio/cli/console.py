"""What the operator sees: one line an error, progress on the error stream, bugs in a log file."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from usbio.errors import UsbioError


def ready_streams() -> None:
    """Let a terminal that cannot show a sign show its number, and a stream that is closed swallow all."""
    sys.stdout, sys.stderr = _ready(sys.stdout), _ready(sys.stderr)


def _ready(stream: TextIO | None) -> TextIO:
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")  # as long as the program runs
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
    return stream


def say_result(text: str) -> None:
    """Print one line on the output stream; one that nobody takes from must not cost the clips to come."""
    try:
        print(text, flush=True)
    except OSError:
        sys.stdout = _ready(None)


def say_line(text: str) -> None:
    """Print one line on the error stream, with the same patience."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        sys.stderr = _ready(None)


def say_error(error: UsbioError) -> None:
    """Print what happened and what to do, in one line."""
    say_line(f"usbio: {error}")


def say_bug(what: str, error: Exception) -> int:
    """Write the traceback of a bug to a log file, print one line, and return the exit code."""
    log = _log_file()
    text = "".join(traceback.format_exception(error))
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError:
        log = Path(tempfile.gettempdir()) / "usbio.log"
        log.write_text(text, encoding="utf-8")
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    say_line(f"usbio: {what}: an error of the program ({reason}); please report it with {log}")
    return 1


class Bars:
    """A progress bar for every clip; a plain line instead where the error stream is no terminal."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._name, self._done, self._total = "", 0, None

    _total: int | None

    def begin(self, name: str) -> None:
        """Start the bar of one clip."""
        self._name, self._done, self._total = name, 0, None
        if self._progress is not None:
            self._task = self._progress.add_task(name, total=None)

    def __call__(self, done: int, total: int | None) -> None:
        """Move the bar."""
        self._done, self._total = done, total
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, total=max(total, done) if total else None)

    def finish(self, kept: bool) -> None:
        """End the bar of one clip; a clip that failed has a line of its own instead."""
        if self._progress is not None and self._task is not None:
            if kept:
                self._progress.update(self._task, total=self._done)
            else:
                self._progress.remove_task(self._task)
        elif kept and not self._quiet:
            of = f" of {self._total}" if self._total else ""
            say_line(f"{self._name}: {self._done}{of} frames measured")

    def say(self, text: str) -> None:
        """Print a result line, not broken by the bar."""
        if self._quiet:
            return
        if self._progress is not None:
            self._progress.stop()
        say_result(text)
        if self._progress is not None:
            self._progress.start()

    def __enter__(self) -> Self:
        if not self._quiet and sys.stderr.isatty():
            self._progress = _progress()
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _log_file() -> Path:
    from platformdirs import user_log_path

    return user_log_path("usbio") / "usbio.log"
