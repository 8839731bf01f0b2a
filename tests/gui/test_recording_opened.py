"""A recording in the live window: with its own view and setup, at its true speed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gui.opening import begin_recording
from tests.usbio.recorded import AtOnce, MeasuredRun, sample_pictures
from usbio.choice import Choice
from usbio.cli import main
from usbio.live import LiveRun
from usbio.measuring_process import State
from usbio.opening import open_run
from usbio.playback import Playback
from usbio.recording.recorder import Recorder
from usbio.samples import sample_clips
from usbio.setup import load_setup
from usbio.sources.clip import open_clip

FPS, COUNT = 30.0, 24
LOST = frozenset({6, 7, 8})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures, setup = sample_pictures("tra", COUNT)
    run = MeasuredRun(AtOnce(pictures, FPS, LOST), "tra", setup, pictures[0])
    recorder = Recorder(run.plan(tmp_path))
    run.record(recorder)
    return recorder.folder


def test_it_knows_its_view_and_plays_at_its_true_speed(folder: Path) -> None:
    run = open_run(Choice(str(folder)))
    assert run.question is None
    assert run.view is not None
    assert run.view.name == "tra"
    run.stop()
    now_s = 0.0

    def wait(seconds: float) -> None:
        nonlocal now_s
        now_s += seconds

    playback = Playback(open_clip(folder), clock=lambda: now_s, wait=wait)
    frames = [frame for frame in playback.frames() if frame is not None]
    assert [frame.index for frame in frames] == [index for index in range(COUNT) if index not in LOST]
    assert [frame.arrived_s for frame in frames] == pytest.approx([frame.t_s for frame in frames])  # s
    assert frames[-1].t_s == pytest.approx((COUNT - 1) / FPS)  # s


def test_its_journal_or_video_names_it_too(folder: Path) -> None:
    for name in ("journal.jsonl", "video.mkv"):
        run = open_run(Choice(f"clip:{folder / name}"))
        assert run.name == folder.name
        run.stop()


@pytest.mark.parametrize("view", ["tra", "lm-csa"])
def test_what_the_window_recorded_is_measured_again_to_the_last_digit(tmp_path: Path, view: str) -> None:
    clip = next(one for one in sample_clips() if load_setup(one.setup_path).measure.view == view)
    run = open_run(Choice(str(clip.path), setup_path=clip.setup_path, save_folder=tmp_path))
    run.start()
    _until(run, 4, of_run=0)
    begin_recording(tmp_path, (run,), "ffv1")
    _until(run, 12)
    run.confirm()
    run.mark("cough")
    _until(run, 25)
    run.end_record()
    assert run.stop()
    status = run.recording.status
    assert status is not None
    assert (status.state, status.words) == ("finished", "")
    folder = status.folder
    assert main(["analyze", str(folder), "--quiet"]) == 0
    again = (tmp_path / f"{folder.name}.frames.csv").read_bytes()
    assert again == (folder / "live.frames.csv").read_bytes()
    assert b"cough" in again


def _until(run: LiveRun[State], index: int, of_run: int = 1) -> None:
    """Take samples until one of the present run has this number or a larger one."""
    pause = threading.Event()
    for _ in range(4000):
        sample = run.take()
        if sample is not None and sample.result and sample.run == of_run and sample.frame.index >= index:
            return
        pause.wait(0.005)
    raise AssertionError(f"frame {index} was not measured")
