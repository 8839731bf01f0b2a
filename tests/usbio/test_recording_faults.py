"""Full, removed and slow disks, each of them real: a loud stop, and what was written stays valid."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.conftest import mounted
from tests.usbio.lsl_programs import until
from tests.usbio.recorded import frames, plan, sample
from usbio.errors import OutputError
from usbio.recording.contents import Recording, read_recording
from usbio.recording.derived import rebuild
from usbio.recording.folder import GONE, NEARLY_FULL
from usbio.recording.plan import RecordingPlan, make_folder
from usbio.recording.recorder import SLOW_DISK, SLOW_MACHINE, Recorder
from usbio.recording.room import Room
from usbio.sources.recording_clip import open_recording

SIZE_PX = (160, 120)  # noise: 20 kB a picture
NO_FLOOR = Room(refuse_below_minutes=0.0, stop_below_bytes=0, reserve_bytes=100_000)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MB of its own."""
    with mounted(tmp_path / "disk", "3m") as folder:
        yield folder


def _record(recorder: Recorder, n: int, every_s: float = 0.004) -> tuple[int, str]:
    """Record until it stops by itself; return how many were taken, and the words."""
    for frame in frames(n, SIZE_PX):
        try:
            recorder.add(frame)
            recorder.note(sample(frame))
        except OutputError as error:
            return frame.index, str(error)
        time.sleep(every_s)
    return n, ""


def _sound(recording: Recording) -> int:
    """How many pictures can be read; none that the journal speaks of is missing or other than it was."""
    read = sum(1 for _ in open_recording(recording.folder).frames())
    assert read == len(recording.frames)
    assert recording.check.changed == []
    assert not recording.check.torn
    return read


def test_nearly_full_disk_stops_before_it_is_full(disk: Path) -> None:
    room = Room(refuse_below_minutes=0.0, stop_below_bytes=1_000_000, reserve_bytes=100_000)
    recorder = Recorder(plan(disk, SIZE_PX), room=room)
    taken, words = _record(recorder, 1000, every_s=0.015)
    assert recorder.stop()
    assert words == f"{recorder.folder}: {NEARLY_FULL}; free some space or choose another folder"
    assert recorder.status().state == "stopped"
    assert recorder.status().words.startswith(NEARLY_FULL)
    recording = read_recording(recorder.folder)
    assert recording.reason.startswith(NEARLY_FULL)
    assert 20 < _sound(recording) <= taken
    assert (recorder.folder / "live.frames.csv").exists()  # there was room for the tables


def test_disk_filled_by_another_program(disk: Path) -> None:
    recorder = Recorder(plan(disk, SIZE_PX), room=NO_FLOOR)
    _record(recorder, 20)
    until(lambda: len(read_recording(recorder.folder).frames) >= 19, "writing the next lines")
    with (disk / "other program").open("wb", buffering=0) as other:
        while other.write(bytes(4096)) == 4096 and shutil.disk_usage(disk).free:
            pass
    taken, words = 0, ""
    for frame in frames(1000, SIZE_PX)[20:]:
        try:
            recorder.add(frame)
        except OutputError as error:
            taken, words = frame.index, str(error)
            break
        time.sleep(0.004)
    assert recorder.stop()
    assert words == f"{recorder.folder}: the disk is full; free some space or choose another folder"
    assert recorder.status().state == "stopped"
    recording = read_recording(recorder.folder)
    assert recording.reason.startswith("the disk is full")  # the reserve was given free for it
    assert 19 <= _sound(recording) <= taken  # the newest was still in the encoder
    (disk / "other program").unlink()
    rebuild(recorder.folder)  # what there was no room for
    assert (recorder.folder / "live.frames.csv").exists()


def test_disk_too_small_to_begin_is_left_as_it_was(disk: Path) -> None:
    big = Room(refuse_below_minutes=0.0, stop_below_bytes=0, reserve_bytes=10_000_000)
    with pytest.raises(OutputError, match="the disk is full; free some space"):
        Recorder(plan(disk, SIZE_PX), room=big)
    assert list(disk.iterdir()) == []


def test_disk_full_of_the_recording_itself(disk: Path) -> None:
    recorder = Recorder(plan(disk, SIZE_PX), room=NO_FLOOR)
    taken, words = _record(recorder, 1000, every_s=0.001)
    assert recorder.stop()
    assert "the disk is full" in words
    recording = read_recording(recorder.folder)
    assert recording.reason.startswith("the disk is full")
    assert 60 < _sound(recording) <= taken
    assert recording.counts["delivered"] + recording.unwritten <= taken + 1


