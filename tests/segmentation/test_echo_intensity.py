"""Echo intensity is the grey of the muscle alone: neither of its border nor of what lies beside it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from segmentation.edges import InnerEdge
from segmentation.layer_value import layer_measurement
from segmentation.results import Picture, Status
from segmentation.tracking import start, step
from segmentation.views import GivenBorder, MeasureSetup, Panel
from tests.segmentation.drawn import ROI, SIZE, SPACING, oval_border_mm, places_mm, speckle

MUSCLE, SEAM, RIM, OUTSIDE = 60, 80, 190, 110  # grey
CENTRE, HALF = (24.0, 18.0), (13.0, 9.0)  # mm
TOP_MM, BOTTOM_MM = 10.0, 19.0


def oval_with_seam(seam_mm: float) -> Picture:
    """A muscle of one grey, with a brighter seam inside its border and a bright rim 1 mm wide outside."""
    x, y = places_mm()
    inside = np.hypot((x - CENTRE[0]) / HALF[0], (y - CENTRE[1]) / HALF[1]) < 1.0
    within_mm, beyond_mm = (0.1 * distance_transform_edt(part) for part in (inside, ~inside))
    grey = np.where(
        inside, np.where(within_mm < seam_mm, SEAM, MUSCLE), np.where(beyond_mm < 1.0, RIM, OUTSIDE)
    )
    return speckle(grey.astype(float), noise=4.0)


def echo_of_oval(seam_mm: float) -> float:
    picture = oval_with_seam(seam_mm)
    given = GivenBorder("left", "contour", 0, oval_border_mm(CENTRE, HALF) / 0.1 - 0.5)
    setup = MeasureSetup("contour", (Panel(ROI, SPACING, ("left",)),), SIZE, borders=(given,))
    _, result = step(start(setup, picture), picture, 0.0)
    (found,) = result.measurements
    assert found.status is Status.OK
    assert found.area_cm2 == pytest.approx(np.pi * HALF[0] * HALF[1] / 100.0, rel=0.03)
    return found.echo_intensity_grey


def test_a_closed_border_is_inset_by_a_millimetre_and_a_half() -> None:
    plain = echo_of_oval(0.0)
    assert plain == pytest.approx(MUSCLE, abs=0.7)  # grey, of the grain
    assert echo_of_oval(1.2) == pytest.approx(plain, abs=0.1)  # grey: a seam thinner than the inset
    assert echo_of_oval(2.0) > plain + 0.5  # one that is wider shows


def echo_of_layer(seam_mm: float, muscle: int = MUSCLE) -> float:
    _, y = places_mm()
    within = (y >= TOP_MM) & (y <= BOTTOM_MM)
    near = np.minimum(np.abs(y - TOP_MM), np.abs(y - BOTTOM_MM)) < seam_mm
    picture = np.where(within, np.where(near, SEAM, muscle), RIM).astype(np.uint8)
    x_mm, grey = np.linspace(0.4, 49.6, 60), np.full(60, float(RIM))
    pair = (
        InnerEdge(x_mm, np.full(60, TOP_MM), grey, grey),
        InnerEdge(x_mm, np.full(60, BOTTOM_MM), grey, grey),
    )
    panel = Panel(ROI, SPACING, ("left",))
    what = ("left", "tra", Status.OK, 1.0, "auto", BOTTOM_MM - TOP_MM, panel, picture)
    found = layer_measurement(*what, pair, (15.0, 35.0), "perpendicular", x_mm > 0)  # type: ignore[arg-type]  # a tuple
    return found.echo_intensity_grey


def test_a_layer_is_inset_by_a_millimetre() -> None:
    assert echo_of_layer(0.0) == pytest.approx(MUSCLE, abs=1e-6)  # grey
    assert echo_of_layer(0.9) == pytest.approx(MUSCLE, abs=0.1)  # grey
    assert echo_of_layer(1.4) > MUSCLE + 0.5


@pytest.mark.parametrize("muscle", [0, 1, 16, 128, 235, 254, 255])
def test_no_grey_is_cut_off_or_stretched(muscle: int) -> None:
    assert echo_of_layer(0.0, muscle) == pytest.approx(muscle, abs=1e-6)  # grey
