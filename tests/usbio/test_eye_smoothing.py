"""What is shown is late by what is said, and no more."""

from __future__ import annotations

from math import isnan, nan

import numpy as np
import pytest

from usbio.eye_smoothing import TIME_CONSTANT_S, Smoothed, delay_s, smoothed


@pytest.mark.parametrize("rate_hz", [15.0, 30.0, 60.0])
def test_a_steady_change_is_late_by_the_delay_that_is_said(rate_hz: float) -> None:
    shown = Smoothed()
    for i in range(200):
        shown = smoothed(shown, i / rate_hz, i / rate_hz)  # one level a second
    late_s = shown.at_s - shown.level
    assert late_s == pytest.approx(delay_s(1 / rate_hz), abs=1e-6)  # s
    assert late_s <= TIME_CONSTANT_S


def test_at_thirty_pictures_a_second_it_is_less_than_one_picture() -> None:
    assert delay_s(1 / 30) < 0.027  # s


def test_it_is_steadier() -> None:
    rng = np.random.default_rng(1)
    measured = rng.normal(1.0, 0.1, 3000)
    shown, seen = Smoothed(), []
    for i, level in enumerate(measured):
        shown = smoothed(shown, float(level), i / 30)
        seen.append(shown.level)
    assert np.std(seen[100:]) < 0.7 * np.std(measured)


def test_what_is_not_known_is_not_bridged() -> None:
    shown = smoothed(Smoothed(0.2, 1.0), nan, 1.03)
    assert isnan(shown.level)
    assert smoothed(shown, 0.9, 1.06) == Smoothed(0.9, 1.06)
    assert smoothed(Smoothed(0.2, 1.0), 0.9, 3.0).level == 0.9  # after a silence
    assert smoothed(Smoothed(0.2, 1.0), 0.9, 1.0).level == 0.9  # a clock that stands
