"""Other programs on the network of Lab Streaming Layer, as processes of their own."""

from __future__ import annotations

import contextlib
import json
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

PATIENCE_S = 40.0
Sample = tuple[float, list[Any]]  # its time stamp and its values


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for something that another thread or process does."""
    pause, late_s = threading.Event(), time.perf_counter() + PATIENCE_S
    while not true():
        assert time.perf_counter() < late_s, f"{what} did not happen in {PATIENCE_S} s"
        pause.wait(0.005)


class Program:
    """A process that is told by lines and tells by lines."""

    def __init__(self, script: str, *arguments: str) -> None:
        command = [sys.executable, str(Path(__file__).with_name(script)), *arguments]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def _read(self, lines: IO[str]) -> None:
        for line in lines:
            self._lines.put(line.strip())

    def line(self) -> str:
        """Return the next line it says."""
        return self._lines.get(timeout=PATIENCE_S)

    def say(self, words: str) -> str:
        """Tell it a line, and return what it says to it."""
        assert self.process.stdin is not None
        self.process.stdin.write(words + "\n")
        return self.line()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()


class Receiver(Program):
    """Receives all streams of a source of ours."""

    def __init__(self, source: str, parts: int = 3) -> None:
        super().__init__("lsl_receiver.py", f"starts-with(name,'usbio {source} ')", str(parts))
        self.streams: dict[str, Any] = {one["name"].split()[-1]: one for one in json.loads(self.line())}

        self._came: dict[str, list[Sample]] = {part: [] for part in self.streams}

    def samples(self, part: str, n: int) -> list[Sample]:
        """Return the next samples of one stream."""
        while len(self._came[part]) < n:
            name, stamp_s, values = json.loads(self.line())
            self._came[name.split()[-1]].append((stamp_s, values))
        found, self._came[part] = self._came[part][:n], self._came[part][n:]
        return found

    def rest(self, part: str) -> list[Sample]:
        """Return what has come of one stream and was not asked for."""
        while not self._lines.empty():
            name, stamp_s, values = json.loads(self.line())
            self._came[name.split()[-1]].append((stamp_s, values))
        return self._came[part]


@contextlib.contextmanager
def ended(*programs: Program) -> Iterator[None]:
    """Leave no process behind."""
    try:
        yield
    finally:
        for program in programs:
            program.kill()
