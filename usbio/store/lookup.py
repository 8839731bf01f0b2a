"""What pages, reports and progression ask the store: patients, their visits, what the last one left."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import Select

from segmentation.captures import average
from segmentation.traces import Level
from usbio.store import tables
from usbio.store.records import (
    BlockCount,
    LastVisit,
    RepetitionRow,
    RestMean,
    StillRow,
    SubjectRow,
    VisitRow,
    VisitState,
)
from usbio.store.store import Store
from usbio.visit.facts import Acquisition
from usbio.visit.site import Site


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which visits; what is left out is not asked for."""

    subjects: tuple[str, ...] = ()
    first_day: datetime.date | None = None
    last_day: datetime.date | None = None
    protocol: str = ""
    visits: tuple[str, ...] = ()


def subjects(store: Store, beginning: str = "") -> tuple[SubjectRow, ...]:
    """Return the patients whose code begins so, in the order of their codes; upper and lower case are one."""
    code, visit = tables.Subject.code, tables.Visit
    asked = (
        select(code, func.count(visit.id), func.max(visit.day))
        .join(visit, visit.subject_id == tables.Subject.id)
        .where(func.lower(code).startswith(beginning.lower(), autoescape=True))
        .group_by(code)
        .order_by(code)
    )
    with store.reading() as session:
        return tuple(SubjectRow(name, count, day) for name, count, day in session.execute(asked))


def visits(store: Store, wanted: Wanted = Wanted()) -> tuple[VisitRow, ...]:
    """Return visits in the order in which they began."""
    with store.reading() as session:
        return tuple(visit_row(session, row) for row in session.scalars(wanted_visits(wanted)))


def next_number(store: Store, subject: str) -> int:
    """Return the number that the next visit of a patient has."""
    asked = select(func.max(tables.Visit.number)).join(tables.Subject).where(tables.Subject.code == subject)
    with store.reading() as session:
        return (session.scalar(asked) or 0) + 1


def last_visit(store: Store, subject: str, before: str = "") -> LastVisit | None:
    """Return the newest visit of a patient that has a capture; ``before``: older than this one."""
    with store.reading() as session:
        newest = None
        for row in session.scalars(wanted_visits(Wanted(subjects=(subject,)))):
            if row.name == before:
                break
            if _captures(session, row):
                newest = row
        if newest is None:
            return None
        captures = _captures(session, newest)
        return LastVisit(
            visit_row(session, newest), _rest_means(captures), _stills(session, newest, captures)
        )


def repetitions(store: Store, subject: str, protocol: str = "") -> tuple[RepetitionRow, ...]:
    """Return how the repetitions of a patient went, in their order, without what was withdrawn."""
    row, visit = tables.Repetition, tables.Visit
    asked = (
        select(row, visit.name, visit.number, visit.protocol)
        .join(visit, row.visit_id == visit.id)
        .join(tables.Subject)
        .where(tables.Subject.code == subject, row.withdrawn.is_(False))
        .order_by(visit.number, visit.id, row.fact)
    )
    if protocol:
        asked = asked.where(visit.protocol == protocol)
    with store.reading() as session:
        return tuple(_repetition(*found) for found in session.execute(asked))


def wanted_visits(wanted: Wanted) -> Select[tables.Visit]:
    """Return the question for these visits, in the order in which they began."""
    visit = tables.Visit
    asked = select(visit).join(tables.Subject)
    if wanted.subjects:
        asked = asked.where(tables.Subject.code.in_(wanted.subjects))
    if wanted.visits:
        asked = asked.where(visit.name.in_(wanted.visits))
    if wanted.first_day is not None:
        asked = asked.where(visit.day >= wanted.first_day)
    if wanted.last_day is not None:
        asked = asked.where(visit.day <= wanted.last_day)
    if wanted.protocol:
        asked = asked.where(visit.protocol == wanted.protocol)
    return asked.order_by(visit.day, visit.name)


def site_of(sides: str, view: str) -> Site:
    """Return a site from its columns."""
    return Site(cast("Any", tuple(sides.split("+"))), cast("Any", view))