def _unmounted(folder: Path) -> None:
    subprocess.run(["umount", "-l", str(folder.parent)], check=True)


def _deleted(folder: Path) -> None:
    shutil.rmtree(folder)


def _moved_away(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


@pytest.mark.parametrize("remove", [_unmounted, _deleted, _moved_away])
def test_folder_that_was_taken_away(disk: Path, remove: Callable[[Path], None]) -> None:
    recorder = Recorder(plan(disk, SIZE_PX), room=NO_FLOOR)
    _record(recorder, 10)
    remove(recorder.folder)
    _, words = _record(recorder, 120, every_s=0.02)  # 2.4 s, if nobody notices
    assert GONE in words
    assert recorder.stop()
    assert recorder.status().state == "stopped"
    if remove is _moved_away:
        recording = read_recording(disk / "elsewhere")
        assert recording.reason.startswith(GONE)
        assert _sound(recording) >= 10


class _SlowDisk:
    """A video that is read by a process which can be stopped, as a disk does that does not answer."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.reader: subprocess.Popen[bytes] | None = None

    def new_folder(self, plan: RecordingPlan, began: datetime) -> Path:
        made = make_folder(plan, began)
        os.mkfifo(made / "video.mkv")
        copy = "import shutil, sys; shutil.copyfileobj(open(sys.argv[1], 'rb'), open(sys.argv[2], 'wb', 0))"
        paths = [str(made / "video.mkv"), str(self._folder / "video.mkv")]
        self.reader = subprocess.Popen([sys.executable, "-c", copy, *paths])
        return made


def test_disk_that_does_not_answer(tmp_path: Path) -> None:
    slow = _SlowDisk(tmp_path)
    recorder = Recorder(
        plan(tmp_path / "parent", SIZE_PX), room=NO_FLOOR, inbox_bytes=2_000_000, new_folder=slow.new_folder
    )
    assert slow.reader is not None
    try:
        _record(recorder, 100)  # 0.4 s: until the first lines are written
        slow.reader.send_signal(signal.SIGSTOP)
        began_s = time.perf_counter()
        taken, words = _record(recorder, 1000, every_s=0.015)
        assert words == f"{recorder.folder}: {SLOW_DISK}; record to a faster disk, or as H.264"
        assert taken > 2_000_000 / (160 * 120 + 20_000) - 10  # everything before was kept waiting
        assert recorder.status().state == "stopped"
        assert time.perf_counter() - began_s < 25.0  # s: it hangs until it is let go
        began_s = time.perf_counter()
        assert not recorder.stop(timeout_s=0.2)  # the writer hangs, and nobody waits for it
        assert time.perf_counter() - began_s < 5.0  # s, of 0.2
        assert read_recording(recorder.folder).frames  # what was written is read while it hangs
        slow.reader.send_signal(signal.SIGCONT)
        assert recorder.stop(timeout_s=10.0)
        assert read_recording(recorder.folder).reason.startswith(SLOW_DISK)
    finally:
        slow.reader.kill()
        slow.reader.wait()


def test_pictures_that_come_too_fast(tmp_path: Path) -> None:
    recorder = Recorder(plan(tmp_path, SIZE_PX), room=NO_FLOOR, inbox_bytes=300_000)
    taken, words = _record(recorder, 1000, every_s=0.0)
    assert recorder.stop()
    assert SLOW_MACHINE in words
    recording = read_recording(recorder.folder)
    assert recording.reason.startswith(SLOW_MACHINE)
    assert 0 < _sound(recording) <= taken


def test_disk_that_lags_is_told_before_it_is_too_late(tmp_path: Path) -> None:
    slow = _SlowDisk(tmp_path)
    recorder = Recorder(plan(tmp_path / "parent", SIZE_PX), room=NO_FLOOR, new_folder=slow.new_folder)
    assert slow.reader is not None
    try:
        _record(recorder, 5)
        slow.reader.send_signal(signal.SIGSTOP)
        words = ""
        for _ in range(40):
            _record(recorder, 2, every_s=0.05)
            words = recorder.status().words
            if words:
                break
        assert "s behind" in words or "has not answered" in words
        assert recorder.status().state == "recording"
        slow.reader.send_signal(signal.SIGCONT)
        assert recorder.stop(timeout_s=10.0)
        assert recorder.status().words == ""
    finally:
        slow.reader.kill()
        slow.reader.wait()
