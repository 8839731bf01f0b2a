"""The tables of the store. Rows say what facts say; `fact` is the place of the fact in the visit's journal.

What is not known is null in the store and nan in the program. Nothing here belongs to one kind of database.
"""

from __future__ import annotations

import datetime
from math import isnan, nan
from typing import Any

from sqlalchemy import JSON, Double, ForeignKey, Index, MetaData, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class Number(TypeDecorator[float]):
    """A value that may be unknown."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:
        """Write nan as null."""
        return None if value is None or isnan(value) else float(value)

    def process_result_value(self, value: float | None, dialect: Dialect) -> float:
        """Read null as nan."""
        return nan if value is None else float(value)


class Base(DeclarativeBase):
    """Names of constraints are fixed, so that a later revision can change them anywhere."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {float: Number, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 - SQLAlchemy's way


def _number() -> Mapped[float]:
    return mapped_column(Number, nullable=True)


class Subject(Base):
    """A patient, by code."""

    __tablename__ = "subjects"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    visits: Mapped[list[Visit]] = relationship(back_populates="subject")


class Visit(Base):
    """One visit, and how far its journal was taken in."""

    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)  # of its folder
    subject_id: Mapped[int] = mapped_column(ForeignKey("subjects.id"), index=True)
    number: Mapped[int]
    began: Mapped[str]  # wall time with zone, as it was told
    day: Mapped[datetime.date] = mapped_column(index=True)  # where it was, not at Greenwich
    protocol: Mapped[str] = mapped_column(index=True)
    painful_side: Mapped[str]
    rater: Mapped[str]
    schedule: Mapped[str]
    hold_s: Mapped[float] = _number()  # where another hold was asked for than the protocol's
    language: Mapped[str]
    in_a_row: Mapped[int]
    program_version: Mapped[str]
    sites: Mapped[list[Any]]  # [[sides], view]
    level: Mapped[str]
    landmark: Mapped[str]
    posture: Mapped[str]
    scanner: Mapped[str]
    probe: Mapped[str]
    preset: Mapped[str]
    depth_mm: Mapped[float] = _number()
    source: Mapped[str]
    last_s: Mapped[float] = mapped_column(Double)
    resumed: Mapped[int]
    ended: Mapped[str]  # finished, stopped, or "" where it was not
    facts: Mapped[int]  # of the journal that are in here
    journal_bytes: Mapped[int]  # of the journal when they were taken
    subject: Mapped[Subject] = relationship(back_populates="visits")


class OfVisit:
    """One fact of a visit."""

    id: Mapped[int] = mapped_column(primary_key=True)
    fact: Mapped[int]
    at_s: Mapped[float] = mapped_column(Double)

    @declared_attr
    def visit_id(self) -> Mapped[int]:
        """The visit."""
        return mapped_column(ForeignKey("visits.id", ondelete="CASCADE"))

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("visit_id", "fact"),)


class AtSite:
    """Where the probe lay."""

    sides: Mapped[str]  # left, right or left+right
    view: Mapped[str]


class OfTrial(AtSite):
    """Which capture or repetition."""

    block: Mapped[str]
    set_number: Mapped[int]
    number: Mapped[int]


class Stage(OfVisit, AtSite, Base):
    """The visit went on to another stage."""

    __tablename__ = "stages"
    stage: Mapped[int]
    step: Mapped[str]


class Place(OfVisit, AtSite, Base):
    """The probe compared with where it lay last time."""

    __tablename__ = "places"
    verdict: Mapped[str]
    reasons: Mapped[list[Any]]
    shift_mm: Mapped[float] = _number()
    similarity: Mapped[float] = _number()
    landmark_mm: Mapped[float] = _number()


class Check(OfVisit, AtSite, Base):
    """One of the three lights."""

    __tablename__ = "checks"
    light: Mapped[str]
    verdict: Mapped[str]
    reason: Mapped[str]


class Borders(OfVisit, AtSite, Base):
    """Somebody stood by the borders from then on."""

    __tablename__ = "borders"
    took_s: Mapped[float] = _number()
    corrected: Mapped[bool]


class Capture(OfVisit, OfTrial, Base):
    """A resting capture."""

    __tablename__ = "captures"
    start_s: Mapped[float] = mapped_column(Double)
    end_s: Mapped[float] = mapped_column(Double)
    breath: Mapped[str]
    replaced: Mapped[bool]
    withdrawn: Mapped[bool]
    levels: Mapped[list[CaptureLevel]] = relationship(order_by="CaptureLevel.id", passive_deletes=True)


