from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from gui.app import main, parse
from usbio.samples import demo_clip, sample_clips

SCREEN = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--view", "knee"], 2, "usbio: command line: argument --view: invalid choice"),
        (["--exit-after", "soon"], 2, "usbio: command line: argument --exit-after: invalid"),
        (["--demo", "a.mp4"], 2, "usbio: --demo: stands beside the source a.mp4"),
        (["--side", "left"], 2, "usbio: command line: no source is named"),
        (["missing.mp4", "--exit-after", "0"], 1, "missing.mp4: "),
        (["a.mp4", "--setup", "missing.toml", "--exit-after", "0"], 2, "usbio: missing.toml: cannot be read"),
        (["sim:knee", "--exit-after", "0"], 2, "usbio: sim:knee: there is no such view"),
        ([str(demo_clip().path), "--view", "tra", "--exit-after", "9"], 2, "nobody says whose side it shows"),
    ],
)
def test_a_wrong_call_is_one_line_and_its_code(
    arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert said.startswith("usbio: ")


def test_without_a_screen_a_window_that_nobody_could_close_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([]) == 2
    assert "usbio: display: there is none" in capsys.readouterr().err


def test_a_screen_that_does_not_answer_is_one_line_and_no_crash(tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if name not in SCREEN}
    done = subprocess.run(
        [sys.executable, "-c", "from gui.app import main; raise SystemExit(main(['sim:tra']))"],
        cwd=tmp_path,
        env={**bare, "DISPLAY": ":9999", "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("usbio: display: there is none that answers; ")
    assert done.stderr.count("\n") == 1


def test_the_call_is_read() -> None:
    call = parse(["clip:a.mp4", "--view", "tra", "--side", "right", "--exit-after", "2.5"])
    assert call.choice is not None
    assert (call.choice.address, call.choice.view, call.choice.side) == ("clip:a.mp4", "tra", "right")
    assert call.exit_after_s == 2.5


def test_every_sample_clip_comes_with_its_setup() -> None:
    clips = sample_clips()
    assert clips[0] == demo_clip()
    assert len(clips) == 6
    assert all(clip.setup_path.is_file() for clip in clips)


def test_a_picture_of_the_window_after_some_seconds(tmp_path: Path) -> None:
    clip, shot = demo_clip(), tmp_path / "window.png"
    asked = [
        str(clip.path),
        "--setup",
        str(clip.setup_path),
        "--exit-after",
        "1.2",
        "--screenshot",
        str(shot),
    ]
    assert main(asked) == 0
    picture = QImage(str(shot))
    assert (picture.width(), picture.height()) == (1280, 720)


def test_a_picture_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    shot = tmp_path / "file" / "window.png"
    assert main(["--exit-after", "0.1", "--screenshot", str(shot)]) == 1
    assert f"usbio: {shot}: cannot be written" in capsys.readouterr().err


def test_the_demonstration_without_a_screen_leaves_its_tables_and_a_picture(tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if name not in SCREEN}
    done = subprocess.run(
        [sys.executable, "-c", "from gui.app import main; raise SystemExit(main(['--demo']))"],
        cwd=tmp_path,
        env={**bare, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    for name in ("lm_csa.frames.csv", "lm_csa.repetitions.csv", "lm_csa.summary.csv", "usbio.png"):
        assert str(Path("demo") / name) in done.stdout
        assert (tmp_path / "demo" / name).stat().st_size > 0
    with (tmp_path / "demo" / "lm_csa.frames.csv").open(newline="") as file:
        sides = {row["side"] for row in csv.DictReader(file) if row["area_cm2"]}
    assert sides == {"left", "right"}
    assert not QImage(str(tmp_path / "demo" / "usbio.png")).isNull()
    assert "Traceback" not in done.stderr
