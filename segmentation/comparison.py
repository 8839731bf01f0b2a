"""The two sides of one muscle compared: rest with rest, contraction with contraction."""

from __future__ import annotations

from math import hypot, isfinite, nan

import numpy as np

from segmentation.asymmetry import (
    activation_asymmetry_points,
    difference_sem,
    painful_minus_other_percent,
    size_asymmetry_percent,
    size_asymmetry_sem_points,
    told_from_zero,
)
from segmentation.indices import level_band, percent_change, side_ratio
from segmentation.results import Side
from segmentation.summary import NO_FIGURE, ErrorFigure, ErrorFigures, MuscleRecord, Summary, summarise
from segmentation.traces import Level
from segmentation.trials import Trial

SIZE_ASYMMETRY = "size_asymmetry_signed_percent"
SIZE_ASYMMETRY_UNSIGNED = "size_asymmetry_unsigned_percent"
PAINFUL_MINUS_OTHER = "painful_minus_other_percent"
ACTIVATION_ASYMMETRY = "activation_asymmetry_points"
SHARE_DIFFERENCE = "relative_thickness_difference_points"
ECHO_RATIO = "echo_intensity_ratio"
SUBCUTANEOUS_DIFFERENCE = "subcutaneous_difference_mm"
_ECHO, _SUBCUTANEOUS = "echo_intensity_grey", "subcutaneous_mm"
_SHARE = "relative_thickness_percent"
_CHANGE = "change_percent"


def compare(
    left: MuscleRecord, right: MuscleRecord, errors: ErrorFigures, painful_side: Side | None = None
) -> list[Summary]:
    """Return the comparison rows of one muscle.

    Size asymmetry is taken from the sides' rest means, never as a mean over frames, and again from their
    means in contraction. In one two-sided picture the repetitions are shared, and a side that did not respond
    counts with the little it did; in a pair of clips each side has repetitions of its own.

    Parameters
    ----------
    left, right : MuscleRecord
        The same muscle of both sides.
    errors : mapping
        Error figures of one side, by muscle and quantity.
    painful_side : {"left", "right"}, optional
        Adds the asymmetry signed painful minus other.

    Returns
    -------
    list of Summary
        With ``side`` "both": size asymmetry in percent, with and without sign; activation asymmetry in
        percentage points; for a muscle with relative thickness the difference of the shares; the ratio of
        echo intensity and, beside it, the difference of what lies over the muscle.

    Raises
    ------
    ValueError
        If a mean size is 0 or below.

    Examples
    --------
    >>> from segmentation.timing import Timing
    >>> from segmentation.traces import Trace
    >>> timing, yes = Timing((), None, (), "all pictures", "none"), np.ones(3, bool)
    >>> traces = [{"area_cm2": Trace(np.arange(3.0), np.full(3, area), yes, yes)} for area in (5.0, 4.0)]
    >>> left = MuscleRecord("left", "lm", "area_cm2", timing, traces[0], [])
    >>> right = MuscleRecord("right", "lm", "area_cm2", timing, traces[1], [])
    >>> signed = compare(left, right, {("lm", "area_cm2"): ErrorFigure(0.33, "a paper")})[0]
    >>> signed.rest.mean, round(signed.band, 1), signed.told_from_zero
    (-20.0, 18.3, True)
    """
    rows = _size_rows(left, right, errors, painful_side)
    rows.append(_activation_row(left, right, errors))
    if _SHARE in left.traces and _SHARE in right.traces:
        rows += _share_row(left, right, errors)
    return rows + _echo_rows(left, right, errors)


def _size_rows(
    left: MuscleRecord, right: MuscleRecord, errors: ErrorFigures, painful_side: Side | None
) -> list[Summary]:
    sides = [_leading(record, errors) for record in (left, right)]
    figure = errors.get((left.muscle, left.leading), NO_FIGURE)
    at_rest = (sides[0].rest.mean, sides[1].rest.mean)
    contracted = (sides[0].contracted.mean, sides[1].contracted.mean)
    sem = size_asymmetry_sem_points(figure.sem, *at_rest)
    error = ErrorFigure(sem, figure.source)
    rest, held = size_asymmetry_percent(*at_rest), size_asymmetry_percent(*contracted)
    rows = [
        _both(sides, SIZE_ASYMMETRY, "%", rest, held, error),
        _both(sides, SIZE_ASYMMETRY_UNSIGNED, "%", abs(rest), abs(held), error),
    ]
    if painful_side is not None:
        signed = [painful_minus_other_percent(*pair, painful_side) for pair in (at_rest, contracted)]
        rows.append(_both(sides, PAINFUL_MINUS_OTHER, "%", signed[0], signed[1], error))
    return rows


