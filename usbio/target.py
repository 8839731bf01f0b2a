"""The target: from what the patient reached without feedback, below a ceiling and with a limit on IO."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan, sqrt

from segmentation.indices import level_band
from segmentation.repetitions import breathing_change, smallest_change
from segmentation.trials import Decision, Trial
from usbio.protocol import Part
from usbio.texts import Text


@dataclass(frozen=True, slots=True)
class UnaidedChange:
    """What one repetition without feedback gave."""

    decision: Decision
    change_percent: float  # of rest; nan where there is none
    error_percent: float = nan  # standard error of the change, in percent of rest; nan where it is not known


@dataclass(frozen=True, slots=True)
class TargetBand:
    """What is asked for, in percent of change from rest. Every figure is finite."""

    low_percent: float
    high_percent: float
    ceiling_percent: float  # from here on it is told to do less
    io_limit_percent: float | None  # None where IO is not in the picture
    source: Text  # where it comes from
    own_percent: float | None = None  # the change it was made from
    widened: bool = False  # by the error of measurement, to which a narrower band would be noise


def unaided_change(trial: Trial) -> UnaidedChange:
    """Return what a repetition gave, from what the engine found in it."""
    rest = trial.rest.mean
    error = trial.change_se / rest * 100.0 if rest > 0 else nan
    return UnaidedChange(trial.decision, trial.change_percent, error)


def target_from(tested: Sequence[UnaidedChange], part: Part) -> TargetBand:
    """Return the band for one part of a protocol and one side.

    It lies around the mean of the repetitions that were contractions: as wide as the protocol says, but
    never narrower than the 95 % band of a single repetition, never below what is told from rest and
    breathing, and never above the ceiling. Thinning is no change to train towards.
    """
    reached = [
        one
        for one in tested
        if one.decision == "contracted" and isfinite(one.change_percent) and one.change_percent > 0
    ]
    if not reached:
        return _from_protocol(part, tested)
    own = sum(one.change_percent for one in reached) / len(reached)
    target, band = part.target, _band(reached)
    low = min(target.low.value * own, own - band)
    high = max(target.high.value * own, own + band)
    widened = (low, high) != (target.low.value * own, target.high.value * own)
    return _below_ceiling(part, low, high, own, widened)


def _band(reached: Sequence[UnaidedChange]) -> float:
    """Plus or minus, for one repetition; 0 where no error is known."""
    errors = [one.error_percent for one in reached if isfinite(one.error_percent)]
    return level_band(sqrt(sum(error**2 for error in errors) / len(errors))) if errors else 0.0


def _below_ceiling(part: Part, low: float, high: float, own: float, widened: bool) -> TargetBand:
    target, least, ceiling = part.target, least_percent(part), part.target.ceiling_percent.value
    width = target.high.value / target.low.value
    if low < least:
        low, high = least, max(high, least * width)
    if low >= ceiling:  # far too much: as wide a band just below the ceiling, in place of the own one
        low = max(least, ceiling / width)
    source = Text("visit.target.ceiling") if high > ceiling else Text("visit.target.pretest")
    return TargetBand(low, min(high, ceiling), ceiling, _io_limit(part), source, own, widened)


def least_percent(part: Part) -> float:
    """Return the least change that is told from rest and breathing; no band begins below it."""
    return 100.0 * max(smallest_change(part.view, part.muscle), breathing_change(part.muscle))


def _from_protocol(part: Part, tested: Sequence[UnaidedChange]) -> TargetBand:
    target = part.target
    return TargetBand(
        target.fallback_low_percent.value,
        target.fallback_high_percent.value,
        target.ceiling_percent.value,
        _io_limit(part),
        _why_not_own(tested),
    )


def _why_not_own(tested: Sequence[UnaidedChange]) -> Text:
    if not tested:
        return Text("visit.target.not_tested")
    if all(one.decision == "not_decidable" for one in tested):
        return Text("visit.target.fallback")
    return Text("visit.target.not_contracted")


def _io_limit(part: Part) -> float | None:
    limit = part.target.io_limit_percent
    return None if limit is None else limit.value
