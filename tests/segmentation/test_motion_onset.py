from __future__ import annotations

import numpy as np
import pytest

from segmentation.displacement import displacement, even_picture, region_motion
from segmentation.motion_onset import Onset, motion_onset, new_picture_rate_hz
from segmentation.results import FloatArray
from segmentation.traces import Span
from tests.segmentation.stretched import ROI, SPACING, deformed, grain

REST = (Span(0.0, 0.5),)
STARTS_S = 0.6


def strains(t_s: FloatArray, rate: float, noise: float = 2e-4, seed: int = 0) -> FloatArray:
    """A strain rate of so much a second from 0.6 s on."""
    moved = np.maximum(t_s - STARTS_S, 0.0)[:, None] * np.array([-0.3, 1.0, 0.1]) * rate
    found: FloatArray = moved + np.random.default_rng(seed).normal(0.0, noise, (len(t_s), 3))
    return found


def told(t_s: FloatArray, strain: FloatArray) -> Onset:
    return motion_onset(t_s, strain, REST, cue_s=0.55, end_s=float(t_s[-1]))


@pytest.mark.parametrize("fps", [60.0, 59.94, 100.0, 240.0])
@pytest.mark.parametrize("seed", range(5))
def test_the_first_picture_that_moved_is_told_to_one_picture(fps: float, seed: int) -> None:
    t_s = np.arange(round(fps)) / fps
    found = told(t_s, strains(t_s, 0.4, seed=seed))
    first = t_s[t_s > STARTS_S + 1e-9][0]
    assert abs(found.t_s - first) * fps <= 1.01  # pictures
    assert found.plus_minus_s == pytest.approx(1 / fps, rel=0.01)
    assert found.refusal == ""


def test_in_pictures_themselves() -> None:
    """A texture that begins to stretch by 40 % a second, while it is carried along all the time."""
    fps, picture = 100.0, grain()
    t_s = np.arange(90) / fps
    first = even_picture(picture, ROI, SPACING)
    region = np.zeros(first.grey.shape, bool)
    region[60:140, 70:170] = True
    flow, strain = None, []
    for at in t_s:
        stretch = 0.4 * max(at - STARTS_S, 0.0)
        now = even_picture(deformed(picture, 2.0 * at, 0.5 * np.sin(9 * at), (0.0, stretch)), ROI, SPACING)
        flow = displacement(first, now, flow)
        strain.append(region_motion(first, now, flow, region).strain)
    found = told(t_s, np.array(strain))
    assert abs(found.t_s - (STARTS_S + 1 / fps)) * fps <= 1.01  # pictures


@pytest.mark.parametrize("fps", [18.0, 30.0, 50.0, 58.0])
def test_under_sixty_pictures_a_second_it_is_refused_in_words(fps: float) -> None:
    t_s = np.arange(round(2 * fps)) / fps
    found = told(t_s, strains(t_s, 0.4))
    assert np.isnan(found.t_s)
    assert found.refusal == f"refused: {fps:.0f} new pictures a second, and onset needs 60"


def test_what_a_grabber_repeats_is_no_new_picture() -> None:
    t_s = np.arange(180) / 60.0
    assert new_picture_rate_hz(t_s, np.ones(180, bool)) == pytest.approx(60.0)
    assert new_picture_rate_hz(t_s, np.arange(180) % 2 == 0) == pytest.approx(30.0, rel=0.01)
    assert np.isnan(new_picture_rate_hz(np.full(9, np.nan), np.ones(9, bool)))


def test_the_rate_is_that_round_the_cue() -> None:
    """At 25 a second, then at 100 from before the cue on; and the other way round."""
    slow, fast = np.arange(0.0, 1.5, 0.04), np.arange(0.0, 1.0, 0.01)
    late_start = np.concatenate([slow, 1.5 + fast])
    strain = np.random.default_rng(0).normal(0.0, 2e-4, (len(late_start), 3))
    strain += np.maximum(late_start - 2.1, 0.0)[:, None]
    told_fast = motion_onset(late_start, strain, (Span(0.0, 2.0),), 2.05, 2.49)
    assert told_fast.t_s == pytest.approx(2.11, abs=0.0101)  # s
    slow_late = np.concatenate([fast, 1.0 + slow])
    told_slow = motion_onset(slow_late, np.zeros((len(slow_late), 3)), (Span(0.0, 1.0),), 1.8, 2.4)
    assert told_slow.refusal == "refused: 25 new pictures a second, and onset needs 60"


def test_a_twitch_that_does_not_stay_is_no_onset() -> None:
    t_s = np.arange(100) / 100.0
    strain = np.random.default_rng(2).normal(0.0, 2e-4, (100, 3))
    strain[70] += 0.02
    assert told(t_s, strain).refusal == "refused: no strain rate that leaves rest and stays"


def test_without_rest_before_the_cue_or_without_times_nothing_is_said() -> None:
    t_s = np.arange(100) / 100.0
    found = motion_onset(t_s, strains(t_s, 0.4), (Span(0.9, 1.0),), 0.55, 0.99)
    assert found.refusal == "refused: under 12 pictures of rest before the cue"
    assert told(np.full(100, np.nan), strains(t_s, 0.4)).refusal.startswith("refused: no new pictures")


def test_pictures_without_strain_are_left_out() -> None:
    t_s = np.arange(100) / 100.0
    strain = strains(t_s, 0.4)
    strain[[5, 30, 80]] = np.nan
    assert abs(told(t_s, strain).t_s - 0.61) <= 0.011  # s


def test_times_and_strain_of_two_lengths_are_our_bug() -> None:
    with pytest.raises(ValueError, match="each of 3 times"):
        told(np.zeros(3), np.zeros((4, 3)))
