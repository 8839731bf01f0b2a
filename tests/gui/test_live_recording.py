"""A live run is recorded by the real recorder and read again."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from gui.opening import begin_recording
from usbio.choice import Choice
from usbio.errors import CallError
from usbio.live import LiveRun
from usbio.live_recording import LiveRecording
from usbio.measuring_process import State
from usbio.opening import open_run
from usbio.recording.status import RecordingStatus
from usbio.recording.trial import Trial
from usbio.recording_tap import BEGAN_AGAIN
from usbio.setup import KeepTable
from usbio.sources.clip import open_clip

PATIENCE_S = 20.0


@pytest.fixture
def run(tmp_path: Path) -> Iterator[LiveRun[State]]:
    made = open_run(Choice("sim:layer", view="layer", save_folder=tmp_path))
    yield made
    assert made.stop()


def until_measured(run: LiveRun[State], frames: int) -> None:
    """Take samples until one has this number or a larger one."""
    pause = threading.Event()
    for _ in range(round(PATIENCE_S * 200)):
        sample = run.take()
        if sample is not None and sample.result is not None and sample.frame.index >= frames:
            return
        pause.wait(0.005)
    raise AssertionError(f"frame {frames} was not measured in {PATIENCE_S} s")


def test_what_was_recorded_is_what_was_measured_and_shown(run: LiveRun[State], tmp_path: Path) -> None:
    run.start()
    until_measured(run, 3)
    begin_recording(tmp_path, (run,), "ffv1")
    until_measured_again(run)
    until_measured(run, 8)
    run.mark("cue")
    run.confirm()
    until_measured(run, 14)
    run.end_record()
    assert run.stop()
    status = run.recording.status
    assert status is not None
    assert (status.state, status.words) == ("finished", "")
    assert status.recorded > 5  # of 15: the simulator leaves out pictures it has no time for
    frames = list(open_clip(status.folder).frames())
    assert len(frames) == status.recorded
    assert frames[0].index == 0
    assert frames[0].t_s == 0.0
    assert run.measured_as is not None
    assert frames[0].image.shape[::-1] == run.measured_as.frame_size_px
    journal = (status.folder / "journal.jsonl").read_text(encoding="utf-8")
    assert '"cue"' in journal
    assert '"confirmed"' in journal
    t_s, values = run.values.history.trace("left", "layer", "thickness_mm")
    assert t_s[0] == 0.0  # the traces begin with the recording
    assert np.isfinite(values).any()


def until_measured_again(run: LiveRun[State]) -> None:
    pause = threading.Event()
    for _ in range(round(PATIENCE_S * 200)):
        sample = run.take()
        if sample is not None and sample.run > 0:
            return
        pause.wait(0.005)
    raise AssertionError("measuring did not begin anew with the recording")


def test_nothing_is_recorded_before_anything_is_measured(run: LiveRun[State], tmp_path: Path) -> None:
    with pytest.raises(CallError, match="nothing is measured yet; set up the picture"):
        begin_recording(tmp_path, (run,), "ffv1")
    with pytest.raises(CallError, match="nothing is recorded"):
        run.mark("cue")
    assert list(tmp_path.iterdir()) == []


def test_a_machine_that_is_too_slow_says_so_before_and_offers_h264(
    run: LiveRun[State], tmp_path: Path
) -> None:
    run.start()
    until_measured(run, 12)
    run.offer.wait(PATIENCE_S)
    size_px = run.measured_as.frame_size_px if run.measured_as is not None else (0, 0)
    run.offer._trials["ffv1"] = Trial("ffv1", size_px, 80.0, 1e5)  # as a slow machine finds it
    with pytest.raises(CallError, match=r"too slow to record .* without loss; record as H\.264"):
        begin_recording(tmp_path, (run,), "ffv1")
    assert list(tmp_path.iterdir()) == []
    begin_recording(tmp_path, (run,), "libx264")
    assert run.recording.active is not None


def test_an_allowed_region_is_kept_and_nothing_else_of_the_screen(
    run: LiveRun[State], tmp_path: Path
) -> None:
    run.start()
    until_measured(run, 2)
    assert run.measured_as is not None
    run.use_setup(run.setup.model_copy(update={"keep": [KeepTable(name="depth", region_px=(0, 0, 90, 20))]}))
    until_measured_again(run)
    begin_recording(tmp_path, (run,), "ffv1")
    until_measured(run, 6)
    run.end_record()
    assert run.stop()
    status = run.recording.status
    assert status is not None
    stills = sorted(path.name for path in status.folder.rglob("*.png"))
    assert len(stills) == 1
    assert stills[0] == "depth_000000.png"


def test_what_is_written_at_the_start_has_the_recordings_numbers(run: LiveRun[State], tmp_path: Path) -> None:
    """The newest sample is from before then, and numbered as the source does."""
    run.start()
    until_measured(run, 12)
    begin_recording(tmp_path, (run,), "ffv1")
    run.mark("at once")
    until_measured_again(run)
    run.end_record()
    assert run.stop()
    status = run.recording.status
    assert status is not None
    told = json.loads((status.folder / "recording.json").read_bytes())["recording"]
    assert [(one["event"], one["frame"]) for one in told["events"]] == [("marker", 0)]


class _Ended(LiveRecording):
    """A recording that is over, as its recorder says."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words

    @property
    def status(self) -> RecordingStatus:
        return RecordingStatus("stopped", self._words, 9, 0.3, 1000, 5.0, Path("recordings/one"))


def test_a_clip_that_begins_again_ends_a_recording_without_an_alarm_and_says_so_once() -> None:
    ended = _Ended(BEGAN_AGAIN)
    ended.begin(cast("Any", object()))
    assert ended.alarm == ""
    assert ended.take_news() == f"recording ended: the source began again; kept in {Path('recordings/one')}"
    assert ended.take_news() == ""
    broken = _Ended("the disk is full; free some space")
    assert broken.alarm == "recording stopped: the disk is full; free some space"
    assert broken.take_news() == ""
