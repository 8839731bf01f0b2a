"""Masks in place of the search: which piece is whose muscle, and what is measured from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest

from segmentation.found_mask import masked_borders
from segmentation.geometry import Calibration, polygon_area_cm2
from segmentation.layer_mask import bounding_fasciae, layer_edges
from segmentation.results import FloatArray, Measurement, Muscle, Picture, Side, Status
from segmentation.tracking import start, step
from segmentation.views import GivenBorder, Mask, MeasureSetup, Panel, Seed
from tests.segmentation.drawn import ROI, SIZE, SPACING, layers, oval, oval_border_mm, speckle

CENTRE, HALF = (15.0, 19.0), (9.0, 7.0)
AREA_CM2 = np.pi * HALF[0] * HALF[1] / 100.0
TWO_SIDED = Panel(ROI, SPACING, ("right", "left"))
EMPTY = np.zeros((ROI.height, ROI.width), np.bool_)


def ellipse(centre_mm: tuple[float, float], half_mm: tuple[float, float]) -> Mask:
    points = np.round((oval_border_mm(centre_mm, half_mm) / 0.1 - 0.5) * 16).astype(np.int32)
    return cv2.fillPoly(EMPTY.astype(np.uint8), [points], 1, shift=4) > 0


def area_cm2(border_mm: FloatArray) -> float:
    return polygon_area_cm2(border_mm, Calibration(1.0, 1.0))


@dataclass
class ScriptedFinder:
    """Says what it is told to, one answer for each time it is asked; the last one for ever."""

    answers: list[Mapping[Muscle, Sequence[Mask]]]
    asked: list[Picture] = field(default_factory=list)

    def __call__(self, picture: Picture, panel: Panel) -> Mapping[Muscle, Sequence[Mask]]:
        self.asked.append(picture)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def measured(setup: MeasureSetup, pictures: Sequence[Picture]) -> list[tuple[Measurement, ...]]:
    state, found = start(setup, pictures[0]), []
    for number, picture in enumerate(pictures):
        state, result = step(state, picture, number / 25.0)
        found.append(result.measurements)
    return found


def shapes(count: int = 1) -> list[Picture]:
    return [oval(CENTRE, HALF, seed=number) for number in range(count)]


@pytest.mark.parametrize("off_mm", [(0.0, 0.0), (0.8, -0.6)])
@pytest.mark.parametrize("larger", [0.92, 1.08])
def test_a_border_lies_on_the_rim_and_not_on_the_mask(off_mm: tuple[float, float], larger: float) -> None:
    mask = ellipse((CENTRE[0] + off_mm[0], CENTRE[1] + off_mm[1]), (larger * HALF[0], larger * HALF[1]))
    border = masked_borders(shapes()[0], TWO_SIDED, [mask], ["right", "left"], {})["right"]
    assert area_cm2(border) == pytest.approx(AREA_CM2, rel=0.03)  # the mask itself is 16 % off
    away = np.hypot(*(border - np.array(CENTRE)).T)
    truth = np.hypot(*(oval_border_mm(CENTRE, HALF, 96) - np.array(CENTRE)).T)
    assert away.min() == pytest.approx(truth.min(), abs=0.5)
    assert away.max() == pytest.approx(truth.max(), abs=0.5)


@pytest.mark.parametrize("separate", [True, False])
def test_the_half_of_the_picture_says_the_side(separate: bool) -> None:
    on_left, on_right = ellipse((13.0, 19.0), (8.0, 6.0)), ellipse((37.0, 19.0), (9.0, 7.0))
    masks = [on_right, on_left] if separate else [on_left | on_right]
    flat = np.full((400, 500), 90, np.uint8)
    borders = masked_borders(flat, TWO_SIDED, masks, ["left", "right"], {})
    assert {side: round(float(border[:, 0].mean())) for side, border in borders.items()} == {
        "right": 13,
        "left": 37,
    }


@pytest.mark.parametrize("middle_mm", [22.0, 25.0, 28.0])
def test_two_muscles_that_touch_are_parted_at_their_neck(middle_mm: float) -> None:
    mask = ellipse((middle_mm - 9.0, 19.0), (9.5, 7.0)) | ellipse((middle_mm + 9.0, 19.0), (9.5, 7.0))
    flat = np.full((400, 500), 90, np.uint8)
    borders = masked_borders(flat, TWO_SIDED, [mask], ["left", "right"], {})
    places = {side: float(border[:, 0].mean()) for side, border in borders.items()}
    assert places == {
        "right": pytest.approx(middle_mm - 9.0, abs=0.6),
        "left": pytest.approx(middle_mm + 9.0, abs=0.6),
    }


def test_one_muscle_that_reaches_across_the_middle_stays_whole() -> None:
    mask = ellipse((22.0, 19.0), (9.0, 7.0))
    picture = oval((22.0, 19.0), (9.0, 7.0))
    borders = masked_borders(picture, TWO_SIDED, [mask], ["left", "right"], {})
    assert list(borders) == ["right"]
    assert area_cm2(borders["right"]) == pytest.approx(AREA_CM2, rel=0.03)


def test_the_largest_piece_is_taken_and_specks_are_not() -> None:
    specks = ellipse((20.0, 5.0), (1.5, 1.5)) | ellipse((40.0, 30.0), (2.0, 2.0))
    muscle = ellipse(CENTRE, HALF)
    borders = masked_borders(shapes()[0], TWO_SIDED, [specks | muscle], ["right", "left"], {})
    assert list(borders) == ["right"]
    assert area_cm2(borders["right"]) == pytest.approx(AREA_CM2, rel=0.03)


def test_a_seed_says_which_piece() -> None:
    panel = Panel(ROI, SPACING, ("left",))
    small, large = ellipse((12.0, 19.0), (6.0, 6.0)), ellipse((35.0, 19.0), (9.0, 9.0))
    flat = np.full((400, 500), 90, np.uint8)

    def places(seeds: dict[Side, tuple[float, float]]) -> list[int]:
        found = masked_borders(flat, panel, [small | large], ["left"], seeds)
        return [round(float(border[:, 0].mean())) for border in found.values()]

    assert places({}) == [35]
    assert places({"left": (12.0, 20.0)}) == [12]
    assert places({"left": (24.0, 5.0)}) == []
    assert places({"left": (-3.0, 900.0)}) == []


def test_a_hole_in_a_mask_does_not_count() -> None:
    ring = ellipse(CENTRE, HALF) & ~ellipse(CENTRE, (3.0, 3.0))
    border = masked_borders(shapes()[0], TWO_SIDED, [ring], ["right"], {})["right"]
    assert area_cm2(border) == pytest.approx(AREA_CM2, rel=0.03)


def test_a_mask_of_another_size_is_our_bug() -> None:
    with pytest.raises(ValueError, match="400 x 500"):
        masked_borders(shapes()[0], TWO_SIDED, [np.zeros((40, 50), np.bool_)], ["left"], {})


@pytest.mark.parametrize(
    "mask",
    [EMPTY, ellipse((10.0, 10.0), (1.0, 1.0)), ~EMPTY],
    ids=["none", "speck", "all"],
)
def test_no_mask_is_too_odd(mask: Mask) -> None:
    borders = masked_borders(shapes()[0], TWO_SIDED, [mask], ["left", "right"], {})
    assert all(np.isfinite(border).all() for border in borders.values())


def test_a_muscle_is_followed_from_its_mask_and_the_finder_is_asked_no_more() -> None:
    finder = ScriptedFinder([{"lm": [ellipse(CENTRE, HALF)]}])
    panel = Panel(ROI, SPACING, ("left",))
    found = measured(MeasureSetup("lm-csa", (panel,), SIZE, mask_finder=finder), shapes(8))
    for (left,) in found:
        assert left.status is Status.OK
        assert left.border_source == "auto"
        assert left.area_cm2 == pytest.approx(AREA_CM2, rel=0.03)
    assert len(finder.asked) == 1


def test_where_the_finder_sees_nothing_nothing_is_searched_for() -> None:
    """The muscle is plain to see, and the search would find it."""
    panel = Panel(ROI, SPACING, ("left",))
    finder = ScriptedFinder([{"lm": [EMPTY]}, {}, {"lm": [ellipse(CENTRE, HALF)]}])
    setup = MeasureSetup("lm-csa", (panel,), SIZE, mask_finder=finder)
    found = [left.status for (left,) in measured(setup, shapes(12))]
    assert found == [Status.NO_BORDER] * 10 + [Status.OK] * 2  # asked at pictures 0, 5 and 10


def test_a_border_drawn_by_hand_leaves_the_finder_unasked() -> None:
    finder = ScriptedFinder([{}])
    drawn = GivenBorder("left", "lm", 0, oval_border_mm(CENTRE, HALF) / 0.1 - 0.5)
    panel = Panel(ROI, SPACING, ("left",))
    setup = MeasureSetup("lm-csa", (panel,), SIZE, borders=(drawn,), mask_finder=finder)
    ((left,),) = measured(setup, shapes(1))
    assert (left.border_source, left.status, finder.asked) == ("traced", Status.OK, [])


# layers

DEPTHS = (6.0, 12.0, 20.0, 25.0)  # middles of bands 0.8 mm wide
WALL: tuple[Muscle, ...] = ("eo", "io", "tra")


def slab(top_mm: float, bottom_mm: float) -> Mask:
    mask = EMPTY.copy()
    mask[round(top_mm / 0.1) : round(bottom_mm / 0.1)] = True
    return mask


def wall_masks(off_mm: float = 0.0) -> dict[Muscle, list[Mask]]:
    return {
        muscle: [slab(top + 0.4 + off_mm, bottom - 0.4 + off_mm)]
        for muscle, top, bottom in zip(WALL, DEPTHS[:-1], DEPTHS[1:], strict=True)
    }


def level(depth_mm: float) -> Callable[[FloatArray], FloatArray]:
    return lambda x: np.full_like(x, depth_mm)


def wall() -> Picture:
    return layers([level(depth) for depth in DEPTHS])


@pytest.mark.parametrize("off_mm", [0.0, 0.9, -0.9])
def test_the_layers_of_masks_settle_on_their_fasciae(off_mm: float) -> None:
    panel = Panel(ROI, SPACING, ("right",))
    finder = ScriptedFinder([wall_masks(off_mm)])
    setup = MeasureSetup("tra", (panel,), SIZE, mask_finder=finder)
    for of_frame in measured(setup, [wall()]):
        by_muscle = {m.muscle: m.thickness_mm for m in of_frame}
        assert by_muscle["eo"] == pytest.approx(5.2, abs=0.4)
        assert by_muscle["io"] == pytest.approx(7.2, abs=0.4)
        assert by_muscle["tra"] == pytest.approx(4.2, abs=0.4)


@pytest.mark.parametrize("missing", WALL)
def test_without_one_of_the_layers_there_is_no_border(missing: Muscle) -> None:
    panel = Panel(ROI, SPACING, ("right",))
    masks = {muscle: found for muscle, found in wall_masks().items() if muscle != missing}
    setup = MeasureSetup("tra", (panel,), SIZE, mask_finder=ScriptedFinder([masks]))
    ((*muscles,),) = measured(setup, [wall()])
    assert {m.status for m in muscles} == {Status.NO_BORDER}


def test_a_layer_between_two_fasciae_that_no_search_would_choose() -> None:
    """Of three bands the search takes the two that are far apart; the mask names the upper two."""
    panel = Panel(ROI, SPACING, ("left",))
    picture = layers([level(5.0), level(10.0), level(32.0)])
    finder = ScriptedFinder([{"layer": [slab(5.5, 9.5)]}])
    ((there,),) = measured(MeasureSetup("layer", (panel,), SIZE, mask_finder=finder), [picture])
    assert there.thickness_mm == pytest.approx(4.2, abs=0.4)


def test_layers_out_of_order_are_none() -> None:
    x_mm = np.linspace(1.0, 49.0, 20)
    swapped = [[slab(20.0, 25.0)], [slab(6.0, 12.0)]]
    assert bounding_fasciae(swapped, SPACING, x_mm) is None
    assert bounding_fasciae([[EMPTY]], SPACING, x_mm) is None
    assert layer_edges([], SPACING, x_mm) is None


def test_a_layer_seen_in_part_goes_on_level() -> None:
    mask = slab(5.0, 9.0)
    mask[:, :200] = False
    fasciae = bounding_fasciae([[mask]], SPACING, np.array([2.0, 30.0]))
    assert fasciae is not None
    assert [fascia.tolist() for fascia in fasciae] == [pytest.approx([4.6, 4.6]), pytest.approx([9.4, 9.4])]


def test_speckle_alone_gives_no_numbers_that_are_not_finite() -> None:
    picture = speckle(np.full((400, 500), 80.0), seed=3)
    panel = Panel(ROI, SPACING, ("left",))
    seeds = (Seed("left", "contour", (150.0, 190.0)),)
    finder = ScriptedFinder([{"contour": [ellipse(CENTRE, HALF)]}])
    setup = MeasureSetup("contour", (panel,), SIZE, seeds=seeds, mask_finder=finder)
    ((left,),) = measured(setup, [picture])
    assert left.border_px is None or np.isfinite(left.border_px).all()
