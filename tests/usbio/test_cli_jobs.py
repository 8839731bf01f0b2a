"""Clips on several processes: the same files and words as on one, and a process that dies costs one clip."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.usbio.command_line import RESULTS, Captured, endings, started, until
from tests.usbio.layer_clips import SETUP, cut, layer_pictures, write_video
from usbio.cli import main

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals as of Unix")


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    pictures = layer_pictures()
    write_video(folder / "good.mp4", pictures)
    write_video(folder / "second.mp4", pictures[:20])
    write_video(folder / "long.mp4", layer_pictures(20) * 100)
    cut(write_video(folder / "whole.mkv", layer_pictures(60)), 0.5, "half.mkv")
    (folder / "text.mp4").write_text("this is no clip\n" * 50, encoding="utf-8")
    (folder / "setup.toml").write_text(SETUP, encoding="utf-8")
    return folder


def words(clips: Path, *more: str | Path) -> list[str]:
    return ["analyze", *map(str, more), "--setup", str(clips / "setup.toml"), "--side", "left"]


def writers(out: Path, stem: str) -> set[int]:
    """The processes that are writing results of a clip."""
    names = [path.name for path in out.glob(f".{stem}.borders.*") if path.stat().st_size]
    return {int(found[1]) for name in names if (found := re.search(r"\.(\d+)\.part", name))}


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (
        state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z"
    )  # dead, not yet buried


def test_two_processes_write_and_say_what_one_does(clips: Path, tmp_path: Path, capsys: Captured) -> None:
    inputs = [clips / name for name in ("half.mkv", "good.mp4", "text.mp4", "missing.mp4", "second.mp4")]
    said = {}
    for jobs in ("1", "2"):
        out = tmp_path / jobs
        more = ("--borders", "--overlay", "--jobs", jobs, "--out", out)
        assert main(words(clips, *inputs, *more)) == 1
        captured = capsys.readouterr()
        said[jobs] = captured.out.replace(str(out), "out"), captured.err.replace(str(out), "out")
    assert said["1"] == said["2"]
    assert len([line for line in said["2"][1].splitlines() if line.startswith("usbio: ")]) == 3
    first = {path.name: path.read_bytes() for path in (tmp_path / "1").iterdir()}
    second = {path.name: path.read_bytes() for path in (tmp_path / "2").iterdir()}
    assert first.keys() == second.keys()
    assert len(first) == 3 * 7
    for name in first:
        assert name.endswith(".run.json") or first[name] == second[name], name


def test_a_pair_on_two_processes(clips: Path, tmp_path: Path) -> None:
    pair = ["--left", clips / "good.mp4", "--right", clips / "second.mp4"]
    for jobs in ("1", "2"):
        more = ["--setup", clips / "setup.toml", "--jobs", jobs, "--out", tmp_path / jobs]
        assert main(["analyze", *map(str, [*pair, *more])]) == 0
    for name in ("good+second.summary.csv", "good+second.json", "good.json"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_a_wrong_call_is_one_line_with_processes_too(clips: Path, tmp_path: Path, capsys: Captured) -> None:
    inputs = [clips / "good.mp4", clips / "second.mp4"]
    setup = tmp_path / "magic.toml"
    setup.write_text(SETUP.replace('view = "layer"', 'view = "layer"\nmethod = "magic"'), encoding="utf-8")
    call = ["analyze", *map(str, inputs), "--setup", str(setup), "--side", "left", "--jobs", "2"]
    assert main([*call, "--out", str(tmp_path / "out")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "magic" in line
    assert list((tmp_path / "out").iterdir()) == []


def test_a_process_that_is_killed_costs_its_clip_only(clips: Path, tmp_path: Path) -> None:
    inputs = [clips / name for name in ("long.mp4", "good.mp4", "second.mp4", "half.mkv")]
    running = started(*words(clips, *inputs, "--borders", "--jobs", "2", "--out", tmp_path))
    until(running, lambda: bool(writers(tmp_path, "long")))
    (pid,) = writers(tmp_path, "long")
    os.kill(pid, signal.SIGKILL)
    said, told = running.communicate(timeout=60)
    assert running.returncode == 1
    killed, broken = [line for line in told.splitlines() if line.startswith("usbio: ")]
    assert (
        "long.mp4: the process that measured it ended (signal 9), and nothing of it was written; " in killed
    )
    assert "half.mkv" in broken
    assert len(said.splitlines()) == 3
    for stem in ("good", "second", "half"):
        assert endings(tmp_path, stem) == RESULTS | {".borders.jsonl"}
    assert not list(tmp_path.glob("*long*"))
    assert not list(tmp_path.glob(".*"))


def test_ctrl_c_ends_all_processes(clips: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes((clips / "long.mp4").read_bytes())
    out = tmp_path / "out"
    call = words(clips, clips / "long.mp4", other, "--borders", "--jobs", "2", "--out", out)
    running = started(*call, terminal=True)
    until(running, lambda: bool(writers(out, "long") and writers(out, "other")))
    pids = writers(out, "long") | writers(out, "other")
    assert len(pids) == 2
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert told.splitlines() == ["usbio: stopped; what was finished is written"]
    assert not any(map(runs, pids))
    assert list(out.iterdir()) == []


def test_processes_end_with_the_one_that_hired_them(clips: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes((clips / "long.mp4").read_bytes())
    out = tmp_path / "out"
    call = words(clips, clips / "long.mp4", other, "--borders", "--jobs", "2", "--out", out)
    running = started(*call)
    until(running, lambda: bool(writers(out, "long") and writers(out, "other")))
    pids = writers(out, "long") | writers(out, "other")
    running.kill()
    running.communicate(timeout=60)  # the streams are closed once the last of them has ended
    assert not any(map(runs, pids))
    assert list(out.iterdir()) == []


def test_threads_are_limited(clips: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from usbio.cli import main; code = main(sys.argv[1:]); import cv2, os; "
        "print(code, cv2.getNumThreads(), os.environ['OMP_NUM_THREADS'])"
    )
    call = words(clips, clips / "second.mp4", "--threads", "1", "--quiet", "--out", tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", code, *call], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "0 1 1\n"
