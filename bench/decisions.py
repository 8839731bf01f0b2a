"""Contracted, not contracted, not decidable: said of repetitions whose effort is known.

Every clip is measured as `usbio analyze` does, with its setup file; its repetitions are then looked for, and
once more taken from marks. A decision is *right* where it said

- contracted, and the muscle was at work, by whatever little: its true size differs from rest by at least a
  hundredth of rest and the change that is told has its direction;
- not contracted, and what effort truly changed is under the least change that is called a contraction.

Where nothing was done, nothing need be found: such a repetition counts only where the program found one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bench.change_errors import change_rows, changes_of, trial_at
from bench.decision_clips import NOISES_GREY, SEEDS, NoisyClip, RepeatedClip, clips
from bench.figures import Row
from segmentation.indices import percent_change
from segmentation.repetitions import smallest_change
from segmentation.results import Muscle, Side
from segmentation.summary import MuscleRecord
from segmentation.trials import Decision
from segmentation.views import VIEWS
from usbio.clip_records import marks_of, muscle_records
from usbio.frame_log import FrameLog
from usbio.measuring import measure
from usbio.setup import SetupFile, load_setup
from usbio.sources.clip import open_clip
from usbio.task import Task

_SOMETHING_PERCENT = 1.0
_AT_WORK = 0.3  # effort from which a decision is expected
_BANDS = ((0.0, 0.0), (0.0, 0.1), (0.1, 0.3), (0.3, 0.6), (0.6, 1.01))
WAYS = ("found", "marked")


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One clip measured once, under one noise."""

    clip: RepeatedClip
    noise_grey: float
    log: FrameLog
    setup: SetupFile

    def records(self, way: str) -> list[MuscleRecord]:
        """Return what is made of it, repetitions found or taken from the marks."""
        setup = self.setup if way == "found" else self.setup.model_copy(update={"interval": self.clip.marks})
        return muscle_records(self.log, VIEWS[self.clip.view], marks_of(setup))[1]


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of one muscle in one repetition, and what is true of it."""

    way: str
    view: str
    side: Side
    muscle: Muscle
    seed: int
    noise_grey: float
    repetition: int
    effort: float  # of the leading muscle of this side, 0 where nothing was done
    true_percent: float
    least_percent: float
    decision: Decision | None  # None: no such repetition was found
    told_percent: float

    @property
    def decided(self) -> bool:
        """Whether something was said."""
        return self.decision in ("contracted", "not_contracted")

    @property
    def right(self) -> bool:
        """Whether what was said is so."""
        if self.decision == "contracted":
            at_work = abs(self.true_percent) >= _SOMETHING_PERCENT
            return at_work and self.told_percent * self.true_percent > 0
        return self.decision == "not_contracted" and abs(self.true_percent) < self.least_percent


def runs(development: bool = False) -> Iterable[Run]:
    """Measure every clip under every noise; clips are drawn where they are missing."""
    for view in SEEDS:
        for clip in clips(view, development):
            files = clip.render()
            setup = load_setup(files.setup)
            for noise in NOISES_GREY[development]:
                source = NoisyClip(open_clip(files.clip), noise, clip.seed)
                measured = measure(source, Task(view, setup), [], lambda done, of: None)
                yield Run(clip, noise, measured.log, setup)


def told(run: Run) -> list[Told]:
    """Return what was said of every muscle and repetition of a clip, both ways."""
    return [one for way in WAYS for record in run.records(way) for one in _of_record(run, way, record)]


def _of_record(run: Run, way: str, record: MuscleRecord) -> Iterable[Told]:
    clip, lead = run.clip, VIEWS[run.clip.view].muscles[0]
    least = 100.0 * smallest_change(clip.view, record.muscle)
    rest = clip.truths[0].of(record.side, record.muscle)
    for k in range(len(clip.course)):
        held = clip.truths[k + 1].of(record.side, record.muscle)
        true = percent_change(*(_size(one, record.leading) for one in (rest, held)))
        trial = trial_at(record.of(record.leading), clip.held_s(k))
        if trial is not None or way == "marked" or clip.efforts[k] > 0.0:
            yield Told(
                way,
                clip.view,
                record.side,
                record.muscle,
                clip.seed,
                run.noise_grey,
                k,
                clip.truths[k + 1].of(record.side, lead).activation,
                true,
                least,
                trial.decision if trial is not None else None,
                trial.difference if trial is not None else 0.0,
            )


def _size(truth: object, quantity: str) -> float:
    return float(getattr(truth, quantity))


def decision_rows(found: Sequence[Told]) -> list[Row]:
    """Return a row a way, view and muscle, and one for all leading muscles."""
    rows = []
    for way in WAYS:
        here = [one for one in found if one.way == way]
        groups = dict.fromkeys((one.view, one.muscle) for one in here)
        for view, muscle in groups:
            rows.append(
                _row(way, f"{view} {muscle}", [o for o in here if (o.view, o.muscle) == (view, muscle)])
            )
        rows += [_row(way, "all", here)] if here else []
    return rows


def _row(way: str, what: str, group: Sequence[Told]) -> Row:
    at_work = [one for one in group if one.effort >= _AT_WORK]
    idle = [one for one in group if one.effort == 0.0]
    return {
        "repetitions": way,
        "muscle": what,
        "n": len(group),
        "decided %": _percent(group, lambda one: one.decided),
        "right % of decided": _right_percent(group),
        "n from 0.3": len(at_work),
        "decided % from 0.3": _percent(at_work, lambda one: one.decided),
        "right % from 0.3": _right_percent(at_work),
        "n without effort": len(idle),
        "of these called contracted %": _percent(idle, lambda one: one.decision == "contracted"),
    }


def band_rows(found: Sequence[Told]) -> list[Row]:
    """Return a row a way and muscle, the efforts side by side: decided and right percent."""
    rows = []
    for way in WAYS:
        here = [one for one in found if one.way == way]
        for view, muscle in dict.fromkeys((one.view, one.muscle) for one in here):
            of_muscle = [o for o in here if (o.view, o.muscle) == (view, muscle)]
            row: Row = {"repetitions": way, "muscle": f"{view} {muscle}"}
            for low, high in _BANDS:
                group = [o for o in of_muscle if low < o.effort <= high or o.effort == low == high]
                name = f"{low:g} to {min(high, 1.0):g}" if high else "none"
                right = _right_percent(group)
                row[name] = (
                    f"{_percent(group, lambda o: o.decided)} / {right} ({len(group)})" if group else ""
                )
            rows.append(row)
    return rows


def _right_percent(group: Iterable[Told]) -> float | None:
    return _percent([one for one in group if one.decided], lambda one: one.right)


def _percent(group: Sequence[Told], holds: Callable[[Told], bool]) -> float | None:
    return round(100.0 * sum(map(holds, group)) / len(group), 1) if group else None


def decision_tables(development: bool = False) -> list[tuple[str, list[Row]]]:
    """Return the tables: what is said in all, what by effort, and how far the changes themselves are off."""
    every = list(runs(development))
    found = [one for run in every for one in told(run)]
    changes = [one for run in every for one in changes_of(run.clip, run.records("marked"))]
    return [
        ("decisions", decision_rows(found)),
        ("decisions_by_effort", band_rows(found)),
        ("change_errors", change_rows(changes)),
    ]
