"""A device whose reads block, read on a thread of its own: numbers, times, and what hangs."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import nan

import numpy as np
import pytest

from tests.fakes import picture
from usbio.errors import DeviceLost, InputError
from usbio.frames import Frame
from usbio.luma import published
from usbio.sources.device_frames import Arrived, device_frames

PATIENCE_S = 5.0
IMAGE = published(picture())


def arrived(number: int | None = None, t_s: float = nan, at_s: float | None = None) -> Arrived:
    return Arrived(IMAGE, time.perf_counter() if at_s is None else at_s, t_s, number)


@dataclass
class ScriptedReader:
    """A device that gives what it is told to: a picture, nothing, an error, or it waits for an event."""

    script: list[Arrived | BaseException | threading.Event | None] = field(default_factory=list)
    more: queue.Queue[Arrived] = field(default_factory=queue.Queue)
    closed: threading.Event = field(default_factory=threading.Event)
    threads: set[int] = field(default_factory=set)

    def open(self) -> ScriptedReader:
        self.threads.add(threading.get_ident())
        return self

    def read(self) -> Arrived | None:
        self.threads.add(threading.get_ident())
        if not self.script:
            try:
                return self.more.get(timeout=0.02)
            except queue.Empty:
                return None
        step = self.script.pop(0)
        if isinstance(step, BaseException):
            raise step
        if isinstance(step, threading.Event):
            assert step.wait(PATIENCE_S)
            return None
        return step

    def close(self) -> None:
        self.threads.add(threading.get_ident())
        self.closed.set()


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE_S)
    assert set(threading.enumerate()) <= before


def frames_of(reader: ScriptedReader, count: int) -> list[Frame]:
    run = device_frames("fake", reader.open)
    frames: list[Frame] = []
    while len(frames) < count:
        came = next(run)
        frames += [came] if came is not None else []
    run.close()
    return frames


def read_on(run: Iterator[Frame | None], kept: list[Frame] | None = None) -> None:
    """Read until it raises."""
    until_s = time.perf_counter() + PATIENCE_S
    for frame in run:
        assert time.perf_counter() < until_s
        if kept is not None and frame is not None:
            kept.append(frame)


def test_pictures_are_numbered_and_timed_from_the_first() -> None:
    reader = ScriptedReader([arrived(at_s=100.0 + n / 50) for n in range(4)])
    frames = frames_of(reader, 4)
    assert [frame.index for frame in frames] == [0, 1, 2, 3]
    assert [frame.t_s for frame in frames] == pytest.approx([0.0, 0.02, 0.04, 0.06])
    assert [frame.arrived_s for frame in frames] == pytest.approx([100.0, 100.02, 100.04, 100.06])
    assert all(frame.image is IMAGE for frame in frames)


def test_a_device_that_counts_its_pictures_tells_which_it_lost() -> None:
    reader = ScriptedReader([arrived(number=n) for n in (7, 8, 11, 12, 3, 4)])
    # a count that falls back tells nothing of what was lost
    assert [frame.index for frame in frames_of(reader, 6)] == [0, 1, 4, 5, 6, 7]


def test_the_clock_of_the_device_counts_where_it_has_one() -> None:
    reader = ScriptedReader([arrived(t_s=900.0 + n / 25, at_s=5.0 + n / 20) for n in range(3)])
    assert [frame.t_s for frame in frames_of(reader, 3)] == pytest.approx([0.0, 0.04, 0.08])


def test_nothing_is_said_at_least_five_times_a_second_while_nothing_comes() -> None:
    reader = ScriptedReader()
    run = device_frames("fake", reader.open)
    looks_s = [time.perf_counter()]
    for _ in range(5):
        assert next(run) is None
        looks_s.append(time.perf_counter())
    assert np.diff(looks_s).min() < 0.25  # s: a busy machine may be late, now and then
    run.close()
    assert reader.closed.is_set()


def test_what_nobody_took_is_a_gap_and_the_newest_are_kept() -> None:
    taken = threading.Event()
    reader = ScriptedReader([arrived(), taken, *(arrived() for _ in range(99))])
    run = device_frames("fake", reader.open)
    first = next(run)
    assert first is not None
    taken.set()
    until_s = time.perf_counter() + PATIENCE_S
    while reader.script and time.perf_counter() < until_s:
        threading.Event().wait(0.01)
    reader.more.put(arrived())
    indices: list[int] = []
    while not indices or indices[-1] < 100:
        came = next(run)
        indices += [came.index] if came is not None else []
    run.close()
    assert first.index == 0
    assert len(indices) <= 33  # those that wait, and one that came meanwhile
    assert indices == list(range(indices[0], 101))  # one gap, after the first


def test_opened_read_and_closed_on_one_thread_that_ends() -> None:
    reader = ScriptedReader([arrived()])
    frames_of(reader, 1)
    assert reader.closed.is_set()
    assert len(reader.threads) == 1
    assert threading.get_ident() not in reader.threads


def test_a_read_that_hangs_is_left_behind_and_the_device_is_closed_once_it_returns() -> None:
    hung = threading.Event()
    reader = ScriptedReader([arrived(), hung])
    run = device_frames("fake", reader.open, hung_s=0.3)
    with pytest.raises(DeviceLost, match=r"^fake: gave no picture for 0 s; check its cable and its power$"):
        read_on(run)
    assert not reader.closed.is_set()
    hung.set()
    assert reader.closed.wait(PATIENCE_S)


def test_a_device_that_is_silent_from_its_start_is_lost_as_well() -> None:
    reader = ScriptedReader()
    with pytest.raises(DeviceLost, match="gave no picture"):
        read_on(device_frames("fake", reader.open, hung_s=0.3))
    assert reader.closed.wait(PATIENCE_S)


def test_an_opening_that_hangs_is_said_and_closed_once_it_returns() -> None:
    hung, reader = threading.Event(), ScriptedReader()

    def slow() -> ScriptedReader:
        assert hung.wait(PATIENCE_S)
        return reader.open()

    with pytest.raises(InputError, match=r"^fake: did not answer within 0 s; check it and try again$"):
        read_on(device_frames("fake", slow, opening_s=0.3))
    hung.set()
    assert reader.closed.wait(PATIENCE_S)


def test_stopping_does_not_wait_for_what_hangs() -> None:
    hung = threading.Event()
    reader = ScriptedReader([hung])
    run = device_frames("fake", reader.open)
    assert next(run) is None
    began_s = time.perf_counter()
    run.close()
    assert time.perf_counter() - began_s < PATIENCE_S / 2  # it hangs until it is let go
    hung.set()
    assert reader.closed.wait(PATIENCE_S)


def test_not_more_than_three_threads_hang_in_one_device() -> None:
    """Opened again and again, a driver that never answers would eat the machine."""
    hung = threading.Event()
    for _ in range(3):
        run = device_frames("fake", ScriptedReader([hung]).open)
        assert next(run) is None
        run.close()
    with pytest.raises(InputError, match=r"^fake: does not answer any more; unplug it"):
        next(device_frames("fake", ScriptedReader().open))
    hung.set()


@pytest.mark.parametrize(
    "error", [InputError("fake", "is in use", "close it there"), OSError("driver"), SystemExit(3)]
)
def test_an_error_on_opening_is_raised_where_the_pictures_are_read(error: BaseException) -> None:
    def refuse() -> ScriptedReader:
        raise error

    with pytest.raises(type(error)) as caught:
        read_on(device_frames("fake", refuse))
    assert caught.value is error


def test_an_error_in_the_middle_comes_after_the_pictures_before_it() -> None:
    lost = DeviceLost("fake", "the cable came out", "plug it in again")
    reader = ScriptedReader([arrived(), arrived(), arrived(), lost])
    frames: list[Frame] = []
    with pytest.raises(DeviceLost) as caught:
        read_on(device_frames("fake", reader.open), frames)
    assert caught.value is lost
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert reader.closed.wait(PATIENCE_S)
