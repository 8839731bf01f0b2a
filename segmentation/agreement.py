"""A clinic's own error: standard error of measurement from captures that were repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan, sqrt

import numpy as np
from scipy import stats

from segmentation.indices import mdc95


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far repeated captures lie apart, in the unit of the value. ``nan`` where it cannot be told."""

    sem: float  # of one capture
    sem_low: float  # its 95 % interval
    sem_high: float
    icc: float  # ICC(1,1): one capture against another
    n_subjects: int
    n_captures: int
    freedom: int  # degrees of freedom of the error

    @property
    def mdc95(self) -> float:
        """What a change between two single captures must exceed."""
        return mdc95(self.sem)

    def of_mean(self, captures: int) -> float:
        """Standard error of the mean of so many captures, each with an error of its own."""
        return self.sem / sqrt(captures)


def agreement(repeats: Sequence[Sequence[float]]) -> Agreement:
    """Return the standard error of measurement from repeated captures, by one-way analysis of variance.

    One way, because captures of a clinic have no order that all share. What differs between the repeats
    (probe replaced, rater, day) is what the error is of; who asks sees to it that they are of one kind.

    Parameters
    ----------
    repeats : sequence of sequences of float
        For each subject, or each side of one, its captures of one quantity; ``nan`` is left out, and subjects
        may have different numbers. A subject with fewer than two does not count.

    Returns
    -------
    Agreement
        All ``nan`` without a subject with two captures; the ICC needs two subjects.

    References
    ----------
    .. [1] Shrout PE, Fleiss JL (1979). doi:10.1037/0033-2909.86.2.420: ICC(1,1)
    .. [2] Weir JP (2005). doi:10.1519/15184.1: the error as the root of the mean square within

    Examples
    --------
    The six subjects and four raters of Shrout and Fleiss, whose ICC(1,1) is .17:

    >>> found = agreement(
    ...     [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    ... )
    >>> round(found.icc, 2), round(found.sem, 2), round(found.mdc95, 2), round(found.of_mean(4), 2)
    (0.17, 2.5, 6.94, 1.25)
    """
    known = [np.array([value for value in one if isfinite(value)], float) for one in repeats]
    groups = [one for one in known if len(one) > 1]
    sizes = np.array([len(one) for one in groups], float)
    n, total = len(groups), int(sizes.sum())
    freedom = total - n
    if freedom < 1:
        return Agreement(nan, nan, nan, nan, n, total, 0)
    within = sum(float(np.square(one - one.mean()).sum()) for one in groups) / freedom
    low, high = (sqrt(freedom * within / float(stats.chi2.ppf(tail, freedom))) for tail in (0.975, 0.025))
    return Agreement(sqrt(within), low, high, _icc(groups, sizes, within), n, total, freedom)


def _icc(groups: Sequence[np.ndarray], sizes: np.ndarray, within: float) -> float:
    """ICC(1,1), with the usual mean number of captures where subjects have different numbers."""
    n, total = len(groups), sizes.sum()
    if n < 2:
        return nan
    means = np.array([one.mean() for one in groups])
    grand = float((means * sizes).sum() / total)
    between = float((sizes * np.square(means - grand)).sum()) / (n - 1)
    each = (total - float(np.square(sizes).sum()) / total) / (n - 1)
    spread = between + (each - 1.0) * within
    return float((between - within) / spread) if spread > 0 else nan