class CaptureLevel(Base):
    """One quantity of one muscle in a capture."""

    __tablename__ = "capture_levels"
    id: Mapped[int] = mapped_column(primary_key=True)
    capture_id: Mapped[int] = mapped_column(ForeignKey("captures.id", ondelete="CASCADE"), index=True)
    side: Mapped[str]
    muscle: Mapped[str]
    quantity: Mapped[str]
    unit: Mapped[str]
    mean: Mapped[float] = _number()
    sd: Mapped[float] = _number()
    n_pictures: Mapped[int]
    ok_fraction: Mapped[float] = _number()


class Target(OfVisit, AtSite, Base):
    """What a side was asked to reach."""

    __tablename__ = "targets"
    side: Mapped[str]
    low_percent: Mapped[float] = _number()
    high_percent: Mapped[float] = _number()
    ceiling_percent: Mapped[float] = _number()
    io_limit_percent: Mapped[float] = _number()
    source: Mapped[str]


class TrialSet(OfVisit, AtSite, Base):
    """A set of repetitions began."""

    __tablename__ = "sets"
    block: Mapped[str]
    set_number: Mapped[int]


class Repetition(OfVisit, OfTrial, Base):
    """A repetition, and what came of it."""

    __tablename__ = "repetitions"
    cue_s: Mapped[float] = mapped_column(Double)
    end_s: Mapped[float] = mapped_column(Double)
    feedback: Mapped[str]
    breath: Mapped[str]
    selectivity: Mapped[str]
    outcome: Mapped[str]
    reason: Mapped[str]
    withdrawn: Mapped[bool]
    results: Mapped[list[RepetitionResult]] = relationship(
        order_by="RepetitionResult.id", passive_deletes=True
    )


class RepetitionResult(Base):
    """One quantity of one muscle in a repetition."""

    __tablename__ = "repetition_results"
    id: Mapped[int] = mapped_column(primary_key=True)
    repetition_id: Mapped[int] = mapped_column(ForeignKey("repetitions.id", ondelete="CASCADE"), index=True)
    side: Mapped[str]
    muscle: Mapped[str]
    quantity: Mapped[str]
    unit: Mapped[str]
    rest_value: Mapped[float] = _number()
    rest_sd: Mapped[float] = _number()
    contracted_value: Mapped[float] = _number()
    change_absolute: Mapped[float] = _number()
    change_percent: Mapped[float] = _number()
    contraction_ratio: Mapped[float] = _number()
    change_se: Mapped[float] = _number()
    hold_s: Mapped[float] = _number()
    in_target_s: Mapped[float] = _number()
    decision: Mapped[str]
    n_pictures: Mapped[int]
    ok_fraction: Mapped[float] = _number()
    border_source: Mapped[str]
    rest_start_s: Mapped[float] = _number()
    rest_end_s: Mapped[float] = _number()


class Second(OfVisit, OfTrial, Base):
    """All pictures of one second of a trial, packed as `usbio.store.packing` says."""

    __tablename__ = "seconds"
    second: Mapped[int]
    rows: Mapped[dict[str, Any]]
    # The trial it belongs to, once that is judged; one that was broken off has none.
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("captures.id", ondelete="CASCADE"), index=True)
    repetition_id: Mapped[int | None] = mapped_column(
        ForeignKey("repetitions.id", ondelete="CASCADE"), index=True
    )


class Pain(OfVisit, Base):
    """Pain from 0 to 10."""

    __tablename__ = "pains"
    moment: Mapped[str]
    set_number: Mapped[int]
    score: Mapped[float] = _number()
    sides: Mapped[str | None]
    view: Mapped[str | None]


class Function(OfVisit, Base):
    """An activity from 0 to 10."""

    __tablename__ = "functions"
    activity: Mapped[str]
    score: Mapped[float] = _number()


class Still(OfVisit, OfTrial, Base):
    """A picture in the visit's folder."""

    __tablename__ = "stills"
    file: Mapped[str]
    x_mm_per_px: Mapped[float] = _number()
    y_mm_per_px: Mapped[float] = _number()


class Proposal(OfVisit, Base):
    """What was proposed for the next visit."""

    __tablename__ = "proposals"
    proposal: Mapped[str]
    protocol: Mapped[str]
    reasons: Mapped[list[Any]]
    hold_s: Mapped[float] = _number()
    accepted: Mapped[bool | None]
    override: Mapped[str]


class Remark(OfVisit, Base):
    """A remark of the clinician."""

    __tablename__ = "remarks"
    words: Mapped[str]


class Trouble(OfVisit, Base):
    """What went wrong."""

    __tablename__ = "troubles"
    code: Mapped[str]
    words: Mapped[str]


for _table in (Capture, Repetition, Second):
    Index(
        f"ix_{_table.__tablename__}_trial",
        _table.__table__.c.visit_id,
        _table.__table__.c.block,
        _table.__table__.c.sides,
        _table.__table__.c.view,
        _table.__table__.c.set_number,
        _table.__table__.c.number,
    )
