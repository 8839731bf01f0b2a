"""What stands on the screen beside each status."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest

from segmentation.results import FrameResult, Measurement, Side, Status
from segmentation.views import VIEWS
from tests.fakes import picture
from usbio.activity import find_activity
from usbio.frames import Frame
from usbio.history import History
from usbio.reading import ACTION, DEPTH_CHANGED, action_words, readings
from usbio.sample import Counts, RunState, RunStatus, Sample

RUNNING = RunStatus(RunState.RUNNING, "", False, 0.0, 30.0, Counts())
WALL = VIEWS["tra"]
NAMED = tuple(status for status in Status if status not in (Status.OK, Status.LOW_QUALITY))


def wall(side: Side, **said: Status) -> tuple[Measurement, ...]:
    """The three muscles of a side, ok but for those named."""
    found = []
    for muscle in WALL.muscles:
        status = said.get(muscle, Status.OK)
        value = 8.0 if status.carries_value else nan
        found.append(Measurement(side, muscle, status, 0.9, thickness_mm=value))
    return tuple(found)


def sample(*found: Measurement) -> Sample:
    return Sample(Frame(0, 0.0, 0.0, picture()), FrameResult(True, found), Counts(), "", 0.0)


def test_every_status_that_is_not_a_sound_value_has_words() -> None:
    assert set(ACTION) == set(NAMED)
    assert len(set(ACTION.values())) == len(NAMED)


@pytest.mark.parametrize("status", NAMED)
def test_it_says_what_is_and_what_to_do_and_the_value_is_not_sound(status: Status) -> None:
    given = sample(*wall("left", tra=status))
    what, to_do = action_words(RUNNING, given, WALL).removeprefix("left: ").split("; ")
    assert what
    assert to_do
    history = History()
    history(given)
    lead = readings(given, history, find_activity(history, WALL), WALL)[0]
    assert not lead.sound
    assert (lead.value == 8.0) is status.carries_value


def test_a_pressed_probe_is_said_too() -> None:
    assert "moved or pressed" in ACTION[Status.MOVED]


def test_a_muscle_beside_the_leading_one_has_its_name_and_the_leading_one_comes_first() -> None:
    lost, shadow = ACTION[Status.LOST], ACTION[Status.SHADOW]
    beside = sample(*wall("left", io=Status.LOST), *wall("right"))
    assert action_words(RUNNING, beside, WALL) == f"left IO: {lost}"
    both = sample(*wall("left", tra=Status.SHADOW, io=Status.LOST), *wall("right", tra=Status.SHADOW))
    assert action_words(RUNNING, both, WALL) == f"left and right: {shadow}"


def test_another_depth_is_said_before_all_else() -> None:
    given = sample(*wall("left", tra=Status.IMPLAUSIBLE))
    assert given.result is not None
    deeper = replace(given, result=replace(given.result, depth_changed=True))
    assert action_words(RUNNING, deeper, WALL) == DEPTH_CHANGED
