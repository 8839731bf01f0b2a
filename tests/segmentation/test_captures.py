"""Resting captures: their mean, what it may be off by, and which of them is offered for repetition."""

from __future__ import annotations

from math import isnan, nan, sqrt

import numpy as np
import pytest

from segmentation.captures import CaptureMean, average, outlier
from segmentation.results import FloatArray
from segmentation.traces import Level

N = 4000
WITHIN = 1.2  # share of the rate, 3 standard errors of N draws of 5 in 100, and a little


def levels(values: FloatArray | list[float]) -> list[Level]:
    return [Level(float(value), 0.05, 25) for value in values]


def gaussian(n: int, sd: float = 0.3, seed: int = 1) -> FloatArray:
    return np.random.default_rng(seed).normal(3.5, sd, (N, n))


def test_three_captures_by_hand() -> None:
    # mean 3.5; deviations -0.2, 0.3, -0.1: squares sum to 0.14, / 2 = 0.07, root 0.264575 mm
    found = average(levels([3.3, 3.8, 3.4]))
    assert found.mean == pytest.approx(3.5)
    assert found.n == 3
    assert found.sd == pytest.approx(0.264575, abs=1e-6)
    assert found.sem == pytest.approx(0.152753, abs=1e-6)  # / sqrt(3)
    assert found.band95 == pytest.approx(4.302653 * 0.152753, abs=1e-5)  # t, 2 degrees of freedom


def test_the_larger_of_scatter_and_known_error_counts() -> None:
    close, apart = levels([3.5, 3.5, 3.5]), levels([3.0, 3.5, 4.0])
    assert average(close, sem=0.3).sem == pytest.approx(0.3 / sqrt(3))
    assert average(apart, sem=0.3).sem == pytest.approx(0.5 / sqrt(3))
    assert average(apart, sem=0.3).band95 == pytest.approx(1.96 * 0.5 / sqrt(3))


def test_averaging_does_not_lessen_what_all_captures_share() -> None:
    one, many = (
        average(levels([7.0]), sem=0.1, lasting=0.6),
        average(levels([7.0] * 100), sem=0.1, lasting=0.6),
    )
    assert one.sem == pytest.approx(sqrt(0.01 + 0.36))
    assert many.sem == pytest.approx(0.6, abs=0.001)


def test_what_was_not_measured_is_passed_over() -> None:
    found = average([*levels([3.4]), Level(nan, nan, 0), *levels([3.6])], sem=0.3)
    assert found.mean == pytest.approx(3.5)
    assert found.n == 2
    lone = average(levels([3.4]))
    assert (lone.mean, lone.n) == (3.4, 1)
    assert all(isnan(value) for value in (lone.sd, lone.sem, lone.band95))
    none = average([])
    assert isnan(none.mean)
    assert none.n == 0
    assert outlier([*levels([3.4, 3.5]), Level(nan, nan, 0), *levels([6.0])], sem=0.3) == 3


def covered(found: list[CaptureMean]) -> float:
    return float(np.mean([abs(one.mean - 3.5) <= one.band95 for one in found]))


def test_the_band_holds_the_truth() -> None:
    draws = gaussian(3)
    assert 0.94 <= covered([average(levels(one)) for one in draws]) <= 0.96
    assert covered([average(levels(one), sem=0.3) for one in draws]) >= 0.95


def test_a_known_error_that_is_too_small_does_not_make_the_band_too_small_by_as_much() -> None:
    draws = gaussian(3, sd=0.6)
    assert covered([average(levels(one), sem=0.3) for one in draws]) >= 0.80  # without scatter 0.67


@pytest.mark.parametrize("n", [3, 4, 5, 7, 10])
def test_dixon_calls_five_in_a_hundred_gaussian_samples(n: int) -> None:
    called = np.mean([outlier(levels(one)) is not None for one in gaussian(n)])
    assert 0.05 / WITHIN <= called <= 0.05 * WITHIN


def test_with_a_known_error_few_are_called_and_gross_ones_are() -> None:
    draws = gaussian(3)
    assert np.mean([outlier(levels(one), sem=0.3) is not None for one in draws]) <= 0.08
    off = draws + np.array([0.0, 1.8, 0.0])  # 6 standard errors
    assert np.mean([outlier(levels(one), sem=0.3) == 1 for one in off]) >= 0.97


@pytest.mark.parametrize("values", [[], [3.0], [3.0, 9.0]])
def test_of_two_nobody_can_say_which(values: list[float]) -> None:
    assert outlier(levels(values), sem=0.1) is None


def test_captures_that_are_all_alike_have_no_outlier() -> None:
    assert outlier(levels([3.0, 3.0, 3.0])) is None
    assert outlier(levels([3.0, 3.0, 3.0]), sem=0.1) is None


def test_an_error_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="below 0"):
        average(levels([3.0]), sem=-0.1)
    with pytest.raises(ValueError, match="below 0"):
        average(levels([3.0]), lasting=nan)
    with pytest.raises(ValueError, match="below 0"):
        outlier(levels([3.0]), sem=-0.1)
