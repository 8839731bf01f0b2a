"""A source set up step by step: what is found, what is asked, what a change does, and what comes out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from segmentation.geometry import Roi
from segmentation.phantom.lettering import write
from segmentation.phantom.looks import LOOKS, PLAIN_CART
from segmentation.results import Picture
from tests.segmentation.drawn_screens import overlap, screen_of, speckle
from tests.usbio.clips import REAL_DATA
from tests.usbio.recorded import sample_pictures
from usbio.device import Device, device_of
from usbio.draft_changes import (
    accept,
    add_mask,
    allow,
    choose_image_left,
    choose_side,
    choose_view,
    disallow,
    drop_border,
    image_left_of_press,
    move_edge,
    place_picture,
    place_station,
    remove_mask,
    reopen,
    take_proposed_keeps,
    take_proposed_masks,
    trace_border,
    use_depth,
    use_points,
    use_ruler,
)
from usbio.draft_setup import setup_of_draft
from usbio.draft_start import begin_draft, choose_layout, look_again
from usbio.draft_states import step_state, step_states
from usbio.errors import CallError
from usbio.preparation import prepare
from usbio.setup import SetupFile
from usbio.setup_draft import STEPS, Keep, SetupDraft, Standing
from usbio.sources.clip import open_clip

NO_DIGITS = next(look for look in LOOKS if look.name == "no digits")
SQUARE = [(200.0, 200.0), (300.0, 200.0), (300.0, 300.0), (200.0, 300.0)]


def drafted(picture: Picture, known: dict[str, Any] | None = None, **more: Any) -> SetupDraft:
    return begin_draft(picture, SetupFile.model_validate(known or {}), name="a screen", **more)


@pytest.fixture(scope="module")
def cart() -> SetupDraft:
    """A screen with a ruler of which nobody has said anything."""
    return drafted(screen_of(PLAIN_CART, 45.0).picture)


@pytest.fixture(scope="module")
def handheld() -> SetupDraft:
    """A screen on which no ruler can be read."""
    return drafted(screen_of(NO_DIGITS, 45.0).picture)


def two_pictures() -> Picture:
    screen = np.zeros((400, 800), np.uint8)
    screen[40:360, 30:390] = np.maximum(speckle(320, 360), 12)
    screen[40:360, 410:770] = np.maximum(speckle(320, 360, 1), 12)
    return screen


# from the first picture to a setup


def test_picture_and_scale_are_found_and_nobody_guesses_the_rest(cart: SetupDraft) -> None:
    truth = screen_of(PLAIN_CART, 45.0)
    assert overlap(cart.panels[0], truth.roi) > 0.97
    (scale,) = cart.scales
    assert scale is not None
    assert scale.source == "ruler"
    assert scale.calibration.y_mm_per_px == pytest.approx(truth.mm_per_px, rel=0.01)
    assert cart.depth_mm == pytest.approx(45.0, abs=0.7)
    assert cart.missing == ("view", "side")
    assert [cart.standing(step) for step in STEPS] == [
        Standing.FOUND,
        Standing.FOUND,
        Standing.MISSING,
        Standing.MISSING,
        Standing.FOUND,
        Standing.FOUND,
    ]


def test_the_steps_come_one_after_the_other_and_end_in_a_setup_that_measures(cart: SetupDraft) -> None:
    draft, asked = cart, []
    while (step := draft.next_step) is not None:
        asked.append(step)
        if step == "view":
            draft = choose_view(draft, "layer")
        elif step == "side":
            draft = choose_side(draft, "right")
        else:
            draft = accept(draft, step)
    assert tuple(asked) == STEPS
    truth = screen_of(PLAIN_CART, 45.0)
    ready = prepare("layer", setup_of_draft(draft), truth.picture, name="a screen")
    assert ready.measure.panels[0].sides == ("right",)
    assert ready.measure.panels[0].roi == draft.panels[0]
    assert ready.calibration_source == "setup"


def test_what_lacks_something_gives_no_setup(cart: SetupDraft) -> None:
    assert not cart.ready
    with pytest.raises(ValueError, match="view, side"):
        setup_of_draft(cart)
    with pytest.raises(ValueError, match="view"):
        accept(cart, "view")


def test_what_is_sure_is_not_asked_again() -> None:
    picture = screen_of(PLAIN_CART, 45.0).picture
    known = {
        "image": {"crop_px": [100, 60, 500, 480], "side": "left"},
        "calibration": {"x_mm_per_px": 0.09, "y_mm_per_px": 0.09, "for_size_px": [800, 600]},
        "measure": {"view": "contour"},
        "acquisition": {"subject": "S01"},
    }
    draft = drafted(picture, known)
    assert draft.next_step == "border"
    assert setup_of_draft(draft).acquisition == {"subject": "S01"}
    assert drafted(picture, known, side="right").side == "right"  # the call wins over the file


def test_a_setup_for_frames_of_another_size_is_not_used() -> None:
    known = {
        "image": {"crop_px": [100, 60, 1500, 480], "side": "left"},
        "calibration": {"x_mm_per_px": 0.02, "y_mm_per_px": 0.02, "for_size_px": [1920, 1080]},
        "border": [{"points_px": SQUARE}],
    }
    draft = drafted(screen_of(PLAIN_CART, 45.0).picture, known)
    assert draft.picture_source == "found"
    assert draft.scales[0] is not None
    assert draft.scales[0].source == "ruler"
    assert draft.borders == ()
    assert "1920 x 1080" in draft.notes[0]
    assert draft.side == "left"


def test_regions_of_a_dicom_file_are_believed_where_they_fit() -> None:
    path = REAL_DATA / "screens" / "gdcm-US-ALOKA-16.dcm"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    clip = open_clip(path)
    first = next(iter(clip.frames()))
    draft = drafted(first.image, regions=clip.info().regions)
    assert draft.dual
    assert draft.next_step == "view"
    spacings = [scale.calibration.y_mm_per_px for scale in draft.scales if scale is not None]
    assert spacings == pytest.approx([3.827e-1, 3.827e-1], rel=1e-3)
    # a curved array: depth begins at its face, which is lower than the box
    assert draft.depth_spans_px[0][0] > draft.panels[0].y + 10


def test_nothing_on_the_screen_asks_for_a_box() -> None:
    draft = drafted(np.full((300, 400), 51, np.uint8))
    assert draft.missing == ("picture", "scale", "view", "side")
    placed = place_picture(draft, 0, Roi(50, 40, 9000, 200))
    assert placed.panels == (Roi(50, 40, 350, 200),)
    assert placed.missing == ("scale", "view", "side")
    with pytest.raises(CallError, match="picture"):
        use_points(draft, (0.0, 0.0), (0.0, 200.0), "20")


# the picture by hand


def test_edges_move_and_stay_within_the_frame(cart: SetupDraft) -> None:
    before = cart.panels[0]
    moved = move_edge(accept(cart, "picture"), 0, "left", 7)
    assert moved.panels[0] == Roi(before.x + 7, before.y, before.width - 7, before.height)
    assert moved.standing("picture") is Standing.FOUND
    for edge, far in (("left", -9999), ("right", 9999), ("top", -9999), ("bottom", 9999)):
        moved = move_edge(moved, 0, edge, far)  # type: ignore[arg-type]  # the four edges
    assert moved.panels[0] == Roi(0, 0, 800, 600)
    assert move_edge(moved, 0, "right", -9999).panels[0].width == 32


def test_another_picture_has_another_depth(cart: SetupDraft) -> None:
    typed = use_depth(cart, "4,5")
    shorter = move_edge(typed, 0, "bottom", -50)
    assert shorter.scales == (None,)
    assert shorter.missing[0] == "scale"
    ruled = move_edge(cart, 0, "bottom", -50)  # a ruler stands where it stood
    assert ruled.scales == cart.scales


def test_a_ruler_is_read_again_for_another_place(handheld: SetupDraft) -> None:
    """A box drawn over part of the picture: the ruler beside the whole one is not its own."""
    screen = screen_of(PLAIN_CART, 45.0)
    draft = drafted(screen.picture)
    placed = place_picture(draft, 0, Roi(screen.roi.x, screen.roi.y, 200, 200))
    again = look_again(accept(placed, "scale"), screen.picture)
    assert again.panels == placed.panels
    assert again.standing("scale") is not Standing.CONFIRMED
    assert look_again(place_picture(placed, 0, screen.roi), screen.picture).scales[0] is not None


def test_two_pictures_side_by_side() -> None:
    draft = drafted(two_pictures())
    assert draft.dual
    assert [roi.x for roi in draft.panels] == pytest.approx([30, 410], abs=2)
    draft = choose_view(use_points(draft, (0.0, 40.0), (0.0, 360.0), "32"), "tra")
    with pytest.raises(ValueError, match="left one"):
        choose_side(draft, "left")
    setup = setup_of_draft(choose_image_left(draft, "right"))
    assert setup.image.layout == "dual"
    assert setup.image.crop_right_px is not None
    assert setup.image.crop_right_px[0] == draft.panels[0].x  # the right side is shown on the left
    ready = prepare("tra", setup, two_pictures(), name="a screen")
    assert [panel.sides for panel in ready.measure.panels] == [("right",), ("left",)]


def test_one_picture_can_be_made_of_two_and_two_of_one() -> None:
    screen = two_pictures()
    two = choose_image_left(choose_view(drafted(screen), "tra"), "left")
    one = choose_layout(two, screen, dual=False)
    assert not one.dual
    assert one.panels[0].width > 700
    assert one.lacks("side")
    whole = choose_layout(
        drafted(screen_of(PLAIN_CART, 45.0).picture), screen_of(PLAIN_CART, 45.0).picture, True
    )
    left, right = whole.panels
    assert left.x + left.width == right.x


def test_masks_and_what_may_be_kept(cart: SetupDraft) -> None:
    draft = add_mask(accept(cart, "picture"), Roi(-5, 10, 60, 20))
    assert draft.masks == (Roi(0, 10, 55, 20),)
    assert draft.standing("picture") is Standing.FOUND
    assert remove_mask(draft, 0).masks == ()
    kept = allow(allow(draft, Keep("ruler", Roi(700, 50, 60, 500))), Keep("ruler", Roi(690, 50, 90, 500)))
    assert kept.keeps == (Keep("ruler", Roi(690, 50, 90, 500)),)
    assert disallow(kept, 0).keeps == ()


def test_writing_in_the_picture_and_the_ruler_beside_it_are_proposed_and_no_more() -> None:
    pictures, _ = sample_pictures("layer", 1)
    picture, at = pictures[0].copy(), (250, 300)
    write(picture, "DOE^JANE", at, "pil", 22, 255)
    draft = drafted(picture)
    assert (draft.masks, draft.keeps) == ((), ())
    (mask,) = draft.proposed_masks
    assert mask.x <= at[0]
    assert mask.y < at[1] < mask.y + mask.height
    (keep,) = draft.proposed_keeps
    assert keep.name == "ruler"
    assert draft.rulers[0] is not None
    assert keep.roi.x < draft.rulers[0].x_px < keep.roi.x + keep.roi.width
    draft = choose_side(choose_view(take_proposed_keeps(take_proposed_masks(draft)), "layer"), "left")
    assert (draft.proposed_masks, draft.proposed_keeps) == ((), ())
    setup = setup_of_draft(draft)
    assert setup.image.mask_px == [(mask.x, mask.y, mask.width, mask.height)]
    assert setup.keep[0].name == "ruler"


# the scale by hand


def test_two_points_serve_where_no_ruler_is_read(handheld: SetupDraft) -> None:
    state = step_state(handheld, "scale")
    assert state.standing is Standing.MISSING
    assert "5 and 10 mm look alike" in state.missing
    with pytest.raises(CallError, match="look alike"):
        use_ruler(handheld)
    draft = use_points(handheld, (700.0, 50.0), (700.0, 450.0), "36,0", "mm")
    assert draft.standing("scale") is Standing.CONFIRMED
    assert draft.scales[0] is not None
    assert draft.scales[0].calibration.x_mm_per_px == pytest.approx(0.09)
    assert "± 0.2 %" in step_state(draft, "scale").how_sure


def test_a_depth_that_contradicts_the_ruler_is_said(cart: SetupDraft) -> None:
    agreeing = use_depth(cart, "45 mm")
    assert "the ruler agrees" in step_state(agreeing, "scale").how_sure
    other = use_depth(cart, "6", "cm")
    assert "33% more" in step_state(other, "scale").how_sure
    assert use_ruler(other).scales[0] is not None
    assert use_ruler(other).scales[0].calibration == cart.scales[0].calibration  # type: ignore[union-attr]


def test_depth_can_be_given_between_other_rows(cart: SetupDraft) -> None:
    draft = use_depth(cart, "4", "cm", span_px=(100.0, 500.0))
    assert draft.scales[0] is not None
    assert draft.scales[0].calibration.y_mm_per_px == pytest.approx(0.1)


# view, side, station, border


def test_a_view_of_one_side_forgets_what_was_on_the_left(cart: SetupDraft) -> None:
    both = choose_image_left(choose_view(cart, "lm-csa"), "right")
    assert both.measured_sides == ("left", "right")
    assert choose_view(both, "tra").lacks("side")
    assert choose_view(both, "contour").image_left == "right"
    one = choose_side(both, "left")
    assert one.measured_sides == ("left",)
    with pytest.raises(ValueError, match="one side"):
        choose_image_left(choose_view(cart, "tra"), "left")


def test_a_press_says_what_is_on_the_left() -> None:
    assert image_left_of_press("left", "right") == "right"
    assert image_left_of_press("right", "right") == "left"
    assert image_left_of_press("right", "left") == "right"


def test_an_area_has_no_station(cart: SetupDraft) -> None:
    assert choose_view(cart, "lm-csa").standing("station") is Standing.CONFIRMED
    assert choose_view(cart, "tra").standing("station") is Standing.FOUND


def test_stations_and_borders_by_hand_reach_the_setup(cart: SetupDraft) -> None:
    draft = choose_side(choose_view(cart, "layer"), "left")
    draft = place_station(draft, x_range_px=(400.0, 300.0))
    for edge, y in (("superficial", 200.0), ("deep", 300.0), ("deep", 320.0)):
        draft = trace_border(draft, "left", [(250.0, y), (500.0, y)], edge)  # type: ignore[arg-type]
    setup = setup_of_draft(draft)
    assert setup.station[0].x_range_px == (300.0, 400.0)
    assert [(b.edge, b.points_px[0][1]) for b in setup.border] == [("superficial", 200.0), ("deep", 320.0)]
    ready = prepare("layer", setup, screen_of(PLAIN_CART, 45.0).picture, name="a screen")
    assert len(ready.measure.borders) == 2
    assert setup_of_draft(choose_side(draft, "right")).border == []  # traced on the other side


def test_a_trace_too_short_is_refused_and_one_can_be_dropped(cart: SetupDraft) -> None:
    draft = choose_side(choose_view(cart, "contour"), "left")
    with pytest.raises(CallError, match="at least 3"):
        trace_border(draft, "left", SQUARE[:2])
    with pytest.raises(ValueError, match="edge"):
        trace_border(draft, "left", SQUARE, "deep")
    traced = trace_border(draft, "left", SQUARE)
    assert traced.next_step == "picture"
    assert "traced on the left" in step_state(traced, "border").found
    assert drop_border(traced, "left").borders == ()


def test_one_can_go_back_to_any_step(cart: SetupDraft) -> None:
    draft = accept(accept(cart, "picture"), "scale")
    assert draft.next_step == "view"
    assert reopen(draft, "picture").next_step == "picture"


def test_every_step_has_words_whatever_is_known(cart: SetupDraft, handheld: SetupDraft) -> None:
    nothing = drafted(np.zeros((300, 400), np.uint8))
    for draft in (cart, handheld, nothing, choose_image_left(choose_view(cart, "lm-csa"), "left")):
        states = step_states(draft)
        assert [state.name for state in states] == list(STEPS)
        for state in states:
            assert bool(state.missing) == (state.standing is Standing.MISSING)
            if state.standing is not Standing.MISSING and not (
                draft.view is None and state.name == "station"
            ):
                assert state.found


def test_devices_are_told_by_their_address() -> None:
    assert device_of("sim:lm-csa") == device_of("sim:lm-csa?speed=2") == Device("sim", "lm-csa")
    assert device_of("C:/clips/a.mp4") == device_of("clip:b.mkv") == Device("clip", "")
