"""Markers of other programs: heard with their time, also after a restart, and never our own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.usbio.lsl_programs import Program, ended, until
from tests.usbio.test_stream_channels import measure
from usbio.listeners import Listeners
from usbio.lsl_markers import LslMarkers, StreamMarker
from usbio.lsl_station import LslStation
from usbio.stream_plan import own_prefix

AT_S = 0.001  # of a marker's moment, within one machine


class Sender(Program):
    def __init__(self, name: str, source_id: str = "") -> None:
        super().__init__("lsl_marker_sender.py", name, source_id or f"{name} {uuid4().hex}")

    def heard(self) -> None:
        assert self.line() == "heard"


class MarkedRun:
    """A run that keeps what it is told."""

    name = "sim"

    def __init__(self) -> None:
        self.listeners = Listeners()
        self.marks: list[StreamMarker] = []

    def mark_at(self, words: str, at_s: float, stream: str) -> str:
        self.marks.append(StreamMarker(words, at_s, stream))
        return f"{words} kept"


@pytest.fixture
def station(lsl: Any) -> Iterator[LslStation]:
    made = LslStation(load=lambda: lsl)
    made.switch_on()
    yield made
    assert made.switch_off()


def test_markers_come_with_the_moment_at_which_they_were_made(station: LslStation, lsl: Any) -> None:
    run, other, sender = MarkedRun(), MarkedRun(), Sender("task")
    station.follow(run, other)
    with ended(sender):
        sender.heard()
        until(lambda: station.status().heard_streams == ("task",), "listening")
        ahead_s = lsl.local_clock() - time.perf_counter()
        stamps = [float(sender.say(words)) for words in ("S  1", "S 2|0.25")]  # one a quarter second ago
        until(lambda: len(run.marks) == 2, "hearing both")
        assert [(mark.words, mark.stream) for mark in run.marks] == [("S 1", "task"), ("S 2", "task")]
        for mark, stamp_s in zip(run.marks, stamps, strict=True):
            assert mark.at_s + ahead_s == pytest.approx(stamp_s, abs=AT_S)
        until(lambda: len(other.marks) == 2, "the other side hearing both")
        assert station.take_said() == "S 1 kept"


def test_a_program_that_is_killed_and_started_again_is_heard_again_once(station: LslStation) -> None:
    run, first = MarkedRun(), Sender("task", "the same id")
    station.follow(run)
    with ended(first):
        first.heard()
        until(lambda: station.status().heard_streams == ("task",), "listening")
        first.say("before")
        until(lambda: len(run.marks) == 1, "hearing the first")
    until(lambda: station.status().heard_streams == (), "noticing that it is gone")
    assert station.status().words == ""  # a task that is over is no trouble
    second = Sender("task", "the same id")
    with ended(second):
        second.heard()
        until(lambda: station.status().heard_streams == ("task",), "listening again")
        second.say("after")
        second.say("and again")
        until(lambda: len(run.marks) >= 3, "hearing the next")
    assert [mark.words for mark in run.marks] == ["before", "after", "and again"]


def test_a_program_that_hangs_keeps_nobody_from_hearing_others_or_from_ending(station: LslStation) -> None:
    run, hangs, goes = MarkedRun(), Sender("hangs"), Sender("goes")
    station.follow(run)
    with ended(hangs, goes):
        hangs.heard()
        goes.heard()
        until(lambda: station.status().heard_streams == ("goes", "hangs"), "listening")
        hangs.stop()
        goes.say("mark")
        until(lambda: len(run.marks) == 1, "hearing the other")
        assert station.switch_off()


def test_our_own_markers_are_never_heard_and_one_stream_can_be_named(lsl: Any) -> None:
    heard: list[StreamMarker] = []
    markers = LslMarkers(lsl, heard.append, name="wanted", host="here")
    own = Sender("wanted", own_prefix("here") + "sim/left/markers")
    away, other, wanted = Sender("wanted", own_prefix("away") + "sim"), Sender("other"), Sender("wanted")
    with ended(own, away, other, wanted):
        wanted.heard()
        away.heard()  # usbio in another room, because it is named
        until(lambda: markers.streams == ("wanted", "wanted"), "listening")
        wanted.say("mark")
        until(lambda: len(heard) == 1, "hearing it")
        assert markers.streams == ("wanted", "wanted")
    assert markers.stop()


def test_all_marker_streams_are_heard_but_those_of_usbio(lsl: Any) -> None:
    markers = LslMarkers(lsl, lambda _: None, host="here")
    ours, other = Sender("usbio in another room", own_prefix("away") + "sim"), Sender("other")
    with ended(ours, other):
        other.heard()
        until(lambda: markers.streams == ("other",), "listening")
        assert "type Markers" in markers.wanted
    assert markers.stop()
    assert markers.stop()


def test_a_station_follows_other_runs_and_ends_twice(lsl: Any) -> None:
    station, first, second = LslStation(load=lambda: lsl), MarkedRun(), MarkedRun()
    station.follow(first)
    assert not first.listeners
    assert not station.status().on
    station.switch_on()
    station.switch_on()
    assert first.listeners
    station.follow(second)
    assert not first.listeners
    assert second.listeners
    assert station.switch_off()
    assert not second.listeners
    assert station.switch_off()


def test_of_two_sources_that_are_called_the_same_left_is_told_from_right(lsl: Any) -> None:
    station, left, right = LslStation(load=lambda: lsl), MarkedRun(), MarkedRun()
    station.follow(left, right)
    station.switch_on()
    left.listeners.use(measure("tra", "left"))
    right.listeners.use(measure("tra", "right"))
    until(lambda: len(station.status().streams) == 6, "offering the streams")
    assert sorted(stream.name for stream in station.status().streams) == [
        f"usbio sim {side} {part}"
        for side in ("left", "right")
        for part in ("frames", "markers", "measurements")
    ]
    assert station.switch_off()


def test_the_clock_of_another_machine_is_corrected_and_numbers_are_words() -> None:
    """The other machine is 5 s behind; the library's clock is 7 s ahead of ours."""
    heard: list[StreamMarker] = []

    class Stream:
        def name(self) -> str:
            return "EMG"

        def uid(self) -> str:
            return "one"

        def source_id(self) -> str:
            return "emg"

    class Library:
        util = __import__("pylsl").util

        def local_clock(self) -> float:
            return time.perf_counter() + 7.0

        def ContinuousResolver(self, **_: object) -> Any:  # noqa: N802 - as the library has it
            return type("Resolver", (), {"results": lambda self: [Stream()]})()

        def StreamInlet(self, info: Stream, recover: bool) -> Any:  # noqa: N802
            return Inlet()

    class Inlet:
        def __init__(self) -> None:
            self.samples: list[tuple[Any, Any]] = [([7, "start"], 100.0)]

        def open_stream(self, timeout: float) -> None: ...

        def time_correction(self, timeout: float) -> float:
            return 5.0

        def pull_sample(self, timeout: float) -> tuple[Any, Any]:
            time.sleep(0.0 if self.samples else 0.01)
            return self.samples.pop() if self.samples else (None, None)

    markers = LslMarkers(Library(), heard.append)
    until(lambda: bool(heard), "hearing it")
    assert markers.stop()
    assert heard[0].words == "7, start"
    assert heard[0].stream == "EMG"
    assert heard[0].at_s == pytest.approx(100.0 + 5.0 - 7.0, abs=1e-4)
