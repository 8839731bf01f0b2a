"""From the values of a clip to its rest, repetitions and muscles, by the engine of the live window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from segmentation.repetitions import breathing_change, find_repetitions, smallest_change, swells
from segmentation.results import QUANTITIES
from segmentation.share_errors import WALL, WallMuscle
from segmentation.share_trials import share_trials
from segmentation.summary import MuscleRecord
from segmentation.timing import Mark, Timing
from segmentation.traces import Span, inside
from segmentation.trials import Trial, measure_trials
from segmentation.views import View
from usbio.frame_log import FrameLog, Key
from usbio.setup import SetupFile


def marks_of(setup: SetupFile) -> tuple[Mark, ...]:
    """Return the intervals of a setup file as marks."""
    return tuple(Mark(one.kind, Span(one.start_s, one.end_s)) for one in setup.interval)


def notes_on_marks(setup: SetupFile, log: FrameLog) -> list[str]:
    """Say which marked intervals hold no picture of the clip, so that a slip of the hand is not silent."""
    return [
        f"the {one.kind} marked from {one.start_s:g} to {one.end_s:g} s holds no picture and was left out"
        for one in setup.interval
        if not inside(log.t_s, [Span(one.start_s, one.end_s)]).any()
    ]


def muscle_records(
    log: FrameLog, view: View, marks: Sequence[Mark]
) -> tuple[Timing | None, list[MuscleRecord]]:
    """Return the timing of a clip, None for one without frames, and a record for every side and muscle."""
    if not len(log):
        return None, []
    leads = [log.trace(key, view.quantity) for key in log.muscles if key[1] == view.muscles[0]]
    least = smallest_change(view.name, view.muscles[0])
    timing = find_repetitions(leads, least=least, swells=swells(view.name), marks=marks)
    trials = {key: _trials(log, key, view, timing) for key in log.muscles}
    if view.name == "tra":
        trials |= _with_shares(log, timing, trials)
    records = []
    for key in log.muscles:
        traces = {name: log.trace(key, name) for name in QUANTITIES}
        records.append(MuscleRecord(*key, view.quantity, timing, traces, trials[key]))
    return timing, records


def _with_shares(log: FrameLog, timing: Timing, trials: Mapping[Key, list[Trial]]) -> dict[Key, list[Trial]]:
    """The wall of every side that shows all of it, with preferential activation and the errors of shares."""
    found: dict[Key, list[Trial]] = {}
    for side in dict.fromkeys(side for side, _ in trials):
        wall: list[WallMuscle] = [muscle for muscle in WALL if (side, muscle) in trials]
        traces = {muscle: log.trace((side, muscle), "thickness_mm") for muscle in wall}
        shares = share_trials(timing, traces, {muscle: trials[side, muscle] for muscle in wall})
        found |= {(side, muscle): own for muscle, own in shares.items()}
    return found


def _trials(log: FrameLog, key: Key, view: View, timing: Timing) -> list[Trial]:
    traces = {name: log.trace(key, name) for name in QUANTITIES}
    least, breathing = smallest_change(view.name, key[1]), breathing_change(key[1])
    return measure_trials(timing, traces, view.quantity, least=least, breathing=breathing)
