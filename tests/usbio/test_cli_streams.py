"""A stream that takes nothing, and Ctrl-C: no clip is lost, and nothing is left half-written."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.usbio.command_line import RESULTS, command, endings, started, until
from tests.usbio.layer_clips import SETUP, layer_pictures, write_video


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    pictures = layer_pictures()
    write_video(folder / "good.mp4", pictures)
    write_video(folder / "second.mp4", pictures[:20])
    (folder / "setup.toml").write_text(SETUP, encoding="utf-8")
    return folder


@pytest.mark.skipif(os.name == "nt", reason="there is no /dev/full, and no shell that closes a stream")
@pytest.mark.parametrize("streams", [">&-", "2>&-", ">&- 2>&-", "2>/dev/null >/dev/full", "2>&1 | true"])
def test_a_stream_that_takes_nothing_costs_no_clip(clips: Path, tmp_path: Path, streams: str) -> None:
    out = tmp_path / "out"
    arguments = (clips / "second.mp4", clips / "good.mp4", "--setup", clips / "setup.toml", "--out", out)
    line = shlex.join(command("analyze", *arguments, "--side", "left"))
    done = subprocess.run(
        ["sh", "-c", f"{line} {streams}"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0
    assert "program" not in done.stdout + done.stderr
    assert endings(out, "second") == endings(out, "good") == RESULTS


@pytest.mark.skipif(os.name == "nt", reason="there is no /dev/full")
@pytest.mark.parametrize("asked", ["--help", "--version", "analyze --help"])
def test_help_that_nothing_takes_is_no_bug(asked: str) -> None:
    line = f"{shlex.join(command())} {asked}"
    done = subprocess.run(
        ["sh", "-c", f"{line} >/dev/full"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "usbio: output: cannot be written (no space left on device); send it elsewhere\n"


def test_help_comes_at_once_and_version_is_told() -> None:
    heavy = "import sys; from usbio.cli import main; code = main(['--help']); print(sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", heavy], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(re.findall(r"'([^']+)'", done.stdout))
    assert not loaded & {"numpy", "cv2", "av", "pydicom", "pydantic", "scipy", "rich"}
    assert "analyze" in done.stdout
    version = subprocess.run(command("--version"), capture_output=True, text=True, timeout=60, check=True)
    assert re.fullmatch(r"usbio \d+\.\d+\.\d+\n", version.stdout)


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one process on Windows")
def test_ctrl_c_is_one_line_and_leaves_nothing_half_done(clips: Path, tmp_path: Path) -> None:
    long_clip = write_video(tmp_path / "long.mp4", layer_pictures(20) * 100)
    out = tmp_path / "out"
    arguments = ("--setup", clips / "setup.toml", "--side", "left", "--borders", "--out", out)
    running = started("analyze", long_clip, *arguments)
    until(running, lambda: any(path.stat().st_size for path in out.glob(".long.borders*")))
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert told.splitlines() == ["usbio: stopped; what was finished is written"]
    assert list(out.iterdir()) == []
