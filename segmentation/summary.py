"""A clip in one row for every muscle and quantity: means over its repetitions, and the error they carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import Literal

import numpy as np

from segmentation.indices import level_band, mdc95
from segmentation.results import QUANTITIES, Muscle, Side
from segmentation.timing import Timing
from segmentation.traces import Level, Trace, inside, level
from segmentation.trials import PREFERENTIAL_ACTIVATION, RATIO_QUANTITIES, Trial

FRACTION = "fraction"


@dataclass(frozen=True, slots=True)
class ErrorFigure:
    """The standard error of measurement of one value, in the value's unit, and where the figure is from."""

    sem: float
    source: str


ErrorFigures = Mapping[tuple[Muscle, str], ErrorFigure]
"""Muscle and quantity to figure; ``change_percent`` stands for the percent change of the leading quantity."""

NO_FIGURE = ErrorFigure(nan, "none known")


@dataclass(frozen=True, slots=True, eq=False)
class MuscleRecord:
    """All that one clip holds of one muscle of one side."""

    side: Side
    muscle: Muscle
    leading: str  # quantity that decides and is compared
    timing: Timing
    traces: Mapping[str, Trace]
    trials: Sequence[Trial]
    carried: Mapping[str, ErrorFigure] = field(default_factory=dict)  # see `segmentation.carried_figures`

    def figure(self, quantity: str, errors: ErrorFigures) -> ErrorFigure:
        """The error figure of a quantity: one that exists goes before one that was carried through."""
        own = errors.get((self.muscle, quantity))
        return own if own is not None else self.carried.get(quantity, NO_FIGURE)

    def of(self, quantity: str) -> list[Trial]:
        """The repetitions of one quantity."""
        return [trial for trial in self.trials if trial.quantity == quantity]


@dataclass(frozen=True, slots=True)
class Summary:
    """One row of the summary. What does not apply is ``nan``."""

    side: Side | Literal["both"]
    muscle: Muscle
    quantity: str
    unit: str
    n_repetitions: int
    n_pictures: int
    n_ok: int
    rest: Level
    contracted: Level
    change_absolute: float
    change_percent: float
    error: ErrorFigure
    rest_rule: str
    contracted_rule: str
    told_from_zero: bool | None = None  # only of comparisons

    @property
    def band(self) -> float:
        """Plus or minus, for this one value against a line."""
        return level_band(self.error.sem)

    @property
    def mdc95(self) -> float:
        """What a change between two occasions must exceed."""
        return mdc95(self.error.sem)


def summarise(record: MuscleRecord, errors: ErrorFigures) -> list[Summary]:
    """Return a row for every quantity of one muscle that was measured at all.

    Rest is the mean over the rests of all repetitions; contracted and change are means over those in which a
    contraction was found. The spread is that between repetitions, or between pictures where there is but one.

    Parameters
    ----------
    record : MuscleRecord
        One muscle of one side.
    errors : mapping
        Error figures by muscle and quantity.

    Returns
    -------
    list of Summary
        In the order of the record's traces; the preferential activation ratio, where there is one, last.

    Examples
    --------
    >>> from segmentation.repetitions import find_repetitions
    >>> from segmentation.trials import measure_trials
    >>> t_s = np.arange(0.0, 8.0, 0.04)
    >>> yes = np.ones(len(t_s), bool)
    >>> traces = {"thickness_mm": Trace(t_s, np.where((t_s > 3) & (t_s < 5), 4.5, 3.0), yes, yes)}
    >>> timing = find_repetitions(list(traces.values()), least=0.1, swells=True)
    >>> trials = measure_trials(timing, traces, "thickness_mm", least=0.1)
    >>> record = MuscleRecord("left", "tra", "thickness_mm", timing, traces, trials)
    >>> (row,) = summarise(record, {("tra", "thickness_mm"): ErrorFigure(0.2, "made up")})
    >>> row.rest.mean, row.contracted.mean, row.change_percent, round(row.mdc95, 2)
    (3.0, 4.5, 50.0, 0.55)
    """
    measured = [name for name, trace in record.traces.items() if np.isfinite(trace.values).any()]
    rows = [_row(record, name, errors) for name in measured]
    if record.of(PREFERENTIAL_ACTIVATION):
        rows.append(_row(record, PREFERENTIAL_ACTIVATION, errors))
    return rows


