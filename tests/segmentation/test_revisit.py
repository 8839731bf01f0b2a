"""The place of last time: the same, moved along, or another one."""

from __future__ import annotations

from dataclasses import replace
from math import isnan

import cv2
import numpy as np
import pytest

from segmentation.geometry import Calibration, Roi
from segmentation.phantom.clip import Phantom
from segmentation.phantom.disturbance import Disturbances, Drift
from segmentation.phantom.scenes import random_clip
from segmentation.resampling import blurred
from segmentation.results import Picture
from segmentation.revisit import (
    NEAR_MM,
    SIMILAR,
    PlacePicture,
    compare_places,
    landmark_shift_mm,
    place_picture,
)

SPACING = Calibration(0.1, 0.1)
FRAME = Roi(20, 10, 380, 400)  # 38 x 40 mm


def layers(seed: int, right_mm: float = 0.0, down_mm: float = 0.0, *, speckle: int = 0) -> Picture:
    """Bright sheets that bend, each in its own way, under speckle that is another one each time."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:420, :420] * 0.1
    x, y = x - right_mm, y - down_mm
    grey = np.full(x.shape, 70.0)
    for depth in np.cumsum(rng.uniform(5.0, 9.0, 4)):
        bend = rng.uniform(0.5, 1.5) * np.sin(x / rng.uniform(3.0, 7.0) + rng.uniform(0.0, 6.0))
        grey += 110.0 * np.exp(-(((y - depth - bend) / 0.5) ** 2))
    grain = np.random.default_rng((seed, speckle)).normal(0.0, 30.0, grey.shape)
    return np.asarray(np.clip(grey + blurred(np.asarray(grain), 2.0, 2.0) * 3.0, 0, 255), np.uint8)


def place(picture: Picture, roi: Roi = FRAME, spacing: Calibration = SPACING) -> PlacePicture:
    return place_picture(picture, roi, spacing)


@pytest.mark.parametrize(
    ("right_mm", "down_mm"), [(0.0, 0.0), (1.5, -0.7), (-5.0, 2.0), (9.0, 0.0), (-12.0, -4.0)]
)
def test_how_far_the_probe_was_put_beside(right_mm: float, down_mm: float) -> None:
    match = compare_places(place(layers(3)), place(layers(3, right_mm, down_mm, speckle=1)))
    assert match.right_mm == pytest.approx(right_mm, abs=0.3)
    assert match.down_mm == pytest.approx(down_mm, abs=0.3)
    assert match.similarity > SIMILAR
    assert match.place == ("same" if match.shift_mm <= NEAR_MM else "moved")


@pytest.mark.parametrize("other", [4, 5, 6, 7])
def test_another_place_is_told_as_different(other: int) -> None:
    match = compare_places(place(layers(3)), place(layers(other, speckle=1)))
    assert match.similarity < SIMILAR
    assert match.place == "different"


@pytest.mark.parametrize("change", ["gain", "gamma", "depth gain"])
def test_another_brightness_is_no_other_place(change: str) -> None:
    grey = layers(3, 1.0, speckle=1).astype(float)
    brighter = {
        "gain": 0.8 * grey + 45.0,
        "gamma": 255.0 * (grey / 255.0) ** 0.7,
        "depth gain": grey * np.linspace(1.2, 0.6, len(grey))[:, None],
    }[change]
    match = compare_places(place(layers(3)), place(brighter.clip(0, 255).astype(np.uint8)))
    assert match.place == "same"
    assert match.right_mm == pytest.approx(1.0, abs=0.3)


def test_what_both_depths_show_is_compared() -> None:
    shallow = replace(FRAME, height=300)
    match = compare_places(place(layers(3)), place(layers(3, 2.0, speckle=1), shallow))
    assert match.right_mm == pytest.approx(2.0, abs=0.3)
    assert match.place == "same"


def test_millimetres_and_not_pixels_are_compared() -> None:
    fine = layers(3, -4.0, speckle=1)[FRAME.slices]
    squeezed = cv2.resize(fine, (190, 300), interpolation=cv2.INTER_AREA)
    match = compare_places(
        place(layers(3)), place(np.asarray(squeezed), Roi(0, 0, 190, 300), Calibration(0.2, 40.0 / 300))
    )
    assert match.right_mm == pytest.approx(-4.0, abs=0.4)
    assert match.similarity > SIMILAR


@pytest.mark.parametrize("empty", ["black", "grey"])
def test_an_empty_picture_is_not_decidable(empty: str) -> None:
    nothing = np.full((420, 420), {"black": 0, "grey": 90}[empty], np.uint8)
    for pair in ((layers(3), nothing), (nothing, layers(3)), (nothing, nothing)):
        match = compare_places(*(place(one) for one in pair))
        assert match.place == "not_decidable"
        assert isnan(match.shift_mm)


def test_a_picture_that_is_too_small_is_not_decidable() -> None:
    tiny = Roi(20, 10, 50, 60)
    assert compare_places(place(layers(3), tiny), place(layers(3), tiny)).place == "not_decidable"


def test_a_region_beside_the_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="does not lie"):
        place_picture(layers(3), Roi(300, 0, 300, 300), SPACING)


def test_how_far_a_landmark_lies_from_where_it_lay() -> None:
    then, now = Roi(20, 10, 380, 400), Roi(60, 0, 200, 300)  # the screen was laid out in another way
    shift = landmark_shift_mm((120.0, 60.0), then, SPACING, (130.0, 20.0), now, Calibration(0.2, 0.3))
    assert shift == pytest.approx((14.0 - 10.0, 6.0 - 5.0))


@pytest.fixture(scope="module")
def wall() -> dict[str, PlacePicture]:
    """A drawn abdominal wall as it was, put down again otherwise, and moved along."""
    plan = random_clip("tra", 101, side="left", seconds=1.0)
    found = {}
    for name, drift, gain_db in (
        ("then", Drift(), 0.0),
        ("again", Drift(0.8, 0.3, 1.0, 1.5, 0.0, 0.5), 3.0),
        ("moved", Drift(-6.0, 0.3, -1.0, -1.5, 0.0, 0.5), -3.0),
    ):
        scanner = replace(plan.scanner, gain_db=plan.scanner.gain_db + gain_db)
        phantom = Phantom(replace(plan, scanner=scanner, disturbances=Disturbances(drift=drift), fps=10.0))
        found[name] = place_picture(phantom.picture(5), phantom.roi, phantom.calibration)
    return found


def test_a_drawn_wall_is_known_again_and_told_where_it_was_moved(wall: dict[str, PlacePicture]) -> None:
    again, moved = compare_places(wall["then"], wall["again"]), compare_places(wall["then"], wall["moved"])
    assert again.place == "same"
    assert again.right_mm == pytest.approx(0.8, abs=1.2)
    assert moved.place == "moved"
    assert moved.right_mm == pytest.approx(-6.0, abs=1.2)
    then = wall["then"]
    mirrored = PlacePicture(then.fasciae[:, ::-1], then.shown[:, ::-1])
    assert compare_places(then, mirrored).place == "different"
