from __future__ import annotations

from collections.abc import Generator
from itertools import pairwise
from math import isclose, nan

import pytest

from tests.fakes import ScriptedSource
from usbio.frames import Frame
from usbio.playback import Playback


class FakeTime:
    """A clock that moves only when somebody waits."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def clock(self) -> float:
        return self.now_s

    def wait(self, seconds: float) -> None:
        self.now_s += seconds


def playback(source: ScriptedSource, **further: float) -> tuple[Playback, FakeTime]:
    fake = FakeTime()
    return Playback(source, clock=fake.clock, wait=fake.wait, **further), fake  # type: ignore[arg-type]


def arrivals(played: list[Frame | None]) -> list[float]:
    return [frame.arrived_s for frame in played if frame is not None]


@pytest.mark.parametrize("speed", [1.0, 0.25, 4.0])
def test_a_clip_keeps_its_own_time(speed: float) -> None:
    clip, _ = playback(ScriptedSource(6, fps=5.0), speed=speed)
    came = arrivals(list(clip.frames()))
    gaps = [b - a for a, b in pairwise(came)]
    assert all(isclose(gap, 0.2 / speed, abs_tol=1e-6) for gap in gaps)


def test_control_comes_back_while_a_far_frame_is_waited_for() -> None:
    clip, fake = playback(ScriptedSource(2, fps=0.1))  # ten seconds apart
    stamps = []
    for _ in clip.frames():
        stamps.append(fake.now_s)
    assert max(b - a for a, b in pairwise(stamps)) <= 0.2


def test_a_paused_clip_hands_on_nothing_and_goes_on_where_it_stood() -> None:
    clip, fake = playback(ScriptedSource(3, fps=10.0))
    frames = clip.frames()
    first = next(frames)
    assert first is not None
    clip.pause()
    assert [next(frames) for _ in range(20)] == [None] * 20
    resumed_s = fake.now_s
    clip.pause(False)
    second = next(frames)
    assert second is not None
    assert second.index == 1
    assert second.arrived_s - resumed_s <= 0.2


def test_a_looped_clip_starts_again_with_its_own_numbers() -> None:
    source = ScriptedSource(2, fps=10.0)
    clip, _ = playback(source)
    clip.loop = True
    frames = clip.frames()
    indices: list[int] = []
    while len(indices) < 5:
        if (frame := next(frames)) is not None:
            indices.append(frame.index)
    frames.close()
    assert indices == [0, 1, 0, 1, 0]
    assert source.closed == source.opened


def test_a_looped_source_without_frames_ends() -> None:
    clip, _ = playback(ScriptedSource(0))
    clip.loop = True
    assert list(clip.frames()) == []


def test_a_reader_that_fell_behind_is_not_hurried_through_the_rest() -> None:
    fake = FakeTime()

    def slow_once(position: int) -> None:
        fake.now_s += 3.0 if position == 2 else 0.0

    clip = Playback(ScriptedSource(5, fps=10.0, before=slow_once), clock=fake.clock, wait=fake.wait)
    came = arrivals(list(clip.frames()))
    gaps = [b - a for a, b in pairwise(came)]
    assert gaps == pytest.approx([0.1, 3.0, 0.1, 0.1], abs=1e-6)


class Device(ScriptedSource):
    """Keeps its own time."""

    device = True


def test_a_device_passes_through_with_its_own_stamps() -> None:
    own: list[Frame] = []

    class Noted(Device):
        def frames(self) -> Generator[Frame | None]:
            for frame in super().frames():
                own.extend([frame] if frame is not None else [])
                yield frame

    device, fake = playback(Noted(5, fps=5.0))
    with device.held():  # a clip would stand
        came = list(device.frames())
    assert came == own
    assert fake.now_s == 100.0  # nobody waited


def test_a_paused_device_lets_frames_go_and_leaves_no_gap_in_the_numbers() -> None:
    device, _ = playback(Device(indices=[0, 1, 2, 3, 4, 5, 9]))
    frames = device.frames()
    assert numbered(next(frames)) == (0, 0)
    device.pause()
    assert device.stands
    assert [next(frames) for _ in range(3)] == [None] * 3
    device.pause(False)
    assert [numbered(frame) for frame in frames] == [(1, 4), (2, 5), (6, 9)]  # 6 to 8 the device lost itself


def test_a_device_has_neither_speed_nor_loop() -> None:
    device, _ = playback(Device(1))
    with pytest.raises(ValueError, match="device"):
        device.speed = 2.0
    with pytest.raises(ValueError, match="device"):
        device.loop = True
    assert (device.speed, device.loop) == (1.0, False)


def numbered(frame: Frame | None) -> tuple[int, int] | None:
    """Return its number, and which of the device's pictures it is."""
    return None if frame is None else (frame.index, round(frame.t_s * 30.0))


@pytest.mark.parametrize("speed", [0.0, -1.0, nan])
def test_a_speed_must_be_above_0(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        Playback(ScriptedSource(1), speed=speed)
