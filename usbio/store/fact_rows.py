"""From a fact to its rows."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from usbio.store import tables
from usbio.store.packing import packed_rows, unpacked_rows
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
        hold_s=begun.hold_s,
        language=begun.language,
        in_a_row=begun.in_a_row,
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
            _add_second(session, key, fact)
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
    table = _TABLES[fact.kind]
    known = table.__table__.columns.keys()  # a field without a column is no reason to lose the others
    return table(**{name: cell for name, cell in (cells | key).items() if name in known})


def tables_of(kind: str) -> type[tables.Base] | None:
    """Return the table that says what a kind of fact says; None for one that changes the row of another."""
    own = {
        "visit_begun": tables.Visit,
        "capture_taken": tables.Capture,
        "repetition_judged": tables.Repetition,
        "second_seen": tables.Second,
    }
    return _TABLES.get(kind) or own.get(kind)


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


def _add_second(session: Session, key: dict[str, float], fact: SecondSeen) -> None:
    """Add a second. A trial is judged when its hold is over: what comes after has its trial already."""
    row = tables.Second(**key, **_trial(fact.trial), second=fact.second, rows=packed_rows(fact.rows))
    before = session.scalar(_seconds_back(row.visit_id, _trial(fact.trial)).limit(1))
    if before is not None and _of_one_take(before, row):
        row.capture_id, row.repetition_id = before.capture_id, before.repetition_id
    session.add(row)


def _claim(session: Session, row: tables.Capture | tables.Repetition, owner: dict[str, int]) -> None:
    """Give a trial its seconds, from the last back to its first: one of its name may have been broken off."""
    after: tables.Second | None = None
    for second in session.scalars(_seconds_back(row.visit_id, _cells(row))):
        owned = second.capture_id is not None or second.repetition_id is not None
        if owned or (after is not None and not _of_one_take(second, after)):
            return
        for name, value in owner.items():
            setattr(second, name, value)
        after = second


def _seconds_back(visit_id: int, cells: dict[str, str | int]) -> Select[tables.Second]:
    """Ask for the seconds of trials of one name, the newest first."""
    return (
        select(tables.Second)
        .where(*_same_trial(tables.Second, visit_id, cells))
        .order_by(tables.Second.fact.desc())
    )


def _of_one_take(before: tables.Second, after: tables.Second) -> bool:
    """Whether two seconds count from one beginning: a trial that is taken again counts anew."""
    return before.second < after.second and abs(_began_s(before) - _began_s(after)) < 1.0


def _began_s(second: tables.Second) -> float:
    """When the trial of a second began, to a second."""
    rows = unpacked_rows(second.rows)
    return (rows[0].at_s if rows else second.at_s) - second.second


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
