"""A server in a process of its own, which may be killed, stopped for a while, and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_SYSTEM_PYTHON = "/usr/bin/python3"
_BINDINGS = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"


class Server:
    """Runs while the block does; ``port`` is known from its beginning on."""

    def __init__(self, call: Sequence[str]) -> None:
        self._call = list(call)
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Begin, again at the port that it had before."""
        environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
        call = [*self._call, "--port", str(self.port)]
        self._process = subprocess.Popen(call, stdout=subprocess.PIPE, text=True, cwd=_ROOT, env=environment)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def halt(self) -> None:
        """Let it stand still; its connections stay."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def tell(self) -> None:
        """Give it the signal at which it does what it was asked for."""
        assert self._process is not None
        self._process.send_signal(signal.SIGUSR1)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def mjpeg_server(*options: str) -> Server:
    """A camera that sends MJPEG over HTTP."""
    return Server([sys.executable, "-m", "tests.servers.mjpeg_server", *options])


def has_rtsp_server() -> bool:
    """Say whether GStreamer's server is there."""
    try:
        subprocess.run([_SYSTEM_PYTHON, "-c", _BINDINGS], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def rtsp_server(*options: str) -> Server:
    """A camera that speaks RTSP; the test is skipped where GStreamer is not there."""
    if not has_rtsp_server():
        pytest.skip("no GStreamer RTSP server: apt-get install gir1.2-gst-rtsp-server-1.0 python3-gi")
    return Server([_SYSTEM_PYTHON, "tests/servers/rtsp_server.py", *options])


def igtl_server(*options: str) -> Server:
    """A server that speaks OpenIGTLink."""
    return Server([sys.executable, "-m", "tests.servers.igtl_server", *options])
