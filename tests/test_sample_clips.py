"""The shipped clips against their truth, the way `usbio analyze` goes: reading, preparation, measuring."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from math import isfinite
from pathlib import Path

import numpy as np
import pytest

from bench.truth import OTHER_PHANTOM, other_phantom_truth, phantom_truth
from segmentation.asymmetry import size_asymmetry_percent
from segmentation.results import FloatArray, FrameResult
from segmentation.tracking import start, step
from usbio.preparation import Prepared, prepare
from usbio.setup import ImageTable, SetupFile, load_setup
from usbio.sources.clip import open_clip

CLIPS = Path(__file__).parent.parent / "sample_clips"


def measured(clip: Path, setup: SetupFile, view: str, most: int | None) -> tuple[Prepared, list[FrameResult]]:
    source = open_clip(clip)
    results: list[FrameResult] = []
    state = None
    with closing(source.frames()) as frames:
        for frame in islice(frames, most):
            assert frame is not None
            if state is None:
                prepared = prepare(view, setup, frame.image, name=clip.name)  # type: ignore[arg-type]  # a view
                state = start(prepared.measure, frame.image)
            state, result = step(state, frame.image, frame.t_s)
            results.append(result)
    return prepared, results


def pair(
    results: list[FrameResult], truth: dict[int, float], side: str, muscle: str, quantity: str
) -> tuple[FloatArray, FloatArray]:
    values = [getattr(result.of(side, muscle), quantity) for result in results]  # type: ignore[arg-type]  # names
    assert all(isfinite(value) for value in values)
    return np.array(values), np.array([truth[k] for k in range(len(values))])


@pytest.mark.parametrize("side", ["left", "right"])
def test_tra_with_its_setup_is_within_a_quarter_of_a_millimetre(side: str) -> None:
    clip = CLIPS / f"tra_{side}.mp4"
    _, results = measured(clip, load_setup(clip.with_suffix(".toml")), "tra", None)
    truth = phantom_truth(clip.with_suffix(".truth.csv"))
    for muscle in ("tra", "io", "eo"):
        values, true = pair(results, truth[side, muscle, "thickness_mm"], side, muscle, "thickness_mm")  # type: ignore[index]  # names
        assert np.abs(values - true).mean() <= 0.25  # mm
        if muscle == "tra":
            assert np.corrcoef(values, true)[0, 1] >= 0.98


def test_multifidus_with_its_setup_is_within_3_percent_and_asymmetry_within_2_points() -> None:
    clip = CLIPS / "lm_csa.mp4"
    _, results = measured(clip, load_setup(clip.with_suffix(".toml")), "lm-csa", None)
    truth = phantom_truth(clip.with_suffix(".truth.csv"))
    both = {}
    for side in ("left", "right"):
        values, true = pair(results, truth[side, "lm", "area_cm2"], side, "lm", "area_cm2")
        assert np.abs(values / true - 1).max() <= 0.03
        both[side] = values, true
    (left, true_left), (right, true_right) = both["left"], both["right"]
    errors = [
        size_asymmetry_percent(a, b) - size_asymmetry_percent(c, d)
        for a, b, c, d in zip(left, right, true_left, true_right, strict=True)
    ]
    assert max(np.abs(errors)) <= 2.0  # points


@pytest.mark.parametrize(
    ("stem", "view", "muscle", "quantity", "tolerance"),
    [
        ("lm_thickness_left", "lm-thickness", "lm", "thickness_mm", 0.4),
        ("layer_left", "layer", "layer", "thickness_mm", 0.3),
        ("contour_left", "contour", "contour", "area_cm2", 0.15),
    ],
)
def test_the_other_views_with_their_setup(
    stem: str, view: str, muscle: str, quantity: str, tolerance: float
) -> None:
    clip = CLIPS / f"{stem}.mp4"
    _, results = measured(clip, load_setup(clip.with_suffix(".toml")), view, 80)
    truth = phantom_truth(clip.with_suffix(".truth.csv"))
    values, true = pair(results, truth["left", muscle, quantity], "left", muscle, quantity)  # type: ignore[index]  # names
    assert np.abs(values - true).mean() <= tolerance  # mm or cm2


@pytest.mark.parametrize(
    ("stem", "view", "quantity"),
    [
        ("tra_left", "tra", "thickness_mm"),
        ("tra_right", "tra", "thickness_mm"),
        ("lm_csa", "lm-csa", "area_cm2"),
        ("lm_thickness_left", "lm-thickness", "thickness_mm"),
        ("layer_left", "layer", "thickness_mm"),
        ("contour_left", "contour", "area_cm2"),
    ],
)
def test_with_nothing_but_the_side_every_clip_is_measured(stem: str, view: str, quantity: str) -> None:
    clip = CLIPS / f"{stem}.mp4"
    given = load_setup(clip.with_suffix(".toml")).image
    sides_only = SetupFile(image=ImageTable(side=given.side, image_left=given.image_left))
    prepared, results = measured(clip, sides_only, view, 30)
    assert prepared.calibration_source == "ruler"
    truth = phantom_truth(clip.with_suffix(".truth.csv"))
    for (side, muscle, name), true in truth.items():
        if name == quantity:
            values, expected = pair(results, true, side, muscle, quantity)
            assert np.abs(values / expected - 1).mean() <= 0.15  # the station is another one, too


@pytest.mark.skipif(not OTHER_PHANTOM.is_dir(), reason="the other maker's phantom is not beside the project")
def test_the_core_understands_another_makers_phantom() -> None:
    clip = OTHER_PHANTOM / "tra_left.mp4"
    _, results = measured(clip, load_setup(clip.with_suffix(".toml")), "tra", 60)
    truth = other_phantom_truth(clip.with_suffix(".truth.csv"))
    values, true = pair(results, truth["left", "tra", "thickness_mm"], "left", "tra", "thickness_mm")
    assert np.abs(values - true).mean() <= 0.25  # mm
    assert np.corrcoef(values, true)[0, 1] >= 0.99
    clip = OTHER_PHANTOM / "lm_bilateral.mp4"
    _, results = measured(clip, load_setup(clip.with_suffix(".toml")), "lm-csa", 60)
    truth = other_phantom_truth(clip.with_suffix(".truth.csv"))
    for side in ("left", "right"):
        values, true = pair(results, truth[side, "lm", "area_cm2"], side, "lm", "area_cm2")
        assert np.abs(values / true - 1).max() <= 0.04
