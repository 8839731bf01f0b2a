"""A muscle that is gone and comes back, in another place of the picture."""

from __future__ import annotations

import numpy as np
import pytest

from segmentation.results import Measurement, Picture, Status
from segmentation.tracking import start, step
from segmentation.views import GivenBorder, MeasureSetup, Panel
from tests.segmentation.drawn import ROI, SIZE, SPACING, oval, oval_border_mm, speckle

CENTRE, HALF = (22.0, 19.0), (12.0, 9.0)
AREA_CM2 = np.pi * HALF[0] * HALF[1] / 100.0
SETUP = MeasureSetup(
    "contour",
    (Panel(ROI, SPACING, ("right",)),),
    SIZE,
    borders=(GivenBorder("right", "contour", 0, oval_border_mm(CENTRE, HALF) / 0.1 - 0.5),),
)
PER_S = 25.0


def measured(pictures: list[Picture]) -> list[Measurement]:
    state, found = start(SETUP, pictures[0]), []
    for number, picture in enumerate(pictures):
        state, result = step(state, picture, number / PER_S)
        found.append(result.measurements[0])
    return found


@pytest.mark.parametrize("moved_mm", [(0.0, 0.0), (5.0, 0.0), (-3.5, 3.5)])
@pytest.mark.parametrize("grey", [12.0, 70.0], ids=["dark", "bright speckle"])
def test_a_muscle_gone_for_two_seconds_is_found_within_a_third_of_a_second(
    moved_mm: tuple[float, float], grey: float
) -> None:
    there = (CENTRE[0] + moved_mm[0], CENTRE[1] + moved_mm[1])
    gone = [speckle(np.full((400, 500), grey), seed=k) for k in range(round(2.0 * PER_S))]
    seen = [oval(CENTRE, HALF, seed=100 + k) for k in range(4)]
    back = [oval(there, HALF, seed=200 + k) for k in range(round(0.3 * PER_S))]
    found = measured(seen + gone + back)
    assert all(np.isnan(m.area_cm2) for m in found[4 : 4 + len(gone)])
    assert found[-1].status is (Status.OK if moved_mm == (0.0, 0.0) else Status.MOVED)
    assert found[-1].area_cm2 == pytest.approx(AREA_CM2, rel=0.03)


def test_a_picture_of_one_grey_has_no_muscle() -> None:
    flat = [np.full((400, 500), grey, np.uint8) for grey in (0, 90, 255)]
    found = measured([oval(CENTRE, HALF), *flat, oval(CENTRE, HALF, seed=1)])
    assert [m.status for m in found[1:4]] == [Status.LOST] * 3
    assert found[4].status is Status.OK
