"""A device that goes away and comes back: opened again by itself, numbers and times go on."""

from __future__ import annotations

from collections.abc import Generator
from itertools import pairwise

import pytest

from tests.fakes import picture
from usbio.errors import DeviceLost, InputError, UsbioError
from usbio.frames import Frame, FrameSource, Troubled, device_itself, is_device
from usbio.sources.reconnecting import Reconnecting

LOST = DeviceLost("usb:0", "went away", "plug it in again")
BUSY = InputError("usb:0", "is in use by another program", "close it there")
RATE_HZ = 20.0


class Clock:
    """Time that passes only where somebody waits."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.longest_s = 0.0

    def wait(self, seconds: float) -> None:
        self.longest_s = max(self.longest_s, seconds)
        self.now_s += seconds


class ComesAndGoes:
    """A device with a script for each opening: pictures, nothing for a while, then an error or the end."""

    device = True
    name = "usb:0"

    def __init__(self, clock: Clock, *runs: list[int | UsbioError]) -> None:
        self._clock = clock
        self._runs = list(runs)
        self.opened = self.closed = 0

    def frames(self) -> Generator[Frame | None]:
        self.opened += 1
        began_s = self._clock.now_s
        index = 0
        try:
            for step in self._runs.pop(0):
                if isinstance(step, UsbioError):
                    raise step
                for _ in range(step):
                    # its own clock runs a little fast, and begins at 0 with each opening
                    t_s = 1.001 * (self._clock.now_s - began_s)
                    yield Frame(index, t_s, self._clock.now_s, picture(index))
                    index += 1
                    self._clock.now_s += 1 / RATE_HZ
                yield None
        finally:
            self.closed += 1


def run(source: Reconnecting) -> tuple[list[Frame], list[str]]:
    """Return the frames, and what was said wherever control came back."""
    frames: list[Frame] = []
    said: list[str] = []
    for frame in source.frames():
        said.append(source.trouble)
        frames += [frame] if frame is not None else []
    return frames, said


def watched(clock: Clock, *runs: list[int | UsbioError]) -> tuple[ComesAndGoes, Reconnecting]:
    device = ComesAndGoes(clock, *runs)
    return device, Reconnecting(device, wait=clock.wait)


def test_numbers_leave_out_what_would_have_come_and_time_goes_on_by_arrival() -> None:
    clock = Clock()
    device, source = watched(clock, [40, LOST], [BUSY], [BUSY], [10, LOST], [10])
    frames, _ = run(source)
    assert (device.opened, device.closed) == (5, 5)
    indices = [frame.index for frame in frames]
    # away for the picture's own 0.05 s and three tries of 1 s: 61 pictures of 20 a second
    assert indices[:40] == list(range(40))
    assert indices[40:50] == list(range(100, 110))
    assert indices[50:] == list(range(130, 140))
    for before, after in pairwise(frames):
        away_s = after.arrived_s - before.arrived_s
        assert after.t_s - before.t_s == pytest.approx(away_s, abs=0.001)  # s: its clock, and no jump


def test_a_single_picture_before_leaves_a_gap_of_one() -> None:
    frames, _ = run(watched(Clock(), [1, LOST], [2])[1])
    assert [frame.index for frame in frames] == [0, 2, 3]


def test_what_is_wrong_is_said_until_pictures_come_again() -> None:
    frames, said = run(watched(Clock(), [3, LOST], [BUSY], [3])[1])
    assert len(frames) == 6
    again = "; it is opened again by itself"
    assert said[:4] == [""] * 4
    assert said[4:9] == [f"usb:0: went away; plug it in again{again}"] * 5
    assert said[9:14] == [f"usb:0: is in use by another program; close it there{again}"] * 5
    assert said[14:] == [""] * 4


def test_control_comes_back_five_times_a_second_while_it_is_away() -> None:
    clock = Clock()
    run(watched(clock, [1, LOST], [LOST], [LOST], [1])[1])
    assert clock.longest_s == pytest.approx(0.2)  # s


@pytest.mark.parametrize("error", [BUSY, LOST])
def test_what_gives_no_first_picture_is_an_error(error: UsbioError) -> None:
    device, source = watched(Clock(), [0, error], [5])
    with pytest.raises(type(error)) as caught:
        run(source)
    assert caught.value is error
    assert (device.opened, device.closed) == (1, 1)


def test_what_ends_by_itself_ends() -> None:
    frames, _ = run(watched(Clock(), [3])[1])
    assert len(frames) == 3


def test_each_run_begins_anew() -> None:
    _, source = watched(Clock(), [2, LOST], [1], [2])
    run(source)
    frames, said = run(source)
    assert [frame.index for frame in frames] == [0, 1]
    assert frames[0].t_s == 0
    assert said == [""] * 3


def test_closing_releases_the_device_and_is_quick_while_it_is_away() -> None:
    clock = Clock()
    device, source = watched(clock, [2, LOST], [2])
    frames = source.frames()
    while next(frames) is not None:
        pass
    next(frames)
    now_s = clock.now_s
    frames.close()
    assert clock.now_s == now_s  # nothing is waited for
    assert device.opened == device.closed == 1


def test_what_else_the_device_can_do_is_asked_of_itself() -> None:
    device, source = watched(Clock())
    plain: FrameSource = device
    assert device_itself(source) is device
    assert device_itself(plain) is device
    assert is_device(source)
    assert isinstance(source, Troubled)
    assert source.name == "usb:0"
