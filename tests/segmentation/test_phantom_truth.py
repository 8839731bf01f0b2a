"""What the phantom says of itself, against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from math import cos, isnan, pi, radians, tan

import numpy as np
import pytest

from segmentation.geometry import polygon_area_cm2
from segmentation.phantom.abdominal_wall import AbdominalWall
from segmentation.phantom.activation import REST, Activation, Contraction, repeated
from segmentation.phantom.clip import ClipPlan, Phantom
from segmentation.phantom.closed_shape import ClosedShape
from segmentation.phantom.disturbance import Breathing, Disturbances, Drift
from segmentation.phantom.multifidus_parasagittal import MultifidusParasagittal
from segmentation.phantom.multifidus_transverse import MultifidusTransverse
from segmentation.phantom.muscle_layer import MuscleLayer
from segmentation.phantom.probe import CURVED
from segmentation.phantom.ranges import HARD, ORDINARY, Ranges
from segmentation.phantom.scanner import Scanner
from segmentation.phantom.scenes import random_clip
from segmentation.phantom.truth import Edges
from segmentation.results import SIDES
from segmentation.views import VIEWS, ViewName

_ONCE = Activation((Contraction(1.0, 0.5, 2.0, 0.5, 1.0),))


def test_effort_rises_holds_and_falls() -> None:
    efforts = [round(_ONCE.at(t), 6) for t in (0.0, 1.0, 1.25, 2.0, 3.75, 4.1)]
    assert efforts == [0.0, 0.0, 0.5, 1.0, 0.5, 0.0]


def test_tilted_parallel_edges_differ_by_the_cosine() -> None:
    x = np.linspace(-20.0, 20.0, 81)
    tilted = Edges(x, tan(radians(15.0)) * x, tan(radians(15.0)) * x + 10.0)
    assert tilted.vertical_mm(-5.0, 5.0) == pytest.approx(10.0, abs=1e-9)
    assert tilted.perpendicular_mm(-5.0, 5.0) == pytest.approx(10.0 * cos(radians(15.0)), abs=1e-6)


def test_wedge_is_measured_across_its_middle_line() -> None:
    x = np.linspace(-20.0, 20.0, 81)
    wedge = Edges(x, 0.1 * x, -0.1 * x + 10.0)  # the middle line is level
    assert wedge.perpendicular_mm(-5.0, 5.0) == pytest.approx(10.0, abs=1e-6)


def test_circle_swells_to_the_area_asked_for() -> None:
    angle = np.linspace(0.0, 2 * pi, 73)[:-1]
    circle = ClosedShape.through(np.stack([10 * np.cos(angle), 20 + 10 * np.sin(angle)], axis=-1))
    assert circle.area_mm2 == pytest.approx(100 * pi, rel=2e-4)
    assert circle.swelling_mm(1.21) == pytest.approx(1.0, abs=2e-3)  # radius times 1.1
    push_x, push_z = circle.yielding(np.array([10.0, 5.0]), np.array([20.0, 20.0]), reach_mm=8.0)
    assert push_x == pytest.approx([1.0, 0.5], abs=1e-3)
    assert push_z == pytest.approx([0.0, 0.0], abs=1e-3)


def test_a_border_that_folds_is_refused() -> None:
    star = np.array([[0.0, 0.0], [10.0, 1.0], [1.0, 2.0], [10.0, 3.0], [0.0, 30.0]])
    with pytest.raises(ValueError, match="folds"):
        ClosedShape.through(star)


def test_tra_thickens_and_slides_as_planned() -> None:
    wall = AbdominalWall(
        tra=_ONCE, tra_mm=4.0, tra_gain=0.5, slide_mm=6.0, slope=0.0, bow_mm=0.0, taper_mm=2.0, lateral="left"
    )
    phantom = Phantom(ClipPlan(wall, fps=10.0, seconds=5.0))
    rest, held = (phantom.truth(i).of("left", "tra") for i in (0, 20))
    assert (rest.activation, held.activation) == (0.0, 1.0)
    assert rest.thickness_mm == pytest.approx(4.0, abs=0.02)  # the taper's tail is 1e-5 of it there
    assert held.thickness_mm == pytest.approx(6.0, abs=0.02)
    assert [rest.slide_mm, held.slide_mm] == pytest.approx([0.0, 6.0])
    assert rest.junction_px is not None
    assert held.junction_px is not None
    # lateral is to the left of this picture
    assert held.junction_px[0] - rest.junction_px[0] == pytest.approx(-6.0 / 0.085, abs=0.01)


def test_area_of_a_side_grows_by_its_gain_and_shrinks_by_atrophy() -> None:
    back = MultifidusTransverse(left=_ONCE, right=REST, left_gain=0.2, right_atrophy=0.3)
    plan = ClipPlan(back, CURVED, Scanner(depth_mm=72.0), fps=10.0, seconds=5.0, size_px=(1600, 1200))
    rest, held = (Phantom(plan).truth(i) for i in (0, 20))
    left, right = rest.of("left", "lm").area_cm2, rest.of("right", "lm").area_cm2
    assert right / left == pytest.approx(0.7, abs=0.003)
    assert held.of("left", "lm").area_cm2 / left == pytest.approx(1.2, abs=0.002)
    assert held.of("right", "lm").area_cm2 == right
    border = rest.of("left", "lm").border_px
    assert border is not None
    assert polygon_area_cm2(border, plan.calibration) == left
    assert border[:, 0].max() < 800  # the left muscle is on the left of the picture


def test_facet_to_fascia_is_the_planned_thickness() -> None:
    back = MultifidusParasagittal(effort=_ONCE, muscle_mm=26.0, gain=0.2, fascia_slope=0.0, bone_slope=0.0)
    phantom = Phantom(
        ClipPlan(back, CURVED, Scanner(depth_mm=60.0), fps=10.0, seconds=5.0, size_px=(1600, 1200))
    )
    rest, held = (phantom.truth(i).of("left", "lm") for i in (0, 20))
    assert rest.thickness_mm == pytest.approx(26.0, abs=0.02)
    assert held.thickness_mm == pytest.approx(31.2, abs=0.02)
    station = phantom.setup.stations[0]
    assert rest.caliper_px is not None
    assert station.point_px == pytest.approx(tuple(rest.caliper_px[1]))


def test_probe_drift_moves_borders_but_not_sizes() -> None:
    layer = MuscleLayer(muscle_mm=15.0, slope=0.0, converging=0.0, bow_mm=0.0)
    still = Phantom(ClipPlan(layer, fps=10.0, seconds=5.0))
    drifting = Phantom(replace(still.plan, disturbances=Disturbances(Drift(x_mm=2.0, z_mm=1.0, over_s=4.0))))
    a, b = still.truth(40).muscles[0], drifting.truth(40).muscles[0]
    assert a.thickness_mm == b.thickness_mm == pytest.approx(15.0)
    assert a.deep_px is not None
    assert b.deep_px is not None
    assert b.deep_px[50, 1] - a.deep_px[50, 1] == pytest.approx(1.0 / 0.085, abs=1e-6)


def test_muscles_are_thinner_breathed_in() -> None:
    wall = AbdominalWall(breathing=Breathing(period_s=4.0, thinning=0.1), taper_mm=2.0, bow_mm=0.0, slope=0.0)
    phantom = Phantom(ClipPlan(wall, fps=10.0, seconds=5.0))
    out, breathed_in = phantom.truth(0).of("left", "tra"), phantom.truth(14).of("left", "tra")
    assert breathed_in.thickness_mm / out.thickness_mm == pytest.approx(0.9, abs=1e-4)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("ranges", [ORDINARY, HARD], ids=["ordinary", "hard"])
def test_every_scene_knows_its_sizes_and_its_setup(view: ViewName, ranges: Ranges) -> None:
    for seed in range(8):
        for side in SIDES:
            phantom = Phantom(random_clip(view, seed, ranges, side=side))
            setup, truth = phantom.setup, phantom.truth(len(phantom) // 2)
            assert setup.panels[0].roi.fits((600, 800))
            assert setup.panels[0].sides[0] == side
            assert {m.muscle for m in truth.muscles} == set(VIEWS[view].muscles)
            assert len(truth.muscles) == len(setup.seeds)
            for m in truth.muscles:
                value = m.area_cm2 if VIEWS[view].quantity == "area_cm2" else m.thickness_mm
                assert not isnan(value)
                assert value > 0.5
            inside = setup.panels[0].roi
            for seed_point in setup.seeds:
                assert inside.x < seed_point.point_px[0] < inside.x + inside.width
                assert inside.y < seed_point.point_px[1] < inside.y + inside.height


def test_two_contractions_fit_into_a_sample_clip() -> None:
    for seed in range(30):
        anatomy = random_clip("layer", seed, seconds=8.0).anatomy
        assert isinstance(anatomy, MuscleLayer)
        assert len(anatomy.effort.contractions) == 2
        assert anatomy.effort.contractions[1].end_s < 8.0


def test_unknown_view_and_frame_are_refused() -> None:
    with pytest.raises(ValueError, match="expected one of"):
        random_clip("knee", 1)  # type: ignore[arg-type]  # what a caller may pass by mistake
    with pytest.raises(ValueError, match="frame from 0 to"):
        Phantom(random_clip("layer", 1, seconds=1.0)).truth(25)


def test_repeated_contractions_start_where_asked() -> None:
    course = repeated(1.0, 3.0, 2, hold_s=1.0, effort=0.4)
    assert [c.start_s for c in course.contractions] == [1.0, 4.0]
    assert course.scaled(0.5).at(2.0) == pytest.approx(0.2)