def visit_row(session: Session, row: tables.Visit) -> VisitRow:
    """Return a visit as it stands in a list."""
    proposal = _newest(session, tables.Proposal, row)
    return VisitRow(
        visit=row.name,
        subject=row.subject.code,
        number=row.number,
        began=row.began,
        day=row.day,
        protocol=row.protocol,
        painful_side=cast("Any", row.painful_side),
        sites=tuple(Site(tuple(sides), view) for sides, view in row.sites),
        rater=row.rater,
        schedule=row.schedule,
        hold_s=row.hold_s,
        acquisition=Acquisition(
            row.level,
            row.landmark,
            row.posture,
            row.scanner,
            row.probe,
            row.preset,
            row.depth_mm,
            row.source,
        ),
        state=cast("VisitState", row.ended or "open"),
        last_s=row.last_s,
        resumed=row.resumed,
        blocks=_blocks(session, row),
        pain_start=_pain(session, row, "start"),
        pain_end=_pain(session, row, "end"),
        proposal=proposal.proposal if proposal else "",
        proposal_accepted=proposal.accepted if proposal else None,
        next_protocol=proposal.protocol if proposal else "",
        next_hold_s=proposal.hold_s if proposal else nan,
    )


def _newest(session: Session, table: type[tables.Proposal], visit: tables.Visit) -> tables.Proposal | None:
    asked = select(table).where(table.visit_id == visit.id).order_by(table.fact.desc()).limit(1)
    return session.scalar(asked)


def _pain(session: Session, visit: tables.Visit, moment: str) -> float:
    pain = tables.Pain
    asked = select(pain).where(pain.visit_id == visit.id, pain.moment == moment)
    found = session.scalar(asked.order_by(pain.fact.desc()).limit(1))
    return found.score if found is not None else nan


def _blocks(session: Session, visit: tables.Visit) -> tuple[BlockCount, ...]:
    row = tables.Repetition
    shown = (row.feedback != "none").label("shown")
    passed = func.count(row.id).filter(row.outcome == "passed")
    asked = (
        select(row.block, shown, func.count(row.id), passed)
        .where(row.visit_id == visit.id, row.withdrawn.is_(False))
        .group_by(row.block, shown)
        .order_by(func.min(row.fact))
    )
    return tuple(
        BlockCount(cast("Any", block), bool(feedback), judged, n)
        for block, feedback, judged, n in session.execute(asked)
    )


def _captures(session: Session, visit: tables.Visit) -> Sequence[tables.Capture]:
    row = tables.Capture
    asked = select(row).where(row.visit_id == visit.id, row.withdrawn.is_(False), row.block == "rest")
    return session.scalars(asked.order_by(row.fact)).all()


def _rest_means(captures: Sequence[tables.Capture]) -> tuple[RestMean, ...]:
    found: dict[tuple[str, str, str, str, str, str], list[Level]] = defaultdict(list)
    for capture in captures:
        for one in capture.levels:
            key = (capture.sides, capture.view, one.side, one.muscle, one.quantity, one.unit)
            found[key].append(Level(one.mean, one.sd, one.n_pictures))
    return tuple(
        RestMean(
            site_of(sides, view), cast("Any", side), cast("Any", muscle), quantity, unit, average(levels)
        )
        for (sides, view, side, muscle, quantity, unit), levels in found.items()
    )


def _stills(
    session: Session, visit: tables.Visit, captures: Sequence[tables.Capture]
) -> tuple[StillRow, ...]:
    """The stills of each capture: of those of its name the nearest, for a capture may be taken again."""
    asked = select(tables.Still).where(tables.Still.visit_id == visit.id)
    stills = session.scalars(asked.order_by(tables.Still.fact)).all()
    found: list[StillRow] = []
    for capture in captures:
        site = site_of(capture.sides, capture.view)
        own = nearest_stills(stills, capture)
        found += [StillRow(site, capture.number, one.at_s, one.file) for one in own]
    return tuple(found)


def nearest_stills(stills: Sequence[tables.Still], capture: tables.Capture) -> list[tables.Still]:
    """Return the stills that were kept when a capture was taken, in the order in which they were kept."""
    named = [one for one in stills if _name(one) == _name(capture)]
    off_s = min((abs(one.at_s - capture.at_s) for one in named), default=0.0)
    return [one for one in named if abs(one.at_s - capture.at_s) == off_s]


def _name(trial: tables.OfTrial) -> tuple[str, str, str, int, int]:
    return trial.block, trial.sides, trial.view, trial.set_number, trial.number


def _repetition(row: tables.Repetition, name: str, number: int, protocol: str) -> RepetitionRow:
    return RepetitionRow(
        visit=name,
        visit_number=number,
        protocol=protocol,
        at_s=row.at_s,
        block=cast("Any", row.block),
        site=site_of(row.sides, row.view),
        set_number=row.set_number,
        number=row.number,
        feedback=cast("Any", row.feedback),
        outcome=cast("Any", row.outcome),
        reason=row.reason,
    )
