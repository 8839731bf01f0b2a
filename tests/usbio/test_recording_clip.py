"""A recording read again: true times, what is readable of a damaged one, and the values of the live run."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from segmentation.results import Side
from segmentation.tracking import TrackState, confirm
from segmentation.views import ViewName
from tests.usbio.recorded import AtOnce, MeasuredRun, frames, plan, sample, sample_pictures
from usbio.cli import main
from usbio.errors import ClipDamaged, InputError
from usbio.recording.contents import read_recording
from usbio.recording.plan import Codec
from usbio.recording.recorder import Recorder
from usbio.sources.address import open_source
from usbio.sources.clip import open_clip
from usbio.sources.recording_clip import RecordingClip, Replay

Row = dict[str, str]
# How far 95 of 100 values from H.264 may lie from those seen live, and any of them.
H264_TOLERANCE = {"thickness_mm": (0.05, 0.2), "area_cm2": (0.01, 0.03), "echo_intensity_grey": (0.5, 1.0)}
LOST = frozenset({3, 4, 11})


def _rows(table: Path) -> list[Row]:
    return list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """Twenty pictures, the first ten of them measured."""
    recorder = Recorder(plan(tmp_path, (160, 120)))
    for frame in frames(20, (160, 120)):
        recorder.add(frame)
        if frame.index < 10:
            recorder.note(sample(frame))
    recorder.stop()
    return recorder.folder


def _read(folder: Path) -> tuple[list[int], str]:
    found = []
    try:
        for frame in RecordingClip(read_recording(folder)).frames():
            found.append(frame.index)
    except ClipDamaged as error:
        return found, error.happened
    return found, ""


def test_any_of_its_names_opens_it(recorded: Path) -> None:
    for path in (recorded, recorded / "journal.jsonl", recorded / "video.mkv"):
        clip = open_clip(path)
        assert (clip.name, clip.path) == (recorded.name, recorded)
        assert clip.info().time_source == "recording"
        assert clip.info().declared_frames == 20
    assert isinstance(open_source(f"clip:{recorded}"), RecordingClip)


def test_interrupted_recording_gives_what_it_has(recorded: Path) -> None:
    journal = recorded / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    assert b'"kind":"end"' in lines[-1]
    journal.write_bytes(b"".join(lines[:-1]) + lines[-1][:30])  # torn, as a kill leaves it
    found, words = _read(recorded)
    assert found == list(range(20))
    assert words == "it was interrupted after 20 pictures, 0.6 s"


def test_cut_video_gives_its_first_pictures(recorded: Path) -> None:
    video = recorded / "video.mkv"
    video.write_bytes(video.read_bytes()[: video.stat().st_size // 2])
    found, words = _read(recorded)
    assert found == list(range(len(found)))
    assert 7 <= len(found) <= 10
    assert words == f"{20 - len(found)} of its 20 pictures cannot be read"


def test_damage_in_the_video_costs_its_pictures_only(recorded: Path) -> None:
    video = recorded / "video.mkv"
    content = bytearray(video.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8] = bytes(8)
    video.write_bytes(content)
    found, words = _read(recorded)
    assert len(found) in (18, 19)
    assert "pictures cannot be read" in words or "not as they were recorded" in words


def test_picture_put_in_place_of_another_is_noticed(recorded: Path, tmp_path: Path) -> None:
    other = Recorder(plan(tmp_path / "other", (160, 120)))
    for frame in frames(20, (160, 120)):
        image = frame.image.copy()
        if frame.index == 7:
            image[60, 80] ^= 1  # the least there is
        other.add(replace(frame, image=image))
    other.stop()
    (recorded / "video.mkv").write_bytes((other.folder / "video.mkv").read_bytes())
    found, words = _read(recorded)
    assert found == [index for index in range(20) if index != 7]
    assert words == "1 of its pictures are not as they were recorded and were left out"


def test_changed_journal_is_said_by_every_command(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal = recorded / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"thickness_mm":10.0', b'"thickness_mm":11.0'))
    assert main(["recordings", str(recorded)]) == 1
    assert "JOURNAL CHANGED after it was written (line 3)" in capsys.readouterr().out
    _, words = _read(recorded)
    assert words == "its journal was changed after it was written (line 3)"


def test_what_is_no_recording_is_said_in_words(recorded: Path, tmp_path: Path) -> None:
    (recorded / "journal.jsonl").write_bytes(b"\0" * 100)
    with pytest.raises(InputError, match="is no journal that can be read"):
        open_clip(recorded)
    recorder = Recorder(plan(tmp_path / "empty"))
    recorder.stop()
    with pytest.raises(InputError, match="is a recording without a picture"):
        open_clip(recorder.folder)


def test_folder_without_recordings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recordings", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"usbio: {tmp_path}: holds no recording; name another folder\n"


def _confirm(state: TrackState) -> TrackState:
    return confirm(state, frozenset({"left"}))


def _live(parent: Path, view: ViewName, codec: Codec, n: int = 45) -> tuple[Path, MeasuredRun]:
    """Record a shipped clip as the live window does, too fast for every picture to be measured."""
    pictures, setup = sample_pictures(view, n)
    run = MeasuredRun(AtOnce(pictures, 120.0, LOST), view, setup, pictures[0])
    recorder = Recorder(run.plan(parent, codec, 120.0))
    run.record(recorder)
    return recorder.folder, run


@pytest.mark.parametrize("view", ["lm-csa", "tra", "lm-thickness"])
def test_lossless_recording_gives_the_very_values_of_the_live_run(tmp_path: Path, view: ViewName) -> None:
    folder, run = _live(tmp_path, view, "ffv1")
    assert run.pipeline.status().counts.dropped > 0
    assert main(["analyze", str(folder), "--quiet"]) == 0
    again = tmp_path / f"{folder.name}.frames.csv"
    assert again.read_bytes() == (folder / "live.frames.csv").read_bytes()
    rows = _rows(again)
    assert sum(row["status"] in ("ok", "low_quality") for row in rows) > 0.8 * len(rows)
    told = json.loads((tmp_path / f"{folder.name}.json").read_text(encoding="utf-8"))
    counts = told["recording"]["counts"]
    assert counts["lost"] == len(LOST)
    assert told["frames"]["read"] == counts["measured"] == counts["recorded"] - counts["dropped"]
    assert told["time_source"] == "recording"


def test_borders_that_were_confirmed_live_are_confirmed_again_at_the_same_picture(tmp_path: Path) -> None:
    def before(index: int) -> None:
        if index == 15:
            found[0].confirm(_confirm, "left")

    found: list[MeasuredRun] = []
    pictures, setup = sample_pictures("tra", 75)
    setup = setup.model_copy(update={"border": [], "seed": []})
    pictures[1:30] = [np.zeros_like(pictures[0])] * 29  # the probe is lifted: borders are found only later
    run = MeasuredRun(AtOnce(pictures[1:], 60.0, LOST, before=before), "tra", setup, pictures[0])
    found.append(run)
    recorder = Recorder(run.plan(tmp_path, "ffv1", 60.0))
    run.record(recorder)
    folder = recorder.folder
    assert main(["analyze", str(folder), "--quiet"]) == 0
    again = tmp_path / f"{folder.name}.frames.csv"
    assert again.read_bytes() == (folder / "live.frames.csv").read_bytes()
    sources = {int(row["frame"]): row["border_source"] for row in _rows(again) if row["muscle"] == "tra"}
    assert {sources[index] for index in sources if index > 60} == {"confirmed"}


def test_confirmation_holds_from_its_picture_on() -> None:
    both: frozenset[Side] = frozenset({"left", "right"})
    left: frozenset[Side] = frozenset({"left"})
    replay = Replay(frozenset(), frozenset(), ((5, left), (9, both)))
    assert replay.confirmed_at(-1, 4) is None
    assert replay.confirmed_at(4, 5) == left
    assert replay.confirmed_at(5, 8) is None
    assert replay.confirmed_at(4, 12) == both  # the last one holds


def test_every_frame_is_measured_where_asked(tmp_path: Path) -> None:
    folder, _ = _live(tmp_path, "tra", "ffv1", n=24)
    call = ["analyze", str(folder / "video.mkv"), "--quiet", "--every-frame", "--out", str(tmp_path / "all")]
    assert main(call) == 0
    frames_found = {int(row["frame"]) for row in _rows(tmp_path / "all" / f"{folder.name}.frames.csv")}
    assert frames_found == set(range(24)) - LOST


@pytest.mark.parametrize("view", ["lm-csa", "tra"])
def test_h264_recording_gives_values_within_its_tolerance(tmp_path: Path, view: ViewName) -> None:
    folder, _ = _live(tmp_path, view, "libx264")
    assert main(["analyze", str(folder), "--quiet"]) == 0
    live, again = _rows(folder / "live.frames.csv"), _rows(tmp_path / f"{folder.name}.frames.csv")
    assert [row["status"] for row in live] == [row["status"] for row in again]
    for name, (usual, most) in H264_TOLERANCE.items():
        pairs = [(a[name], b[name]) for a, b in zip(live, again, strict=True) if a[name]]
        if pairs:
            apart = np.abs(np.diff(np.array(pairs, float)))
            assert np.percentile(apart, 95) <= usual
            assert apart.max() <= most


def test_markers_stand_in_the_tables(tmp_path: Path) -> None:
    pictures, setup = sample_pictures("tra", 12)
    run = MeasuredRun(AtOnce(pictures, 30.0), "tra", setup, pictures[0])
    recorder = Recorder(run.plan(tmp_path))
    recorder.event("marker", 6, words="cough")
    run.record(recorder)
    assert main(["analyze", str(recorder.folder), "--quiet"]) == 0
    rows = _rows(tmp_path / f"{recorder.folder.name}.frames.csv")
    marked = {int(row["frame"]) for row in rows if row["marker"] == "cough"}
    assert len(marked) == 1
    assert min(marked) >= 6
    assert _rows(recorder.folder / "live.frames.csv") == rows


def test_results_of_a_recording_stand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, _ = _live(tmp_path, "tra", "ffv1", n=12)
    assert main(["analyze", str(folder)]) == 0
    capsys.readouterr()
    assert main(["analyze", str(folder)]) == 0
    assert "1 of 1 clip stood already" in "".join(capsys.readouterr())
    assert main(["analyze", str(folder), "--every-frame"]) == 1  # another question, and nothing is replaced
    assert "exists already, from another clip, setup or version" in capsys.readouterr().err


def test_what_the_call_says_wins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, _ = _live(tmp_path, "tra", "ffv1", n=12)
    assert main(["analyze", str(folder), "--quiet", "--side", "right"]) == 0
    assert {row["side"] for row in _rows(tmp_path / f"{folder.name}.frames.csv")} == {"right"}
    assert main(["analyze", str(folder), "--quiet", "--view", "nothing"]) == 2
    assert "there is no view nothing" in capsys.readouterr().err
