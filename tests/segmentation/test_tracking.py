"""The whole core on drawn clips: identity, purity, statuses, repeated and frozen pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import nan

import numpy as np
import pytest

from segmentation.results import QUANTITIES, FloatArray, FrameResult, Picture, Side, Status
from segmentation.tracking import TrackState, confirm, start, step
from segmentation.views import VIEWS, GivenBorder, MeasureSetup, Panel, Seed, Station
from tests.segmentation.drawn import ROI, SIZE, SPACING, layers, oval, oval_border_mm, speckle

LAYER = MeasureSetup(
    "layer",
    (Panel(ROI, SPACING, ("left",)),),
    SIZE,
    stations=(Station(rule="range", x_range_px=(150.0, 350.0)),),
)
CENTRE, HALF = (25.0, 20.0), (12.0, 9.0)
CONTOUR = MeasureSetup(
    "contour",
    (Panel(ROI, SPACING, ("right",)),),
    SIZE,
    borders=(GivenBorder("right", "contour", 0, oval_border_mm(CENTRE, HALF) / 0.1 - 0.5),),
)


def level(depth_mm: float) -> Callable[[FloatArray], FloatArray]:
    return lambda x: np.full_like(x, depth_mm)


def layer_picture(thickness_mm: float, seed: int) -> Picture:
    # bands of 0.4 mm half width: the inner edges are `thickness_mm` apart
    deep = 10.0 + 0.8 + thickness_mm
    return layers([level(10.0), level(deep)], seed=seed)


def run(setup: MeasureSetup, pictures: list[Picture]) -> tuple[TrackState, list[FrameResult]]:
    state, results = start(setup, pictures[0]), []
    for number, picture in enumerate(pictures):
        state, result = step(state, picture, number / 25.0)
        results.append(result)
    return state, results


def test_a_swelling_layer_is_measured_in_every_frame() -> None:
    truth = 6.0 + 2.0 * np.sin(np.linspace(0, np.pi, 30))
    _, results = run(LAYER, [layer_picture(t, seed) for seed, t in enumerate(truth)])
    measured = np.array([result.measurements[0].thickness_mm for result in results])
    assert np.abs(measured - truth).mean() < 0.2  # mm
    assert np.corrcoef(measured, truth)[0, 1] > 0.995
    assert all(result.measurements[0].status is Status.OK for result in results)
    assert results[0].measurements[0].subcutaneous_mm == pytest.approx(10.0, abs=0.2)


def test_a_state_is_never_written_to_so_a_run_can_be_resumed_from_it() -> None:
    pictures = [layer_picture(6.0 + 0.1 * k, k) for k in range(8)]
    middle, _ = run(LAYER, pictures[:4])
    ahead = [step(middle, pictures[4], 0.16)[1].measurements[0].thickness_mm for _ in range(2)]
    assert ahead[0] == ahead[1]
    _, whole = run(LAYER, pictures)
    state, value = middle, []
    for number, picture in enumerate(pictures[4:], 4):
        state, result = step(state, picture, number / 25.0)
        value.append(result.measurements[0].thickness_mm)
    assert value == [result.measurements[0].thickness_mm for result in whole[4:]]


def test_a_repeated_picture_is_told_and_keeps_its_values() -> None:
    picture = layer_picture(6.0, 1)
    _, (first, second) = run(LAYER, [picture, picture.copy()])
    assert first.new_picture
    assert not second.new_picture
    assert second.measurements == first.measurements


def test_a_scanner_that_stands_still_for_two_seconds_is_frozen_and_shows_no_value() -> None:
    picture = layer_picture(6.0, 1)
    _, results = run(LAYER, [picture] * 60)
    assert results[40].measurements[0].status is Status.OK
    assert results[59].measurements[0].status is Status.FROZEN
    assert np.isnan(results[59].measurements[0].thickness_mm)


def test_without_time_stamps_a_long_run_of_equal_pictures_is_frozen() -> None:
    picture = layer_picture(6.0, 1)
    state = start(LAYER, picture)
    for _ in range(95):
        state, result = step(state, picture, nan)
    assert result.measurements[0].status is Status.FROZEN


def test_a_lifted_probe_gives_no_number_and_the_muscle_is_found_again() -> None:
    seen = [layer_picture(6.0, k) for k in range(5)]
    air = [speckle(np.full((400, 500), 12.0), seed=k, noise=3.0) for k in range(10)]
    _, results = run(LAYER, seen + air + [layer_picture(6.0, k + 20) for k in range(10)])
    for result in results[5:15]:
        assert result.measurements[0].status in (Status.LOST, Status.NO_BORDER)
        assert np.isnan(result.measurements[0].thickness_mm)
    again = results[-1].measurements[0]
    assert again.status is Status.OK
    assert again.thickness_mm == pytest.approx(6.0, abs=0.3)


def test_a_closed_border_set_by_hand_is_followed() -> None:
    grow = [1.0, 1.03, 1.06, 1.1, 1.1, 1.05, 1.0]
    pictures = [oval(CENTRE, (HALF[0] * g, HALF[1] * g), seed=k) for k, g in enumerate(grow)]
    _, results = run(CONTOUR, pictures)
    for result, g in zip(results, grow, strict=True):
        m = result.measurements[0]
        assert m.area_cm2 == pytest.approx(np.pi * HALF[0] * HALF[1] * g * g / 100.0, rel=0.03)
        assert m.border_source == "traced"
        assert m.echo_intensity_grey == pytest.approx(60.0, abs=4.0)


def test_a_border_that_leaves_the_picture_is_clipped() -> None:
    path = [CENTRE[1] + 1.5 * k for k in range(10)]
    _, results = run(CONTOUR, [oval((CENTRE[0], y), HALF, seed=k) for k, y in enumerate(path)])
    last = results[-1].measurements[0]
    assert last.status in (Status.CLIPPED, Status.LOST)
    assert np.isnan(last.area_cm2)


def test_probe_motion_is_measured_in_mm() -> None:
    pictures = [np.roll(oval(CENTRE, HALF, seed=4), 12 * k, axis=1) for k in range(3)]
    _, results = run(CONTOUR, pictures)
    assert [r.measurements[0].probe_shift_mm for r in results] == pytest.approx([0.0, 1.2, 2.4], abs=0.3)


def test_a_confirmed_side_says_so_and_an_automatic_one_too() -> None:
    pictures = [layer_picture(6.0, 0)]
    assert run(LAYER, pictures)[1][0].measurements[0].border_source == "auto"
    confirmed = replace(LAYER, confirmed=frozenset({"left"}))
    assert run(confirmed, pictures)[1][0].measurements[0].border_source == "confirmed"


@pytest.mark.parametrize(
    ("setup", "pictures"),
    [
        (LAYER, [layer_picture(6.0, k) for k in range(3)]),
        (
            replace(CONTOUR, borders=(), seeds=(Seed("right", "contour", (250.0, 200.0)),)),
            [oval(CENTRE, HALF, seed=4 + k) for k in range(3)],
        ),
    ],
    ids=["layer", "contour"],
)
def test_a_border_that_is_followed_already_can_be_confirmed(
    setup: MeasureSetup, pictures: list[Picture]
) -> None:
    state = start(setup, pictures[0])
    state, before = step(state, pictures[0], 0.0)
    side = before.measurements[0].side
    other: Side = "right" if side == "left" else "left"
    _, not_this_side = step(confirm(state, frozenset({other})), pictures[1], 0.04)
    state, after = step(confirm(state, frozenset({side})), pictures[1], 0.04)
    sources = [r.measurements[0].border_source for r in (before, not_this_side, after)]
    assert sources == ["auto", "auto", "confirmed"]
    assert step(state, pictures[2], 0.08)[1].measurements[0].border_source == "confirmed"


def test_edges_given_by_hand_choose_the_layer() -> None:
    picture = layers([level(y) for y in (6.0, 12.0, 28.0)])
    auto = run(LAYER, [picture])[1][0].measurements[0]
    assert auto.thickness_mm == pytest.approx(15.2, abs=0.4)
    ends = np.array([[20.0, 0.0], [480.0, 0.0]])
    drawn = replace(
        LAYER,
        borders=(
            GivenBorder("left", "layer", 0, ends + np.array([0.0, 64.0]), "superficial"),
            GivenBorder("left", "layer", 0, ends + np.array([0.0, 116.0]), "deep"),
        ),
    )
    by_hand = run(drawn, [picture])[1][0].measurements[0]
    assert by_hand.thickness_mm == pytest.approx(5.2, abs=0.4)
    assert by_hand.border_source == "traced"


def test_a_seed_chooses_the_layer() -> None:
    picture = layers([level(y) for y in (6.0, 12.0, 28.0)])
    seeded = replace(LAYER, seeds=(Seed("left", "layer", (250.0, 90.0)),))
    assert run(seeded, [picture])[1][0].measurements[0].thickness_mm == pytest.approx(5.2, abs=0.4)


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_every_view_answers_for_every_muscle_in_a_picture_without_any(view: str) -> None:
    sides = ("left", "right") if view == "lm-csa" else ("left",)
    setup = MeasureSetup(VIEWS[view].name, (Panel(ROI, SPACING, sides),), SIZE)  # type: ignore[arg-type]  # sides
    noise = speckle(np.full((400, 500), 60.0), seed=5)
    _, (result,) = run(setup, [noise])
    assert [(m.side, m.muscle) for m in result.measurements] == [
        (side, muscle) for side in sides for muscle in VIEWS[view].muscles
    ]
    for m in result.measurements:
        assert 0.0 <= m.quality <= 1.0
        if not m.status.carries_value:
            assert all(np.isnan(getattr(m, name)) for name in QUANTITIES if name != "probe_shift_mm")


@pytest.mark.parametrize("shape", [(400, 499), (400, 500, 3)])
def test_a_picture_of_another_size_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="500x400"):
        start(LAYER, np.zeros(shape, np.uint8))
    state = start(LAYER, layer_picture(6.0, 0))
    with pytest.raises(ValueError, match="500x400"):
        step(state, np.zeros(shape, np.uint8), 0.0)


def test_a_border_holds_on_its_frame_of_the_clip_whatever_was_dropped_or_repeated() -> None:
    later = replace(CONTOUR, borders=(replace(CONTOUR.borders[0], frame=6),))
    still = speckle(np.full(SIZE[::-1], 60.0))
    pictures = [still, still, oval(CENTRE, HALF, seed=2), oval(CENTRE, HALF, seed=3)]
    for frames in ((0, 1, 4, 6), (0, 3, 5, 9), (0, 1, 2, 3)):
        state = start(later, pictures[0])
        sources = []
        for picture, frame in zip(pictures, frames, strict=True):
            state, result = step(state, picture, frame / 25.0, frame)
            sources.append(result.measurements[0].border_source)
        assert (sources[-1] == "traced") == (frames[-1] >= 6)
        assert "traced" not in sources[:-1]


def test_a_border_drawn_on_a_repeated_picture_holds_on_it() -> None:
    later = replace(CONTOUR, borders=(replace(CONTOUR.borders[0], frame=1),))
    picture = oval(CENTRE, HALF, seed=2)
    _, results = run(later, [picture, picture, picture])
    assert [result.new_picture for result in results] == [True, False, False]
    assert results[1].measurements[0].border_source == "traced"
