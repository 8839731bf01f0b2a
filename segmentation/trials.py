"""What one repetition was in numbers: rest, contracted, change, hold, and whether it was a contraction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan, sqrt
from typing import Literal

import numpy as np

from segmentation.indices import Z95, contraction_ratio, percent_change
from segmentation.results import FloatArray
from segmentation.timing import Repetition, Timing
from segmentation.traces import (
    SHORTEST,
    STEP_S,
    Level,
    Span,
    Trace,
    even_grid,
    inside,
    level,
    on_grid,
    rolling,
    smoothed,
)

Decision = Literal["contracted", "not_contracted", "not_decidable"]

PREFERENTIAL_ACTIVATION = "preferential_activation"
RATIO_QUANTITIES = frozenset({"thickness_mm", "area_cm2", "relative_thickness_percent", "subcutaneous_mm"})
"""Quantities whose 0 means nothing there; only of these is a percentage or a ratio taken."""

_INDEPENDENT_HZ = 4.0  # pictures closer than that share their error
_LEAST_ERROR = 0.01  # of rest: following is never better than that
_LEAST_PICTURES = 3
_LEAST_OK = 0.5
_HOLDS = 0.8


@dataclass(frozen=True, slots=True)
class Trial:
    """One quantity in one repetition. What was not found is ``nan``."""

    quantity: str
    repetition: Repetition
    rest: Level
    contracted: Level
    decision: Decision
    hold_s: float
    n_pictures: int
    ok_fraction: float
    change_se: float = nan  # standard error of the difference, from the scatter within the trial

    @property
    def difference(self) -> float:
        """Contracted minus rest, whatever the decision."""
        return self.contracted.mean - self.rest.mean

    @property
    def change_absolute(self) -> float:
        """The change; ``nan`` where no contraction was found."""
        return self.difference if self.decision == "contracted" else nan

    @property
    def change_percent(self) -> float:
        """The change in percent of rest; ``nan`` where none was found or the quantity has no true zero."""
        return percent_change(self.rest.mean, self.contracted.mean) if self._has_ratio else nan

    @property
    def contraction_ratio(self) -> float:
        """Contracted over rest; ``nan`` like the percentage."""
        return contraction_ratio(self.rest.mean, self.contracted.mean) if self._has_ratio else nan

    @property
    def _has_ratio(self) -> bool:
        sizes = self.rest.mean > 0 and self.contracted.mean > 0
        return self.decision == "contracted" and self.quantity in RATIO_QUANTITIES and sizes


def measure_trials(
    timing: Timing,
    traces: Mapping[str, Trace],
    leading: str,
    *,
    least: float,
    breathing: float = 0.0,
    only: Sequence[Repetition] | None = None,
) -> list[Trial]:
    """Return every quantity of one muscle in every repetition, or in those that are asked for.

    Whether the muscle contracted is decided once, from its leading quantity.

    Parameters
    ----------
    timing : Timing
        When rest and contraction were.
    traces : mapping of str to Trace
        Quantity name to trace; those without any value are passed over.
    leading : str
        The quantity that decides.
    least : float
        Least change called a contraction, as a fraction of rest.
    breathing : float
        Change that a breath alone may make; see `segmentation.repetitions.breathing_change`.
    only : sequence of Repetition, optional
        Those of the timing that are asked for; the error within the trial is still that of all.

    Returns
    -------
    list of Trial
        Repetition by repetition, in each the quantities in the order of the traces.

    Raises
    ------
    KeyError
        If the leading quantity is not among the traces.

    Examples
    --------
    >>> from segmentation.repetitions import find_repetitions
    >>> t_s = np.arange(0.0, 8.0, 0.04)
    >>> yes = np.ones(len(t_s), bool)
    >>> traces = {"thickness_mm": Trace(t_s, np.where((t_s > 3) & (t_s < 5), 4.5, 3.0), yes, yes)}
    >>> timing = find_repetitions(list(traces.values()), least=0.1, swells=True)
    >>> (trial,) = measure_trials(timing, traces, "thickness_mm", least=0.1)
    >>> trial.decision, trial.change_percent, round(trial.hold_s)
    ('contracted', 50.0, 2)
    """
    clean = {name: trace.without(timing.spans("artefact")) for name, trace in traces.items()}
    lead = clean[leading]
    seen = {name: trace for name, trace in clean.items() if np.isfinite(trace.values).any()}
    errors = {name: within_trial_error(trace, timing) for name, trace in ({leading: lead} | seen).items()}
    trials = []
    for repetition in timing.repetitions if only is None else only:
        spans = _measured_spans(repetition)
        n_pictures, ok_fraction = _pictures(lead, spans)
        rest, contracted = _levels(lead, repetition)
        decision = decide(
            rest,
            contracted,
            error=errors[leading],
            least=least,
            breathing=breathing,
            ok_fraction=ok_fraction,
        )
        hold_s = _hold_s(lead, repetition, rest, contracted) if decision == "contracted" else nan
        for name, trace in seen.items():
            levels = _levels(trace, repetition)
            se = change_error(*levels, errors[name], least=_LEAST_ERROR if name == leading else 0.0)
            trials.append(Trial(name, repetition, *levels, decision, hold_s, n_pictures, ok_fraction, se))
    return trials


def decide(
    rest: Level,
    contracted: Level,
    *,
    error: float,
    least: float,
    ok_fraction: float,
    breathing: float = 0.0,
) -> Decision:
    """Return whether a muscle contracted, from the error within the trial.

    Parameters
    ----------
    rest, contracted : Level
        The two means that are compared.
    error : float
        How much a mean varies at rest; see `within_trial_error`. The spread inside the two means is added.
    least : float
        Least change called a contraction, as a fraction of rest.
    ok_fraction : float
        Share of pictures whose status was ok.
    breathing : float
        Change that a breath alone may make, as a fraction of rest.

    Returns
    -------
    str
        "contracted" where the change exceeds 1.96 x sqrt(2) x error and what a breath may make;
        "not_contracted" where it does not exceed the former and the error is small enough to have shown the
        least change; else, and with too few good pictures, "not_decidable".

    Examples
    --------
    >>> decide(Level(3.0, 0.1, 25), Level(4.0, 0.1, 25), error=0.05, least=0.1, ok_fraction=1.0)
    'contracted'
    >>> decide(Level(3.0, 0.1, 25), Level(3.1, 0.1, 25), error=0.05, least=0.1, ok_fraction=1.0)
    'not_contracted'
    >>> decide(Level(3.0, 0.1, 25), Level(3.1, 0.1, 25), error=0.30, least=0.1, ok_fraction=1.0)
    'not_decidable'
    >>> decide(Level(3.0, 0, 25), Level(3.2, 0, 25), error=0.02, least=0.1, ok_fraction=1.0, breathing=0.1)
    'not_decidable'
    """
    if not enough_seen(rest, contracted, ok_fraction):
        return "not_decidable"
    band = Z95 * change_error(rest, contracted, error if isfinite(error) else 0.0, least=_LEAST_ERROR)
    change = abs(contracted.mean - rest.mean)
    if change > band:
        return "contracted" if change > breathing * abs(rest.mean) else "not_decidable"
    return "not_contracted" if band <= least * abs(rest.mean) else "not_decidable"


def enough_seen(rest: Level, contracted: Level, ok_fraction: float) -> bool:
    """Return whether enough good pictures show both rest and contraction.

    Parameters
    ----------
    rest, contracted : Level
        The two means that are compared.
    ok_fraction : float
        Share of pictures whose status was ok.

    Returns
    -------
    bool
        True from three pictures each, at least half of them ok.

    Examples
    --------
    >>> enough_seen(Level(3.0, 0.1, 25), Level(4.0, 0.1, 25), 1.0)
    True
    >>> enough_seen(Level(3.0, 0.1, 25), Level(4.0, 0.1, 2), 1.0)
    False
    """
    return min(rest.n, contracted.n) >= _LEAST_PICTURES and ok_fraction >= _LEAST_OK


def change_error(rest: Level, contracted: Level, error: float, *, least: float = 0.0) -> float:
    """Return the standard error of contracted minus rest within one trial.

    Parameters
    ----------
    rest, contracted : Level
        The two means that are compared, each of about a second.
    error : float
        How much a mean varies at rest; see `within_trial_error`. The spread inside the two means is added.
    least : float
        Error of one mean below which nothing is believed, as a fraction of rest.

    Returns
    -------
    float
        sqrt(2) times the error of one mean, in its unit; ``nan`` where one of the two or the error is not
        known.

    Examples
    --------
    >>> round(change_error(Level(3.0, 0.0, 25), Level(4.0, 0.0, 25), 0.1), 3)
    0.141
    """
    inside_means = (rest.sd**2 + contracted.sd**2) / 2.0 / _INDEPENDENT_HZ
    return sqrt(2.0) * max(sqrt(error**2 + inside_means), least * abs(rest.mean))


def within_trial_error(trace: Trace, timing: Timing) -> float:
    """Return how much a mean varies at rest: breathing, drift and following.

    The standard deviation of half-second means over all that is not contraction. What is compared are means
    of a second, but rest between two contractions is often little longer than that: whole seconds of it fall
    on few phases of the breath, and told a TrA that only breathed from one at rest.

    Parameters
    ----------
    trace : Trace
        The leading quantity.
    timing : Timing
        When the contractions were.

    Returns
    -------
    float
        In the trace's unit; ``nan`` where rest is never seen for half a second.

    Examples
    --------
    Slow breathing moves a half-second mean; noise from picture to picture hardly does.

    >>> t_s = np.arange(0.0, 20.0, 0.05)
    >>> yes, resting = np.ones(len(t_s), bool), Timing((), None, (), "", "")
    >>> breathing = Trace(t_s, 3.0 + 0.2 * np.sin(2 * np.pi * t_s / 4.0), yes, yes)
    >>> noisy = Trace(t_s, 3.0 + np.random.default_rng(1).normal(0.0, 0.14, len(t_s)), yes, yes)
    >>> [round(within_trial_error(trace, resting), 2) for trace in (breathing, noisy)]
    [0.14, 0.03]
    """
    means = resting_means(trace, timing)
    means = means[np.isfinite(means)]
    return float(means.std()) if len(means) else nan


def resting_means(trace: Trace, timing: Timing) -> FloatArray:
    """Return the mean of every half second that is not contraction.

    Parameters
    ----------
    trace : Trace
        A value over time.
    timing : Timing
        When the contractions were.

    Returns
    -------
    (M,) array
        One for each place of the even grid at which half a second begins, in the trace's unit; ``nan`` where
        it touches a contraction. Empty without half a second.

    Examples
    --------
    >>> t_s = np.arange(0.0, 3.0, 0.05)
    >>> yes, contraction = np.ones(len(t_s), bool), Span(1.0, 3.0)
    >>> timing = Timing((Repetition(1, (), contraction, contraction, None, True),), None, (), "", "")
    >>> means = resting_means(Trace(t_s, np.where(t_s < 1.0, 3.0, 5.0), yes, yes), timing)
    >>> means[[0, -1]].tolist()
    [3.0, nan]
    """
    grid_s = even_grid(trace.t_s)
    smooth = smoothed(on_grid(grid_s, trace))
    away = inside(grid_s, [repetition.contraction for repetition in timing.repetitions])
    return rolling(np.where(away, np.nan, smooth), SHORTEST)[0]


def _measured_spans(repetition: Repetition) -> tuple[Span, ...]:
    return (*repetition.rest, *([repetition.contracted] if repetition.contracted else []))


def _levels(trace: Trace, repetition: Repetition) -> tuple[Level, Level]:
    return level(trace, repetition.rest), level(
        trace, [repetition.contracted] if repetition.contracted else []
    )


def _pictures(trace: Trace, spans: tuple[Span, ...]) -> tuple[int, float]:
    counted = trace.new_picture & inside(trace.t_s, spans)
    n = int(counted.sum())
    return n, float((trace.ok & np.isfinite(trace.values))[counted].mean()) if n else nan


def _hold_s(trace: Trace, repetition: Repetition, rest: Level, contracted: Level) -> float:
    """How long this muscle itself stayed beyond 0.8 of its change."""
    grid_s = even_grid(trace.t_s)
    change = contracted.mean - rest.mean
    reached = (smoothed(on_grid(grid_s, trace)) - rest.mean) / change >= _HOLDS
    at = np.flatnonzero(reached & repetition.contraction.holds(grid_s))
    return float((at[-1] - at[0]) * STEP_S) if len(at) else nan
