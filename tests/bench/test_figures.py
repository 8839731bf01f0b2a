"""The figures of the bench against hand-computed ones."""

from __future__ import annotations

from math import nan
from pathlib import Path

import cv2
import numpy as np
import pytest

from bench.aims import ClipScore, summaries
from bench.fascia_bands import Mask, summary, tally
from bench.figures import figures, paired
from bench.looped import creep, forth_and_back
from bench.people import Seen, against_people, left_out
from bench.rough_borders import NOISES, OFF_MM, rough_border, through
from bench.scored_rows import dice
from bench.truth import Observed
from segmentation.border import resampled
from segmentation.geometry import Calibration, Roi
from segmentation.results import FloatArray, Measurement, Picture, Status

SPACING = Calibration(0.1, 0.1)


def circle(radius_px: float, count: int = 240) -> FloatArray:
    angle = np.linspace(0.0, 2 * np.pi, count, endpoint=False)
    return 300.0 + radius_px * np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def test_frames_without_value_are_no_errors_but_lower_the_share() -> None:
    row = figures(*paired({0: 3.1, 1: nan, 2: 5.3}, {0: 3.0, 1: 4.0, 2: 5.0}), 3)
    assert (row["n"], row["measured_percent"], row["mae"], row["bias"], row["worst"]) == (
        2,
        66.7,
        0.2,
        0.2,
        0.3,
    )


def test_overlap_of_two_circles_one_inside_the_other() -> None:
    assert dice(circle(100.0), circle(80.0)) == pytest.approx(2 * 0.64 / 1.64, abs=0.003)
    assert dice(circle(100.0), circle(100.0)) == 1.0


@pytest.mark.parametrize("noise", NOISES)
def test_every_point_of_a_rough_border_is_as_far_off_as_said(noise: str) -> None:
    rough = rough_border(circle(100.0), SPACING, np.random.default_rng(3), NOISES[noise])
    from_true = np.hypot(*(rough - resampled(through(circle(100.0)), 24)).T) * 0.1
    assert from_true == pytest.approx(np.full(24, OFF_MM), abs=1e-6)
    if noise == "all out":
        assert (np.hypot(*(rough - 300.0).T) > 110.0).all()


def test_a_loop_never_jumps() -> None:
    order = list(forth_and_back(4, 9))
    assert order == [0, 1, 2, 3, 2, 1, 0, 1, 2]


def test_creep_of_a_value_that_creeps() -> None:
    minutes = np.linspace(0.0, 10.0, 301)
    row = creep(minutes, np.where(np.arange(301) % 7 == 0, nan, 20.0 + 0.02 * minutes))
    assert row["slope, % a minute"] == pytest.approx(100 * 0.02 / 20.1, abs=1e-3)


def test_the_worst_clip_the_middle_one_and_how_many_meet_the_goal() -> None:
    both = [{"thickness, mm": value, "change, points": value} for value in (0.1, 0.2, 0.9, nan)]
    scores = [ClipScore("c", "setup", reached, reached, 50.0) for reached in both]
    row = summaries("lm-thickness", [*scores, ClipScore("d", "setup", failed="no ruler")])[0]
    assert (row["worst"], row["median"], row["clips that meet it"], row["no value"]) == (0.9, 0.2, 2, 1)
    assert (row["clips"], row["failed"]) == (5, 1)


def seen(people: tuple[float, ...], program: float, status: Status = Status.OK) -> Seen:
    observed = Observed({str(k): value for k, value in enumerate(people)})
    return Seen("p", observed, Measurement("left", "layer", status, 1.0, thickness_mm=program))


def test_far_from_the_median_observer_counts_only_where_observers_agree_and_the_program_is_sure() -> None:
    sure, unsure = seen((10.0, 10.2, 10.4), 11.0), seen((10.0, 10.2, 10.4), 11.0, Status.LOW_QUALITY)
    near, apart = seen((10.0, 10.2, 10.4), 10.3), seen((10.0, 11.0), 12.0)
    row = against_people([sure, unsure, near, apart])
    assert (row["far_and_ok"], row["observers_apart"], row["n"]) == (1, 1, 3)


def test_leaving_one_out() -> None:
    row = left_out([seen((10.0, 11.0), 10.5)])
    assert (row["program_to_others"], row["left_out_person_to_others"]) == (0.5, 1.0)


def test_bands_hit_false_and_double(tmp_path: Path) -> None:
    drawn = np.zeros((200, 300), np.uint8)
    drawn[50:60, :] = 255
    drawn[100:110, 50:250] = 255
    drawn[150:160, :] = 255
    cv2.imwrite(str(tmp_path / "a_mask.png"), drawn)
    cv2.imwrite(str(tmp_path / "a_image.png"), np.full((200, 300), 90, np.uint8))

    def level(y: float) -> FloatArray:
        return np.array([[0.0, y], [299.0, y]])

    def detector(picture: Picture, roi: Roi, calibration: Calibration, mask: Mask) -> list[FloatArray]:
        short = np.array([[0.0, 155.0], [240.0, 155.0]])  # 80 % of the third band
        return [level(55.0), level(46.5), level(112.5), level(80.0), short]

    found = tally(tmp_path / "a_image.png", detector)
    assert (found.bands, found.hit, found.found, found.false, found.doubles) == (3, 2, 5, 2, 1)
    assert summary([found])["recall"] == 0.667
