"""Air is told from tissue, and a changed depth from both."""

from __future__ import annotations

import numpy as np
import pytest

from segmentation.contact import Contact, Touch, contact_plan, samples, step_contact
from segmentation.depth_change import depth_changed
from segmentation.geometry import Calibration, Roi
from segmentation.phantom.picture_faults import at_other_depth, in_air, shifted
from segmentation.results import Picture, Status
from segmentation.tracking import start, step
from segmentation.views import GivenBorder, MeasureSetup, Panel
from tests.segmentation.drawn import ROI, SIZE, SPACING, oval, oval_border_mm

CENTRE, HALF = (22.0, 19.0), (12.0, 9.0)
PANEL = Panel(ROI, SPACING, ("right",))


def air(seed: int, loudness_grey: float = 200.0) -> Picture:
    """Lines 4 mm apart, the same in every picture, and noise that is not."""
    depth_mm = np.repeat(np.arange(ROI.height)[:, None] * SPACING.y_mm_per_px, ROI.width, axis=1)
    inside = np.ones((ROI.height, ROI.width), bool)
    rng = np.random.default_rng(seed)
    return in_air(oval(CENTRE, HALF), ROI, depth_mm, inside, (loudness_grey, 4.0, 12.0), rng)


def touches(pictures: list[Picture], gap_s: float = 0.04) -> list[Touch]:
    contact, plan, found = Contact(), contact_plan(PANEL, None), []
    for picture in pictures:
        contact = step_contact(contact, plan, PANEL, picture, samples(plan, picture), gap_s)
        found.append(contact.touch)
    return found


def test_air_with_standing_lines_is_no_contact() -> None:
    tissue = oval(CENTRE, HALF)
    said = touches([tissue, tissue, *(air(k) for k in range(8)), tissue, tissue])
    assert said == [Touch.HELD] * 2 + [Touch.BROKEN] * 8 + [Touch.HELD] * 2


def test_tissue_that_moves_under_the_probe_is_contact() -> None:
    tissue = oval(CENTRE, HALF)
    slid = [shifted(tissue, ROI, 3.0 * k, 1.0 * k) for k in range(12)]  # 0.3 mm a picture
    assert touches(slid) == [Touch.HELD] * 12


def test_pictures_far_apart_in_time_say_nothing() -> None:
    assert Touch.BROKEN not in touches([oval(CENTRE, HALF), air(1), air(2)], gap_s=1.0)
    assert Touch.BROKEN not in touches([oval(CENTRE, HALF), air(1), air(2)], gap_s=float("nan"))


@pytest.mark.parametrize("factor", [0.7, 0.8, 0.9, 1.1, 1.25, 1.5])
def test_a_changed_depth_is_seen_and_its_return_too(factor: float) -> None:
    tissue = oval(CENTRE, HALF)
    other = at_other_depth(tissue, ROI, factor)
    said = touches([tissue, tissue, other, other, other, tissue, tissue])
    assert said == [Touch.HELD] * 2 + [Touch.OTHER_DEPTH] * 3 + [Touch.HELD] * 2


def test_a_ruler_that_stays_says_that_the_depth_did() -> None:
    """The tissue looks larger, as of a muscle that swells; the ticks beside it stand where they stood."""
    screen = np.zeros((460, 620), np.uint8)
    roi = Roi(20, 20, 500, 400)
    screen[roi.slices] = oval(CENTRE, HALF)[:400, :500]
    screen[20:421:40, 540:556] = 255
    larger = screen.copy()
    larger[roi.slices] = at_other_depth(screen, roi, 1.2)[roi.slices]
    both = at_other_depth(screen, roi, 1.2)  # the ruler with it
    assert not depth_changed(screen, larger, roi)
    assert depth_changed(screen, both, roi)


def setup(*borders: GivenBorder) -> MeasureSetup:
    return MeasureSetup("contour", (PANEL,), SIZE, borders=borders)


def statuses(made: MeasureSetup, pictures: list[Picture]) -> list[tuple[Status, str]]:
    said: list[tuple[Status, str]] = []
    state = start(made, pictures[0])
    for number, picture in enumerate(pictures):
        state, result = step(state, picture, number / 25.0)
        m = result.measurements[0]
        said.append((m.status, m.border_source))
    return said


@pytest.mark.parametrize(("loudness_grey", "soon"), [(0.0, 8), (200.0, 36)])  # of lines that never change
def test_what_was_found_in_air_is_forgotten(loudness_grey: float, soon: int) -> None:
    tissue = [shifted(oval(CENTRE, HALF), ROI, 0.5 * (k % 4), 0.0) for k in range(soon)]
    pictures = [*(air(k, loudness_grey) for k in range(6)), *tissue]
    state = start(setup(), pictures[0])
    for number, picture in enumerate(pictures):
        state, result = step(state, picture, number / 25.0)
    m = result.measurements[0]
    assert (m.status, m.border_source) == (Status.OK, "auto")
    assert m.area_cm2 == pytest.approx(np.pi * HALF[0] * HALF[1] / 100.0, rel=0.05)


def test_a_border_drawn_by_hand_outlasts_air_at_once_after_it() -> None:
    drawn = GivenBorder("right", "contour", 0, oval_border_mm(CENTRE, HALF) / 0.1 - 0.5)
    tissue = oval(CENTRE, HALF)
    said = statuses(setup(drawn), [tissue, *(air(k) for k in range(6)), tissue, tissue])
    assert {status for status, _ in said[1:7]} == {Status.LOST}
    assert said[-1] == (Status.OK, "traced")


def test_a_border_drawn_on_a_picture_of_air_waits_for_tissue() -> None:
    late = GivenBorder("right", "contour", 4, oval_border_mm(CENTRE, HALF) / 0.1 - 0.5)
    tissue = oval(CENTRE, HALF)
    said = statuses(setup(late), [tissue, tissue, tissue, air(1), air(2), air(3), tissue, tissue])
    assert said[-1] == (Status.OK, "traced")


def test_spacing_need_not_be_square() -> None:
    plan = contact_plan(Panel(ROI, Calibration(0.2, 0.1), ("left",)), None)
    assert samples(plan, oval(CENTRE, HALF)).shape == plan.inside.shape
