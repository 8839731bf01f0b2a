"""Streams are received by a second process; receivers hang, die and come back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from math import isnan
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from segmentation.geometry import Calibration, Roi
from segmentation.results import Side
from segmentation.views import MeasureSetup, Panel, ViewName
from tests.fakes import CountingState, ScriptedSource, begin, picture, step
from tests.usbio.lsl_programs import Receiver, ended, until
from usbio.frames import Frame
from usbio.listeners import Listeners, RunEvent
from usbio.lsl_library import load_lsl
from usbio.lsl_streaming import MOST_WAITING, LslStreaming
from usbio.pipeline import Pipeline
from usbio.sample import Counts, Sample
from usbio.stream_channels import measured_channels, measured_values

STAMP_S = 0.0005  # of a time stamp against the arrival of its frame, within one machine
BLOCKED_S = 0.05  # the longest that one call may take on a machine whose cores are shared


def measure(view: ViewName = "lm-csa", *sides: Side) -> MeasureSetup:
    panel = Panel(Roi(0, 0, 80, 60), Calibration(0.5, 0.5), sides or ("left", "right"))
    return MeasureSetup(view, (panel,), (80, 60))


@pytest.fixture
def source() -> str:
    """A name that no stream of another test has."""
    return f"sim-{uuid4().hex[:6]}"


@pytest.fixture
def streaming(lsl: Any, source: str) -> Iterator[LslStreaming]:
    made = LslStreaming(lsl, source)
    yield made
    assert made.stop(5.0)


def offered(streaming: LslStreaming) -> bool:
    return len(streaming.status().streams) == 3


def received(streaming: LslStreaming) -> bool:
    return offered(streaming) and all(stream.received for stream in streaming.status().streams)


def push(streaming: LslStreaming, indices: range, recorded: bool = False) -> list[Sample]:
    """Let it hear of these frames and of what was measured in them."""
    made = []
    for index in indices:
        frame = Frame(index, index / 30, time.perf_counter(), picture(index))
        _, result = step(CountingState(), frame.image, frame.t_s, index)
        made.append(Sample(frame, result, Counts(), "", frame.arrived_s))
        streaming.frame(frame, recorded)
        streaming.sample(made[-1])
    return made


def test_a_run_is_received_value_by_value_by_another_process(lsl: Any, source: str) -> None:
    streaming, listeners = LslStreaming(lsl, source), Listeners()
    kept: list[Sample] = []
    listeners.add(streaming)
    listeners.use(measure())
    until(lambda: offered(streaming), "offering the streams")
    receiver = Receiver(source)
    device = ScriptedSource(40, before=lambda _: time.sleep(0.004))
    pipeline = Pipeline(device, begin, step, (kept.append, listeners.sample), hear=listeners.frame)
    with ended(receiver):
        until(lambda: received(streaming), "being received")
        pipeline.start()
        until(lambda: pipeline.status().state == "ended", "the end of the source")
        ahead_s, marked_s = lsl.local_clock() - time.perf_counter(), time.perf_counter()
        assert pipeline.stop()
        listeners.event(RunEvent("cue: hold", marked_s))
        [(stamp_s, words)] = receiver.samples("markers", 1)
        assert words == ["cue: hold"]
        assert stamp_s == pytest.approx(marked_s + ahead_s, abs=STAMP_S)
        frames = receiver.samples("frames", 40)
        assert [values[0] for _, values in frames] == list(range(40))  # also those never measured
        for stamp_s, (_, _, arrived_s, recorded) in frames:
            assert stamp_s == pytest.approx(arrived_s + ahead_s, abs=STAMP_S)
            assert recorded == 0.0
        assert [values[1] for _, values in frames] == [index / 30 for index in range(40)]
        rows = receiver.samples("measurements", len(kept))
        channels = measured_channels(measure())
        for (stamp_s, values), sample in zip(rows, kept, strict=True):
            frame = sample.frame
            wanted = measured_values(channels, frame.index, frame.t_s, sample.result)
            np.testing.assert_array_equal(values, wanted)  # to the last bit, nan where there is nan
            assert stamp_s == pytest.approx(frame.arrived_s + ahead_s, abs=STAMP_S)
    assert streaming.stop(5.0)


def test_streams_say_what_they_are(streaming: LslStreaming, source: str) -> None:
    streaming.use(measure("tra", "right"))
    until(lambda: offered(streaming), "offering the streams")
    receiver = Receiver(source)
    with ended(receiver):
        told = receiver.streams
        assert {part: (one["type"], one["rate"]) for part, one in told.items()} == {
            "measurements": ("Ultrasound", 0.0),
            "frames": ("FrameIndex", 0.0),
            "markers": ("Markers", 0.0),
        }
        assert told["measurements"]["name"] == f"usbio {source} right measurements"
        assert told["measurements"]["measured"] == "lateral abdominal wall"
        channels = told["measurements"]["channels"]
        wanted = measured_channels(measure("tra", "right"))
        assert [one["label"] for one in channels] == [one.label for one in wanted]
        by_label = {one["label"]: one for one in channels}
        thickness = by_label["right_io_thickness_mm"]
        assert (thickness["unit"], thickness["side"], thickness["muscle"]) == ("mm", "right", "io")
        assert thickness["type"] == "thickness_mm"
        assert "inner fascial edges" in thickness["meaning"]
        assert "3 lost" in by_label["right_io_status"]["meaning"]


def test_the_same_setup_goes_on_unseen_and_another_one_is_another_stream(
    streaming: LslStreaming, source: str
) -> None:
    streaming.use(measure("layer", "left"))
    until(lambda: offered(streaming), "offering the streams")
    receiver = Receiver(source)
    with ended(receiver):
        until(lambda: received(streaming), "being received")
        streaming.use(measure("layer", "left"))  # the clip begins again
        push(streaming, range(3), recorded=True)
        assert [values[0] for _, values in receiver.samples("frames", 3)] == [0.0, 1.0, 2.0]
        streaming.use(measure("layer", "right"))  # nobody may take one side for the other
        until(lambda: len(streaming.status().streams) == 4, "offering the other side")
        other = Receiver(f"{source} right", 1)
        with ended(other):
            assert other.streams["measurements"]["channels"][3]["label"] == "right_layer_thickness_mm"
            until(lambda: all(s.received for s in streaming.status().streams), "being received")
            push(streaming, range(3, 5))
            assert [values[0] for _, values in other.samples("measurements", 2)] == [3.0, 4.0]
            streaming.use(measure("layer", "left"))
            push(streaming, range(5, 6))
        assert [values[0] for _, values in receiver.samples("frames", 3)] == [3.0, 4.0, 5.0]
        assert [values[0] for _, values in receiver.samples("measurements", 4)] == [0.0, 1.0, 2.0, 5.0]
        streaming.use(measure("contour", "left"))  # another view
        until(lambda: [s.channels for s in streaming.status().streams] == [4, 1, 12], "the other view")


def test_a_receiver_that_hangs_holds_nobody_up_and_gets_everything_later(
    streaming: LslStreaming, source: str
) -> None:
    streaming.use(measure())
    until(lambda: offered(streaming), "offering the streams")
    receiver = Receiver(source)
    with ended(receiver):
        until(lambda: received(streaming), "being received")
        receiver.stop()
        calls = []
        for start in range(0, 2000, 100):  # some 400 kB, far more than the sockets hold
            for index in range(start, start + 100):
                before_s = time.perf_counter()
                made = push(streaming, range(index, index + 1))
                calls.append(time.perf_counter() - before_s)
                del made
            until(lambda: streaming._oldest_s() is None, "sending")
        # It would hold up all but the first: what the sockets take is told twenty times over.
        assert float(np.percentile(calls, 90)) < BLOCKED_S
        assert streaming.status().words == ""
        receiver.go_on()
        came = receiver.samples("measurements", 2000)
        assert [values[0] for _, values in came] == list(range(2000))


def test_stopping_does_not_wait_for_a_receiver_that_hangs(lsl: Any, source: str) -> None:
    streaming = LslStreaming(lsl, source)
    streaming.use(measure())
    until(lambda: offered(streaming), "offering the streams")
    receiver = Receiver(source)
    with ended(receiver):
        until(lambda: received(streaming), "being received")
        receiver.stop()
        push(streaming, range(1000))
        assert streaming.stop(10.0)
        assert streaming.stop(0.0)
        assert streaming.status().streams == ()


def test_a_receiver_that_is_killed_is_noticed_and_the_next_one_receives(
    streaming: LslStreaming, source: str
) -> None:
    streaming.use(measure())
    until(lambda: offered(streaming), "offering the streams")
    first = Receiver(source)
    until(lambda: received(streaming), "being received")
    first.kill()

    def _let_go() -> bool:
        push(streaming, range(1))  # a dead receiver is noticed when something is sent to it
        return not streaming.status().received

    until(_let_go, "noticing that nobody receives")
    assert streaming.status().words == ""
    second = Receiver(source)
    with ended(second):
        until(lambda: received(streaming), "being received again")
        push(streaming, range(500, 510))
        assert second.samples("frames", 10)[-1][1][0] == 509.0


def test_a_receiver_finds_the_program_again_when_it_was_restarted(lsl: Any, source: str) -> None:
    first = LslStreaming(lsl, source)
    first.use(measure())
    until(lambda: offered(first), "offering the streams")
    receiver = Receiver(source)
    with ended(receiver):
        until(lambda: received(first), "being received")
        push(first, range(5))
        receiver.samples("frames", 5)
        assert first.stop(5.0)
        second = LslStreaming(lsl, source)
        second.use(measure())
        until(
            lambda: all(s.received for s in second.status().streams) and offered(second), "finding it again"
        )
        push(second, range(100, 105))
        assert [values[0] for _, values in receiver.samples("frames", 5)] == [100.0 + i for i in range(5)]
        assert second.stop(5.0)


def test_what_fails_is_said_and_what_does_not_fit_is_counted() -> None:
    class Broken:
        """A library that hangs and then fails, as one on a network that went away may."""

        IRREGULAR_RATE, cf_string, cf_double64 = 0.0, 3, 2

        def local_clock(self) -> float:
            until(lambda: bool(go_on), "being let go")
            return time.perf_counter()

        StreamOutlet = None

        def StreamInfo(self, *_: object) -> Any:  # noqa: N802 - as the library has it
            raise RuntimeError("could not create stream description object.")

    go_on: list[bool] = []
    streaming = LslStreaming(Broken(), "sim")
    push(streaming, range(MOST_WAITING // 2 + 10))
    streaming.use(measure())  # which finds room always
    assert streaming.trouble == "streaming could not keep up: 20 samples were not sent"
    go_on.append(True)
    until(lambda: "failed" in streaming.trouble, "failing")
    assert streaming.trouble == (
        "streaming failed (could not create stream description object.); switch it off and on again"
    )
    push(streaming, range(3))  # harmless
    assert streaming.stop()


def test_without_the_library_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from usbio.errors import CallError

    monkeypatch.setitem(sys.modules, "pylsl", None)
    with pytest.raises(CallError) as found:
        load_lsl()
    assert str(found.value) == ('Lab Streaming Layer: pylsl is not installed; type: pip install "usbio[lsl]"')


def test_what_was_not_measurable_arrives_as_nan(streaming: LslStreaming, source: str) -> None:
    streaming.use(measure())
    until(lambda: offered(streaming), "offering the streams")
    receiver = Receiver(source)
    with ended(receiver):
        until(lambda: received(streaming), "being received")
        frame = Frame(3, float("nan"), time.perf_counter(), picture())
        streaming.sample(Sample(frame, None, Counts(), "moved", frame.arrived_s))
        _, values = receiver.samples("measurements", 1)[0]
        assert values[0] == 3.0
        assert all(isnan(value) for value in values[1:])
