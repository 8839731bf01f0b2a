"""From a fact to its rows."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from usbio.store import tables
from usbio.store.packing import packed_rows
from usbio.visit.facts import (
    BordersConfirmed,
    CaptureTaken,
    Checked,
    Fact,
    FunctionNoted,
    PainNoted,
    PlaceCompared,
    Proposed,
    Remarked,
    RepetitionJudged,
    SecondSeen,
    SetBegun,
    StageTurned,
    StillKept,
    TargetSet,
    TrialName,
    Troubled,
    VisitBegun,
    VisitEnded,
    VisitResumed,
    Withdrawn,
)
from usbio.visit.site import Site

_Trial = type[tables.Capture | tables.Repetition | tables.Second]


def begin_visit(session: Session, name: str, begun: VisitBegun) -> tables.Visit:
    """Add the row of a visit, and that of its subject where it is the first."""
    subject = session.scalar(select(tables.Subject).where(tables.Subject.code == begun.subject))
    visit = tables.Visit(
        name=name,
        subject=subject or tables.Subject(code=begun.subject),
        number=begun.number,
        began=begun.began,
        day=_day(begun.began),
        protocol=begun.protocol,
        painful_side=begun.painful_side,
        rater=begun.rater,
        schedule=begun.schedule,
        program_version=begun.program_version,
        sites=[[list(site.sides), site.view] for site in begun.sites],
        last_s=begun.at_s,
        resumed=0,
        ended="",
        facts=0,
        journal_bytes=0,
        **asdict(begun.acquisition),
    )
    session.add(visit)
    session.flush()
    return visit


def add_fact(session: Session, visit: tables.Visit, place: int, fact: Fact) -> None:
    """Add what a fact says; ``place`` is where it stands in the journal."""
    visit.last_s = max(visit.last_s, fact.at_s)
    key = {"visit_id": visit.id, "fact": place, "at_s": fact.at_s}
    match fact:
        case VisitBegun():
            pass  # its row is there
        case VisitResumed():
            visit.resumed, visit.ended = visit.resumed + 1, ""
        case VisitEnded():
            visit.ended = fact.reason
        case Withdrawn():
            _withdraw(session, visit, fact)
        case SecondSeen():
            rows = packed_rows(fact.rows)
            session.add(tables.Second(**key, **_trial(fact.trial), second=fact.second, rows=rows))
        case CaptureTaken():
            _add_capture(session, key, fact)
        case RepetitionJudged():
            _add_repetition(session, key, fact)
        case _:
            session.add(_row(key, fact))


_Plain = (
    StageTurned
    | PlaceCompared
    | Checked
    | BordersConfirmed
    | TargetSet
    | SetBegun
    | PainNoted
    | FunctionNoted
    | StillKept
    | Troubled
    | Proposed
    | Remarked
)
_TABLES: dict[str, type[tables.Base]] = {
    "stage_turned": tables.Stage,
    "place_compared": tables.Place,
    "checked": tables.Check,
    "borders_confirmed": tables.Borders,
    "target_set": tables.Target,
    "set_begun": tables.TrialSet,
    "pain_noted": tables.Pain,
    "function_noted": tables.Function,
    "still_kept": tables.Still,
    "troubled": tables.Trouble,
    "proposed": tables.Proposal,
    "remarked": tables.Remark,
}


def _row(key: dict[str, float], fact: _Plain) -> tables.Base:
    """A fact whose fields are the columns of its table, but for its site and trial."""
    cells: dict[str, object] = {}
    for name, value in _shallow(fact).items():
        if isinstance(value, TrialName):
            cells |= _trial(value)
        elif isinstance(value, Site):
            cells |= _site(value)
        else:
            cells[name] = list(value) if isinstance(value, tuple) else value
    if isinstance(fact, PainNoted) and fact.site is None:
        del cells["site"]
    return _TABLES[fact.kind](**cells | key)


def _shallow(fact: _Plain) -> dict[str, object]:
    return {name: getattr(fact, name) for name in fact.__dataclass_fields__ if name not in ("kind", "at_s")}


def _add_capture(session: Session, key: dict[str, float], fact: CaptureTaken) -> None:
    row = tables.Capture(
        **key,
        **_trial(fact.trial),
        start_s=fact.start_s,
        end_s=fact.end_s,
        breath=fact.breath,
        replaced=fact.replaced,
        withdrawn=False,
        levels=[tables.CaptureLevel(**asdict(level)) for level in fact.levels],
    )
    session.add(row)
    session.flush()
    _claim(session, row, {"capture_id": row.id})


def _add_repetition(session: Session, key: dict[str, float], fact: RepetitionJudged) -> None:
    row = tables.Repetition(
        **key,
        **_trial(fact.trial),
        cue_s=fact.cue_s,
        end_s=fact.end_s,
        feedback=fact.feedback,
        breath=fact.breath,
        selectivity=fact.selectivity,
        outcome=fact.outcome,
        reason=fact.reason,
        withdrawn=False,
        results=[tables.RepetitionResult(**asdict(result)) for result in fact.results],
    )
    session.add(row)
    session.flush()
    _claim(session, row, {"repetition_id": row.id})


def _claim(session: Session, row: tables.Capture | tables.Repetition, owner: dict[str, int]) -> None:
    """Give a trial its seconds: those since its first, for one of the same name may have been broken off."""
    second = tables.Second
    own = and_(
        *_same_trial(second, row.visit_id, _cells(row)),
        second.capture_id.is_(None),
        second.repetition_id.is_(None),
    )
    first = session.scalar(select(func.max(second.fact)).where(own, second.second == 0))
    session.execute(update(second).where(own, second.fact >= (first or 0)).values(**owner))


def _withdraw(session: Session, visit: tables.Visit, fact: Withdrawn) -> None:
    both: tuple[type[tables.Capture | tables.Repetition], ...] = (tables.Capture, tables.Repetition)
    for table in both:
        same = _same_trial(table, visit.id, _trial(fact.trial))
        session.execute(
            update(table).where(*same, table.at_s == fact.taken_at_s).values(withdrawn=not fact.restored)
        )


def _same_trial(table: _Trial, visit_id: int, cells: dict[str, str | int]) -> Sequence[ColumnElement[bool]]:
    return [table.visit_id == visit_id, *(getattr(table, name) == value for name, value in cells.items())]


def _cells(row: tables.OfTrial) -> dict[str, str | int]:
    return {
        "block": row.block,
        "sides": row.sides,
        "view": row.view,
        "set_number": row.set_number,
        "number": row.number,
    }


def _trial(trial: TrialName) -> dict[str, str | int]:
    numbers = {"block": trial.block, "set_number": trial.set_number, "number": trial.number}
    return _site(trial.site) | numbers


def _site(site: Site) -> dict[str, str | int]:
    return {"sides": "+".join(site.sides), "view": site.view}


def _day(began: str) -> datetime.date:
    """The date on the wall where the visit was."""
    return datetime.datetime.fromisoformat(began).date()
