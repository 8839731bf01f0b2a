"""Fixtures that several packages share."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest


@pytest.fixture(autouse=True)
def own_data(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is remembered lies in a folder of the test's own."""
    folder = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("USBIO_DATA_DIR", str(folder))
    return folder


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[Path]:
    """A disk of this size, to be filled; it may be taken away meanwhile."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small disk can be mounted only by root")
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


def take_all_room(disk: Path) -> Path:
    """Let another program fill a disk; return its file."""
    other = disk / "other program"
    with other.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    return other


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 kB."""
    with mounted(tmp_path / "disk", "256k") as folder:
        yield folder


@pytest.fixture(scope="session")
def lsl(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Lab Streaming Layer within this machine only, apart from whatever else streams meanwhile."""
    path = tmp_path_factory.mktemp("lsl") / "lsl_api.cfg"
    lab = f"[lab]\nKnownPeers = {{127.0.0.1}}\nSessionID = usbio-{uuid4()}\n"
    small = "[tuning]\nSendSocketBufferSize = 16384\nReceiveSocketBufferSize = 16384\n"  # soon full
    scope = "[multicast]\nResolveScope = machine\n"
    # Whoever looks for a stream holds ports of the same range, a receiver that waits for one more than ten:
    # room for all, and a range of its own for each process that tests.
    ports = f"[ports]\nBasePort = {17000 + 200 * (os.getpid() % 70)}\nPortRange = 200\n"
    path.write_text(f"{scope}{ports}{lab}{small}[log]\nlevel = -3\n", encoding="utf-8")
    os.environ["LSLAPICFG"] = str(path)  # read once, at the first use; other processes inherit it
    pylsl = pytest.importorskip("pylsl", reason='pylsl is not installed: pip install "usbio[lsl]"')
    probe = pylsl.StreamOutlet(pylsl.StreamInfo("probe", "Probe", 1, 0.0, "float32", "usbio probe"))
    if not pylsl.resolve_byprop("source_id", "usbio probe", 1, 5.0):
        pytest.skip("liblsl finds no stream on this machine, not even its own at 127.0.0.1")
    del probe
    return pylsl
