"""Whose clock tells the time of a picture: the device's where it keeps time, else arrival; never a jump."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from usbio.sources.device_clock import DeviceClock

Times = npt.NDArray[np.float64]
N, RATE_HZ = 300, 30.0
DUE_S = np.arange(N) / RATE_HZ


def arrivals(late_s: float = 0.004) -> Times:
    """Pictures come a little late, and now and then a machine is busy."""
    rng = np.random.default_rng(8)
    came_s = 700.0 + DUE_S + 0.02 + rng.exponential(late_s, N) + np.where(rng.random(N) < 0.02, 0.08, 0.0)
    return np.maximum.accumulate(came_s) + 1e-3 * DUE_S  # one after the other


def told(stamps_s: Times, arrived_s: Times) -> Times:
    clock = DeviceClock()
    return np.array([clock.t_s(*pair) for pair in zip(stamps_s, arrived_s, strict=True)])


def test_a_clock_that_keeps_time_is_used_after_a_second_and_takes_the_jitter_of_arrival_away() -> None:
    arrived_s = arrivals()
    t_s = told(1e6 + DUE_S, arrived_s)
    trial = t_s[: int(RATE_HZ)]
    assert trial == pytest.approx(arrived_s[: len(trial)])
    steady = t_s[int(RATE_HZ) + 2 :]
    assert np.diff(steady) == pytest.approx(1 / RATE_HZ, abs=1e-6)  # s
    assert np.diff(t_s).min() > 0
    assert np.abs(t_s - arrived_s).max() < 0.12  # s: what the machine was late


@pytest.mark.parametrize(
    "stamps_s",
    [
        np.zeros(N),
        np.full(N, -0.001),
        np.full(N, np.nan),
        DUE_S / 1000,  # seconds told as milliseconds
        DUE_S * 1.05,  # runs fast
        np.floor(DUE_S),  # counts whole seconds
        DUE_S[::-1].copy(),
        np.cumsum(np.random.default_rng(1).exponential(1 / RATE_HZ, N)),  # of another thing altogether
    ],
)
def test_a_clock_that_does_not_is_never_used(stamps_s: Times) -> None:
    arrived_s = arrivals()
    assert told(stamps_s, arrived_s) == pytest.approx(arrived_s, abs=1e-3)  # s


@pytest.mark.parametrize("leap_s", [3600.0, 1.0, -1.0, -0.5, np.nan])
def test_a_clock_that_leaps_is_left_without_a_jump(leap_s: float) -> None:
    arrived_s = arrivals()
    t_s = told(50.0 + DUE_S + np.where(np.arange(N) >= 150, leap_s, 0.0), arrived_s)
    steps_s = np.diff(t_s)
    assert steps_s.min() > 0
    # s: the picture at the leap lies as far from that before as they arrived, and so do all after it
    assert steps_s[149:] == pytest.approx(np.diff(arrived_s)[149:], abs=1e-3)
    assert np.abs(t_s - arrived_s).max() < 0.15


def test_a_clock_that_drifts_is_left_before_it_is_far_off() -> None:
    due_s = np.arange(20_000) / RATE_HZ
    arrived_s = 10.0 + due_s
    t_s = told(due_s * 0.9995, arrived_s)  # half a per mille: 0.3 s in ten minutes
    assert np.diff(t_s).min() > 0
    assert np.abs(t_s - arrived_s).max() < 0.35  # s
    assert np.diff(t_s).max() < 1.1 / RATE_HZ  # no jump where it is left
