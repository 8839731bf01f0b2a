"""A server's pictures all the way: measured with the scale that it sends, recorded, and analysed again."""

from __future__ import annotations

import csv
import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gui.opening import begin_recording
from tests.servers.running import igtl_server, mjpeg_server
from tests.usbio.command_line import command
from usbio.choice import Choice
from usbio.live import LiveRun
from usbio.measuring_process import State
from usbio.opening import open_run
from usbio.sample import Sample
from usbio.samples import sample_clips
from usbio.setup_memory import SetupMemory

CLIP = next(str(clip.path) for clip in sample_clips() if clip.path.stem == "tra_left")
LONGEST_S = 60.0
SENT_MM, LATER_MM = (0.09, 0.08), (0.12, 0.11)  # of a pixel, x and y; not what the clip's ruler says


class _Shown:
    """A run as a window has it: the newest sample is taken as soon as it is there."""

    def __init__(self, run: LiveRun[State]) -> None:
        self.run = run
        self.sample: Sample | None = None

    def until(self, reached: Callable[[], object]) -> None:
        began_s = time.perf_counter()
        while not reached():
            self.sample = self.run.take() or self.sample
            assert time.perf_counter() - began_s < LONGEST_S
            assert not self.run.ended, self.run.status().words
            time.sleep(0.01)

    def measured(self, more: int) -> None:
        before = self.run.status().counts.measured
        self.until(lambda: self.run.status().counts.measured >= before + more)


def _text(sizes: tuple[float, float]) -> str:
    return f"{sizes[0]},{sizes[1]}"


def test_a_scale_that_is_sent_is_measured_recorded_and_watched(tmp_path: Path) -> None:
    with igtl_server("--clip", CLIP, "--spacing", _text(SENT_MM), "--then", _text(LATER_MM)) as server:
        address = f"igtl:127.0.0.1:{server.port}/Image_Reference"
        run = open_run(Choice(address, view="tra", side="left"), SetupMemory(tmp_path / "memory"))
        run.start()
        shown = _Shown(run)
        shown.measured(3)
        begin_recording(tmp_path, [run], "ffv1")
        shown.measured(10)
        assert run.recording.status is not None
        folder = run.recording.status.folder
        run.end_record()
        server.tell()
        shown.until(lambda: "numbers stopped" in run.action_words())
        said = run.action_words()
        assert shown.sample is not None
        anew = run.begin_draft(shown.sample.frame.image, anew=True)
        assert run.stop()
    assert "says 0.1100 mm per pixel and no longer 0.0800" in said
    assert anew.scales[0] is not None
    assert anew.scales[0].calibration.y_mm_per_px == pytest.approx(LATER_MM[1], rel=1e-6)

    subprocess.run(command("analyze", folder), check=True, capture_output=True)
    used = json.loads((tmp_path / f"{folder.name}.json").read_text())["calibration"]
    assert (used["x_mm_per_px"], used["y_mm_per_px"]) == pytest.approx(SENT_MM, rel=1e-6)
    assert used["source"] == "setup"
    live, again = (
        _thicknesses(path) for path in (folder / "live.frames.csv", tmp_path / f"{folder.name}.frames.csv")
    )
    assert len(live) >= 10
    assert live == again


def test_a_password_is_in_nothing_that_is_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with mjpeg_server("--clip", CLIP) as server:
        address = f"url:http://ward:s3cret@127.0.0.1:{server.port}/locked"
        memory = SetupMemory(tmp_path / "memory")
        run = open_run(Choice(address, view="tra", side="left", save_folder=tmp_path), memory)
        run.start()
        shown = _Shown(run)
        shown.measured(3)
        begin_recording(tmp_path, [run], "ffv1")
        shown.measured(3)
        assert shown.sample is not None
        memory.remember(run.begin_draft(shown.sample.frame.image))
        run.end_record()
        run.save_setup()
        server.kill()
        shown.until(lambda: "the server has ended its picture" in run.action_words())
        said = f"{run.title} {run.action_words()} {run.status()}"
        assert run.stop()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 6
    for path in written:
        assert b"s3cret" not in path.read_bytes()
        assert "s3cret" not in str(path)
    assert "s3cret" not in said + caplog.text


def _thicknesses(table: Path) -> dict[tuple[str, str], str]:
    with table.open(newline="") as rows:
        return {(row["frame"], row["muscle"]): row["thickness_mm"] for row in csv.DictReader(rows)}
