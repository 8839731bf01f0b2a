"""What is proposed after whole visits: the same patient, with another second visit."""

from __future__ import annotations

import pytest

from tests.usbio.scripted_visit import Clinic, Patient, short_protocol
from usbio.progression import propose
from usbio.protocol_library import shipped_protocols
from usbio.texts import Texts
from usbio.visit.facts import TargetSet
from usbio.visit.outcome import outcome_of
from usbio.visit.record import VisitRecord, record_of

LADDER = shipped_protocols()


@pytest.fixture(scope="module")
def first() -> VisitRecord:
    """A visit in which everything passed."""
    return _visit(1, effort=1.0)


@pytest.mark.parametrize(
    ("effort", "kind", "protocol", "reason"),
    [
        (1.0, "advance", "tra_draw_in_sitting", "3 correct in a row"),
        # Less than last time at first; trained by a target of its own, which it reaches.
        (0.3, "stay", "tra_draw_in_lying", "left+right tra: not kept at the retention test: 0 of 3"),
        (0.0, "stay", "tra_draw_in_lying", "none correct, after the criterion had been met before"),
    ],
)
def test_the_second_visit_decides_about_the_third(
    first: VisitRecord, effort: float, kind: str, protocol: str, reason: str
) -> None:
    second = _visit(2, effort, first.targets)
    proposal = propose(short_protocol(), [outcome_of(first), outcome_of(second)], LADDER)
    assert (proposal.kind, proposal.protocol) == (kind, protocol)
    assert Texts().say(proposal.reasons[0]) == reason


def _visit(number: int, effort: float, earlier: tuple[TargetSet, ...] = ()) -> VisitRecord:
    clinic = Clinic(None, Patient(number, lambda state, at_s: effort), number, earlier, together=True)
    clinic.whole()
    record = record_of(clinic.facts)
    assert record is not None
    return record
