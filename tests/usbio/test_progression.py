"""Progression: what is proposed follows from what was reached and kept, and pain holds it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import nan
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.usbio.visit_facts import BEGUN, LEFT, RIGHT, repetition
from usbio.mastery import PainPair, SiteOutcome, VisitOutcome, in_a_row
from usbio.progression import DoseChange, Override, Proposal, propose, with_changes
from usbio.protocol import UNPUBLISHED, Protocol, Sourced
from usbio.protocol_library import shipped_protocols
from usbio.texts import Texts
from usbio.visit.facts import Outcome, PainNoted
from usbio.visit.outcome import outcome_of
from usbio.visit.record import record_of

TEXTS = Texts()
LADDER = shipped_protocols()
LYING, SITTING = LADDER["tra_draw_in_lying"], LADDER["tra_draw_in_sitting"]
HOLD = LADDER["tra_hold_lying"]  # 30 s, in steps of 10 s to 60 s, then what follows
THREE: tuple[Outcome, ...] = ("not_passed", "passed", "passed", "passed")
KEPT: tuple[Outcome, ...] = ("passed", "not_passed", "passed")  # 2 of 3 are more than the 0.6 asked for
LOST: tuple[Outcome, ...] = ("passed", "not_passed", "not_passed")
NONE: tuple[Outcome, ...] = ("not_passed",) * 4


def test_two_visits_with_different_results_are_followed_by_different_proposals() -> None:
    met_and_kept = [visit(training=THREE), visit(opening=KEPT)]
    met_and_lost = [visit(training=THREE), visit(opening=LOST)]
    not_met = [visit(training=("passed", "passed", "not_passed")), visit(opening=KEPT)]
    proposals = [propose(LYING, outcomes, LADDER) for outcomes in (met_and_kept, met_and_lost, not_met)]
    assert [(one.kind, one.protocol, codes(one)[0]) for one in proposals] == [
        ("advance", "tra_draw_in_sitting", "criterion_met"),
        ("stay", "tra_draw_in_lying", "not_kept"),
        ("stay", "tra_draw_in_lying", "criterion_open"),
    ]
    assert proposals[0].choices == ("tra_hold_lying",)


def test_every_proposal_says_why_in_words() -> None:
    said = TEXTS.say(propose(LYING, [visit(training=THREE), visit(opening=LOST)], LADDER).reasons[0])
    assert said == "left tra: not kept at the retention test: 1 of 3"


def test_before_any_training() -> None:
    for outcomes in ([], [visit(opening=KEPT)]):
        proposal = propose(LYING, outcomes, LADDER)
        assert (proposal.kind, codes(proposal)) == ("stay", ["first"])


def test_at_the_end_of_a_visit_retention_is_still_open() -> None:
    proposal = propose(LYING, [visit(opening=KEPT, training=THREE)], LADDER)
    assert (proposal.kind, codes(proposal)) == ("stay", ["criterion_met", "retention_open"])


def test_at_the_end_of_a_visit_that_opened_with_what_was_kept() -> None:
    assert propose(LYING, [visit(training=THREE), visit(KEPT, THREE)], LADDER).kind == "advance"
    assert propose(LYING, [visit(training=THREE), visit(LOST, THREE)], LADDER).kind == "stay"
    assert propose(LYING, [visit(training=NONE), visit(KEPT, THREE)], LADDER).kind == "stay"


def test_every_site_has_to_meet_the_criterion() -> None:
    right = SiteOutcome("right tra", training=NONE)
    first = visit(training=THREE)
    both = replace(first, sites=(*first.sites, right))
    proposal = propose(LYING, [both, visit(opening=KEPT)], LADDER)
    assert proposal.kind == "stay"
    assert TEXTS.say(proposal.reasons[0]) == "right tra: 0 of 3 correct in a row"


def test_a_share_of_all_repetitions_can_be_asked_for_too() -> None:
    criterion = replace(LYING.criterion, passed_share=Sourced(0.8, UNPUBLISHED, "none"))
    strict = replace(LYING, criterion=criterion)
    assert codes(propose(strict, [visit(training=THREE), visit(opening=KEPT)], LADDER))[0] == "too_few"
    assert propose(strict, [visit(training=THREE[1:]), visit(opening=KEPT)], LADDER).kind == "advance"


def test_retention_that_is_not_asked_for() -> None:
    loose = replace(LYING, criterion=replace(LYING.criterion, retention="not_required"))
    assert propose(loose, [visit(training=THREE)], LADDER).kind == "advance"


def test_retention_that_could_not_be_told_advances_nobody() -> None:
    unseen: tuple[Outcome, ...] = ("not_decidable",) * 3
    for opening in (unseen, ()):
        proposal = propose(LYING, [visit(training=THREE), visit(opening=opening)], LADDER)
        assert (proposal.kind, codes(proposal)[0]) == ("stay", "not_decidable")


def test_a_longer_hold_comes_before_the_next_protocol() -> None:
    first = propose(HOLD, [of(HOLD, training=THREE), of(HOLD, opening=KEPT)], LADDER)
    assert (first.kind, first.protocol) == ("advance", HOLD.name)
    assert first.changes == (DoseChange("hold_s", 30.0, 40.0),)
    assert with_changes(HOLD, first.changes).dose.hold_s.value == 40.0
    longest = [of(HOLD, training=THREE, hold_s=60.0), of(HOLD, opening=KEPT, hold_s=60.0)]
    last = propose(HOLD, longest, LADDER)
    assert (last.kind, last.protocol, last.changes) == ("advance", "tra_leg_lift_lying", ())


def test_a_longer_hold_has_to_be_mastered_itself() -> None:
    visits = [of(HOLD, training=THREE), of(HOLD, KEPT, THREE, hold_s=40.0)]
    assert codes(propose(HOLD, visits, LADDER)) == ["criterion_met", "retention_open"]


def test_what_was_not_kept_twice_is_eased_at_the_end_of_a_visit_too() -> None:
    once = [of(SITTING, training=THREE), of(SITTING, LOST, THREE)]
    assert (propose(SITTING, once, LADDER).kind, codes(propose(SITTING, once, LADDER))) == (
        "stay",
        ["not_kept", "criterion_met"],
    )
    twice = propose(SITTING, [*once, of(SITTING, LOST, THREE)], LADDER)
    assert (twice.kind, twice.protocol, codes(twice)) == (
        "ease",
        "tra_draw_in_lying",
        ["not_kept_twice", "not_kept"],
    )


def test_what_was_lost_is_eased() -> None:
    twice = [visit(training=THREE), visit(LOST, THREE), visit(opening=LOST)]
    assert propose(LYING, twice, LADDER).kind == "stay"  # nothing is easier
    assert "nothing_easier" in codes(propose(LYING, twice, LADDER))
    sitting = [of(SITTING, training=THREE), of(SITTING, LOST, THREE), of(SITTING, opening=LOST)]
    proposal = propose(SITTING, sitting, LADDER)
    assert (proposal.kind, proposal.protocol) == ("ease", "tra_draw_in_lying")
    longer = [of(HOLD, training=THREE), of(HOLD, KEPT, NONE, hold_s=40.0)]
    shorter = propose(HOLD, longer, LADDER)
    assert (shorter.kind, shorter.changes) == ("ease", (DoseChange("hold_s", 40.0, 30.0),))


def test_ease_leads_back_to_where_one_came_from() -> None:
    lost = [of(HOLD, training=THREE), of(HOLD, KEPT, NONE)]
    for name in ("tra_draw_in_standing", "tra_draw_in_lying"):
        proposal = propose(HOLD, [of(LADDER[name], training=THREE), *lost], LADDER)
        assert (proposal.kind, proposal.protocol) == ("ease", name)


def test_nothing_follows_the_last_one() -> None:
    top = LADDER["tra_walking_on_spot"]
    proposal = propose(top, [of(top, training=THREE), of(top, opening=KEPT)], LADDER)
    assert (proposal.kind, "last_stage" in codes(proposal)) == ("stay", True)


@pytest.mark.parametrize("pain", [PainPair(2.0, 4.0), PainPair(0.0, 7.0)])
def test_pain_holds_back_until_somebody_says_why_not(pain: PainPair) -> None:
    visits = [visit(training=THREE, pains=(PainPair(3.0, 3.0), pain)), visit(opening=KEPT)]
    held = propose(LYING, visits, LADDER)
    assert (held.kind, held.protocol, held.changes) == ("held_back", LYING.name, ())
    assert TEXTS.say(held.reasons[0]) == f"pain rose from {pain.before:.0f} to {pain.after:.0f}"
    assert propose(LYING, visits, LADDER, Override("  ")) == held
    on = propose(LYING, visits, LADDER, Override("known muscle soreness"))
    assert (on.kind, on.protocol) == ("advance", "tra_draw_in_sitting")
    assert codes(on) == ["criterion_met", "kept", "pain_rose", "overridden"]


def test_pain_that_hardly_rose_holds_nothing_back() -> None:
    visits = [visit(training=THREE, pains=(PainPair(2.0, 3.5), PainPair(nan, 9.0))), visit(opening=KEPT)]
    assert propose(LYING, visits, LADDER).kind == "advance"


def test_pain_that_was_not_told_is_said() -> None:
    assert "pain_unknown" in codes(propose(LYING, [visit(training=THREE), visit(opening=KEPT)], LADDER))


def test_old_pain_holds_nothing_back() -> None:
    old = visit(training=THREE, pains=(PainPair(2.0, 8.0),))
    now = visit(KEPT, THREE, pains=(PainPair(2.0, 2.0),))
    assert propose(LYING, [old, now], LADDER).kind == "advance"


def test_pain_does_not_keep_from_easing() -> None:
    visits = [
        of(SITTING, training=THREE),
        of(SITTING, KEPT, NONE, pains=(PainPair(1.0, 5.0),)),
    ]
    proposal = propose(SITTING, visits, LADDER)
    assert (proposal.kind, codes(proposal)[0]) == ("ease", "pain_rose")


def test_screening_is_brought_to_mind() -> None:
    assert "no_response" in codes(propose(LYING, [visit(training=NONE)] * 3, LADDER))
    assert "no_response" not in codes(propose(LYING, [visit(training=NONE)] * 2, LADDER))
    worse = [visit(training=NONE, pain_at_start=pain) for pain in (3.0, 5.0)]
    assert "worse" in codes(propose(LYING, worse, LADDER))


def test_visits_with_another_protocol_do_not_count() -> None:
    visits = [visit(training=THREE), of(SITTING, opening=KEPT)]
    assert codes(propose(SITTING, visits, LADDER)) == ["first"]


@pytest.mark.parametrize(
    ("outcomes", "most"),
    [
        ((), 0),
        (("passed", "passed"), 2),
        (("passed", "broken", "passed", "passed"), 3),
        (("passed", "not_decidable", "passed"), 1),
        (("passed", "passed", "not_passed", "passed"), 2),
    ],
)
def test_in_a_row(outcomes: tuple[Outcome, ...], most: int) -> None:
    assert in_a_row(outcomes) == most


def test_the_outcome_of_a_visit() -> None:
    first = replace(BEGUN, protocol=LYING.name)
    record = record_of(
        [
            first,
            PainNoted(1.0, "start", 0, 2.0),
            repetition(20.0, 1),
            PainNoted(30.0, "before_set", 1, 3.0, LEFT),
            repetition(40.0, 1, "training"),
            replace(repetition(60.0, 2, "training"), outcome="not_passed"),
            PainNoted(70.0, "after_set", 1, 4.0, LEFT),
            repetition(80.0, 1, "training", RIGHT),
            PainNoted(90.0, "after_set", 1, 5.0, RIGHT),
            repetition(95.0, 1, "posttest"),
            PainNoted(99.0, "end", 0, 2.5),
        ]
    )
    assert record is not None
    assert outcome_of(record, hold_s=20.0) == VisitOutcome(
        LYING.name,
        (
            SiteOutcome("left tra", ("passed",), ("passed", "not_passed"), ("passed",)),
            SiteOutcome("right tra", (), ("passed",), ()),
        ),
        (PainPair(2.0, 2.5), PainPair(3.0, 4.0), PainPair(2.0, 5.0)),
        pain_at_start=2.0,
        hold_s=20.0,
    )


OUTCOMES = st.lists(st.sampled_from(get_args(Outcome)), max_size=6).map(tuple)
SCORES = st.floats(0, 10) | st.just(nan)
VISITS = st.builds(
    lambda opening, training, pains, start, hold_s: VisitOutcome(
        HOLD.name, (SiteOutcome("left tra", opening, training),), tuple(pains), start, hold_s
    ),
    OUTCOMES,
    OUTCOMES,
    st.lists(st.builds(PainPair, SCORES, SCORES), max_size=2),
    SCORES,
    st.sampled_from([nan, 30.0, 40.0, 60.0]),
)


@given(st.lists(VISITS, max_size=5))
def test_whatever_happened_a_proposal_can_be_followed(visits: list[VisitOutcome]) -> None:
    proposal = propose(HOLD, visits, LADDER)
    assert proposal.protocol in LADDER
    assert proposal.reasons
    assert all(TEXTS.say(reason) for reason in proposal.reasons)
    rises = [pair.after - pair.before for one in visits[-1:] if one.trained for pair in one.pains]
    if any(rise >= 2.0 for rise in rises):
        assert proposal.kind in ("held_back", "ease")
    if proposal.kind == "advance":
        assert any(in_a_row(one.sites[0].training) >= 3 for one in visits)
        assert (proposal.protocol != HOLD.name) != bool(proposal.changes)


def visit(
    opening: Sequence[Outcome] = (),
    training: Sequence[Outcome] = (),
    pains: tuple[PainPair, ...] = (),
    pain_at_start: float = nan,
) -> VisitOutcome:
    sites = (SiteOutcome("left tra", tuple(opening), tuple(training)),)
    return VisitOutcome(LYING.name, sites, pains, pain_at_start)


def of(
    protocol: Protocol,
    opening: Sequence[Outcome] = (),
    training: Sequence[Outcome] = (),
    pains: tuple[PainPair, ...] = (),
    hold_s: float = nan,
) -> VisitOutcome:
    name = protocol.name
    return replace(visit(opening, training, pains), protocol=name, hold_s=hold_s)


def codes(proposal: Proposal) -> list[str]:
    return [reason.code.rpartition(".")[2] for reason in proposal.reasons]
