from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from segmentation.facet import facet_patch, find_facet, follow_facet, vertex
from segmentation.fascia import fascia_grid
from segmentation.results import Picture, Status
from segmentation.tracking import start, step
from segmentation.views import MeasureSetup, Panel, Station
from tests.segmentation.drawn import ROI, SIZE, SPACING, places_mm, speckle


def facets(apex_mm: float, fascia_mm: float = 8.0, shift_mm: float = 0.0, seed: int = 0) -> Picture:
    """Three humps of bone 20 mm apart with shadow below, a fascia above."""
    x, y = places_mm()
    hump = np.exp(-0.5 * (((x - shift_mm - 5.0) % 20.0 - 10.0) / 4.0) ** 2)
    bone = apex_mm + 6.0 * (1.0 - hump)
    level = np.where(y < bone, 80.0, np.where(y < bone + 1.0, 220.0, 8.0))
    level = np.where(np.abs(y - fascia_mm) < 0.4, 200.0, level)
    return speckle(gaussian_filter(level, 1.0), seed, noise=8.0)


def test_the_facet_nearest_to_the_middle_is_found() -> None:
    found = find_facet(fascia_grid(facets(28.0), ROI, SPACING))
    assert found is not None
    assert found[0] == pytest.approx(15.0, abs=1.5) or found[0] == pytest.approx(35.0, abs=1.5)
    assert found[1] == pytest.approx(28.0, abs=0.4)  # mm, the leading edge


def test_speckle_and_a_mere_fascia_hold_no_facet() -> None:
    assert find_facet(fascia_grid(speckle(np.full((400, 500), 60.0), seed=5), ROI, SPACING)) is None


def test_a_facet_is_followed_to_a_fifth_of_a_millimetre() -> None:
    patch = facet_patch(facets(28.0), ROI, SPACING, (35.0, 28.0))
    assert patch is not None
    moved = facets(29.3, shift_mm=1.7, seed=3)
    apex, agreement = follow_facet(moved, ROI, SPACING, patch, (35.0, 28.0))
    assert apex == pytest.approx((36.7, 29.3), abs=0.2)
    assert agreement > 0.8


def test_a_facet_at_the_edge_of_the_picture_cannot_be_kept() -> None:
    assert facet_patch(facets(28.0), ROI, SPACING, (2.0, 28.0)) is None


def test_multifidus_thickness_is_from_the_apex_to_the_fascia() -> None:
    setup = MeasureSetup(
        "lm-thickness",
        (Panel(ROI, SPACING, ("left",)),),
        SIZE,
        stations=(Station("left", "facet", point_px=(349.5, 279.5)),),
    )
    state = start(setup, facets(28.0))
    for number, swell in enumerate((0.0, 0.6, 1.2, 1.8)):
        # the muscle swells: the fascia rises away from the bone
        state, result = step(state, facets(28.0, 8.0 - swell, seed=number), number / 25.0)
        m = result.measurements[0]
        assert m.status is Status.OK
        assert m.thickness_mm == pytest.approx(28.0 - 8.4 + swell, abs=0.4)


def test_the_vertex_of_a_parabola() -> None:
    places = np.arange(5.0)
    assert vertex(-((places - 2.25) ** 2), 2) == pytest.approx(0.25)
    assert vertex(np.array([3.0, 2.0, 1.0]), 0) == 0.0
