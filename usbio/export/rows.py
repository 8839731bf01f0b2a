"""From the store to the rows of an export, one visit after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import nan
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from usbio.columns import Cell
from usbio.store import tables
from usbio.store.lookup import nearest_stills
from usbio.store.packing import unpacked_rows
from usbio.store.records import VisitRow
from usbio.visit.facts import FrameRow

Row = Mapping[str, Cell]
_RESULT = tuple(
    name
    for name in tables.RepetitionResult.__table__.columns.keys()  # noqa: SIM118 - no mapping
    if name not in ("id", "repetition_id")
)


class VisitRows:
    """The rows of one visit, for as long as the store is asked."""

    def __init__(self, session: Session, visit: VisitRow, state: str) -> None:
        self._session, self.visit, self._state = session, visit, state
        row = session.scalar(select(tables.Visit).where(tables.Visit.name == visit.visit))
        if row is None:
            raise ValueError(f"a visit of the store is expected, not {visit.visit}")
        self._row = row
        self._asked: dict[Any, Sequence[Any]] = {}
        self._key: Row = {
            "subject": visit.subject,
            "visit": visit.visit,
            "visit_number": visit.number,
            "date": visit.day.isoformat(),
            "protocol": visit.protocol,
        }

    def visits(self) -> Iterator[Row]:
        """Yield the visit itself."""
        visit, row = self.visit, self._row
        proposal = next(iter(self._all(tables.Proposal)[::-1]), None)
        yield {
            **self._key,
            **{name: getattr(visit.acquisition, name) for name in visit.acquisition.__dataclass_fields__},
            "began": visit.began,
            "state": self._state,
            "last_s": visit.last_s,
            "resumed": visit.resumed,
            "painful_side": visit.painful_side,
            "sites": ", ".join(site.words for site in visit.sites),
            "schedule": visit.schedule,
            "asked_hold_s": visit.hold_s,
            "rater": visit.rater,
            "program_version": row.program_version,
            "pain_start": visit.pain_start,
            "pain_end": visit.pain_end,
            "proposal": visit.proposal,
            "proposed_protocol": visit.next_protocol,
            "proposed_hold_s": visit.next_hold_s,
            "proposal_accepted": visit.proposal_accepted,
            "override_reason": proposal.override if proposal else "",
            "remarks": " | ".join(one.words for one in self._all(tables.Remark)),
            "troubles": " | ".join(one.words or one.code for one in self._all(tables.Trouble)),
        }

    def sets(self) -> Iterator[Row]:
        """Yield a row for every set that has a repetition."""
        grouped: dict[tuple[str, str, str, int], list[tables.Repetition]] = {}
        for one in self._all(tables.Repetition):
            if not one.withdrawn:
                grouped.setdefault((one.block, one.sides, one.view, one.set_number), []).append(one)
        for members in grouped.values():
            shown = [one for one in members if one.feedback != "none"]
            blind = [one for one in members if one.feedback == "none"]
            yield {
                **self._key,
                **_trial(members[0]),
                "n_repetitions": len(members),
                "n_passed": _passed(members),
                "n_with_feedback": len(shown),
                "n_passed_with_feedback": _passed(shown),
                "n_without_feedback": len(blind),
                "n_passed_without_feedback": _passed(blind),
                "n_not_decidable": sum(one.outcome == "not_decidable" for one in members),
                "pain_before": self._set_pain("before_set", members),
                "pain_after": self._set_pain("after_set", members),
            }

    def repetitions(self) -> Iterator[Row]:
        """Yield a row for every repetition, side, muscle and quantity; one without results has a row, too."""
        for one in self._all(tables.Repetition):
            told: Row = {
                **self._key,
                **_trial(one),
                "repetition": one.number,
                "feedback": one.feedback,
                "outcome": one.outcome,
                "reason": one.reason,
                "selectivity": one.selectivity,
                "withdrawn": one.withdrawn,
                "cue_s": one.cue_s,
                "end_s": one.end_s,
                "breath": one.breath,
            }
            for result in one.results:
                yield {**told, **_cells(result, _RESULT), **self._target(one, result.side)}
            if not one.results:
                yield told

    def captures(self) -> Iterator[Row]:
        """Yield a row for every resting capture, side, muscle and quantity."""
        stills = self._all(tables.Still)
        for one in self._all(tables.Capture):
            told: Row = {
                **self._key,
                **_trial(one),
                "capture": one.number,
                **_cells(one, ("withdrawn", "at_s", "start_s", "end_s", "breath", "replaced")),
                "stills": " ".join(still.file for still in nearest_stills(stills, one)),
            }
            for level in one.levels:
                cells = _cells(level, ("side", "muscle", "quantity", "unit", "n_pictures", "ok_fraction"))
                yield {**told, **cells, "rest_value": level.mean, "rest_sd": level.sd}
            if not one.levels:
                yield told

    def pains(self) -> Iterator[Row]:
        """Yield every pain score."""
        for one in self._all(tables.Pain):
            yield {
                **self._key,
                **_cells(one, ("at_s", "moment", "sides", "view")),
                "set": one.set_number or None,
                "pain": one.score,
            }

    def functions(self) -> Iterator[Row]:
        """Yield every activity."""
        for one in self._all(tables.Function):
            yield {**self._key, "at_s": one.at_s, "activity": one.activity, "function": one.score}

    def frames(self) -> Iterator[Row]:
        """Yield a row for every picture, side and muscle of the visit's captures and repetitions."""
        for told, row in self._pictures():
            yield {**told, **_picture(row), "side": row.side, "muscle": row.muscle, **_values(row)}

    def wide_frames(self) -> Iterator[Row]:
        """Yield a row for every picture, with columns for each side and muscle."""
        key: tuple[object, ...] = ()
        whole: dict[str, Cell] = {}
        for told, row in self._pictures():
            here = (id(told), row.frame, row.at_s)
            if here != key:
                if whole:
                    yield whole
                key, whole = here, {**told, **_picture(row)}
            whole |= {f"{row.side}_{row.muscle}_{name}": cell for name, cell in _values(row).items()}
        if whole:
            yield whole

    def seen(self) -> set[tuple[str, str]]:
        """Return the sides and muscles that any picture of the visit says something of."""
        return {(row.side, row.muscle) for _, row in self._pictures()}

    def _pictures(self) -> Iterator[tuple[Row, FrameRow]]:
        judged = {one.id: one for one in self._all(tables.Repetition)}
        captured = {one.id: one for one in self._all(tables.Capture)}
        second = tables.Second
        asked = select(second).where(second.visit_id == self._row.id).order_by(second.fact)
        for one in self._session.scalars(asked.execution_options(yield_per=50)):
            repetition = judged.get(one.repetition_id or 0)
            trial = repetition or captured.get(one.capture_id or 0)
            number = "capture" if one.block == "rest" else "repetition"
            told: Row = {
                **self._key,
                **_trial(one),
                number: one.number,
                "feedback": repetition.feedback if repetition is not None else None,
                "withdrawn": trial.withdrawn if trial is not None else None,
            }
            for row in unpacked_rows(one.rows):
                yield told, row
            self._session.expunge(one)

    def _all(self, table: Any) -> Sequence[Any]:
        if table not in self._asked:
            asked = select(table).where(table.visit_id == self._row.id).order_by(table.fact)
            self._asked[table] = self._session.scalars(asked).all()
        return self._asked[table]

    def _set_pain(self, moment: str, members: Sequence[tables.Repetition]) -> float:
        first = members[0]
        scores = [
            one.score
            for one in self._all(tables.Pain)
            if (one.moment, one.set_number) == (moment, first.set_number)
            and (one.sides, one.view) in ((first.sides, first.view), (None, None))
        ]
        return scores[-1] if scores and first.block == "training" else nan

    def _target(self, repetition: tables.Repetition, side: str) -> Row:
        """What the side was asked to reach when it was judged."""
        found = [
            one
            for one in self._all(tables.Target)
            if (one.sides, one.view, one.side) == (repetition.sides, repetition.view, side)
            and one.fact < repetition.fact
        ]
        if not found:
            return {}
        return {
            "target_low_percent": found[-1].low_percent,
            "target_high_percent": found[-1].high_percent,
        }


