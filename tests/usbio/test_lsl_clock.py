"""The difference of two clocks, measured."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from usbio.lsl_clock import AGAIN_S, LslClock


@dataclass
class Clocks:
    """Ours, and another that is ahead by some seconds; reading either takes its time."""

    ahead_s: float
    reading_s: float = 2e-6
    now_s: float = 100.0
    slow: int = 0  # how many readings to come are held up by 5 ms

    def own(self) -> float:
        self.now_s += self.reading_s
        return self.now_s

    def other(self) -> float:
        self.now_s += self.reading_s + (5e-3 if self.slow > 0 else 0.0)
        self.slow -= 1
        return self.now_s + self.ahead_s


def test_a_moment_there_and_back_to_a_millionth() -> None:
    clocks = Clocks(ahead_s=4711.25)
    clock = LslClock(clocks.other, clocks.own)
    assert clock.lsl_s(10.0) == pytest.approx(4721.25, abs=2e-6)
    assert clock.own_s(clock.lsl_s(10.0)) == pytest.approx(10.0, abs=1e-9)
    assert clock.error_s <= 2.1e-6


def test_looks_that_were_held_up_do_not_count() -> None:
    clocks = Clocks(ahead_s=-3.0, slow=10)
    assert LslClock(clocks.other, clocks.own).lsl_s(0.0) == pytest.approx(-3.0, abs=2e-6)


def test_what_drifts_or_jumps_is_followed_and_what_trembles_is_not() -> None:
    clocks = Clocks(ahead_s=1.0)
    clock = LslClock(clocks.other, clocks.own)
    before = clock.lsl_s(0.0)
    clocks.ahead_s += 1e-7
    clocks.now_s += AGAIN_S
    clock.keep()
    assert clock.lsl_s(0.0) == before
    for moved_s in (50e-6, 2.0):
        clocks.ahead_s += moved_s
        clock.keep()  # not yet
        clocks.now_s += AGAIN_S
        clock.keep()
        assert clock.lsl_s(0.0) == pytest.approx(clocks.ahead_s, abs=3e-6)
