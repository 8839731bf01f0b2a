"""A clinic's own error figures from repeated captures."""

from __future__ import annotations

from math import isnan, nan, sqrt

import numpy as np
import pytest

from segmentation.agreement import agreement

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def test_the_worked_example_of_shrout_and_fleiss() -> None:
    found = agreement(SHROUT_FLEISS)
    assert found.icc == pytest.approx(0.17, abs=0.005)
    assert found.sem == pytest.approx(sqrt(6.26), abs=0.005)  # mean square within: 6.26
    assert (found.n_subjects, found.n_captures, found.freedom) == (6, 24, 18)


def test_by_hand() -> None:
    # pairs 0.2, 0.4 and 0.2 mm apart: squares about their means 0.02, 0.08, 0.02; sum 0.12, / 3 = 0.04
    found = agreement([[3.0, 3.2], [5.0, 4.6], [4.1, 4.3]])
    assert found.sem == pytest.approx(0.2)
    assert found.mdc95 == pytest.approx(1.96 * sqrt(2.0) * 0.2)
    assert found.of_mean(3) == pytest.approx(0.2 / sqrt(3.0))


def test_the_error_is_found_again_and_its_interval_holds_it() -> None:
    rng = np.random.default_rng(8)
    held = []
    for _ in range(400):
        true = rng.normal(4.0, 0.8, 12)
        found = agreement([one + rng.normal(0.0, 0.3, 3) for one in true])
        held.append(found.sem_low <= 0.3 <= found.sem_high)
    assert 0.92 <= np.mean(held) <= 0.98
    many = agreement([one + rng.normal(0.0, 0.3, 3) for one in rng.normal(4.0, 0.8, 3000)])
    assert many.sem == pytest.approx(0.3, rel=0.03)
    assert many.icc == pytest.approx(0.64 / (0.64 + 0.09), abs=0.03)


def test_different_numbers_and_missing_captures() -> None:
    found = agreement([[3.0, 3.2, nan], [5.0], [nan, 4.1, 4.3, 4.2], []])
    # squares about the means: 0.02 with 1 degree of freedom, 0.02 with 2
    assert found.sem == pytest.approx(sqrt(0.04 / 3.0))
    assert (found.n_subjects, found.n_captures, found.freedom) == (2, 5, 3)


@pytest.mark.parametrize("repeats", [[], [[3.0]], [[3.0], [4.0]], [[nan, 3.0]]])
def test_without_repeats_nothing_is_known(repeats: list[list[float]]) -> None:
    found = agreement(repeats)
    assert isnan(found.sem)
    assert isnan(found.mdc95)


def test_one_subject_has_an_error_but_no_icc() -> None:
    found = agreement([[3.0, 3.2, 3.1]])
    assert found.sem == pytest.approx(0.1)
    assert isnan(found.icc)
