"""The gates: probe motion and pressure against rest, and what lies over the muscle."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest

from segmentation.contact import contact_plan, samples
from segmentation.covered import covered_places
from segmentation.gates import NOTHING_SEEN, SHIFT_LIMIT_MM, Depths, gated
from segmentation.geometry import Roi
from segmentation.phantom.picture_faults import covered, shifted
from segmentation.results import Measurement, Picture, Status
from segmentation.tracking import start, step
from segmentation.views import GivenBorder, MeasureSetup, Panel
from tests.segmentation.drawn import ROI, SIZE, SPACING, oval, oval_border_mm, speckle

CENTRE, HALF = (22.0, 19.0), (12.0, 9.0)
DRAWN = GivenBorder("right", "contour", 0, oval_border_mm(CENTRE, HALF) / 0.1 - 0.5)
SETUP = MeasureSetup("contour", (Panel(ROI, SPACING, ("right",)),), SIZE, borders=(DRAWN,))


def ok(shift_mm: float = 0.0, status: Status = Status.OK) -> Measurement:
    return Measurement("left", "tra", status, 0.95, thickness_mm=4.0, probe_shift_mm=shift_mm)


@pytest.mark.parametrize(
    ("shift_mm", "rest_mm", "now_mm", "status"),
    [
        (3.9, 8.0, 8.0, Status.OK),
        (4.1, 8.0, 8.0, Status.MOVED),
        (0.0, 8.0, 6.1, Status.OK),  # 1.9 of 8 mm: under a quarter
        (0.0, 8.0, 5.9, Status.MOVED),
        (0.0, 8.0, 10.2, Status.MOVED),  # pressed less than at rest
        (0.0, 4.0, 2.6, Status.OK),  # 1.4 mm: under 1.5
        (nan, 8.0, 8.0, Status.OK),  # not known is no motion
        (0.0, nan, 8.0, Status.OK),
    ],
)
def test_the_limits(shift_mm: float, rest_mm: float, now_mm: float, status: Status) -> None:
    found = gated(ok(shift_mm), Depths(now_mm, now_mm), Depths(rest_mm, rest_mm))
    assert (found.status, found.thickness_mm) == (status, 4.0)


def test_what_is_worse_than_moved_stays() -> None:
    for status in (Status.SHADOW, Status.LOST, Status.CLIPPED):
        assert gated(ok(9.0, status), Depths(8.0, 8.0), Depths(8.0, 8.0)).status is status


def test_rest_is_the_first_pictures_that_were_ok() -> None:
    rest = NOTHING_SEEN
    for number in range(20):
        status = Status.OK if number > 2 else Status.LOW_QUALITY
        depth = Depths(8.0 + 0.1 * number, 8.0 + 0.1 * number)
        rest = rest.with_picture([(ok(status=status), depth)])
    assert rest.of("left").pressed_mm == pytest.approx(8.65)  # of pictures 3 to 10
    assert np.isnan(rest.of("right").pressed_mm)


def followed(pictures: list[Picture]) -> list[Measurement]:
    state, found = start(SETUP, pictures[0]), []
    for number, picture in enumerate(pictures):
        state, result = step(state, picture, number / 25.0)
        found.append(result.measurements[0])
    return found


def test_a_probe_that_slides_is_told_by_its_millimetres() -> None:
    tissue = oval(CENTRE, HALF)
    found = followed([shifted(tissue, ROI, 4.0 * k, 0.0) for k in range(16)])  # 0.4 mm a picture
    for k, m in enumerate(found):
        assert m.probe_shift_mm == pytest.approx(0.4 * k, abs=0.3)
        if abs(0.4 * k - SHIFT_LIMIT_MM) > 0.4:
            assert m.status is (Status.MOVED if 0.4 * k > SHIFT_LIMIT_MM else Status.OK)


def test_a_menu_over_the_muscle_hides_it_and_one_beside_it_does_not() -> None:
    tissue = oval(CENTRE, HALF)
    over, beside = Roi(150, 120, 160, 160), Roi(375, 20, 110, 120)
    for box, status in ((over, Status.LOST), (beside, Status.OK)):
        found = followed([*[tissue] * 3, *[covered(tissue, box)] * 3, *[tissue] * 2])
        assert {m.status for m in found[3:6]} == {status}
        assert found[-1].status is Status.OK


def test_flat_tissue_is_no_menu() -> None:
    plan = contact_plan(SETUP.panels[0], None)
    for grey in (0.0, 30.0, 120.0):
        flat = speckle(np.full((400, 500), grey), seed=2)
        flat[100:250, 150:350] = round(grey)  # a cyst, or a shadow with nothing in it
        assert covered_places(plan, samples(plan, flat)) is None
