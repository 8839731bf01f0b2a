"""The command as a user calls it, and what it leaves."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

RESULTS = {".frames.csv", ".repetitions.csv", ".summary.csv", ".json", ".run.json"}
Captured = pytest.CaptureFixture[str]


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "usbio", *map(str, arguments)]


def started(*arguments: str | Path, terminal: bool = False) -> subprocess.Popen[str]:
    """The command in a process of its own; ``terminal``: and at the head of a group that Ctrl-C goes to."""
    return subprocess.Popen(
        command(*arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hears_ctrl_c,
        start_new_session=terminal,
    )


@contextlib.contextmanager
def ended_at_last(running: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """Let a command run no longer than the block does, also where a check in it fails."""
    try:
        yield running
    finally:
        running.kill()
        running.communicate(timeout=60)


def _hears_ctrl_c() -> None:
    """A test run in the background ignores Ctrl-C, and what it starts would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def until(running: subprocess.Popen[str], reached: Callable[[], bool]) -> None:
    """Let a command run until it has come so far, or has ended."""
    for _ in range(600):
        if reached() or running.returncode is not None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(timeout=0.1)
    raise AssertionError("it never came so far")


def errors(captured: Captured) -> list[str]:
    """The lines on the error stream that are not progress."""
    lines = captured.readouterr().err.splitlines()
    return [line for line in lines if not re.fullmatch(r".*: \d+( of \d+)? frames measured", line)]


def endings(folder: Path, stem: str) -> set[str]:
    return {path.name.removeprefix(stem) for path in folder.iterdir() if path.name.startswith(f"{stem}.")}
