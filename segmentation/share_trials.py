"""Shares of the lateral abdominal wall in every repetition: preferential activation, and the errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import nan

import numpy as np

from segmentation.indices import relative_thickness_percent
from segmentation.results import FloatArray
from segmentation.share_errors import WALL, Three, WallMuscle, share_change_sem
from segmentation.timing import Timing
from segmentation.traces import Level, Trace
from segmentation.trials import PREFERENTIAL_ACTIVATION, Trial, resting_means

THICKNESS = "thickness_mm"
SHARE = "relative_thickness_percent"


def share_trials(
    timing: Timing, traces: Mapping[WallMuscle, Trace], trials: Mapping[WallMuscle, Sequence[Trial]]
) -> dict[WallMuscle, list[Trial]]:
    """Return the trials of the wall with the errors of shares, and preferential activation among TrA's.

    The errors are carried through from those of the three thicknesses within the trial, with what these had
    in common at rest.

    Parameters
    ----------
    timing : Timing
        When the repetitions were.
    traces : mapping
        Muscle to thickness over time, at least of TrA.
    trials : mapping
        Muscle to what `segmentation.trials.measure_trials` found.

    Returns
    -------
    dict
        Muscle to trials. A share has no error where one of the three muscles was not seen.

    References
    ----------
    .. [1] See `segmentation.share_errors` and `segmentation.indices.preferential_activation`.

    Examples
    --------
    From 3 of 20 mm at rest to 6 of 20 mm contracted:

    >>> from segmentation.repetitions import find_repetitions
    >>> from segmentation.trials import measure_trials
    >>> t_s = np.arange(0.0, 8.0, 0.04)
    >>> yes, up = np.ones(len(t_s), bool), (t_s > 3.0) & (t_s < 5.0)
    >>> mm = {"tra": np.where(up, 6.0, 3.0), "io": np.full(200, 9.0), "eo": np.where(up, 5.0, 8.0)}
    >>> traces = {muscle: Trace(t_s, values, yes, yes) for muscle, values in mm.items()}
    >>> timing = find_repetitions([traces["tra"]], least=0.1, swells=True)
    >>> trials = {
    ...     muscle: measure_trials(timing, {"thickness_mm": trace}, "thickness_mm", least=0.1)
    ...     for muscle, trace in traces.items()
    ... }
    >>> par = share_trials(timing, traces, trials)["tra"][-1]
    >>> par.quantity, round(par.difference, 3), par.change_se > 0
    ('preferential_activation', 0.15, True)
    """
    common = resting_covariance([traces[muscle] for muscle in WALL if muscle in traces], timing)
    walls = {one.number: _wall(one.number, trials) for one in timing.repetitions}
    found: dict[WallMuscle, list[Trial]] = {}
    for muscle, own in trials.items():
        errors = {number: _change_sem(muscle, wall, common) for number, wall in walls.items()}
        found[muscle] = [
            replace(one, change_se=100.0 * errors[one.repetition.number]) if one.quantity == SHARE else one
            for one in own
        ]
        if muscle == "tra":
            found[muscle] += [
                _activation(one, walls[one.repetition.number], errors[one.repetition.number])
                for one in own
                if one.quantity == THICKNESS
            ]
    return found


def _wall(number: int, trials: Mapping[WallMuscle, Sequence[Trial]]) -> tuple[Trial, ...] | None:
    """The three thicknesses of one repetition; None where one of them was not seen."""
    three = tuple(
        one
        for muscle in WALL
        for one in trials.get(muscle, ())
        if one.quantity == THICKNESS and one.repetition.number == number
    )
    seen = len(three) == len(WALL) and all(one.rest.mean > 0 and one.contracted.mean > 0 for one in three)
    return three if seen else None


def _activation(tra: Trial, wall: tuple[Trial, ...] | None, change_se: float) -> Trial:
    rest, contracted = (
        (_share([one.rest for one in wall]), _share([one.contracted for one in wall]))
        if wall
        else (_UNSEEN, _UNSEEN)
    )
    return replace(
        tra, quantity=PREFERENTIAL_ACTIVATION, rest=rest, contracted=contracted, change_se=change_se
    )


_UNSEEN = Level(nan, nan, 0)


def _share(levels: Sequence[Level]) -> Level:
    tra, io, eo = (one.mean for one in levels)
    n = min(one.n for one in levels)
    return Level(relative_thickness_percent(tra, tra, io, eo) / 100.0, nan, n)


def _change_sem(muscle: WallMuscle, wall: tuple[Trial, ...] | None, common: FloatArray) -> float:
    """Of a share, as a fraction; what the errors have in common was seen at rest and is taken to last."""
    if wall is None:
        return nan
    covariance = common.copy()
    np.fill_diagonal(covariance, [one.change_se**2 / 2.0 for one in wall])
    rest_mm, contracted_mm = _three([one.rest for one in wall]), _three([one.contracted for one in wall])
    return share_change_sem(muscle, rest_mm, contracted_mm, covariance, covariance)


def _three(levels: Sequence[Level]) -> Three:
    tra, io, eo = (one.mean for one in levels)
    return tra, io, eo


def resting_covariance(traces: Sequence[Trace], timing: Timing) -> FloatArray:
    """Return what three thicknesses have in common at rest: breathing, and edges that neighbours share.

    Parameters
    ----------
    traces : sequence of Trace
        Thickness of TrA, IO and EO over time.
    timing : Timing
        When the contractions were.

    Returns
    -------
    (3, 3) array
        Covariance of their half-second means, in mm²; 0 where the three were never seen together.

    Examples
    --------
    >>> t_s = np.arange(0.0, 20.0, 0.05)
    >>> yes, breath = np.ones(len(t_s), bool), np.sin(2 * np.pi * t_s / 4.0)
    >>> traces = [Trace(t_s, mm + by * breath, yes, yes) for mm, by in ((3, 0.1), (9, 0.2), (7, 0.0))]
    >>> resting_covariance(traces, Timing((), None, (), "", "")).round(3).tolist()
    [[0.005, 0.01, 0.0], [0.01, 0.019, 0.0], [0.0, 0.0, 0.0]]
    """
    means = np.array([resting_means(trace.without(timing.spans("artefact")), timing) for trace in traces])
    means = means[:, np.isfinite(means).all(axis=0)]
    if len(means) < len(WALL) or means.shape[1] < 2:
        return np.zeros((len(WALL), len(WALL)))
    return np.cov(means, bias=True)