def unit_of(quantity: str) -> str:
    """Return the unit in which a quantity of the tables stands.

    Parameters
    ----------
    quantity : str
        A key of `QUANTITIES`, or ``preferential_activation``.

    Returns
    -------
    str

    Raises
    ------
    KeyError
        If there is no such quantity.

    Examples
    --------
    >>> unit_of("thickness_mm"), unit_of("preferential_activation")
    ('mm', 'fraction')
    """
    return FRACTION if quantity == PREFERENTIAL_ACTIVATION else QUANTITIES[quantity].unit


def _row(record: MuscleRecord, quantity: str, errors: ErrorFigures) -> Summary:
    trials = record.of(quantity)
    found = [trial for trial in trials if trial.decision == "contracted"]
    n_pictures, n_ok = _pictures(record)
    rest = rest_level(record, quantity)
    ratio = quantity in RATIO_QUANTITIES
    return Summary(
        record.side,
        record.muscle,
        quantity,
        unit_of(quantity),
        len(trials),
        n_pictures,
        n_ok,
        rest,
        _over([trial.contracted for trial in found]),
        _mean([trial.change_absolute for trial in found]),
        _mean([trial.change_percent for trial in found]) if ratio else nan,
        record.figure(quantity, errors),
        record.timing.rest_rule,
        record.timing.contracted_rule if trials else "no contraction found",
    )


def rest_level(record: MuscleRecord, quantity: str) -> Level:
    """Return rest over all repetitions, or of the clip where there are none.

    Parameters
    ----------
    record : MuscleRecord
        One muscle of one side.
    quantity : str
        Which of its quantities.

    Returns
    -------
    Level
        In the unit of the quantity; ``nan`` and no pictures where it was not measured.

    Examples
    --------
    >>> from segmentation.traces import Span
    >>> yes = np.ones(4, bool)
    >>> trace = Trace(np.arange(4.0), np.array([3.0, 3.0, 3.6, 9.0]), yes, yes)
    >>> timing = Timing((), (Span(0.0, 2.0),), (), "the first two seconds", "")
    >>> record = MuscleRecord("left", "lm", "thickness_mm", timing, {"thickness_mm": trace}, [])
    >>> round(rest_level(record, "thickness_mm").mean, 2), rest_level(record, "area_cm2").n
    (3.2, 0)
    """
    trials = record.of(quantity)
    if len({trial.repetition.rest for trial in trials}) > 1:
        return _over([trial.rest for trial in trials])
    if trials:  # one repetition, or one rest marked for all
        return trials[0].rest
    trace = record.traces.get(quantity)
    clean = trace.without(record.timing.spans("artefact")) if trace is not None else None
    return level(clean, record.timing.rest) if clean is not None else Level(nan, nan, 0)


def _pictures(record: MuscleRecord) -> tuple[int, int]:
    """New pictures outside artefacts, and how many of them had status ok for this muscle."""
    trace = record.traces[record.leading]
    counted = trace.new_picture & ~inside(trace.t_s, record.timing.spans("artefact"))
    return int(counted.sum()), int((counted & trace.ok).sum())


def _over(levels: list[Level]) -> Level:
    """The mean of means, every repetition with the same weight."""
    known = [one for one in levels if one.n]
    if len(known) < 2:
        return known[0] if known else Level(nan, nan, 0)
    means = np.array([one.mean for one in known])
    return Level(float(means.mean()), float(means.std(ddof=1)), sum(one.n for one in known))


def _mean(values: list[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else nan
