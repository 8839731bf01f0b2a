"""The earlier visits of a patient, from their journals."""

from __future__ import annotations

from pathlib import Path

from usbio.visit.record import VisitRecord, record_of
from usbio.visit.visit_file import visit_facts, visit_outlines


def earlier_visits(data: Path, subject: str, before: str = "") -> tuple[VisitRecord, ...]:
    """Return the visits of a patient in the order in which they began; ``before``: older than this one."""
    found = [
        record
        for one in visit_outlines(data)
        if one.begun.subject == subject and not (before and one.begun.visit >= before)
        if (record := record_of(visit_facts(one.folder, seconds=False))) is not None
    ]
    return tuple(sorted(found, key=lambda record: record.begun.visit))
