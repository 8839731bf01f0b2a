"""A recording from its folder to its end: what it holds, what it counts, what can be made again of it."""

from __future__ import annotations

import csv
import json
import re
import threading
from datetime import UTC, datetime, timedelta, timezone
from math import isnan, nan
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.usbio.recorded import LEFT, frames, plan, sample
from usbio.errors import OutputError
from usbio.recording.contents import read_recording
from usbio.recording.derived import rebuild
from usbio.recording.film import Film
from usbio.recording.plan import Codec, folder_name, make_folder
from usbio.recording.recorder import Recorder
from usbio.recording.room import Room, minutes_of_room
from usbio.recording.synced_file import SyncedFile
from usbio.recording.trial import Trial, trial
from usbio.sample import Counts
from usbio.setup import load_setup
from usbio.sources.clip import open_clip

DERIVED = {"setup.toml", "live.frames.csv", "timestamps.csv", "recording.json"}


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _told(folder: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads((folder / "recording.json").read_text(encoding="utf-8"))["recording"]
    return told


def _rows(table: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))


def test_finished_recording_is_whole(tmp_path: Path) -> None:
    recorder = Recorder(plan(tmp_path))
    shown = frames(40)
    for frame in shown:
        recorder.add(frame)
    assert recorder.stop(counts=Counts(delivered=40), age={"drawn_p95_ms": 20.0})
    status = recorder.status()
    assert (status.state, status.words, status.recorded) == ("finished", "", 40)
    assert status.seconds == pytest.approx(39 / 30, abs=0.001)  # s
    assert _names(recorder.folder) == DERIVED | {"journal.jsonl", "video.mkv"}
    read = list(open_clip(recorder.folder).frames())
    assert all(np.array_equal(a.image, b.image) for a, b in zip(read, shown, strict=True))
    told = _told(recorder.folder)
    assert (told["state"], told["lossless"], told["pictures"]) == ("complete", True, 40)
    assert told["age_ms"] == {"drawn_p95_ms": 20.0}
    assert recorder.stop()  # a second time is nothing


def test_folder_names_itself_and_is_never_used_twice(tmp_path: Path) -> None:
    began = datetime(2026, 3, 29, 9, 5, 7, tzinfo=timezone(timedelta(hours=2)))
    asked = plan(
        tmp_path, setup=LEFT.model_copy(update={"acquisition": {"subject": "../P 07/ü"}}), view="tra"
    )
    assert folder_name(asked, began) == "2026-03-29_09-05-07+0200_tra_left_P-07"
    assert folder_name(plan(tmp_path), began.astimezone(UTC)) == "2026-03-29_07-05-07Z_layer_left"
    made = [make_folder(asked, began) for _ in range(3)]
    assert [folder.name.removeprefix(folder_name(asked, began)) for folder in made] == ["", "_2", "_3"]


def test_parent_that_is_a_file_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for parent in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match=r"not a folder|does not exist"):
            Recorder(plan(parent))


def test_numbers_and_times_are_kept_with_their_gaps(tmp_path: Path) -> None:
    times_s = [0.0, 0.0333, 0.0334, 0.5, 0.4, nan, 7.0, 7.0]  # wandering, going back, none, standing
    recorder = Recorder(plan(tmp_path))
    shown = frames(8, times_s=times_s)
    for number, frame in enumerate(shown):
        recorder.add(type(frame)(frame.index + 10 * (number > 3), frame.t_s, frame.arrived_s, frame.image))
    recorder.stop()
    read = list(open_clip(recorder.folder).frames())
    assert [frame.index for frame in read] == [0, 1, 2, 3, 14, 15, 16, 17]
    assert repr([frame.t_s for frame in read]) == repr(times_s)
    assert _told(recorder.folder)["counts"] == {
        "delivered": 8, "new": 0, "measured": 0, "dropped": 8, "failed": 0, "lost": 10, "recorded": 8,
    }  # fmt: skip
    rows = _rows(recorder.folder / "timestamps.csv")
    assert [row["time_s"] for row in rows][3:7] == ["0.5", "0.4", "", "7"]