def subject_rows(visits: Iterable[VisitRow]) -> Iterator[Row]:
    """Yield a row for every patient, in the order of their codes."""
    grouped: dict[str, list[VisitRow]] = {}
    for one in visits:
        grouped.setdefault(one.subject, []).append(one)
    for code, members in sorted(grouped.items()):
        yield {
            "subject": code,
            "n_visits": len(members),
            "first_date": members[0].day.isoformat(),
            "last_date": members[-1].day.isoformat(),
            "painful_side": members[-1].painful_side,
        }


def _trial(one: Any) -> Row:
    return {"block": one.block, "sides": one.sides, "view": one.view, "set": one.set_number}


def _cells(one: object, names: Iterable[str]) -> Row:
    return {name: getattr(one, name) for name in names}


def _passed(members: Iterable[tables.Repetition]) -> int:
    return sum(one.outcome == "passed" for one in members)


def _picture(row: FrameRow) -> Row:
    return {
        "frame": row.frame,
        "time_s": row.at_s,
        "new_picture": row.new_picture,
        "phase": row.phase.value,
    }


def _values(row: FrameRow) -> Row:
    return {
        "thickness_mm": row.thickness_mm,
        "area_cm2": row.area_cm2,
        "relative_thickness_percent": row.relative_thickness_percent,
        "slide_mm": row.slide_mm,
        "echo_intensity_grey": row.echo_intensity_grey,
        "subcutaneous_mm": row.subcutaneous_mm,
        "probe_shift_mm": row.probe_shift_mm,
        "quality": row.quality,
        "status": row.status.value,
        "border_source": row.border_source,
    }
