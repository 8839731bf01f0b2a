"""What the operator sees: one line an error, progress on the error stream, bugs in a log file."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress

    from usbio.errors import UsbioError

_DRAW_S = 0.1  # between two pictures of the bar: measuring is not held up by it


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


def log_to_file() -> None:
    """Keep the tracebacks of what is said in one line out of the terminal."""
    handler: logging.Handler
    try:
        _log_file().parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(_log_file(), encoding="utf-8", delay=True)
    except OSError:
        handler = logging.NullHandler()
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def say_bug(what: str, error: Exception) -> int:
    """Write the traceback of a bug to a log file, print one line, and return the exit code."""
    return say_traced(what, f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))


def say_traced(what: str, reason: str, text: str) -> int:
    """Do the same with a traceback that was put into words."""
    log = _log_file()
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError:
        log = Path(tempfile.gettempdir()) / "usbio.log"
        log.write_text(text, encoding="utf-8")
    reason = " ".join(reason.split())
    say_line(f"usbio: {what}: an error of the program ({reason}); please report it with {log}")
    return 1


class Bar:
    """One bar over all clips of a call; silent where the error stream is no terminal, or should be quiet."""

    def __init__(self, quiet: bool, clips: int = 1, noun: str = "clips") -> None:
        self.quiet = quiet
        self._clips, self._noun = clips, noun
        self._progress: Progress | None = None
        self._parts: dict[int, float] = {}  # by clip: which part of it is done
        self._frames: dict[int, int] = {}
        self._ended = 0
        self._next_s = 0.0

    def move(self, clip: int, done: int, total: int | None) -> None:
        """Say how many pictures of a clip are done."""
        if self._progress is None:
            return
        self._frames[clip] = done
        self._parts[clip] = min(done / total, 1.0) if total else 0.0
        if (now_s := time.perf_counter()) >= self._next_s:
            self._next_s = now_s + _DRAW_S
            self._draw()

    def step(self, done: int, total: int) -> None:
        """Say how many of what the bar counts are done."""
        if self._progress is not None:
            words = f"{done} of {total} {self._noun}"
            self._progress.update(self._progress.task_ids[0], completed=done / total, words=words)

    def end(self, clip: int) -> None:
        """Say that a clip is done, well or not."""
        self._ended += 1
        self._parts[clip] = 1.0
        if self._progress is not None:
            self._draw()

    def say(self, text: str) -> None:
        """Print a result line."""
        if not self.quiet:
            with self.aside():
                say_result(text)

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Take the bar away while lines are printed, which it would break at the width of the terminal."""
        if self._progress is not None:
            self._progress.stop()
        yield
        if self._progress is not None:
            self._progress.start()

    def count(self, text: str) -> None:
        """Print what stands in the place of the bar where there is none."""
        if self._progress is None and not self.quiet:
            say_line(text)

    def _draw(self) -> None:
        if self._progress is not None:
            frames, clips = sum(self._frames.values()), f"{self._ended} of {self._clips} clips, "
            words = f"{clips if self._clips > 1 else ''}{frames} frames"
            done = sum(self._parts.values())
            self._progress.update(self._progress.task_ids[0], completed=done, words=words)

    def __enter__(self) -> Self:
        if not self.quiet and sys.stderr.isatty():
            self._progress = _progress()
            self._progress.add_task("", total=self._clips, words="")
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._draw()
            self._progress.stop()


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        BarColumn(),
        TextColumn("{task.fields[words]}", markup=False),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _log_file() -> Path:
    from platformdirs import user_log_path

    return user_log_path("usbio") / "usbio.log"
