"""The scored clips stand beside everything that was tuned on, and are fit to be measured."""

from __future__ import annotations

import numpy as np
import pytest

from bench.scored_clips import DEVELOPMENT, SCORED, ScoredClip, clips
from segmentation.phantom.clip import Phantom
from segmentation.phantom.multifidus_transverse import MultifidusTransverse
from segmentation.phantom.ranges import HARD

EVERY = [*clips(), *clips(development=True)]


def outside(value: float, low: float, high: float) -> bool:
    return value <= low or value >= high


def test_there_are_enough_and_none_is_a_development_clip() -> None:
    assert {view: len(seeds) for view, seeds in SCORED.items()} == {
        "tra": 20,
        "lm-csa": 20,
        "lm-thickness": 12,
    }
    assert all(5000 <= seed < 6000 for seeds in SCORED.values() for seed in seeds)
    assert all(seed < 1000 for seeds in DEVELOPMENT.values() for seed in seeds)


def test_machines_are_set_as_nothing_that_was_tuned_on() -> None:
    for clip in EVERY:
        scanner, probe = clip.plan.scanner, clip.plan.probe
        usual_mhz = 4.5 if probe.curved else 9.0
        assert outside(scanner.dynamic_range_db, *HARD.dynamic_range_db)
        assert outside(scanner.gain_db, *HARD.gain_db)
        assert outside(probe.centre_mhz / usual_mhz, *HARD.frequency)
        assert clip.plan.per_cell != 6.0
        assert 18.0 <= clip.crf <= 35.0
        assert 15.0 <= clip.plan.fps <= 60.0


@pytest.mark.parametrize("clip", EVERY[::9], ids=lambda clip: f"{clip.view}-{clip.seed}")
def test_a_clip_rests_contracts_and_shows_all_that_is_measured(clip: ScoredClip) -> None:
    phantom = Phantom(clip.plan)
    rest, held = phantom.truth_at(0.5), phantom.truth_at(1.9)
    for before, during in zip(rest.muscles, held.muscles, strict=True):
        assert before.activation == 0.0
        assert during.activation > 0.0
        lowest = before.border_px if before.border_px is not None else before.caliper_px
        assert lowest is not None
        assert np.asarray(lowest)[:, 1].max() < phantom.roi.y + phantom.roi.height


def test_every_other_back_has_one_wasted_side() -> None:
    for clip in EVERY:
        anatomy = clip.plan.anatomy
        if isinstance(anatomy, MultifidusTransverse):
            lost = sorted((anatomy.left_atrophy, anatomy.right_atrophy))
            assert lost[0] == 0.0
            assert lost[1] >= 0.15 if clip.seed % 2 == 0 else lost[1] <= 0.04


def test_the_same_seed_is_the_same_clip() -> None:
    assert ScoredClip("tra", 500).plan == ScoredClip("tra", 500).plan
    assert ScoredClip("tra", 500).files == ScoredClip("tra", 500).files
    assert ScoredClip("tra", 500).files != ScoredClip("tra", 501).files
