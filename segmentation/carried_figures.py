"""Error figures that nobody published, carried through from those of the values a quantity is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite, nan

import numpy as np

from segmentation.results import FloatArray
from segmentation.share_errors import WALL, Three, WallMuscle, independent, share_change_sem, share_sem
from segmentation.share_trials import SHARE, THICKNESS, resting_covariance
from segmentation.summary import ErrorFigure, ErrorFigures, MuscleRecord, rest_level
from segmentation.trials import PREFERENTIAL_ACTIVATION, Trial, within_trial_error

SLIDE = "slide_mm"
_ONE_CLIP = "within this clip alone, between two occasions it is more"
_FROM_CLIP = f"carried through from the scatter at rest of the thickness of TrA, IO and EO, {_ONE_CLIP}"
_SLIDE_FROM_CLIP = f"scatter of the slide at rest, {_ONE_CLIP}"


def with_carried_errors(records: Sequence[MuscleRecord], errors: ErrorFigures) -> list[MuscleRecord]:
    """Return the records with error figures for relative thickness, preferential activation and slide.

    Shares get theirs from the figures of the three thicknesses, taken as independent; where one of the three
    has none, from the scatter at rest within the clip. The slide gets its own scatter at rest.

    Parameters
    ----------
    records : sequence of MuscleRecord
        All muscles of one clip, or of the two of a pair.
    errors : mapping
        Error figures by muscle and quantity; one that is given for a quantity goes before one carried here.

    Returns
    -------
    list of MuscleRecord
        In the same order.

    Examples
    --------
    >>> from segmentation.timing import Timing
    >>> from segmentation.traces import Trace
    >>> t_s, yes, timing = np.arange(0.0, 4.0, 0.05), np.ones(80, bool), Timing((), None, (), "", "")
    >>> def record(muscle, mm):
    ...     traces = {THICKNESS: Trace(t_s, np.full(80, mm), yes, yes)}
    ...     return MuscleRecord("left", muscle, THICKNESS, timing, traces, [])
    >>> records = [record(muscle, mm) for muscle, mm in (("tra", 4.0), ("io", 9.0), ("eo", 7.0))]
    >>> paper = {(muscle, THICKNESS): ErrorFigure(0.4, "a paper") for muscle in WALL}
    >>> tra = with_carried_errors(records, paper)[0]
    >>> round(tra.carried["relative_thickness_percent"].sem, 2)
    1.7
    """
    by_side: dict[str, dict[WallMuscle, MuscleRecord]] = {}
    for record in records:
        if record.muscle in WALL:
            by_side.setdefault(record.side, {})[record.muscle] = record
    return [
        replace(record, carried=_figures(record.muscle, by_side[record.side], errors))
        if record.muscle in WALL
        else record
        for record in records
    ]


def _figures(
    muscle: WallMuscle, wall: Mapping[WallMuscle, MuscleRecord], errors: ErrorFigures
) -> dict[str, ErrorFigure]:
    found: dict[str, ErrorFigure] = {}
    given = [errors.get((one, THICKNESS)) for one in WALL]
    known = [figure for figure in given if figure is not None]
    if len(wall) == len(WALL):
        if len(known) == len(WALL):
            found |= _from_figures(muscle, wall, known)
        else:
            found |= _from_scatter(muscle, wall)
    record = wall[muscle]
    if SLIDE in record.traces:
        clean = record.traces[SLIDE].without(record.timing.spans("artefact"))
        found[SLIDE] = ErrorFigure(within_trial_error(clean, record.timing), _SLIDE_FROM_CLIP)
    return {quantity: figure for quantity, figure in found.items() if isfinite(figure.sem)}


def _from_figures(
    muscle: WallMuscle, wall: Mapping[WallMuscle, MuscleRecord], known: Sequence[ErrorFigure]
) -> dict[str, ErrorFigure]:
    sources = "; ".join(dict.fromkeys(figure.source for figure in known))
    words = f"carried through from the thickness of TrA, IO and EO, taken as independent: {sources}"
    error = independent(_three([figure.sem for figure in known]))
    found = {SHARE: ErrorFigure(100.0 * _share_sem(muscle, wall, error), words)}
    if muscle == "tra":
        found[PREFERENTIAL_ACTIVATION] = ErrorFigure(_activation_sem(wall, error), words)
    return found


def _from_scatter(muscle: WallMuscle, wall: Mapping[WallMuscle, MuscleRecord]) -> dict[str, ErrorFigure]:
    error = resting_covariance([wall[one].traces[THICKNESS] for one in WALL], wall[muscle].timing)
    found = {SHARE: ErrorFigure(100.0 * _share_sem(muscle, wall, error), _FROM_CLIP)}
    told = [one.change_se for one in wall[muscle].of(PREFERENTIAL_ACTIVATION) if isfinite(one.change_se)]
    if told:
        found[PREFERENTIAL_ACTIVATION] = ErrorFigure(float(np.sqrt(np.mean(np.square(told)))), _FROM_CLIP)
    return found


def _share_sem(muscle: WallMuscle, wall: Mapping[WallMuscle, MuscleRecord], error: FloatArray) -> float:
    mm = _three([rest_level(wall[one], THICKNESS).mean for one in WALL])
    return share_sem(muscle, mm, error) if min(mm) > 0 else nan


def _activation_sem(wall: Mapping[WallMuscle, MuscleRecord], error: FloatArray) -> float:
    """At the mean thicknesses of the repetitions in which TrA contracted."""
    numbers = {one.repetition.number for one in wall["tra"].of(THICKNESS) if one.decision == "contracted"}
    trials = [_in(wall[one].of(THICKNESS), numbers) for one in WALL]
    rest_mm = _three([_mean([one.rest.mean for one in found]) for found in trials])
    contracted_mm = _three([_mean([one.contracted.mean for one in found]) for found in trials])
    if not min(*rest_mm, *contracted_mm) > 0:
        return nan
    return share_change_sem("tra", rest_mm, contracted_mm, error, error)


def _in(trials: Sequence[Trial], numbers: set[int]) -> list[Trial]:
    return [one for one in trials if one.repetition.number in numbers]


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if isfinite(value)]
    return float(np.mean(known)) if known else nan


def _three(values: Sequence[float]) -> Three:
    tra, io, eo = values
    return tra, io, eo
