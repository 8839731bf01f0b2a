"""What the channels are and what stands in them."""

from __future__ import annotations

from math import isnan, nan

import pytest

from segmentation.geometry import Calibration, Roi
from segmentation.results import QUANTITIES, FrameResult, Measurement, Side, Status
from segmentation.views import VIEWS, MeasureSetup, Panel, ViewName
from usbio.stream_channels import STATUS_CODES, measured_channels, measured_values
from usbio.stream_plan import stream_plans


def measure(view: ViewName, *sides: Side) -> MeasureSetup:
    return MeasureSetup(view, (Panel(Roi(0, 0, 80, 60), Calibration(0.5, 0.5), sides),), (80, 60))


@pytest.mark.parametrize(
    ("view", "sides"),
    [("lm-csa", ("right", "left")), ("tra", ("left",)), ("lm-thickness", ("right",)), ("contour", ("left",))],
)
def test_every_quantity_of_every_muscle_has_its_channel_before_the_first_sample(
    view: ViewName, sides: tuple[Side, ...]
) -> None:
    channels = measured_channels(measure(view, *sides))
    labels = [one.label for one in channels]
    assert labels[:3] == ["frame", "time_s", "new_picture"]
    wanted = [
        f"{side}_{muscle}_{kind}"
        for side in ("left", "right")
        if side in sides
        for muscle in VIEWS[view].muscles
        for kind in (*QUANTITIES, "quality", "status")
    ]
    assert labels[3:] == wanted
    units = {one.kind: one.unit for one in channels}
    assert all(units[name] == quantity.unit for name, quantity in QUANTITIES.items())


def test_values_stand_at_their_channels_and_what_was_not_measurable_is_nan() -> None:
    setup = measure("lm-csa", "left", "right")
    left = Measurement("left", "lm", Status.LOW_QUALITY, 0.4, area_cm2=5.61, echo_intensity_grey=77.0)
    lost = Measurement("right", "lm", Status.LOST, 0.1, area_cm2=4.8)  # the tables leave it empty too
    channels = measured_channels(setup)
    labels = [one.label for one in channels]
    row = dict(zip(labels, measured_values(channels, 7, 0.28, FrameResult(False, (lost, left))), strict=True))
    assert (row["frame"], row["time_s"], row["new_picture"]) == (7.0, 0.28, 0.0)
    assert (row["left_lm_area_cm2"], row["left_lm_echo_intensity_grey"]) == (5.61, 77.0)
    assert isnan(row["left_lm_thickness_mm"])
    assert (row["left_lm_quality"], row["left_lm_status"]) == (0.4, STATUS_CODES[Status.LOW_QUALITY])
    assert isnan(row["right_lm_area_cm2"])
    assert (row["right_lm_quality"], row["right_lm_status"]) == (0.1, STATUS_CODES[Status.LOST])


def test_a_picture_that_could_not_be_measured_is_a_row_of_nan() -> None:
    channels = measured_channels(measure("layer", "left"))
    values = measured_values(channels, 7, nan, None)
    assert values[0] == 7.0
    assert all(isnan(value) for value in values[1:])


def test_the_codes_of_a_status_are_a_contract() -> None:
    assert {status.value: code for status, code in STATUS_CODES.items()} == {
        "ok": 0,
        "low_quality": 1,
        "no_border": 2,
        "lost": 3,
        "moved": 4,
        "frozen": 5,
        "clipped": 6,
        "shadow": 7,
        "implausible": 8,
    }


def test_streams_of_two_sides_and_of_two_views_are_never_taken_for_each_other() -> None:
    def _ids(view: ViewName, side: Side, place: str = "") -> list[str]:
        return [plan.source_id for plan in stream_plans("usb:Grabber", "lab1", measure(view, side), place)]

    left, right = _ids("tra", "left"), _ids("tra", "right")
    assert left[0] != right[0]
    assert left[1:] == right[1:]  # one source shows one side after the other
    assert _ids("layer", "left")[0] != left[0]  # other channels
    assert set(_ids("tra", "left", "left")).isdisjoint(_ids("tra", "right", "right"))  # two sources
    plans = stream_plans("usb:Grabber", "lab1", measure("tra", "left"))
    assert [plan.name for plan in plans] == [
        "usbio usb:Grabber left measurements",
        "usbio usb:Grabber frames",
        "usbio usb:Grabber markers",
    ]
    assert stream_plans("cam", "lab1", measure("tra", "left"), "left")[1].name == "usbio cam left frames"
