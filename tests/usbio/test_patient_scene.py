"""What the patient may see: nothing of the muscle on a dark screen, no value under a hint."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, nan

import pytest

from bench.patient_scenes import scenes
from usbio.patient_scene import (
    PatientScene,
    PatientShape,
    as_shown,
    level_of,
    standing,
    with_traces,
    words_shown,
)
from usbio.patient_strip import SPAN_S

HOLD = scenes()["hold"]


@pytest.mark.parametrize("name", list(scenes()))
def test_a_dark_screen_is_the_same_whatever_the_muscle_does(name: str) -> None:
    scene = replace(scenes()[name], dark=True)
    other = replace(
        scene,
        shapes=(PatientShape("left", 1.7),),
        hint="probe back",
        io="joining",
        hold_s=9.0,
        repetition=8,
        of=9,
        last="not_passed",
        band=(0.1, 0.2),
        ceiling=0.3,
    )
    assert as_shown(scene) == as_shown(other)
    assert as_shown(scene).shapes == ()
    assert list(words_shown(as_shown(scene))) == [scene.cue]


@pytest.mark.parametrize("name", list(scenes()))
def test_under_a_hint_there_is_no_value(name: str) -> None:
    scene = replace(scenes()[name], hint="hold still", dark=False)
    seen = as_shown(scene)
    assert [shape.side for shape in seen.shapes] == [shape.side for shape in scene.shapes]
    assert all(isnan(shape.level) for shape in seen.shapes)
    assert isnan(seen.hold_s)
    assert not seen.in_target
    assert (seen.io, seen.traces, seen.strips) == ("", (), ())
    assert words_shown(seen)[0] == "hold still"


def test_a_scene_that_hides_nothing_is_shown_as_it_is() -> None:
    assert as_shown(HOLD) is HOLD


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (nan, "unknown"),
        (-0.2, "below"),
        (0.79, "below"),
        (0.8, "in_band"),
        (1.2, "in_band"),
        (1.3, "above"),
        (1.6, "above"),
        (1.61, "over_ceiling"),
    ],
)
def test_where_a_level_stands(level: float, expected: str) -> None:
    assert standing(level, (0.8, 1.2), 1.6) == expected
    assert standing(level, None, 1.6) == "unknown"


def test_every_side_that_is_measured_now_is_to_be_in_the_target() -> None:
    assert HOLD.in_target
    assert not replace(HOLD, shapes=(PatientShape("left", 1.0), PatientShape("right", 0.5))).in_target
    assert not replace(HOLD, shapes=(PatientShape("left", 1.0), PatientShape("right", nan))).in_target
    held = PatientShape("right", 0.5, held=True, age_s=9.0)
    assert replace(HOLD, shapes=(PatientShape("left", 1.0), held)).in_target
    assert not replace(HOLD, shapes=(replace(held, level=1.0),)).in_target
    assert not PatientScene().in_target


def test_what_is_said_beside_the_picture() -> None:
    words = HOLD.words
    both = replace(HOLD, io="quiet", last="passed")
    assert both.aside == words.quiet
    assert replace(both, phase="relax").aside == words.passed
    over = replace(both, shapes=(PatientShape("left", 1.8),))
    assert (over.aside, over.aside_warns) == (words.too_much, True)
    assert not replace(over, phase="relax").aside_warns
    assert replace(both, io="joining").aside_warns
    assert not both.aside_warns


def test_a_level_is_the_way_from_rest_to_the_target() -> None:
    # 3.5 mm at rest, 5.0 mm the target's centre
    assert level_of(3.5, 3.5, 5.0) == 0.0
    assert level_of(5.0, 3.5, 5.0) == 1.0
    assert level_of(4.25, 3.5, 5.0) == pytest.approx(0.5)
    assert isnan(level_of(4.0, 3.5, 3.5))
    assert isnan(level_of(nan, 3.5, 5.0))
    assert isnan(level_of(4.0, nan, 5.0))


def test_traces_go_on_from_scene_to_scene_and_forget_after_eight_seconds() -> None:
    scene = with_traces(replace(HOLD, traces=()), (), 0.0)
    for _ in range(300):
        scene = with_traces(HOLD, scene.traces, 1 / 30)
    (left, right) = scene.traces
    assert (left.side, right.side) == ("left", "right")
    assert left.t_s[-1] == 0.0
    assert left.t_s[0] == pytest.approx(-SPAN_S, abs=1 / 30)  # s
    assert len(left.t_s) == len(left.levels) == 8 * 30 + 1
    assert left.levels[-1] == HOLD.shapes[0].level


def test_what_was_dark_stays_a_gap_afterwards() -> None:
    scene = with_traces(HOLD, (), 0.0)
    for hidden in (replace(HOLD, dark=True), replace(HOLD, hint="hold still"), HOLD):
        scene = with_traces(hidden, scene.traces, 0.1)
    levels = scene.traces[0].levels
    assert [isnan(level) for level in levels] == [False, True, True, False]


def test_a_held_value_draws_no_line() -> None:
    scene = with_traces(scenes()["held_side"], (), 0.0)
    assert isnan(scene.traces[1].levels[-1])
    assert not isnan(scene.traces[0].levels[-1])


def test_between_repetitions_traces_go_on_with_a_gap() -> None:
    first = with_traces(HOLD, (), 0.0)
    between = with_traces(replace(HOLD, shapes=()), first.traces, 0.1)
    after = with_traces(HOLD, between.traces, 0.1)
    assert [trace.side for trace in after.traces] == ["left", "right"]
    assert after.traces[0].t_s == pytest.approx((-0.2, -0.1, 0.0))
    assert [isnan(level) for level in after.traces[0].levels] == [False, True, False]


def test_a_scene_of_the_same_moment_takes_the_place_of_the_last() -> None:
    first = with_traces(HOLD, (), 0.0)
    hidden = with_traces(replace(HOLD, dark=True), first.traces, 0.0)
    assert hidden.traces[0].t_s == (0.0,)
    assert isnan(hidden.traces[0].levels[0])


def test_the_ring_is_of_the_hold_alone() -> None:
    assert replace(HOLD, hold_s=2.5, hold_of_s=10.0).held_part == 0.25
    assert replace(HOLD, hold_s=12.0, hold_of_s=10.0).held_part == 1.0
    assert replace(HOLD, phase="relax", hold_s=10.0).held_part == 0.0  # its number is the cue's clock
    assert replace(HOLD, hold_s=nan).held_part == 0.0
    assert replace(HOLD, hold_of_s=nan).held_part == 0.0
