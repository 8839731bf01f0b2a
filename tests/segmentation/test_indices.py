from __future__ import annotations

import doctest
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation import asymmetry, indices
from segmentation.asymmetry import (
    activation_asymmetry_points,
    painful_minus_other_percent,
    size_asymmetry,
    size_asymmetry_percent,
    size_asymmetry_sem_points,
    size_asymmetry_unsigned_percent,
)
from segmentation.indices import (
    contraction_ratio,
    level_band,
    mdc95,
    percent_change,
    preferential_activation,
    relative_thickness_percent,
)

SIZES = st.floats(0.1, 100.0)


def test_the_examples_run() -> None:
    assert doctest.testmod(indices).failed == 0
    assert doctest.testmod(asymmetry).failed == 0


@pytest.mark.parametrize(
    ("rest", "contracted", "percent", "ratio"),
    [(3.5, 5.25, 50.0, 1.5), (5.0, 4.0, -20.0, 0.8), (2.0, 2.0, 0.0, 1.0)],
)
def test_change_by_hand(rest: float, contracted: float, percent: float, ratio: float) -> None:
    assert percent_change(rest, contracted) == pytest.approx(percent, abs=1e-12)  # %
    assert contraction_ratio(rest, contracted) == pytest.approx(ratio, abs=1e-12)


def test_preferential_activation_by_hand() -> None:
    # 3.5 / 23.3 = 0.150215; 5.6 / 25.2 = 0.222222; difference 0.072008
    assert preferential_activation((3.5, 11.0, 8.8), (5.6, 11.0, 8.6)) == pytest.approx(0.072008, abs=1e-6)


def test_a_missing_muscle_leaves_nan_and_never_zero() -> None:
    assert isnan(preferential_activation((3.5, 11.0, nan), (5.6, 11.0, 8.6)))
    assert isnan(relative_thickness_percent(3.5, 3.5, nan, 8.8))
    assert isnan(percent_change(nan, 3.0))
    assert isnan(size_asymmetry_percent(nan, 3.0))
    assert isnan(size_asymmetry_percent(3.0, nan))
    assert isnan(activation_asymmetry_points(nan, 3.0))


@pytest.mark.parametrize("wrong", [0.0, -1.0])
def test_sizes_that_cannot_be_are_our_bug(wrong: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        percent_change(wrong, 1.0)
    with pytest.raises(ValueError, match="above 0"):
        size_asymmetry_percent(1.0, wrong)


@given(SIZES, SIZES)
def test_asymmetry_is_antisymmetric_and_bounded(left: float, right: float) -> None:
    assert size_asymmetry_percent(left, right) == -size_asymmetry_percent(right, left)
    assert 0.0 <= size_asymmetry_unsigned_percent(left, right) < 100.0


@given(SIZES, SIZES)
def test_painful_minus_other_is_the_same_size_as_the_asymmetry(left: float, right: float) -> None:
    assert painful_minus_other_percent(left, right, "right") == size_asymmetry_percent(left, right)
    assert painful_minus_other_percent(left, right, "left") == size_asymmetry_percent(right, left)


@pytest.mark.parametrize(("sem_cm2", "points"), [(0.33, 6.7), (0.90, 18.2)])
def test_asymmetry_error_on_seven_square_centimetres(sem_cm2: float, points: float) -> None:
    assert size_asymmetry_sem_points(sem_cm2, 7.0, 7.0) == pytest.approx(points, abs=0.05)  # points


def test_level_band_and_change_band_are_two_bands() -> None:
    assert level_band(0.5) == pytest.approx(0.98, abs=1e-9)
    assert mdc95(0.5) == pytest.approx(0.98 * 2**0.5, abs=1e-9)


def test_unsigned_asymmetry_is_biased_as_stated() -> None:
    """True 0 with SEM 6.7 points reads 5.3 on average."""
    points = np.abs(np.random.default_rng(1).normal(0.0, 6.7, 200_000))
    assert points.mean() == pytest.approx(5.3, abs=0.1)  # points


def test_asymmetry_says_direction_and_whether_it_is_told_from_zero() -> None:
    small = size_asymmetry(7.0, 6.8, sem_one_side=0.33)
    assert (small.smaller_side, small.told_from_zero) == ("right", False)
    assert size_asymmetry(5.0, 7.0, sem_one_side=0.33).smaller_side == "left"
    assert size_asymmetry(5.0, 7.0).told_from_zero is None
    assert size_asymmetry(5.0, 5.0).smaller_side is None
