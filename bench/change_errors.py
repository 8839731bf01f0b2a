"""How far changes are off what effort truly made, beside the error that is stated of each.

Breathing and following are both in what they are off by: the truth is that of a held breath.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, nan

import numpy as np

from bench.decision_clips import RepeatedClip
from bench.figures import Row
from segmentation.indices import relative_thickness_percent
from segmentation.phantom.truth import FrameTruth
from segmentation.results import Muscle, Side
from segmentation.share_errors import WALL
from segmentation.share_trials import SHARE
from segmentation.summary import MuscleRecord
from segmentation.trials import PREFERENTIAL_ACTIVATION, Trial

_SIZES = ("thickness_mm", "area_cm2", "slide_mm")


@dataclass(frozen=True, slots=True)
class Change:
    """One quantity of one muscle in one repetition."""

    what: str
    off: float  # told minus true, in its unit
    stated: float  # standard error


def changes_of(clip: RepeatedClip, records: Iterable[MuscleRecord]) -> list[Change]:
    """Return every change of a clip whose truth is known."""
    found = []
    for record in records:
        for quantity in dict.fromkeys(trial.quantity for trial in record.trials):
            for k in range(len(clip.course)):
                trial = trial_at(record.of(quantity), clip.held_s(k))
                rest, held = (
                    true_value(truth, record.side, record.muscle, quantity)
                    for truth in (clip.truths[0], clip.truths[k + 1])
                )
                off = trial.difference - (held - rest) if trial is not None else nan
                if trial is not None and isfinite(off) and isfinite(trial.change_se):
                    found.append(Change(f"{clip.view} {record.muscle} {quantity}", off, trial.change_se))
    return found


def true_value(truth: FrameTruth, side: Side, muscle: Muscle, quantity: str) -> float:
    """Return what is true of a quantity; nan where the phantom does not know it."""
    if quantity in _SIZES:
        return float(getattr(truth.of(side, muscle), quantity))
    if quantity not in (SHARE, PREFERENTIAL_ACTIVATION) or muscle not in WALL:
        return nan
    mm = {one: truth.of(side, one).thickness_mm for one in WALL}
    share = relative_thickness_percent(mm[muscle], *mm.values())
    return share if quantity == SHARE else share / 100.0


def trial_at(trials: Sequence[Trial], held_s: float) -> Trial | None:
    """Return the repetition that goes on at this moment."""
    for trial in trials:
        span = trial.repetition.contraction
        if span.start_s <= held_s <= span.end_s:
            return trial
    return None


def change_rows(changes: Sequence[Change]) -> list[Row]:
    """Return a row a quantity: what changes are off by, and what they were said to be."""
    rows = []
    for what in dict.fromkeys(change.what for change in changes):
        off, stated = np.array([(one.off, one.stated) for one in changes if one.what == what]).T
        times = off / np.maximum(stated, 1e-12)
        rows.append(
            {
                "quantity": what,
                "n": len(off),
                "off, rms": _rms(off),
                "stated error, rms": _rms(stated),
                "off / stated, rms": _rms(times),
                "within 1.96 stated %": round(100.0 * float((np.abs(times) <= 1.96).mean()), 1),
            }
        )
    return rows


def _rms(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    return round(float(np.sqrt(np.mean(values**2))), 4)
