"""Fixtures that several packages share."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 kB."""
    with mounted(tmp_path / "disk", "256k") as folder:
        yield folder
