"""From form to visit: codes, protocols, order of sides, and what the last visit leaves to the next."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from pathlib import Path

import pytest

from tests.usbio.scripted_visit import Clinic, short_protocol
from tests.usbio.visit_facts import BEGUN
from usbio.data_folder import visits_folder
from usbio.errors import CallError
from usbio.visit.facts import Acquisition, Fact, Proposed, VisitBegun
from usbio.visit.history import earlier_visits
from usbio.visit.keeper import VisitKeeper
from usbio.visit.record import record_of
from usbio.visit_form import VisitForm, checked, following_form, last_form, protocol_of, unlike


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (VisitForm(), "has no code"),
        (VisitForm("   "), "has no code"),
        (VisitForm("x" * 50), "no short word"),
        (VisitForm("P\n1"), "no short word"),
        (VisitForm("P-1", hold_s=0.2), "no hold"),
    ],
)
def test_a_form_that_begins_no_visit_says_why(form: VisitForm, words: str) -> None:
    with pytest.raises(CallError, match=words):
        checked(form)


def test_a_code_is_trimmed() -> None:
    assert checked(VisitForm("  P-0147 ")).subject == "P-0147"


def test_the_form_may_ask_for_another_hold_and_schedule() -> None:
    protocol = short_protocol()
    asked = protocol_of(VisitForm("P", hold_s=7.0, schedule="terminal"), protocol)
    assert asked.dose.hold_s.value == 7.0
    assert asked.schedule.kind == "terminal"
    assert protocol_of(VisitForm("P"), protocol) == protocol
    faded = protocol_of(VisitForm("P", schedule="faded"), replace(asked, name="own"))
    assert faded.schedule.first_share is not None


def test_what_differs_from_last_time_is_named_and_what_nobody_noted_is_not() -> None:
    before = Acquisition(level="L4", preset="MSK", scanner="", depth_mm=50.0)
    now = Acquisition(level="l4 ", preset="Abdomen", scanner="S", depth_mm=60.0)
    reasons = [dict(one.parameters) for one in unlike(now, before)]
    assert [(r["now"], r["before"]) for r in reasons] == [("Abdomen", "MSK"), ("60 mm", "50 mm")]
    assert unlike(before, before) == ()


def _keep(data: Path, facts: list[Fact]) -> None:
    begun = facts[0]
    assert isinstance(begun, VisitBegun)
    folder = visits_folder(data) / begun.visit
    folder.mkdir(parents=True)
    keeper = VisitKeeper(folder)
    for fact in facts:
        keeper.keep(fact)
    assert keeper.close(20.0)


def test_the_next_visit_begins_with_what_was_accepted_at_the_last(tmp_path: Path) -> None:
    clinic = Clinic()
    clinic.whole()
    _keep(tmp_path, clinic.facts)
    other = replace(BEGUN, visit="20261104-101500-ffff", subject="P-0200")
    _keep(tmp_path, [other])
    (record,) = earlier_visits(tmp_path, "P-0147")
    assert len(record.trials) == len(clinic.state.record.trials)
    form = last_form("P-0147", tmp_path)
    assert form is not None
    assert (form.subject, form.painful_side, form.protocol) == ("P-0147", "right", "tra_draw_in_lying")
    assert last_form("P-0999", tmp_path) is None


@pytest.mark.parametrize(
    ("accepted", "protocol", "hold_s"), [(True, "tra_hold_lying", 15.0), (False, BEGUN.protocol, nan)]
)
def test_only_an_accepted_proposal_changes_the_form(accepted: bool, protocol: str, hold_s: float) -> None:
    proposed = Proposed(9.0, "advance", "tra_hold_lying", (), hold_s=15.0, accepted=accepted)
    record = record_of((BEGUN, proposed))
    assert record is not None
    form = following_form(record)
    assert form.protocol == protocol
    assert form.hold_s == hold_s or form.hold_s != form.hold_s
