"""Levels for the eye: steadier, and no later than is said here. What counts is judged as measured."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, isfinite, nan

TIME_CONSTANT_S = 0.04
_GAP_S = 0.5  # after a longer silence it begins anew


@dataclass(frozen=True, slots=True)
class Smoothed:
    """A level and when it was measured."""

    level: float = nan
    at_s: float = nan


def smoothed(before: Smoothed, level: float, at_s: float) -> Smoothed:
    """Return the next level for the eye: first-order, so that the newest one has the most weight.

    What is not known is not bridged, and what comes after it is shown as it is.
    """
    passed_s = at_s - before.at_s
    if not isfinite(level) or not isfinite(before.level) or not 0 < passed_s <= _GAP_S:
        return Smoothed(level, at_s)
    return Smoothed(before.level + _weight(passed_s) * (level - before.level), at_s)


def delay_s(interval_s: float) -> float:
    """Return by how much a level that changes steadily is shown late, at so many seconds between pictures.

    At 30 pictures a second 26 ms; never more than `TIME_CONSTANT_S`.
    """
    weight = _weight(interval_s)
    return interval_s * (1.0 - weight) / weight


def _weight(interval_s: float) -> float:
    return 1.0 - exp(-interval_s / TIME_CONSTANT_S)
