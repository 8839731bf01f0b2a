from __future__ import annotations

from dataclasses import replace
from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.results import SIDES, Measurement, Side, Status
from segmentation.timing import Phase
from usbio.pairing import HELD_S, Pair, Pairing, SideMoment, paired


def _moment(
    side: Side,
    frame: int,
    arrived_s: float,
    thickness_mm: float = 5.0,
    *,
    took_s: float = 0.02,
    phase: Phase = Phase.UNKNOWN,
    status: Status = Status.OK,
) -> SideMoment:
    found = Measurement(side, "tra", status, 0.9, thickness_mm=thickness_mm)
    return SideMoment(side, frame, arrived_s, arrived_s + took_s, (found,), phase)


def test_newest_of_each_side_with_its_age() -> None:
    pairing, none = Pairing().step(_moment("left", 0, 10.0))
    assert none is None
    pairing, pair = pairing.step(_moment("right", 7, 10.04))
    assert pair is not None
    assert (pair.left.frame, pair.right.frame) == (0, 7)
    assert pair.age_s("left") == pytest.approx(0.04)  # s
    assert pair.age_s("right") == 0
    _, pair = pairing.step(_moment("left", 1, 10.05))
    assert pair is not None
    assert (pair.left.frame, pair.right.frame) == (1, 7)
    assert pair.age_s("right") == pytest.approx(0.01)  # s


def test_two_live_sides_are_compared_whatever_their_phase() -> None:
    pair = Pair(_moment("left", 0, 1.0, 4.0, phase=Phase.REST), _moment("right", 0, 1.5, 5.0))
    assert (pair.kind("left"), pair.kind("right")) == ("live", "live")
    found = pair.comparison("tra", "thickness_mm")
    assert found is not None
    assert (found.left, found.right) == (4.0, 5.0)
    assert found.asymmetry_percent == pytest.approx(20.0)  # (5 - 4) / 5 x 100


@pytest.mark.parametrize(
    ("held", "live", "compared"),
    [
        (Phase.REST, Phase.REST, True),
        (Phase.CONTRACTION, Phase.CONTRACTION, True),
        (Phase.REST, Phase.CONTRACTION, False),
        (Phase.TRANSITION, Phase.TRANSITION, False),  # on the way is no state that could be alike
        (Phase.UNKNOWN, Phase.UNKNOWN, False),
        (Phase.ARTEFACT, Phase.ARTEFACT, False),
    ],
)
def test_held_value_is_compared_only_with_like(held: Phase, live: Phase, compared: bool) -> None:
    pair = Pair(_moment("left", 3, 1.0, 6.0, phase=held), _moment("right", 0, 1.0 + HELD_S, 3.0, phase=live))
    assert (pair.kind("left"), pair.kind("right")) == ("held", "live")
    found = pair.comparison("tra", "thickness_mm")
    assert found is not None
    assert isnan(found.asymmetry_percent) is not compared
    assert (found.left, found.right) == (6.0, 3.0)  # both are told, compared or not


def test_side_that_is_measured_no_more_is_held_however_young_it_is() -> None:
    held = replace(_moment("left", 3, 1.0, 6.0, phase=Phase.REST), kept=True)
    pair = Pair(held, _moment("right", 0, 1.1, 3.0, phase=Phase.CONTRACTION))
    assert (pair.kind("left"), pair.kind("right")) == ("held", "live")
    assert not pair.alike


def test_value_that_was_not_measured_is_not_compared_and_says_why() -> None:
    lost = _moment("right", 0, 1.0, 5.0, status=Status.LOST)
    found = Pair(_moment("left", 0, 1.0), lost).comparison("tra", "thickness_mm")
    assert found is not None
    assert isnan(found.right)
    assert isnan(found.asymmetry_percent)
    assert found.status is Status.LOST
    assert Pair(_moment("left", 0, 1.0), lost).comparison("lm", "thickness_mm") is None


def test_pairs_come_about_in_the_order_in_which_pictures_were_measured() -> None:
    """The right picture came first and took longer: the left one is paired with the one before."""
    moments = [
        _moment("right", 0, 0.0),
        _moment("right", 1, 1.0, took_s=0.3),
        _moment("left", 0, 1.1, took_s=0.01),
    ]
    pairs = [(pair.left.frame, pair.right.frame) for pair in paired(moments)]
    assert pairs == [(0, 0), (0, 1)]


@given(st.lists(st.tuples(st.sampled_from(SIDES), st.floats(0, 100), st.floats(0, 0.5)), max_size=30))
def test_pairs_afterwards_are_those_of_live(came: list[tuple[Side, float, float]]) -> None:
    moments = [_moment(side, k, at_s, took_s=took_s) for k, (side, at_s, took_s) in enumerate(came)]
    pairing, live = Pairing(), []
    for moment in sorted(moments, key=lambda one: (one.measured_s, one.side)):
        pairing, pair = pairing.step(moment)
        live += [pair] if pair is not None else []
    if len({m.measured_s for m in moments}) == len(moments):  # else their order is anybody's
        assert list(paired(moments[::-1])) == live
    for pair in live:
        assert min(pair.age_s(side) for side in SIDES) == 0
        assert max(pair.age_s(side) for side in SIDES) >= 0
