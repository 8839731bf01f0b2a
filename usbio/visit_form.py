"""What is settled before a visit begins: the patient by code, how pictures are made, and what is trained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite, nan
from pathlib import Path

from usbio.errors import CallError
from usbio.protocol import UNPUBLISHED, Protocol, Schedule, ScheduleKind, Sourced
from usbio.texts import Text
from usbio.visit.facts import Acquisition, PainfulSide
from usbio.visit.history import earlier_visits
from usbio.visit.record import VisitRecord

LONGEST_CODE = 40
_COMPARED = ("level", "landmark", "posture", "scanner", "probe", "preset")
_SAMPLE_SUBJECT = "SAMPLE"


@dataclass(frozen=True, slots=True)
class VisitForm:
    """The first page of a visit. A code stands for the patient; names are never needed."""

    subject: str = ""
    painful_side: PainfulSide = "none"
    level: str = ""
    landmark: str = ""
    posture: str = ""
    scanner: str = ""
    probe: str = ""
    preset: str = ""
    depth_mm: float = nan
    rater: str = ""
    protocol: str = "tra_draw_in_lying"
    schedule: ScheduleKind | None = None  # None: the protocol's
    hold_s: float = nan  # nan: the protocol's
    language: str = "en"
    follow_cues: bool = False  # a simulated patient does what is asked for

    def acquisition(self, source: str) -> Acquisition:
        """Return how pictures are made."""
        return Acquisition(
            self.level,
            self.landmark,
            self.posture,
            self.scanner,
            self.probe,
            self.preset,
            self.depth_mm,
            source,
        )


def sample_form() -> VisitForm:
    """Return the sample session's: a simulated patient, no device, nothing to set up."""
    return VisitForm(_SAMPLE_SUBJECT, "right", level="L4", posture="crook lying", follow_cues=True)


def checked(form: VisitForm) -> VisitForm:
    """Return the form as it is used; raises `CallError` where it cannot be."""
    subject = form.subject.strip()
    if not subject:
        raise CallError("patient", "has no code", "enter a code that stands for the patient, such as P-0147")
    if len(subject) > LONGEST_CODE or any(ord(sign) < 32 for sign in subject):
        raise CallError("patient", "has a code that is no short word", f"use at most {LONGEST_CODE} signs")
    if isfinite(form.hold_s) and not 1.0 <= form.hold_s <= 600.0:
        raise CallError("hold", f"{form.hold_s:g} s is no hold", "give 1 to 600 s")
    return replace(form, subject=subject)


def last_form(subject: str, data: Path) -> VisitForm | None:
    """Return what the next visit of a patient begins with: the last one's, and what was accepted for it."""
    visits = earlier_visits(data, subject)
    return following_form(visits[-1]) if visits else None


def following_form(record: VisitRecord) -> VisitForm:
    """Return the form of the visit after this one."""
    begun, at, proposed = record.begun, record.begun.acquisition, record.proposed
    accepted = proposed is not None and bool(proposed.accepted)
    return VisitForm(
        subject=begun.subject,
        painful_side=begun.painful_side,
        level=at.level,
        landmark=at.landmark,
        posture=at.posture,
        scanner=at.scanner,
        probe=at.probe,
        preset=at.preset,
        depth_mm=at.depth_mm,
        rater=begun.rater,
        protocol=proposed.protocol if accepted and proposed is not None else begun.protocol,
        hold_s=proposed.hold_s if accepted and proposed is not None else begun.hold_s,
        language=begun.language,
    )


def protocol_of(form: VisitForm, protocol: Protocol) -> Protocol:
    """Return the protocol with what the form asks for instead."""
    if isfinite(form.hold_s):
        hold = Sourced(form.hold_s, "the clinician", "this patient")
        protocol = replace(protocol, dose=replace(protocol.dose, hold_s=hold))
    if form.schedule is None or form.schedule == protocol.schedule.kind:
        return protocol
    return replace(protocol, schedule=_schedule(form.schedule))


def unlike(now: Acquisition, before: Acquisition) -> tuple[Text, ...]:
    """Return in what pictures are made otherwise than last time; what nobody noted is not compared."""
    reasons = []
    for key in _COMPARED:
        new, old = getattr(now, key), getattr(before, key)
        if new and old and new.strip().lower() != old.strip().lower():
            field = Text(f"visit.field.{key}")
            reasons.append(Text("visit.place.why.other", field=field, now=new, before=old))
    if isfinite(now.depth_mm) and isfinite(before.depth_mm) and now.depth_mm != before.depth_mm:
        words = f"{now.depth_mm:g} mm", f"{before.depth_mm:g} mm"
        field = Text("visit.field.depth")
        reasons.append(Text("visit.place.why.other", field=field, now=words[0], before=words[1]))
    return tuple(reasons)


def _schedule(kind: ScheduleKind) -> Schedule:
    if kind != "faded":
        return Schedule(kind)
    return Schedule(kind, Sourced(1.0, UNPUBLISHED, "none"), Sourced(0.25, UNPUBLISHED, "none"))
