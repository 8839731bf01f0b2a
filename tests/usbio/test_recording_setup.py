from __future__ import annotations

from dataclasses import replace
from math import nan

import numpy as np

from segmentation.geometry import Calibration, Roi
from segmentation.results import Measurement, Side, Status
from segmentation.views import MeasureSetup, Panel, ViewName
from usbio.recording_setup import recording_setup
from usbio.setup import (
    BorderTable,
    ImageTable,
    IntervalTable,
    KeepTable,
    SetupFile,
    StationTable,
    TimeTable,
)

ROI = Roi(100, 50, 300, 200)
NOBODY: frozenset[Side] = frozenset()


def measured(view: ViewName, side: Side = "left") -> MeasureSetup:
    return MeasureSetup(view, (Panel(ROI, Calibration(0.1, 0.12), (side,)),), (640, 480))


def border(source: str = "auto") -> Measurement:
    points = np.array([[20.0, 30.0], [80.0, 30.0], [80.0, 90.0], [20.0, 90.0]])
    return Measurement("left", "lm", Status.OK, 0.9, source, area_cm2=3.0, border_px=points)  # type: ignore[arg-type]  # one of the sources


GIVEN = SetupFile(
    image=ImageTable(side="left", mask_px=[(100, 50, 40, 20)]),
    time=TimeTable(fps=30.0),
    acquisition={"subject": "S01"},
    interval=[IntervalTable(kind="rest", start_s=3.0, end_s=4.0)],
    border=[
        BorderTable(
            side="left", muscle="lm", frame=70, points_px=[(120.0, 80.0), (180.0, 80.0), (180.0, 140.0)]
        )
    ],
    keep=[KeepTable(name="depth", region_px=(0, 0, 90, 20))],
)


def test_a_recordings_setup_is_in_its_own_pixels_with_crop_and_scale_said() -> None:
    own = recording_setup(GIVEN, measured("lm-csa"), ROI, (), NOBODY)
    assert own.image.crop_px == (0, 0, 300, 200)
    assert own.image.side == "left"
    assert own.image.mask_px == [(0, 0, 40, 20)]
    assert own.calibration.for_size_px == (300, 200)
    assert (own.calibration.x_mm_per_px, own.calibration.y_mm_per_px) == (0.1, 0.12)
    assert own.measure.view == "lm-csa"
    assert own.acquisition == {"subject": "S01"}


def test_what_belongs_to_another_time_or_lies_outside_is_left_out() -> None:
    own = recording_setup(GIVEN, measured("lm-csa"), ROI, (), NOBODY)
    assert (own.interval, own.keep, own.time.fps) == ([], [], None)


def test_a_border_somebody_stands_by_is_given_as_it_lies_now_on_the_first_picture() -> None:
    for now, confirmed in ((border("traced"), NOBODY), (border(), frozenset[Side]({"left"}))):
        own = recording_setup(GIVEN, measured("lm-csa"), ROI, (now,), confirmed)
        (table,) = own.border
        assert (table.side, table.muscle, table.frame) == ("left", "lm", 0)
        assert table.source == (None if now.border_source == "traced" else "confirmed")
        assert table.points_px == [(20.0, 30.0), (80.0, 30.0), (80.0, 90.0), (20.0, 90.0)]


def test_an_automatic_border_is_looked_for_anew() -> None:
    own = recording_setup(replace_borders(GIVEN), measured("lm-csa"), ROI, (border(),), NOBODY)
    assert own.border == []


def test_a_border_whose_muscle_is_lost_just_now_holds_where_it_was_drawn() -> None:
    lost = replace(border("traced"), status=Status.LOST, area_cm2=nan, border_px=None)
    own = recording_setup(GIVEN, measured("lm-csa"), ROI, (lost,), NOBODY)
    (table,) = own.border
    assert table.frame == 0
    assert table.points_px == [(20.0, 30.0), (80.0, 30.0), (80.0, 90.0)]


def test_of_a_layer_both_edges_and_of_a_facet_the_apex_are_given() -> None:
    curve = np.array([[10.0, 40.0], [200.0, 42.0]])
    layer = Measurement(
        "left",
        "layer",
        Status.OK,
        0.9,
        "traced",
        thickness_mm=3.0,
        superficial_px=curve,
        deep_px=np.add(curve, [0.0, 25.0]),
    )
    own = recording_setup(replace_borders(GIVEN), measured("layer"), ROI, (layer,), NOBODY)
    assert [(table.edge, table.points_px[0]) for table in own.border] == [
        ("superficial", (10.0, 40.0)),
        ("deep", (10.0, 65.0)),
    ]
    apex = Measurement(
        "left",
        "lm",
        Status.OK,
        0.9,
        "traced",
        thickness_mm=30.0,
        caliper_px=np.array([[50.0, 20.0], [52.0, 120.0]]),
    )
    own = recording_setup(replace_borders(GIVEN), measured("lm-thickness"), ROI, (apex,), NOBODY)
    assert own.station == [StationTable(side="left", rule="facet", point_px=(52.0, 120.0))]


def replace_borders(setup: SetupFile) -> SetupFile:
    return setup.model_copy(update={"border": []})
