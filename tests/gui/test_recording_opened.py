"""A recording in the live window: with its own view and setup, at its true speed."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from gui.opening import open_run
from segmentation.tracking import TrackState
from tests.usbio.recorded import AtOnce, MeasuredRun, sample_pictures
from usbio.choice import Choice
from usbio.live import LiveRun
from usbio.recording.recorder import Recorder

FPS, COUNT = 30.0, 24
LOST = frozenset({6, 7, 8})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures, setup = sample_pictures("tra", COUNT)
    run = MeasuredRun(AtOnce(pictures, FPS, LOST), "tra", setup, pictures[0])
    recorder = Recorder(run.plan(tmp_path))
    run.record(recorder)
    return recorder.folder


def _played(run: LiveRun[TrackState]) -> list[tuple[int, float, float]]:
    """Number, time and arrival of the frames that were measured."""
    seen = []
    pause = threading.Event()
    run.start()
    while not run.over:
        sample = run.take()
        if sample is not None:
            seen.append((sample.frame.index, sample.frame.t_s, sample.frame.arrived_s))
        pause.wait(0.002)
    assert run.stop()
    return seen


def test_it_knows_its_view_and_plays_at_its_true_speed(folder: Path) -> None:
    run = open_run(Choice(str(folder)))
    assert run.question is None
    assert run.view is not None
    assert run.view.name == "tra"
    began_s = time.perf_counter()
    seen = _played(run)
    first, last = seen[1], seen[-1]  # the clip waits while its first picture is understood
    assert last[0] == COUNT - 1
    assert not {index for index, _, _ in seen} & LOST
    assert last[1] == pytest.approx((COUNT - 1) / FPS)  # s
    assert last[2] - first[2] == pytest.approx(last[1] - first[1], abs=0.1)  # s
    assert time.perf_counter() - began_s < 10.0


def test_its_journal_or_video_names_it_too(folder: Path) -> None:
    for name in ("journal.jsonl", "video.mkv"):
        run = open_run(Choice(f"clip:{folder / name}"))
        assert run.name == folder.name
        run.stop()
