"""Errors of shares: by hand, and against thicknesses that were really drawn with such errors."""

from __future__ import annotations

from math import isnan, nan

import numpy as np
import pytest

from segmentation.results import FloatArray
from segmentation.share_errors import WALL, Three, WallMuscle, independent, share_change_sem, share_sem

REST: Three = (3.5, 8.5, 6.0)
CONTRACTED: Three = (5.5, 9.0, 5.5)
ALONE = independent((0.25, 0.4, 0.3))
# a breath thins TrA and IO together: correlation 0.8; EO goes its own way
BREATHING = np.array([[0.0625, 0.08, 0.0], [0.08, 0.16, 0.0], [0.0, 0.0, 0.09]])
MANY = 200_000


def shares(mm: FloatArray, muscle: int) -> FloatArray:
    return np.asarray(mm[:, muscle] / mm.sum(axis=1), float)


@pytest.mark.parametrize("covariance", [ALONE, BREATHING], ids=["independent", "correlated"])
@pytest.mark.parametrize("muscle", WALL)
def test_the_error_is_that_of_thicknesses_drawn_with_errors(
    covariance: FloatArray, muscle: WallMuscle
) -> None:
    at = WALL.index(muscle)
    rng = np.random.default_rng(7)
    rest = rng.multivariate_normal(REST, covariance, MANY)
    held = rng.multivariate_normal(CONTRACTED, covariance, MANY)
    one = share_sem(muscle, REST, covariance)
    assert one == pytest.approx(shares(rest, at).std(), rel=0.02)
    change = share_change_sem(muscle, REST, CONTRACTED, covariance, covariance)
    assert change == pytest.approx((shares(held, at) - shares(rest, at)).std(), rel=0.02)


def test_by_hand() -> None:
    # T = 20, TrA 4: slopes 16/400 = 0.04, -0.01, -0.01; errors 0.5, 1.0, 0.5 mm:
    # 0.02² + 0.01² + 0.005² = 0.000525, root 0.022913
    error = independent((0.5, 1.0, 0.5))
    assert share_sem("tra", (4.0, 9.0, 7.0), error) == pytest.approx(0.022913, abs=1e-6)
    # TrA 6 of 20: slopes 14/400 = 0.035, -0.015, -0.015: 0.0175² + 0.015² + 0.0075² = 0.0005875
    change = share_change_sem("tra", (4.0, 9.0, 7.0), (6.0, 9.0, 5.0), error, error)
    assert change == pytest.approx((0.000525 + 0.0005875) ** 0.5, abs=1e-9)


def test_what_moves_all_three_in_proportion_moves_no_share() -> None:
    together = np.outer(REST, REST) * 0.05**2
    assert share_sem("tra", REST, together) == pytest.approx(0.0, abs=1e-9)


def test_what_is_not_known_has_no_error() -> None:
    assert isnan(share_sem("io", REST, independent((0.2, nan, 0.2))))
    assert isnan(share_sem("io", (3.0, nan, 6.0), ALONE))
    with pytest.raises(ValueError, match="above 0"):
        share_sem("io", (3.0, 0.0, 6.0), ALONE)