@pytest.mark.parametrize("codec", ["ffv1", "libx264"])
@pytest.mark.parametrize("size_px", [(1, 1), (33, 7), (81, 60), (80, 61), (161, 121)])
def test_any_size(tmp_path: Path, codec: Codec, size_px: tuple[int, int]) -> None:
    recorder = Recorder(plan(tmp_path, size_px, codec))
    shown = frames(9, size_px)
    for frame in shown:
        recorder.add(frame)
    assert recorder.stop()
    assert recorder.status().state == "finished"
    read = [frame.image for frame in open_clip(recorder.folder).frames()]
    assert [image.shape for image in read] == [size_px[::-1]] * 9
    if codec == "ffv1":
        assert all(np.array_equal(a, b.image) for a, b in zip(read, shown, strict=True))


def test_what_was_measured_failed_or_dropped_is_told(tmp_path: Path) -> None:
    recorder = Recorder(plan(tmp_path))
    shown = frames(6)
    for frame in shown:
        recorder.add(frame)
    recorder.note(sample(shown[0]))
    recorder.note(sample(shown[2], fault="the ruler of the scanner changed"))
    recorder.note(sample(shown[5]))
    recorder.event("marker", 1, words="cough")
    recorder.stop()
    recording = read_recording(recorder.folder)
    assert recording.measured == (0, 5)
    assert recording.failed == {2: "the ruler of the scanner changed"}
    assert recording.markers() == {5: "cough"}  # with the next picture that was measured
    rows = _rows(recorder.folder / "timestamps.csv")
    assert [row["live"] for row in rows] == [
        "measured",
        "dropped",
        "failed",
        "dropped",
        "dropped",
        "measured",
    ]
    assert rows[2]["fault"] == "the ruler of the scanner changed"
    counts = _told(recorder.folder)["counts"]
    assert counts == {
        "delivered": 6, "new": 2, "measured": 2, "dropped": 3, "failed": 1, "lost": 0, "recorded": 6,
    }  # fmt: skip


def test_everything_beside_the_journal_is_made_again(tmp_path: Path) -> None:
    recorder = Recorder(plan(tmp_path))
    for frame in frames(5):
        recorder.add(frame)
        recorder.note(sample(frame))
    still = np.arange(600, dtype=np.uint8).reshape(20, 30)
    recorder.keep("ruler", still, 3)
    recorder.stop()
    folder = recorder.folder
    before = {name: (folder / name).read_bytes() for name in _names(folder) - {"video.mkv"}}
    kept = np.asarray(cv2.imread(str(folder / "kept" / "ruler_000003.png"), cv2.IMREAD_GRAYSCALE))
    assert np.array_equal(kept, still)
    for name in (*DERIVED, "kept/ruler_000003.png", "video.mkv"):
        (folder / name).unlink()
    made = rebuild(folder)
    assert {path.relative_to(folder).as_posix() for path in made} == set(before) - {"journal.jsonl"}
    assert {name: (folder / name).read_bytes() for name in _names(folder)} == before
    assert load_setup(folder / "setup.toml") == LEFT
    assert rebuild(folder) == []  # nothing is missing


def test_a_setup_with_dates_comes_back_as_it_was(tmp_path: Path) -> None:
    said = {"subject": "P07", "visit": datetime(2026, 1, 2, 3, 4, 5), "depth_mm": 60.0}
    setup = LEFT.model_copy(update={"acquisition": said})
    recorder = Recorder(plan(tmp_path, setup=setup))
    recorder.add(frames(1)[0])
    recorder.stop()
    assert read_recording(recorder.folder).setup == setup
    assert load_setup(recorder.folder / "setup.toml") == setup


def test_empty_recording_ends_in_peace(tmp_path: Path) -> None:
    recorder = Recorder(plan(tmp_path))
    assert recorder.stop("the source never gave a picture")
    assert recorder.status().state == "stopped"
    assert recorder.status().words == "the source never gave a picture"
    assert read_recording(recorder.folder).frames == ()