def _activation_row(left: MuscleRecord, right: MuscleRecord, errors: ErrorFigures) -> Summary:
    sides = [_leading(record, errors) for record in (left, right)]
    changes = (
        _shared_changes(left, right)
        if left.timing is right.timing
        else (sides[0].change_percent, sides[1].change_percent)
    )
    points = activation_asymmetry_points(*changes)
    figure = errors.get((left.muscle, _CHANGE), NO_FIGURE)
    error = ErrorFigure(difference_sem(figure.sem), figure.source)
    return _both(sides, ACTIVATION_ASYMMETRY, "points", nan, nan, error, change=points)


def _share_row(left: MuscleRecord, right: MuscleRecord, errors: ErrorFigures) -> list[Summary]:
    sides = _both_of(left, right, errors, _SHARE)
    if not sides:
        return []
    figures = [record.figure(_SHARE, errors) for record in (left, right)]
    source = _either(figures[0].source, figures[1].source)
    error = ErrorFigure(hypot(figures[0].sem, figures[1].sem), source)
    rest = sides[1].rest.mean - sides[0].rest.mean
    held = sides[1].contracted.mean - sides[0].contracted.mean
    return [_both(sides, SHARE_DIFFERENCE, "points", rest, held, error)]


def _echo_rows(left: MuscleRecord, right: MuscleRecord, errors: ErrorFigures) -> list[Summary]:
    """Echo intensity of the right over the left, and how much more lies over the right."""
    rows = []
    if sides := _both_of(left, right, errors, _ECHO):
        rest = side_ratio(*(side.rest.mean for side in sides))
        held = side_ratio(*(side.contracted.mean for side in sides))
        rows.append(_both(sides, ECHO_RATIO, "ratio", rest, held, NO_FIGURE))
    if rows and (sides := _both_of(left, right, errors, _SUBCUTANEOUS)):
        rest = sides[1].rest.mean - sides[0].rest.mean
        held = sides[1].contracted.mean - sides[0].contracted.mean
        rows.append(_both(sides, SUBCUTANEOUS_DIFFERENCE, "mm", rest, held, NO_FIGURE))
    return rows


def _both_of(left: MuscleRecord, right: MuscleRecord, errors: ErrorFigures, quantity: str) -> list[Summary]:
    """The rows of a quantity of both sides; none where a side has none."""
    sides = [row for one in (left, right) for row in summarise(one, errors) if row.quantity == quantity]
    return sides if len(sides) == 2 else []


def _leading(record: MuscleRecord, errors: ErrorFigures) -> Summary:
    rows = {row.quantity: row for row in summarise(record, errors)}
    return rows.get(record.leading) or _nothing(record)


def _nothing(record: MuscleRecord) -> Summary:
    empty, timing = Level(nan, nan, 0), record.timing
    n = int(record.traces[record.leading].new_picture.sum())
    words = timing.rest_rule, timing.contracted_rule
    return Summary(
        record.side, record.muscle, record.leading, "", 0, n, 0, empty, empty, nan, nan, NO_FIGURE, *words
    )


def _shared_changes(left: MuscleRecord, right: MuscleRecord) -> tuple[float, float]:
    """Mean percent change of both sides over the repetitions in which at least one of them contracted."""
    pairs = [
        (a, b)
        for a, b in zip(left.of(left.leading), right.of(right.leading), strict=False)
        if "contracted" in (a.decision, b.decision)
    ]
    changes = np.array([[_percent(trial) for trial in pair] for pair in pairs]).reshape(-1, 2)
    changes = changes[np.isfinite(changes).all(axis=1)]
    return (float(changes[:, 0].mean()), float(changes[:, 1].mean())) if len(changes) else (nan, nan)


def _percent(trial: Trial) -> float:
    if not (trial.rest.n and trial.contracted.n) or trial.decision == "not_decidable":
        return nan
    return percent_change(trial.rest.mean, trial.contracted.mean)


def _both(
    sides: list[Summary],
    quantity: str,
    unit: str,
    rest: float,
    contracted: float,
    error: ErrorFigure,
    change: float = nan,
) -> Summary:
    left, right = sides
    n_rest = min(left.rest.n, right.rest.n) if isfinite(rest) else 0
    n_contracted = min(left.contracted.n, right.contracted.n) if isfinite(contracted) else 0
    value = change if isfinite(change) else rest
    return Summary(
        "both",
        left.muscle,
        quantity,
        unit,
        min(left.n_repetitions, right.n_repetitions),
        min(left.n_pictures, right.n_pictures),
        min(left.n_ok, right.n_ok),
        Level(rest, nan, n_rest),
        Level(contracted, nan, n_contracted),
        change,
        nan,
        error,
        _either(left.rest_rule, right.rest_rule),
        _either(left.contracted_rule, right.contracted_rule),
        told_from_zero(value, level_band(error.sem)),
    )


def _either(left: str, right: str) -> str:
    return left if left == right else f"left: {left}; right: {right}"
