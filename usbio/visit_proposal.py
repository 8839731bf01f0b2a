"""What is proposed for the next visit, from this one and those before it."""

from __future__ import annotations

from math import nan
from pathlib import Path

from usbio.progression import Override, propose
from usbio.protocol_library import ladder, protocol_named
from usbio.texts import Texts
from usbio.visit.facts import Proposed
from usbio.visit.history import earlier_visits
from usbio.visit.outcome import outcome_of
from usbio.visit.record import VisitRecord


class Proposals:
    """Proposes by the protocol's own rules; the clinician decides."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def __call__(self, record: VisitRecord, texts: Texts) -> Proposed:
        """Return what is proposed after this visit, with its reasons in words."""
        begun = record.begun
        visits = (*earlier_visits(self._data, begun.subject, before=begun.visit), record)
        outcomes = [outcome_of(one, one.begun.hold_s) for one in visits]
        told = record.proposed.override if record.proposed is not None else ""
        override = Override(told) if told else None
        found = propose(protocol_named(begun.protocol), outcomes, ladder(), override)
        hold_s = next((change.after for change in found.changes if change.key == "hold_s"), nan)
        reasons = tuple(texts.say(reason) for reason in found.reasons)
        accepted = True if override is not None else None
        words = override.reason if override is not None else ""
        return Proposed(record.at_s, found.kind, found.protocol, reasons, hold_s, accepted, words)
