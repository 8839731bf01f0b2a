"""What the phantom draws, against what it says of itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, map_coordinates

from segmentation.phantom.clip import Phantom
from segmentation.phantom.disturbance import Disturbances, Drift, GainStep, LostContact
from segmentation.phantom.scenes import random_clip
from segmentation.phantom.truth import PhantomFrame
from segmentation.phantom.warp import WarpedPhantom
from segmentation.results import FloatArray, Picture

_STILL = Disturbances(plane_per_contraction_mm=0.0)


@pytest.fixture(scope="module")
def wall() -> Phantom:
    return Phantom(replace(random_clip("tra", 5, side="left", seconds=6.0), disturbances=_STILL))


@pytest.fixture(scope="module")
def back() -> Phantom:
    return Phantom(replace(random_clip("lm-csa", 5, side="left", seconds=6.0), disturbances=_STILL))


def test_a_frame_stands_for_itself_and_repeats_to_the_bit(wall: Phantom) -> None:
    later_first = wall.picture(60)
    assert np.array_equal(Phantom(wall.plan).picture(60), later_first)
    assert not np.array_equal(wall.picture(0), later_first)
    assert later_first.shape == (600, 800)
    assert later_first.dtype == np.uint8


def test_inner_edges_lie_where_brightness_is_half_way_up(wall: Phantom) -> None:
    for index in (0, 60):  # rest and contraction
        frame = wall.frame(index)
        low, high = wall.setup.stations[0].x_range_px or (0.0, 0.0)
        for m in frame.truth.muscles:
            for edge, outward in ((m.superficial_px, -1.0), (m.deep_px, 1.0)):
                assert edge is not None
                part = edge[(edge[:, 0] > low) & (edge[:, 0] < high)]
                off_mm = _half_way_mm(frame.picture, part, outward, wall.calibration.y_mm_per_px)
                assert off_mm == pytest.approx(0.0, abs=0.12), (index, m.muscle, outward)


def test_muscle_is_darker_than_its_fascia_and_bone_throws_shadow(back: Phantom) -> None:
    frame = back.frame(0)
    for m in frame.truth.muscles:
        assert m.border_px is not None
        x, y = m.border_px.mean(axis=0).round().astype(int)
        muscle = frame.picture[y - 25 : y + 25, x - 25 : x + 25].mean()
        deepest = m.border_px[m.border_px[:, 1].argmax()].round().astype(int)
        bone = frame.picture[deepest[1] : deepest[1] + 8, deepest[0] - 8 : deepest[0] + 8].mean()
        shadow = frame.picture[deepest[1] + 30 : deepest[1] + 60, deepest[0] - 8 : deepest[0] + 8].mean()
        assert bone > 1.6 * muscle
        assert shadow < 0.5 * muscle


def test_outside_the_fan_it_is_black(back: Phantom) -> None:
    bmode = back.bmode(0)
    assert bmode[-1, 0] == bmode[-1, -1] == bmode[0, bmode.shape[1] // 2] == 0
    assert bmode[bmode.shape[0] // 3, bmode.shape[1] // 2] > 0


def test_speckle_moves_with_the_tissue(wall: Phantom) -> None:
    shift_mm = 1.0
    moved = replace(wall.plan, disturbances=Disturbances(Drift(x_mm=shift_mm, over_s=0.04)))
    still, gone = wall.bmode(0), Phantom(moved).bmode(1)  # at 25 pictures a second
    columns = round(shift_mm / wall.calibration.x_mm_per_px)
    part = still[100:400, 100:400].astype(float)
    along = gone[100:400, 100 + columns : 400 + columns].astype(float)
    assert _likeness(part, along) > 0.9
    assert _likeness(part, gone[100:400, 100:400].astype(float)) < 0.5


def test_speckle_changes_out_of_plane(wall: Phantom) -> None:
    near = replace(wall.plan, disturbances=Disturbances(Drift(plane_mm=0.1, over_s=0.04)))
    away = replace(wall.plan, disturbances=Disturbances(Drift(plane_mm=3.0, over_s=0.04)))
    speckle = (slice(320, 500), slice(100, 500))  # behind the wall: no sheets there
    still, gone = wall.bmode(0)[speckle].astype(float), Phantom(away).bmode(1)[speckle].astype(float)
    assert _likeness(still, gone) < 0.75  # what is left is the make-up of the tissue, not speckle
    assert _likeness(still, Phantom(near).bmode(1)[speckle].astype(float)) > 0.95
    assert gone.mean() == pytest.approx(still.mean(), rel=0.1)


def test_gain_lost_contact_and_repeated_pictures(wall: Phantom) -> None:
    trouble = Disturbances(
        lost_contacts=(LostContact(0.0, 4.0, -0.1, 0.25),),
        gain_steps=(GainStep(1.0, 5.0),),
        repeat_pictures=2,
    )
    troubled = Phantom(replace(wall.plan, disturbances=trouble))
    before, after = troubled.bmode(14), troubled.bmode(30)
    left, right = slice(0, 100), slice(300, 500)
    assert before[:, left].mean() < 0.6 * wall.bmode(14)[:, left].mean()
    assert before[:, right].mean() == pytest.approx(wall.bmode(14)[:, right].mean(), abs=1.0)
    assert after[:, right].mean() > before[:, right].mean() + 10
    assert np.array_equal(troubled.picture(30), troubled.picture(31))
    assert not np.array_equal(troubled.picture(31), troubled.picture(32))


def test_both_borders_of_the_back_close_round_dark_muscle(back: Phantom) -> None:
    frame = back.frame(60)
    assert _ring_contrast(frame) > 1.15


@pytest.mark.parametrize("name", ["wall", "back"])
def test_a_warped_picture_is_like_a_drawn_one(name: str, request: pytest.FixtureRequest) -> None:
    phantom: Phantom = request.getfixturevalue(name)
    warped = WarpedPhantom(phantom)
    drawn = phantom.picture(60)[phantom.roi.slices].astype(float)
    rest = phantom.picture(0)[phantom.roi.slices].astype(float)
    shown = warped.picture(60 / phantom.plan.fps)[phantom.roi.slices].astype(float)
    assert np.corrcoef(drawn.ravel(), shown.ravel())[0, 1] > 0.9
    assert np.corrcoef(drawn.ravel(), shown.ravel())[0, 1] > np.corrcoef(drawn.ravel(), rest.ravel())[0, 1]


def _half_way_mm(picture: Picture, edge_px: FloatArray, outward: float, mm_per_px: float) -> float:
    """Mean profile across an edge; where it is half-way from muscle to fascia, outward positive."""
    away_mm = np.arange(-1.2, 1.0, 0.02)
    rows = edge_px[:, 1, None] + outward * away_mm / mm_per_px
    columns = np.repeat(edge_px[:, 0, None], len(away_mm), axis=1)
    profile = map_coordinates(picture.astype(float), [rows, columns], order=1).mean(axis=0)
    peak = int(np.argmax(profile))
    level = (profile[away_mm < -0.6].mean() + profile[peak]) / 2.0
    before = int(np.flatnonzero(profile[:peak] < level)[-1])
    return float(np.interp(level, profile[before : before + 2], away_mm[before : before + 2]))


def _likeness(a: FloatArray, b: FloatArray) -> float:
    """Correlation of the fine texture, without the brightness of tissue and layers."""
    fine = [part - gaussian_filter(part, 4.0) for part in (a, b)]
    return float(np.corrcoef(fine[0].ravel(), fine[1].ravel())[0, 1])


def _ring_contrast(frame: PhantomFrame) -> float:
    """Grey just outside the borders over grey well inside."""
    ratios, picture = [], frame.picture.astype(float)
    for m in frame.truth.muscles:
        assert m.border_px is not None
        middle = m.border_px.mean(axis=0)
        inside, outside = (
            map_coordinates(picture, (middle + s * (m.border_px - middle)).T[::-1], order=1)
            for s in (0.85, 1.05)
        )
        ratios.append(outside.mean() / inside.mean())
    return float(min(ratios))
