"""Zones, neighbour and strain on the phantom, whose tissue displacement is known, and on stretched grain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from segmentation.phantom.activation import Activation, Contraction
from segmentation.phantom.anatomy import Anatomy
from segmentation.phantom.carried import carried_mm
from segmentation.phantom.clip import Phantom
from segmentation.phantom.disturbance import UNDISTURBED
from segmentation.phantom.multifidus_parasagittal import MultifidusParasagittal
from segmentation.phantom.multifidus_transverse import MultifidusTransverse
from segmentation.phantom.scenes import random_clip
from segmentation.phantom.truth import MuscleTruth
from segmentation.phantom.warp import WarpedPhantom
from segmentation.results import Measurement, Picture, Status
from segmentation.tissue_motion import TissueState, TissueValues, start_tissue, step_tissue
from segmentation.views import ViewName
from segmentation.zones import split_zones, zone_areas_cm2
from tests.segmentation.stretched import ROI, SPACING, deformed, grain

EFFORT = Activation((Contraction(0.2, rise_s=0.4, hold_s=2.0, effort=0.9),))
WAY_S = (0.3, 0.4, 0.5, 0.7)
GRAIN = grain()
SQUARE = np.array([[80.0, 60.0], [160.0, 60.0], [160.0, 140.0], [80.0, 140.0]])


def with_border(points: np.ndarray, status: Status = Status.OK) -> Measurement:
    return Measurement("left", "lm", status, 1.0, area_cm2=2.56, border_px=points)


def begun(view: ViewName = "lm-csa", m: Measurement | None = None) -> TissueState:
    state = start_tissue(view, ROI, SPACING, m or with_border(SQUARE), GRAIN, "right")
    assert state is not None
    return state


def phantom_of(view: ViewName) -> Phantom:
    plan = random_clip(view, 1, side="left")
    anatomy: Anatomy = plan.anatomy
    if isinstance(anatomy, MultifidusTransverse):
        anatomy = replace(anatomy, left=EFFORT, right=Activation())
    elif isinstance(anatomy, MultifidusParasagittal):
        anatomy = replace(anatomy, effort=EFFORT)
    return Phantom(replace(plan, anatomy=anatomy, disturbances=UNDISTURBED, seconds=2.0))


def as_measured(truth: MuscleTruth) -> Measurement:
    return Measurement(
        truth.side,
        truth.muscle,
        Status.OK,
        1.0,
        border_px=truth.border_px,
        superficial_px=truth.superficial_px,
        caliper_px=truth.caliper_px,
    )


def followed(phantom: Phantom, view: ViewName) -> Iterator[tuple[TissueState, TissueValues]]:
    """The state and values at rest, then on the way into the hold, with the true border."""
    warped = WarpedPhantom(phantom)
    edge = "left" if phantom.plan.anatomy.sides[0] == "left" else "right"
    state = start_tissue(
        view,
        phantom.roi,
        phantom.calibration,
        as_measured(phantom.truth_at(0.0).of("left", "lm")),
        warped.picture(0.0),
        "left" if edge == "left" else "right",
    )
    assert state is not None
    for t_s in (0.0, *WAY_S):
        state, values = step_tissue(
            state, warped.picture(t_s), as_measured(phantom.truth_at(t_s).of("left", "lm"))
        )
        yield state, values


def true_median_mm(phantom: Phantom, state: TissueState, zone: str) -> np.ndarray:
    even = state.reference.even
    rows, columns = np.nonzero(state.reference.regions[zone])  # type: ignore[index]  # a zone's name
    cells = np.column_stack([columns, rows]) + 0.5
    points = cells * even.steps_mm / even.calibration.scale - 0.5 + [even.roi.x, even.roi.y]
    return np.asarray(np.median(carried_mm(phantom, points, WAY_S[-1]), axis=0))


def test_multifidus_across_its_zones_and_longissimus_beside_it() -> None:
    phantom = phantom_of("lm-csa")
    (_, first), *_, (state, last) = followed(phantom, "lm-csa")
    for zone, within_mm in (("superficial", 0.06), ("deep", 0.06), ("beside", 0.06)):
        across, down = true_median_mm(phantom, state, zone) * (state.reference.lateral, 1)
        found = last.values
        assert found[zone, "displacement_down_mm"] == pytest.approx(down, abs=within_mm)  # type: ignore[index]
        assert found[zone, "displacement_across_mm"] == pytest.approx(across, abs=within_mm)  # type: ignore[index]
    split = state.reference.split_px
    border = phantom.truth_at(WAY_S[-1]).of("left", "lm").border_px
    assert split is not None
    assert border is not None
    zones = split_zones(border, split + carried_mm(phantom, split, WAY_S[-1]) / phantom.calibration.scale)
    assert zones is not None
    for zone, true_cm2 in zip(
        ("superficial", "deep"), zone_areas_cm2(zones, phantom.calibration), strict=True
    ):
        key = (zone, "area_cm2")
        assert last.values[key] == pytest.approx(true_cm2, rel=0.01)  # type: ignore[index]
        assert last.values[key] > 1.01 * first.values[key]  # type: ignore[index]


def test_multifidus_along_its_halves() -> None:
    phantom = phantom_of("lm-thickness")
    (_, first), *_, (state, last) = followed(phantom, "lm-thickness")
    ends = phantom.truth_at(WAY_S[-1]).of("left", "lm").caliper_px
    assert ends is not None
    whole = float(np.hypot(*((ends[1] - ends[0]) * phantom.calibration.scale)))
    halves = [last.values[zone, "thickness_mm"] for zone in ("superficial", "deep")]
    assert sum(halves) == pytest.approx(whole, abs=1e-6)
    # the phantom's muscle thickens evenly: what was half stays half
    assert halves[0] == pytest.approx(whole / 2, abs=0.15)  # mm
    assert halves[0] > first.values["superficial", "thickness_mm"] + 1.0
    assert last.strain[1] == pytest.approx(
        whole / (2 * first.values["deep", "thickness_mm"]) - 1.0, abs=0.015
    )
    down = true_median_mm(phantom, state, "deep")[1]
    assert last.values["deep", "displacement_down_mm"] == pytest.approx(down, abs=0.06)  # mm


def test_across_is_lateral() -> None:
    moved = deformed(GRAIN, right_mm=0.8)
    for edge, sign in (("right", 1.0), ("left", -1.0)):
        state = start_tissue("lm-csa", ROI, SPACING, with_border(SQUARE), GRAIN, edge)  # type: ignore[arg-type]
        assert state is not None
        _, found = step_tissue(state, moved, with_border(SQUARE))
        assert found.values["deep", "displacement_across_mm"] == pytest.approx(sign * 0.8, abs=0.02)


def test_the_split_goes_with_the_tissue() -> None:
    """Carried down by 2 mm in a border that stays: the superficial zone gains what the deep one loses."""
    _, found = step_tissue(begun(), deformed(GRAIN, down_mm=2.0), with_border(SQUARE))
    areas = [found.values[zone, "area_cm2"] for zone in ("superficial", "deep")]
    assert areas == pytest.approx([16.0 * 10.0 / 100, 16.0 * 6.0 / 100], abs=0.01)  # cm2


def test_no_neighbour_where_lateral_is_not_known_or_not_in_the_picture() -> None:
    unknown = start_tissue("lm-csa", ROI, SPACING, with_border(SQUARE), GRAIN)
    assert unknown is not None
    assert "beside" not in unknown.reference.regions
    at_edge = with_border(SQUARE + np.array([70.0, 0.0]))
    assert "beside" not in begun(m=at_edge).reference.regions


def test_other_views_have_strain_alone() -> None:
    state = begun("contour")
    _, found = step_tissue(state, deformed(GRAIN, stretch=(0.0, 0.1)), with_border(SQUARE))
    assert dict(found.values) == {}
    assert found.strain[1] == pytest.approx(0.1, abs=0.003)


@pytest.mark.parametrize(
    ("picture", "status"), [(GRAIN, Status.LOST), (grain(9), Status.OK), (np.zeros_like(GRAIN), Status.OK)]
)
def test_what_cannot_be_told_is_nan_and_leads_nothing_astray(picture: Picture, status: Status) -> None:
    state, found = step_tissue(begun(), picture, with_border(SQUARE, status))
    assert np.isnan(list(found.values.values())).all()
    assert np.isnan(found.strain).all()
    _, again = step_tissue(state, deformed(GRAIN, 0.5), with_border(SQUARE))
    assert again.values["deep", "displacement_across_mm"] == pytest.approx(0.5, abs=0.02)  # mm


def test_a_measurement_without_a_border_starts_nothing() -> None:
    nothing = Measurement("left", "lm", Status.OK, 1.0)
    assert start_tissue("lm-csa", ROI, SPACING, nothing, GRAIN) is None
