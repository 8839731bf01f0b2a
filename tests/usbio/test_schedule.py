"""Schedules: what each repetition may show, always the same for the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usbio.protocol import UNPUBLISHED, Schedule, Sourced
from usbio.protocol_library import shipped_protocols
from usbio.schedule import Feedback, faded, feedback


def test_concurrent_and_terminal() -> None:
    assert feedback(Schedule("concurrent"), 1, 10) == Feedback(during=True, after=True)
    assert feedback(Schedule("terminal"), 10, 10) == Feedback(during=False, after=True)


def test_within_the_bandwidth_nothing_is_said() -> None:
    told = feedback(Schedule("bandwidth"), 1, 3)
    assert told == Feedback(during=True, after=True, only_outside=True)
    assert [told.tells_after(passed) for passed in (True, False, None)] == [False, True, True]
    assert feedback(Schedule("terminal"), 1, 3).tells_after(True)
    assert not feedback(Schedule("self_chosen"), 1, 3).tells_after(False)


def test_the_patient_chooses() -> None:
    schedule = Schedule("self_chosen")
    assert feedback(schedule, 2, 10, chosen=True) == Feedback(during=True, after=True)
    assert feedback(schedule, 2, 10, chosen=False) == feedback(schedule, 2, 10) == Feedback(False, False)
    assert feedback(Schedule("terminal"), 2, 10, chosen=True) == Feedback(during=False, after=True)


def test_a_faded_schedule_by_hand() -> None:
    """Shares 1, 0.75, 0.5, 0.25, 0 add up to 1, 1.75, 2.25, 2.5, 2.5: a new whole one at 1, 2 and 3."""
    assert faded(_faded(1.0, 0.0), 5) == [1, 2, 3]
    shipped = shipped_protocols()["tra_draw_in_lying"].schedule
    assert faded(shipped, 10) == [1, 2, 3, 4, 5, 7, 10]
    assert [feedback(shipped, k, 10).during for k in (5, 6)] == [True, False]


def test_a_faded_schedule_at_its_ends() -> None:
    assert faded(_faded(1.0, 1.0), 8) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert faded(_faded(0.0, 0.0), 8) == []
    assert faded(_faded(0.5, 0.5), 6) == [1, 3, 5]
    assert faded(_faded(0.5, 0.0), 1) == [1]


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 100))
def test_feedback_fades(one: float, other: float, of: int) -> None:
    """No more in the second half than in the first, and as many as the shares add up to, to one."""
    first, last = max(one, other), min(one, other)
    shown = faded(_faded(first, last), of)
    early = sum(number <= of / 2 for number in shown)
    late = sum(number > (of + 1) / 2 for number in shown)
    assert late <= early + 1  # where the share hardly falls, rounding may fall into either half
    mean = (first + last) / 2 if of > 1 else first
    assert abs(len(shown) - mean * of) <= 1


def test_a_repetition_that_is_none_is_a_bug() -> None:
    with pytest.raises(ValueError, match="from 1 to 10, came 11"):
        feedback(Schedule("terminal"), 11, 10)
    with pytest.raises(ValueError, match="both shares"):
        feedback(Schedule("faded"), 1, 10)


def _faded(first: float, last: float) -> Schedule:
    return Schedule("faded", *(Sourced(share, UNPUBLISHED, "none") for share in (first, last)))
