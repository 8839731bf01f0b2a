"""A screen of its own with one window on it, used with keys and mouse from outside as a person does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.truth import REPO

NEEDED = ("Xvfb", "xdotool")
_RUN = "import sys; from gui.app import main; sys.exit(main())"
_PATIENCE_S = 90.0
_LOOK_S = 0.02


class XScreen:
    """An X server without a monitor, and what is shown on it."""

    def __init__(self, folder: Path, width: int = 1280, height: int = 720) -> None:
        missing = [name for name in NEEDED if shutil.which(name) is None]
        if missing:
            raise SystemExit(f"{' and '.join(missing)} not found; apt-get install xvfb xdotool")
        self._folder = folder
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            [
                *("Xvfb", "-displayfd", str(writing), "-nolisten", "tcp", "-fbdir", str(folder)),
                # or the server begins anew when nobody is connected, and throws out whoever comes just then
                *("-screen", "0", f"{width}x{height}x24", "-noreset"),
            ],
            pass_fds=(writing,),
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as said:
            self.display = f":{said.readline().strip()}"
        self._window = ""
        self._program: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._server.pid

    def show(self, arguments: Sequence[str], home: Path) -> None:
        """Start the program, with ``home`` for all it remembers, and wait for its window."""
        told = {"DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb", "HOME": str(home), "PYTHONPATH": str(REPO)}
        kept = {name: os.environ[name] for name in ("PATH", "OMP_NUM_THREADS") if name in os.environ}
        home.mkdir(parents=True, exist_ok=True)
        self._program = subprocess.Popen(
            [sys.executable, "-c", _RUN, *arguments],
            cwd=home,
            env={**kept, **told, "USBIO_DATA_DIR": str(home / "usbio")},
            stderr=subprocess.DEVNULL,
        )
        self._window = self.hand("search", "--sync", "--onlyvisible", "--name", "^usbio").split()[-1]
        self.hand("windowmove", self._window, "0", "0")
        self.hand("windowfocus", "--sync", self._window)

    def hand(self, *what: str) -> str:
        """Do something with xdotool and return what it says."""
        done = subprocess.run(
            ["xdotool", *what],
            env={**os.environ, "DISPLAY": self.display},
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=True,
        )
        return done.stdout

    def title(self) -> str:
        """Return the window's title, which names what it asks."""
        return self.hand("getwindowname", self._window).strip()

    def wait_for(self, pattern: str) -> None:
        """Wait until the title says this."""
        until = time.perf_counter() + _PATIENCE_S
        while not re.search(pattern, title := self.title()):
            if time.perf_counter() > until:
                raise TimeoutError(f"the window says {title!r} and not {pattern!r}")
            time.sleep(_LOOK_S)

    def picture(self) -> npt.NDArray[np.uint8]:
        """Return what is on the screen, (H, W, 3)."""
        content = (self._folder / "Xvfb_screen0").read_bytes()
        head = np.frombuffer(content, ">u4", 25)
        size, width, height, row, colours = (int(head[i]) for i in (0, 4, 5, 12, 19))
        start = size + colours * 12
        rows = np.frombuffer(content, np.uint8, row * height, start).reshape(height, row // 4, 4)
        return np.ascontiguousarray(rows[:, :width, 2::-1])

    def close(self) -> None:
        """End the program and the server that were started here."""
        for process in (self._program, self._server):
            if process is not None and process.poll() is None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
