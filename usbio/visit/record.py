"""What is known of a visit: its facts added up, without what was taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from segmentation.results import Side
from usbio.visit.facts import (
    Block,
    BordersConfirmed,
    CaptureTaken,
    Checked,
    Fact,
    FunctionNoted,
    PainMoment,
    PainNoted,
    PlaceCompared,
    Proposed,
    RepetitionJudged,
    SetBegun,
    StageTurned,
    StillKept,
    TargetSet,
    VisitBegun,
    VisitEnded,
    Withdrawn,
)
from usbio.visit.site import Site

Trial = CaptureTaken | RepetitionJudged


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """A visit so far."""

    begun: VisitBegun
    stage: int = 0
    at_s: float = 0.0  # of the newest fact
    places: tuple[PlaceCompared, ...] = ()
    checks: tuple[Checked, ...] = ()
    borders: tuple[BordersConfirmed, ...] = ()
    trials: tuple[Trial, ...] = ()  # all that were taken
    withdrawn: tuple[Withdrawn, ...] = ()  # in effect, in the order in which it happened
    sets: tuple[SetBegun, ...] = ()
    targets: tuple[TargetSet, ...] = ()
    pains: tuple[PainNoted, ...] = ()
    functions: tuple[FunctionNoted, ...] = ()
    stills: tuple[StillKept, ...] = ()
    proposed: Proposed | None = None
    ended: VisitEnded | None = None

    @property
    def standing(self) -> tuple[Trial, ...]:
        """Captures and repetitions that were not taken back."""
        gone = {(one.trial, one.taken_at_s) for one in self.withdrawn}
        return tuple(trial for trial in self.trials if (trial.trial, trial.at_s) not in gone)

    def captures(self, site: Site) -> tuple[CaptureTaken, ...]:
        """Return the resting captures of a site."""
        return tuple(t for t in self.standing if isinstance(t, CaptureTaken) and t.trial.site == site)

    def repetitions(
        self, block: Block, site: Site, set_number: int | None = None
    ) -> tuple[RepetitionJudged, ...]:
        """Return the repetitions of a block at a site, or those of one set."""
        return tuple(
            t
            for t in self.standing
            if isinstance(t, RepetitionJudged)
            and t.trial.block == block
            and t.trial.site == site
            and set_number in (None, t.trial.set_number)
        )

    def target(self, site: Site, side: Side) -> TargetSet | None:
        """Return what a side is asked to reach; None before its test."""
        found = [one for one in self.targets if one.site == site and one.side == side]
        return found[-1] if found else None

    def pain(self, moment: PainMoment, site: Site | None = None, set_number: int = 0) -> PainNoted | None:
        """Return what was told at a moment; None where it was not asked yet."""
        key = (moment, site, set_number)
        found = [one for one in self.pains if (one.moment, one.site, one.set_number) == key]
        return found[-1] if found else None

    @property
    def test_block(self) -> Block:
        """The block of the test before training: retention of what was trained at the last visit."""
        return "retention" if self.begun.in_a_row > 1 else "pretest"


def begin_record(begun: VisitBegun) -> VisitRecord:
    """Return the record of a visit that begins."""
    return VisitRecord(begun)


def told(record: VisitRecord, fact: Fact) -> VisitRecord:
    """Return the record with one more fact."""
    record = replace(record, at_s=max(record.at_s, fact.at_s))
    match fact:
        case StageTurned():
            return replace(record, stage=fact.stage)
        case PlaceCompared():
            return replace(record, places=(*record.places, fact))
        case Checked():
            return replace(record, checks=(*record.checks, fact))
        case BordersConfirmed():
            return replace(record, borders=(*record.borders, fact))
        case CaptureTaken() | RepetitionJudged():
            return replace(record, trials=(*record.trials, fact))
        case Withdrawn():
            return _withdrawn(record, fact)
        case SetBegun():
            return replace(record, sets=(*record.sets, fact))
        case TargetSet():
            return replace(record, targets=(*record.targets, fact))
        case PainNoted():
            return replace(record, pains=(*record.pains, fact))
        case StillKept():
            return replace(record, stills=(*record.stills, fact))
        case FunctionNoted():
            return replace(record, functions=(*record.functions, fact))
        case Proposed():
            return replace(record, proposed=fact)
        case VisitEnded():
            return replace(record, ended=fact)
        case _:
            return record


def record_of(facts: Iterable[Fact]) -> VisitRecord | None:
    """Return what facts add up to; None where no visit began."""
    record: VisitRecord | None = None
    for fact in facts:
        if isinstance(fact, VisitBegun):
            record = begin_record(fact)
        elif record is not None:
            record = told(record, fact)
    return record


def _withdrawn(record: VisitRecord, fact: Withdrawn) -> VisitRecord:
    kept = tuple(
        one for one in record.withdrawn if (one.trial, one.taken_at_s) != (fact.trial, fact.taken_at_s)
    )
    return replace(record, withdrawn=kept if fact.restored else (*kept, fact))