def test_after_the_stop_nothing_more_is_taken_and_nobody_is_told(tmp_path: Path) -> None:
    recorder = Recorder(plan(tmp_path))
    early, late = frames(2)
    recorder.add(early)
    recorder.stop()
    recorder.add(late)
    recorder.note(sample(late))
    assert len(read_recording(recorder.folder).frames) == 1


def test_picture_of_another_size_is_our_mistake(tmp_path: Path) -> None:
    recorder = Recorder(plan(tmp_path))
    with pytest.raises(ValueError, match="expected pictures of"):
        recorder.add(frames(1, (32, 48))[0])
    recorder.stop()


def test_room_is_told_before_and_while_it_records(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"there is room for \d+\.\d minutes of recording; free some space"):
        Recorder(plan(tmp_path), room=Room(refuse_below_minutes=1e9))
    assert list(tmp_path.iterdir()) == []
    recorder = Recorder(plan(tmp_path), bytes_per_picture=1000.0)
    assert recorder.status().minutes_left > 0
    recorder.stop()
    assert minutes_of_room(7_000_000, Room(0, 500_000, 500_000), 10_000.0) == pytest.approx(10.0)  # minutes


def test_video_is_whole_for_any_player(tmp_path: Path) -> None:
    recorder = Recorder(plan(tmp_path))
    for frame in frames(30):
        recorder.add(frame)
    recorder.stop()
    clip = tmp_path / "copy.mkv"
    clip.write_bytes((recorder.folder / "video.mkv").read_bytes())
    read = list(open_clip(clip).frames())  # raises where it ended before its declared length
    assert read[-1].t_s == pytest.approx(29 / 30, abs=0.0006)  # s: Matroska counts in ms


def test_picture_is_in_the_file_before_it_is_two_pictures_old(tmp_path: Path) -> None:
    file = SyncedFile(tmp_path / "video.mkv")
    film = Film(file, (160, 120), 30.0, "ffv1")
    for frame in frames(10, (160, 120)):
        film.add(frame.image, frame.index * 33)
        assert film.safe >= film.pictures - 1
        copy = tmp_path / "killed.mkv"
        copy.write_bytes((tmp_path / "video.mkv").read_bytes())
        if film.safe:
            assert sum(1 for _ in open_clip(copy).frames()) == film.safe
    film.close()
    file.close()


def test_trial_says_what_a_machine_cannot_hold() -> None:
    shown = [frame.image for frame in frames(3, (160, 120))]
    found = trial(shown, "ffv1")
    assert found.size_px == (160, 120)
    assert 0.5 * 160 * 120 < found.bytes_per_picture < 1.2 * 160 * 120  # noise cannot be packed
    assert found.holds(25.0)
    assert found.advice(25.0) == ""
    slow = Trial("ffv1", (1920, 1080), 30.0, 1e6)
    assert not slow.holds(60.0)
    assert slow.advice(60.0) == (
        "this machine is too slow to record 1920 x 1080 at 60 pictures a second without loss; "
        "record as H.264, or a smaller picture"
    )


def test_nobody_waits_for_the_recorder(tmp_path: Path) -> None:
    """Many threads at once, and the journal is still one chain."""
    recorder = Recorder(plan(tmp_path))

    def mark(number: int) -> None:
        for _ in range(50):
            recorder.event("marker", number, words=str(number))

    marking = [threading.Thread(target=mark, args=(number,)) for number in range(4)]
    for thread in marking:
        thread.start()
    for frame in frames(50):
        recorder.add(frame)
    for thread in marking:
        thread.join()
    assert recorder.stop()
    recording = read_recording(recorder.folder)
    assert (len(recording.frames), len(recording.events)) == (50, 200)
    assert recording.check.changed == []
    assert not isnan(recorder.status().minutes_left)
    assert re.fullmatch(r"[0-9a-f]{32}", recording.check.seal)
