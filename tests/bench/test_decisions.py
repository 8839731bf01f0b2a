"""The repetitions that decisions are told of: as known as they claim, and judged as the table says."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.change_errors import Change, change_rows, trial_at
from bench.decision_clips import EFFORTS, SEEDS, NoisyClip, RepeatedClip, clips
from bench.decisions import Told, decision_rows
from segmentation.results import Muscle
from segmentation.timing import Repetition
from segmentation.traces import Level, Span
from segmentation.trials import Trial
from usbio.frames import Frame
from usbio.sources.clip import ClipInfo

TOLD = Told("marked", "tra", "left", "tra", 1, 0.0, 0, 0.5, 30.0, 10.0, "contracted", 0.9)


def test_scored_repetitions_are_none_of_those_to_look_at() -> None:
    for scored, looked_at in SEEDS.values():
        assert all(5200 <= seed < 5300 for seed in scored)
        assert all(seed < 1000 for seed in looked_at)


@pytest.mark.parametrize("clip", [clips(view, development=True)[0] for view in SEEDS], ids=lambda c: c.view)
def test_every_clip_has_each_effort_once_and_its_muscles_follow(clip: RepeatedClip) -> None:
    for effort, (low, high) in zip(sorted(clip.efforts), EFFORTS, strict=True):
        assert low <= effort <= high
    rest, *held = clip.truths
    leads = [m for m in rest.muscles if m.muscle in ("tra", "lm")]
    for k, effort in enumerate(clip.efforts):
        works = max(held[k].of(m.side, m.muscle).activation for m in leads)
        assert works == pytest.approx(effort, abs=1e-9)
        for muscle in rest.muscles:
            now = held[k].of(muscle.side, muscle.muscle)
            same = np.array([[m.thickness_mm, m.area_cm2] for m in (muscle, now)])
            assert np.array_equal(same[0], same[1], equal_nan=True) == (effort == 0.0)


def test_marks_are_off_by_no_more_than_a_hand_is() -> None:
    clip = RepeatedClip("tra", 520)
    for mark, one in zip(clip.marks, clip.course, strict=True):
        assert mark.kind == "contraction"
        assert mark.start_s == pytest.approx(one.start_s, abs=0.16)  # s
        assert mark.end_s == pytest.approx(one.end_s, abs=0.16)  # s


@pytest.mark.parametrize(
    ("changed", "right"),
    [
        ({}, True),
        ({"told_percent": -0.9}, False),  # the other way
        ({"true_percent": 0.0, "effort": 0.0}, False),
        ({"decision": "not_contracted"}, False),
        ({"decision": "not_contracted", "true_percent": 9.0}, True),  # under the least change
        ({"decision": "not_contracted", "true_percent": 10.5}, False),
    ],
)
def test_what_is_right(changed: dict[str, object], right: bool) -> None:
    told = replace(TOLD, **changed)  # type: ignore[arg-type]  # fields of the record
    assert told.decided
    assert told.right == right


def test_what_is_not_decided_or_not_found_is_not_counted_as_right() -> None:
    unsure, missed = replace(TOLD, decision="not_decidable"), replace(TOLD, decision=None)
    assert not unsure.decided
    assert not missed.decided
    (row, *_) = decision_rows([TOLD, unsure, missed, replace(TOLD, decision="not_contracted")])
    assert (row["n"], row["decided %"], row["right % of decided"]) == (4, 50.0, 50.0)


def test_a_repetition_is_the_one_that_goes_on() -> None:
    def trial(start_s: float, muscle: Muscle = "tra") -> Trial:
        span = Span(start_s, start_s + 2.0)
        rest = Level(3.0, 0.1, 12)
        return Trial(
            muscle, Repetition(1, (), span, span, span, True), rest, rest, "contracted", 1.0, 24, 1.0
        )

    first, second = trial(1.0), trial(5.0)
    assert trial_at([first, second], 6.0) is second
    assert trial_at([first, second], 4.0) is None


class Still:
    """A source of one picture, twice: bright echoes on the left, black on the right."""

    path, name = Path("still"), "still"

    def info(self) -> ClipInfo:
        return ClipInfo(80, 60, 2, None, "none")

    def frames(self) -> Generator[Frame]:
        picture = np.zeros((60, 80), np.uint8)
        picture[:, :40] = 120
        for index in range(2):
            yield Frame(index, float(index), 0.0, picture)


def test_noise_is_as_loud_as_said_another_in_every_picture_and_none_on_black() -> None:
    def pictures(noise_grey: float) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
        return [frame.image for frame in NoisyClip(Still(), noise_grey, 3).frames()]

    first, second = pictures(12.0)
    assert first[:, :25].std() == pytest.approx(12.0, rel=0.15)  # grey levels
    assert not np.array_equal(first, second)
    assert first[:, 70:].max() == 0
    assert np.array_equal(first, pictures(12.0)[0])
    assert pictures(0.0)[1][0, 0] == 120


def test_the_table_of_errors_by_hand() -> None:
    # off by 0.2, -0.1, 0.4 mm of stated 0.1, 0.1, 0.2: each 2, -1, 2 times; root mean square of these sqrt(3)
    changes = [Change("tra tra thickness_mm", off, se) for off, se in ((0.2, 0.1), (-0.1, 0.1), (0.4, 0.2))]
    (row,) = change_rows(changes)
    assert (row["quantity"], row["n"]) == ("tra tra thickness_mm", 3)
    assert row["off, rms"] == pytest.approx((0.21 / 3) ** 0.5, abs=1e-3)
    assert row["stated error, rms"] == pytest.approx((0.06 / 3) ** 0.5, abs=1e-3)
    assert row["off / stated, rms"] == pytest.approx(3**0.5, abs=0.01)
    assert row["within 1.96 stated %"] == pytest.approx(33.3, abs=0.1)
