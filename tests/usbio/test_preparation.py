"""From flags, setup file, DICOM and screen to what is measured with, or to what is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from segmentation.geometry import Calibration, Roi
from segmentation.phantom.looks import PLAIN_CART
from segmentation.results import Picture, Side
from segmentation.views import ViewName
from tests.segmentation.drawn_screens import DrawnScreen, overlap, screen_of, speckle
from tests.usbio.clips import REAL_DATA
from usbio.errors import CallError, InputError
from usbio.preparation import Prepared, prepare
from usbio.setup import SetupFile
from usbio.sources.clip import open_clip
from usbio.sources.clip_info import DicomRegion

SIZE = (400, 300)
CROP = [50, 40, 300, 220]
SPACING = {"x_mm_per_px": 0.1, "y_mm_per_px": 0.2}


def plain(**tables: Any) -> SetupFile:
    """A setup that says all of a one-sided picture, with other tables put in."""
    whole = {"image": {"crop_px": CROP, "side": "left"}, "calibration": SPACING}
    return SetupFile.model_validate({**whole, **tables})


def prepared(
    setup: SetupFile,
    view: ViewName = "layer",
    picture: Picture | None = None,
    side: Side | None = None,
    image_left: Side | None = None,
    regions: tuple[DicomRegion, ...] = (),
) -> Prepared:
    shown = np.zeros((SIZE[1], SIZE[0]), np.uint8) if picture is None else picture
    return prepare(view, setup, shown, name="a.mp4", side=side, image_left=image_left, regions=regions)


def refused(error: type[CallError] | type[InputError], setup: SetupFile, **more: Any) -> str:
    with pytest.raises(error) as caught:
        prepared(setup, **more)
    return str(caught.value)


# sides


def test_all_that_the_file_says_is_taken() -> None:
    ready = prepared(plain())
    (panel,) = ready.measure.panels
    assert panel.roi == Roi(50, 40, 300, 220)
    assert panel.calibration == Calibration(0.1, 0.2)
    assert panel.sides == ("left",)
    assert ready.measure.frame_size_px == SIZE
    assert ready.calibration_source == "setup"


def test_a_flag_wins_over_the_file() -> None:
    assert prepared(plain(), side="right").measure.panels[0].sides == ("right",)


@pytest.mark.parametrize("view", ["tra", "layer", "lm-thickness"])
def test_no_side_is_asked_for(view: ViewName) -> None:
    said = refused(CallError, plain(image={"crop_px": CROP}), view=view)
    assert "add --side left or --side right, or side under [image] in the setup file" in said


def test_image_left_is_no_side_of_a_one_sided_view() -> None:
    assert "--side" in refused(CallError, plain(image={"crop_px": CROP}), view="tra", image_left="left")


@pytest.mark.parametrize(("first", "second"), [("left", "right"), ("right", "left")])
def test_both_sides_in_one_picture(first: Side, second: Side) -> None:
    ready = prepared(plain(image={"crop_px": CROP}), view="lm-csa", image_left=first)
    assert ready.measure.panels[0].sides == (first, second)


def test_one_side_of_a_view_that_could_show_two() -> None:
    ready = prepared(plain(image={"crop_px": CROP, "image_left": "left"}), view="lm-csa", side="right")
    assert ready.measure.panels[0].sides == ("right",)


def test_a_view_of_two_sides_without_either_is_asked_for() -> None:
    said = refused(CallError, plain(image={"crop_px": CROP}), view="lm-csa")
    assert "--image-left" in said
    assert "--side" in said


def test_side_and_image_left_at_once_contradict() -> None:
    assert "leave one of them out" in refused(
        CallError, plain(), view="lm-csa", side="left", image_left="left"
    )


def test_unknown_method() -> None:
    assert "[measure] method" in refused(CallError, plain(measure={"method": "magic"}))


# place


def test_a_crop_outside_the_frame_names_its_key() -> None:
    said = refused(CallError, plain(image={"crop_px": [200, 0, 300, 200], "side": "left"}))
    assert "[image] crop_px" in said
    assert "400 x 300" in said


def test_frames_of_another_size_are_refused() -> None:
    said = refused(InputError, plain(calibration={**SPACING, "for_size_px": [800, 600]}))
    assert "400 x 300" in said
    assert "800 x 600" in said


def test_nothing_found_says_how_to_give_it() -> None:
    said = refused(InputError, SetupFile.model_validate({"calibration": SPACING}), side="left")
    assert "crop_px = [x, y, width, height]" in said


# screen


def test_a_screen_alone_gives_place_and_spacing() -> None:
    drawn = screen_of(PLAIN_CART, 50.0)
    ready = prepared(SetupFile(), picture=drawn.picture, side="left")
    (panel,) = ready.measure.panels
    assert ready.calibration_source == "ruler"
    assert overlap(panel.roi, drawn.roi) > 0.98
    assert panel.calibration.y_mm_per_px == pytest.approx(drawn.mm_per_px, rel=0.01)
    assert any("read from the ruler" in note for note in ready.notes)


def unlabelled() -> DrawnScreen:
    return screen_of(replace(PLAIN_CART, label_mm=0, note=""), 50.0)


def test_an_unreadable_ruler_says_how_to_give_the_spacing() -> None:
    said = refused(InputError, SetupFile(), picture=unlabelled().picture, side="left")
    assert "5 and 10 mm look alike" in said
    assert "x_mm_per_px and y_mm_per_px under [calibration]" in said


def test_spacing_of_the_file_wins_over_the_ruler() -> None:
    setup = SetupFile.model_validate({"calibration": SPACING})
    ready = prepared(setup, picture=screen_of(PLAIN_CART, 50.0).picture, side="left")
    assert ready.calibration_source == "setup"
    assert ready.measure.panels[0].calibration == Calibration(0.1, 0.2)


# DICOM


def region(
    roi: Roi, units: int = 3, data_type: int = 1, spatial_format: int = 1, delta: float = 0.008
) -> DicomRegion:
    return DicomRegion(roi, units, units, delta, delta, data_type, spatial_format)


INSIDE = region(Roi(60, 50, 200, 180))
SECONDS = DicomRegion(Roi(0, 250, 400, 50), 4, 0, 0.01, 0.0, 10, 3)


def test_the_right_region_of_several() -> None:
    colour = region(Roi(70, 60, 50, 50), data_type=2, delta=0.5)
    ready = prepared(SetupFile(), side="left", regions=(SECONDS, colour, INSIDE))
    assert ready.calibration_source == "dicom"
    assert ready.measure.panels[0].roi == INSIDE.roi
    assert ready.measure.panels[0].calibration.y_mm_per_px == pytest.approx(0.08)  # 0.008 cm


def test_a_region_one_pixel_too_large_is_cut() -> None:
    ready = prepared(SetupFile(), side="left", regions=(region(Roi(0, 0, SIZE[0] + 1, SIZE[1] + 1)),))
    assert ready.measure.panels[0].roi == Roi(0, 0, *SIZE)


def test_a_region_that_does_not_fit_the_pixels_is_refused() -> None:
    said = refused(InputError, SetupFile(), side="left", regions=(region(Roi(120, 60, 681, 459)),))
    assert "does not fit its pictures of 400 x 300" in said
    assert "x_mm_per_px" in said


def test_a_wrong_region_harms_nobody_who_says_it_himself() -> None:
    ready = prepared(plain(), regions=(region(Roi(120, 60, 681, 459)),))
    assert ready.calibration_source == "setup"


@pytest.mark.parametrize("bad", [region(INSIDE.roi, units=4), region(INSIDE.roi, delta=float("nan"))])
def test_a_region_without_cm_is_passed_over(bad: DicomRegion) -> None:
    drawn = screen_of(PLAIN_CART, 50.0)
    ready = prepared(SetupFile(), picture=drawn.picture, side="left", regions=(bad,))
    assert ready.calibration_source == "ruler"
    assert any("no spacing in cm" in note for note in ready.notes)


def test_two_regions_are_a_question_for_one_picture() -> None:
    second = region(Roi(270, 50, 120, 180))
    assert "crop_px" in refused(InputError, SetupFile(), side="left", regions=(INSIDE, second))


def test_a_crop_takes_the_spacing_of_the_region_it_lies_in() -> None:
    second = region(Roi(270, 50, 120, 180), delta=0.02)
    setup = SetupFile.model_validate({"image": {"crop_px": [275, 60, 100, 100], "side": "left"}})
    ready = prepared(setup, regions=(INSIDE, second))
    assert ready.calibration_source == "dicom"
    assert ready.measure.panels[0].calibration.x_mm_per_px == pytest.approx(0.2)


def test_two_regions_of_one_screen_keep_their_own_spacing() -> None:
    second = region(Roi(270, 50, 120, 180), delta=0.02)
    setup = SetupFile.model_validate({"image": {"layout": "dual", "image_left": "right"}})
    panels = prepared(setup, regions=(second, SECONDS, INSIDE)).measure.panels
    assert [panel.sides for panel in panels] == [("right",), ("left",)]  # from left to right in the picture
    assert [panel.roi for panel in panels] == [INSIDE.roi, second.roi]
    assert [panel.calibration.y_mm_per_px for panel in panels] == pytest.approx([0.08, 0.2])


@pytest.mark.parametrize("name", ["examples_ybr_color.dcm", "examples_palette.dcm"])
def test_the_two_traps(name: str) -> None:
    said = _real_refusal(name)
    assert "does not fit its pictures" in said


def _real_refusal(name: str) -> str:
    clip, picture = _real(name)
    return refused(InputError, SetupFile(), picture=picture, side="left", regions=clip)


def _real(name: str) -> tuple[tuple[DicomRegion, ...], Picture]:
    path = REAL_DATA / "screens" / name
    if not path.exists():
        pytest.skip(f"{path} is absent: set USBIO_REAL_DATA to the folder of real data")
    clip = open_clip(path)
    return clip.info().regions, next(frame.image for frame in clip.frames() if frame is not None)


def test_real_region_of_the_whole_picture() -> None:
    regions, picture = _real("sonoque_axial-lateral-resolution-2020.dcm")
    panel = prepared(SetupFile(), picture=picture, side="left", regions=regions).measure.panels[0]
    assert panel.calibration.y_mm_per_px == pytest.approx(0.0291, rel=1e-6)


def test_real_dual_picture() -> None:
    regions, picture = _real("gdcm-US-ALOKA-16.dcm")
    setup = SetupFile.model_validate({"image": {"layout": "dual", "image_left": "right"}})
    panels = prepared(setup, picture=picture, regions=regions).measure.panels
    assert [panel.sides for panel in panels] == [("right",), ("left",)]
    assert [panel.calibration.y_mm_per_px for panel in panels] == pytest.approx([0.3827, 0.3827], rel=1e-3)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("butterfly-ocular-phantom.mp4", "ruler"),
        ("butterfly_axial-lateral-resolution-2020.png", "ruler"),
        ("clarius-ocular-short.mp4", "ruler"),
        ("clarius_axial-lateral-resolution-2020.png", "the size of a pixel is not known: no ruler was found"),
        ("examples_palette.dcm", "x 120 to 800, y 60 to 518) does not fit its pictures of 800 x 350 pixels"),
        ("examples_ybr_color.dcm", "x 84 to 595, y 31 to 414) does not fit its pictures of 320 x 240 pixels"),
        ("gdcm-US-ALOKA-16.dcm", "it holds 2 B-mode pictures on one screen and nothing says which is meant"),
        ("sonoque_axial-lateral-resolution-2020.dcm", "dicom"),
        ("sonosite-anon-eye1-video.mp4", "ruler"),
    ],
)
def test_every_real_screen_is_measured_or_refused_in_words(name: str, told: str) -> None:
    regions, picture = _real(name)
    if told in ("ruler", "dicom"):
        ready = prepared(SetupFile(), picture=picture, side="left", regions=regions)
        assert ready.calibration_source == told
    else:
        assert told in refused(InputError, SetupFile(), picture=picture, side="left", regions=regions)


# dual


DUAL = {"layout": "dual", "crop_left_px": [210, 40, 150, 200], "crop_right_px": [30, 40, 150, 200]}


def test_dual_crops_name_their_sides() -> None:
    setup = SetupFile.model_validate(
        {
            "image": DUAL,
            "calibration": {
                "left": {"x_mm_per_px": 0.1, "y_mm_per_px": 0.1},
                "right": {"x_mm_per_px": 0.3, "y_mm_per_px": 0.3},
            },
        }
    )
    first, second = prepared(setup).measure.panels
    assert (first.sides, first.roi.x, first.calibration.x_mm_per_px) == (("right",), 30, 0.3)
    assert (second.sides, second.roi.x, second.calibration.x_mm_per_px) == (("left",), 210, 0.1)


def test_dual_crops_that_contradict_image_left() -> None:
    setup = SetupFile.model_validate({"image": {**DUAL, "image_left": "left"}, "calibration": SPACING})
    assert "exchange the two crops" in refused(CallError, setup)


def test_dual_without_sides_is_asked_for() -> None:
    setup = SetupFile.model_validate({"image": {"layout": "dual"}, "calibration": SPACING})
    assert "--image-left" in refused(CallError, setup)


def test_dual_pictures_are_found() -> None:
    screen = np.zeros((600, 1000), np.uint8)
    screen[60:500, 40:460] = speckle(440, 420, 1)
    screen[60:500, 540:960] = speckle(440, 420, 2)
    setup = SetupFile.model_validate({"image": {"layout": "dual"}, "calibration": SPACING})
    panels = prepared(setup, picture=screen, image_left="left").measure.panels
    assert [panel.sides for panel in panels] == [("left",), ("right",)]
    assert overlap(panels[0].roi, Roi(40, 60, 420, 440)) > 0.97
    assert overlap(panels[1].roi, Roi(540, 60, 420, 440)) > 0.97


def test_one_picture_is_no_dual_layout() -> None:
    setup = SetupFile.model_validate({"image": {"layout": "dual"}, "calibration": SPACING})
    picture = screen_of(PLAIN_CART, 50.0).picture
    assert "crop_left_px and crop_right_px" in refused(InputError, setup, picture=picture, image_left="left")


# marks


def test_marks_are_handed_on() -> None:
    setup = plain(
        station=[{"rule": "range", "x_range_px": [100.0, 200.0], "direction": "vertical"}],
        seed=[{"point_px": [150.0, 120.0]}],
        border=[{"points_px": [[100.0, 100.0], [120.0, 90.0], [110.0, 130.0]], "frame": 3}],
    )
    measure = prepared(setup, view="contour").measure
    (station,), (seed,), (border,) = measure.stations, measure.seeds, measure.borders
    assert (station.side, station.x_range_px, station.direction) == (None, (100.0, 200.0), "vertical")
    assert (seed.side, seed.muscle, seed.point_px) == ("left", "contour", (150.0, 120.0))
    assert (border.side, border.muscle, border.frame) == ("left", "contour", 3)
    assert border.points_px.tolist()[1] == [120.0, 90.0]
    assert not border.points_px.flags.writeable


@pytest.mark.parametrize(
    ("tables", "key"),
    [
        ({"seed": [{"point_px": [10.0, 10.0]}]}, "[[seed]] point_px"),
        ({"seed": [{"point_px": [99.0, 99.0]}, {"point_px": [10.0, 10.0]}]}, "[[seed]] number 2 point_px"),
        ({"station": [{"rule": "facet", "point_px": [390.0, 100.0]}]}, "[[station]] point_px"),
        ({"station": [{"rule": "range", "x_range_px": [10.0, 90.0]}]}, "[[station]] x_range_px"),
        ({"border": [{"points_px": [[0.0, 0.0], [9.0, 0.0], [9.0, 9.0]]}]}, "[[border]] points_px"),
        ({"border": [{"points_px": [[99.0, 99.0], [900.0, 99.0], [99.0, 200.0]]}]}, "[[border]] points_px"),
        ({"seed": [{"point_px": [99.0, 99.0], "muscle": "tra"}]}, "[[seed]] muscle"),
    ],
)
def test_a_mark_in_the_wrong_place_names_its_key(tables: dict[str, Any], key: str) -> None:
    assert key in refused(CallError, plain(**tables))


def test_a_mark_without_side_where_both_are_shown() -> None:
    setup = plain(image={"crop_px": CROP, "image_left": "left"}, seed=[{"point_px": [150.0, 120.0]}])
    assert "[[seed]] side" in refused(CallError, setup, view="lm-csa")


def test_marks_of_a_side_that_is_not_shown_are_left_out() -> None:
    setup = plain(seed=[{"point_px": [150.0, 120.0], "side": "right"}])
    ready = prepared(setup)
    assert ready.measure.seeds == ()
    assert any("right" in note for note in ready.notes)


def test_a_single_edge_is_no_contour() -> None:
    setup = plain(border=[{"points_px": [[100.0, 100.0], [120.0, 90.0]], "edge": "deep"}])
    assert "[[border]] edge" in refused(CallError, setup, view="contour")


@pytest.mark.parametrize(
    ("view", "points", "key"),
    [
        ("contour", [[100.0, 100.0], [110.0, 110.0], [120.0, 120.0]], "[[border]] points_px"),
        ("layer", [[100.0, 100.0], [120.0, 90.0], [110.0, 130.0]], "[[border]] edge"),
    ],
)
def test_a_border_that_the_view_cannot_use(view: ViewName, points: list[list[float]], key: str) -> None:
    assert key in refused(CallError, plain(border=[{"points_px": points}]), view=view)


def test_a_missing_facet_is_noted() -> None:
    assert any("facet" in note for note in prepared(plain(), view="lm-thickness").notes)


def test_lateral_edge_is_handed_on() -> None:
    setup = plain(image={"crop_px": CROP, "side": "left", "lateral_edge": "right"})
    assert prepared(setup, view="tra").measure.lateral_edge == "right"
