"""Rest and contraction of a run so far, by the same engine that `analyze` uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf, nan

import numpy as np

from segmentation.repetitions import breathing_change, find_repetitions, smallest_change, swells
from segmentation.results import Side
from segmentation.timing import Mark, Phase, Timing, phases
from segmentation.traces import Span, Trace, level
from segmentation.trials import Decision, measure_trials
from segmentation.views import View
from usbio.history import History, Key

SPAN_S = 120.0  # looked at, unless rest or contraction is marked; what it costs grows with it


@dataclass(frozen=True, slots=True)
class MuscleActivity:
    """Rest and latest contraction of one muscle; ``nan`` where there was none."""

    rest: float = nan
    change_percent: float = nan  # of the latest contraction; nan where this muscle did not contract
    decision: Decision | None = None  # of the latest repetition; None before the first


@dataclass(frozen=True, slots=True)
class Activity:
    """When there was rest and contraction, and what came of it."""

    rests: tuple[Span, ...] = ()
    contractions: tuple[Span, ...] = ()
    muscles: dict[Key, MuscleActivity] = field(default_factory=dict)
    timing: Timing | None = None

    def of(self, key: Key) -> MuscleActivity:
        """Return one muscle's activity; all ``nan`` where nothing is known."""
        return self.muscles.get(key, MuscleActivity())

    def phase_at(self, t_s: float) -> Phase:
        """Return what the muscles did at a moment; unknown before anything was found."""
        return phases(self.timing, np.array([t_s]))[0][0] if self.timing is not None else Phase.UNKNOWN


def find_activity(history: History, view: View, marks: Sequence[Mark] = ()) -> Activity:
    """Look for rest and contraction in the last two minutes, or in all values where some are marked."""
    span_s = inf if marks else SPAN_S
    keys = history.keys
    lead = view.muscles[0]
    sides: list[Side] = [side for side, muscle in keys if muscle == lead]
    leads = [history.as_trace(side, lead, view.quantity, span_s) for side in sides]
    if not any(np.isfinite(trace.values).any() for trace in leads):
        return Activity()
    least = smallest_change(view.name, lead)
    timing = find_repetitions(leads, least=least, swells=swells(view.name), marks=marks)
    holds = tuple(repetition.hold for repetition in timing.repetitions)
    traces = {key: history.as_trace(*key, view.quantity, span_s) for key in keys}
    muscles = {key: _muscle_activity(trace, view, key, timing) for key, trace in traces.items()}
    return Activity(timing.rest or (), holds, muscles, timing)


def _muscle_activity(trace: Trace, view: View, key: Key, timing: Timing) -> MuscleActivity:
    least, breathing = smallest_change(view.name, key[1]), breathing_change(key[1])
    trials = measure_trials(
        timing,
        {view.quantity: trace},
        view.quantity,
        least=least,
        breathing=breathing,
        only=timing.repetitions[-1:],
    )
    if not trials:
        return MuscleActivity(level(trace, timing.rest).mean)
    latest = trials[-1]
    rest = latest.rest if latest.rest.n else level(trace, timing.rest)
    return MuscleActivity(rest.mean, latest.change_percent, latest.decision)
