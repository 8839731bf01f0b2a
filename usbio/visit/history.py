"""The earlier visits of a patient, from their journals."""

from __future__ import annotations

from pathlib import Path

from usbio.recording.journal import JournalCheck, read_lines
from usbio.recording.place import JOURNAL
from usbio.visit.fact_lines import UnknownFact, fact_of
from usbio.visit.facts import Fact
from usbio.visit.record import VisitRecord, record_of
from usbio.visit.visit_file import visit_outlines

_SECONDS = b'"kind":"second_seen"'


def earlier_visits(data: Path, subject: str, before: str = "") -> tuple[VisitRecord, ...]:
    """Return the visits of a patient in the order in which they began; ``before``: older than this one."""
    found = [
        record
        for one in visit_outlines(data)
        if one.begun.subject == subject and not (before and one.begun.visit >= before)
        if (record := record_of(facts_without_frames(one.folder))) is not None
    ]
    return tuple(sorted(found, key=lambda record: record.begun.visit))


def facts_without_frames(folder: Path) -> list[Fact]:
    """Return what happened in a visit, without its pictures' values: those are nearly all of a journal."""
    facts = []
    for line in read_lines(folder / JOURNAL, JournalCheck()):
        if _SECONDS in line:
            continue
        try:
            facts.append(fact_of(line))
        except UnknownFact:
            continue
    return facts
