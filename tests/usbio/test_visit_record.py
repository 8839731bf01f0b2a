"""A visit is the sum of its facts, and facts survive paper."""

import json
from typing import get_args

import pytest

from tests.usbio.visit_facts import BEGUN, LEFT, RIGHT, capture, every_kind, repetition
from usbio.visit.fact_lines import UnknownFact, entry_of, fact_of
from usbio.visit.facts import Fact, PainNoted, Withdrawn
from usbio.visit.record import begin_record, record_of, told


def test_every_kind_of_fact_is_tried_here() -> None:
    assert {type(fact) for fact in every_kind()} == set(get_args(Fact))


@pytest.mark.parametrize("fact", every_kind(), ids=lambda fact: fact.kind)
def test_a_fact_survives_paper(fact: Fact) -> None:
    line = json.dumps(entry_of(fact), allow_nan=False)  # what is unknown is null
    assert repr(fact_of(line)) == repr(fact)  # nan is nan, but not equal


@pytest.mark.parametrize("line", ["", "{}", '{"kind":"next_year"}', '{"kind":"capture_taken","at_s":1}'])
def test_what_is_no_fact_is_said_to_be_none(line: str) -> None:
    with pytest.raises(UnknownFact):
        fact_of(line)


def test_a_capture_that_was_taken_back_does_not_stand_until_it_is_put_back() -> None:
    one, two = capture(1.0, 1), capture(2.0, 2)
    record = record_of((BEGUN, one, two, Withdrawn(3.0, one.trial, one.at_s)))
    assert record is not None
    assert record.captures(LEFT) == (two,)
    assert told(record, Withdrawn(4.0, one.trial, one.at_s, restored=True)).captures(LEFT) == (one, two)


def test_a_capture_taken_anew_under_the_same_name_stands_alone() -> None:
    first, again = capture(1.0, 1, 3.0), capture(5.0, 1, 3.6)
    record = record_of((BEGUN, first, Withdrawn(3.0, first.trial, first.at_s), again))
    assert record is not None
    assert record.captures(LEFT) == (again,)


def test_trials_are_told_by_block_and_site() -> None:
    record = record_of(
        (BEGUN, repetition(1.0, 1), repetition(2.0, 1, site=RIGHT), repetition(3.0, 1, "training"))
    )
    assert record is not None
    assert [one.at_s for one in record.repetitions("pretest", LEFT)] == [1.0]
    assert [one.at_s for one in record.repetitions("pretest", RIGHT)] == [2.0]
    assert [one.at_s for one in record.repetitions("training", LEFT, 1)] == [3.0]
    assert record.repetitions("training", LEFT, 2) == ()


def test_pain_told_again_holds() -> None:
    record = told(begin_record(BEGUN), PainNoted(1.0, "before_set", 1, 3.0, LEFT))
    record = told(record, PainNoted(2.0, "before_set", 1, 4.0, LEFT))
    noted = record.pain("before_set", LEFT, 1)
    assert noted is not None
    assert noted.score == 4.0
    assert record.pain("after_set", LEFT, 1) is None


def test_nothing_adds_up_to_no_visit() -> None:
    assert record_of(()) is None
    assert record_of((capture(1.0, 1),)) is None
