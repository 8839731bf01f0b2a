"""A set-up made once is recognised by device, screen and ruler; whose side it showed is not remembered."""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from segmentation.geometry import Roi
from segmentation.phantom.looks import LOOKS, PLAIN_CART
from segmentation.results import Picture
from tests.segmentation.drawn_screens import screen_of, speckle
from tests.usbio.clips import REAL_DATA
from usbio.data_folder import data_folder
from usbio.device import Device
from usbio.draft_changes import (
    accept,
    add_mask,
    allow,
    choose_image_left,
    choose_side,
    choose_view,
    move_edge,
    place_station,
    trace_border,
    use_depth,
    use_points,
)
from usbio.draft_setup import setup_of_draft
from usbio.draft_start import begin_draft
from usbio.draft_states import step_state
from usbio.errors import OutputError
from usbio.setup import SetupFile, load_setup
from usbio.setup_draft import Keep, SetupDraft, Standing, StepName
from usbio.setup_memory import SetupMemory, shared_part
from usbio.sources.clip import open_clip

GRABBER = Device("usb", "Magewell USB Capture")
NO_DIGITS = next(look for look in LOOKS if look.name == "no digits")
ALL_BUT_SIDE: tuple[StepName, ...] = ("picture", "scale", "view", "station")


def begun(
    picture: Picture, memory: SetupMemory | None, device: Device = GRABBER, known: SetupFile | None = None
) -> SetupDraft:
    return begin_draft(picture, known or SetupFile(), name="a screen", device=device, memory=memory)


def completed(draft: SetupDraft) -> SetupDraft:
    return choose_side(choose_view(draft, "layer"), "left")


@pytest.fixture
def memory(tmp_path: Path) -> SetupMemory:
    return SetupMemory(tmp_path / "setups")


def test_the_same_device_and_screen_ask_for_the_side_alone(memory: SetupMemory) -> None:
    screen = screen_of(PLAIN_CART, 45.0)
    draft = completed(begun(screen.picture, memory))
    draft = allow(add_mask(draft, Roi(150, 60, 40, 20)), Keep("ruler", Roi(700, 40, 60, 540)))
    draft = place_station(move_edge(draft, 0, "right", -12), x_range_px=(300.0, 400.0))
    draft = trace_border(draft, "left", [(250.0, 200.0), (500.0, 200.0)], "deep")
    memory.remember(draft)

    again = begun(screen_of(PLAIN_CART, 45.0, seed=7).picture, SetupMemory(memory.folder))
    assert again.recognised == "recognised: Magewell USB Capture, 45 mm deep"
    assert all(again.standing(step) is Standing.CONFIRMED for step in ALL_BUT_SIDE)
    assert again.next_step == "side"
    assert (again.panels, again.masks, again.keeps) == (draft.panels, draft.masks, draft.keeps)
    assert again.view == "layer"
    assert again.stations[0].x_range_px == (300.0, 400.0)
    assert (again.side, again.image_left, again.borders) == (None, None, ())
    before, after = draft.scales[0], again.scales[0]
    assert before is not None
    assert after is not None
    assert after.calibration == before.calibration
    assert setup_of_draft(choose_side(again, "right")).image.side == "right"


def test_another_depth_device_or_size_is_not_recognised(memory: SetupMemory) -> None:
    screen = screen_of(PLAIN_CART, 45.0).picture
    memory.remember(completed(begun(screen, memory)))
    assert not begun(screen_of(PLAIN_CART, 60.0).picture, memory).recognised
    assert not begun(screen, memory, Device("usb", "another")).recognised
    assert not begun(np.vstack([screen, screen[-2:]]), memory).recognised
    shifted = np.roll(screen, 100, axis=1)
    assert not begun(np.asarray(shifted), memory).recognised


def test_every_depth_is_remembered_beside_the_others(memory: SetupMemory) -> None:
    for depth_mm in (45.0, 60.0, 45.0):
        memory.remember(completed(begun(screen_of(PLAIN_CART, depth_mm).picture, None)))
    assert len(list(memory.folder.glob("*.device.toml"))) == 2  # the third took the place of the first
    for depth_mm in (45.0, 60.0):
        again = begun(screen_of(PLAIN_CART, depth_mm).picture, memory)
        assert again.depth_mm == pytest.approx(depth_mm, abs=0.9)
        assert again.recognised.endswith(f"{depth_mm:.0f} mm deep")


def test_without_a_ruler_the_depth_is_to_be_confirmed(memory: SetupMemory) -> None:
    screen = screen_of(NO_DIGITS, 45.0).picture
    for depth in ("6", "4,5"):
        memory.remember(completed(use_depth(begun(screen, None), depth, "cm")))
        _older(memory.folder)
    again = begun(screen, memory)
    assert again.recognised.endswith("45 mm deep")  # what was written last
    assert again.next_step == "scale"
    assert "is it still?" in step_state(again, "scale").found
    assert accept(again, "scale").next_step == "side"


def test_a_ruler_that_is_read_now_has_to_agree_with_what_was_typed(memory: SetupMemory) -> None:
    unread = begun(screen_of(PLAIN_CART, 45.0).picture, None)
    for length, recognised in (("41.7", True), ("55", False)):
        # 500 rows are 45 mm, so 463 are 41.7
        draft = use_points(_without_ruler(unread), (0.0, 60.0), (0.0, 523.0), length)
        folder = memory.folder / length
        SetupMemory(folder).remember(completed(draft))
        assert bool(begun(screen_of(PLAIN_CART, 45.0).picture, SetupMemory(folder)).recognised) is recognised


def test_two_pictures_are_remembered_without_saying_whose_they_are(memory: SetupMemory) -> None:
    screen = np.zeros((400, 800), np.uint8)
    screen[40:360, 30:390] = np.maximum(speckle(320, 360), 12)
    screen[40:360, 410:770] = np.maximum(speckle(320, 360, 1), 12)
    draft = choose_view(use_points(begun(screen, memory), (0.0, 40.0), (0.0, 360.0), "32"), "tra")
    path = memory.remember(choose_image_left(draft, "right"))
    words = "".join(file.read_text() for file in path.parent.iterdir())
    assert "left" not in words
    assert "right" not in words
    again = accept(begun(screen, memory), "scale")
    assert again.panels == draft.panels
    assert again.next_step == "side"


def test_nothing_of_a_patient_is_remembered(memory: SetupMemory) -> None:
    known = SetupFile.model_validate(
        {"acquisition": {"subject": "DOE JANE"}, "seed": [{"side": "left", "point_px": [300.0, 300.0]}]}
    )
    draft = completed(begun(screen_of(PLAIN_CART, 45.0).picture, None, known=known))
    path = memory.remember(draft)
    assert load_setup(path).acquisition == {}
    assert "DOE" not in "".join(file.read_text() for file in memory.folder.iterdir())


def test_a_facet_is_found_anew_and_its_place_is_not_remembered(memory: SetupMemory) -> None:
    draft = choose_view(begun(screen_of(PLAIN_CART, 45.0).picture, None), "lm-thickness")
    draft = place_station(choose_side(draft, "left"), point_px=(400.0, 400.0))
    assert load_setup(memory.remember(draft)).station == []


def test_what_the_call_or_the_setup_file_says_wins(memory: SetupMemory) -> None:
    screen = screen_of(PLAIN_CART, 45.0).picture
    memory.remember(completed(begun(screen, None)))
    crop = SetupFile.model_validate({"image": {"crop_px": [150, 60, 300, 300]}})
    assert begun(screen, memory, known=crop).panels == (Roi(150, 60, 300, 300),)
    other = begin_draft(screen, SetupFile(), name="a", device=GRABBER, memory=memory, view="tra")
    assert other.view == "tra"
    assert not other.recognised


def test_files_are_readable_by_their_owner_alone(memory: SetupMemory) -> None:
    path = memory.remember(completed(begun(screen_of(PLAIN_CART, 45.0).picture, None)))
    files = [memory.folder, *memory.folder.iterdir()]
    assert len(files) == 3
    if os.name == "posix":
        assert [file.stat().st_mode & 0o077 for file in files] == [0, 0, 0]
    assert load_setup(path).measure.view == "layer"  # a plain setup, for --setup


def test_damaged_and_foreign_files_are_passed_over_with_a_note(memory: SetupMemory) -> None:
    screen = screen_of(PLAIN_CART, 45.0).picture
    path = memory.remember(completed(begun(screen, None)))
    identity = path.with_name(f"{path.stem}.device.toml")
    whole = identity.read_text()
    faults = {
        "cut": whole[: len(whole) // 2],
        "other": "[tool]\nname = 1\n",
        "bytes": "\x00\x01",
        "beyond": whole.replace("[800, 600]", "[80, 60]").replace("800,", "80,", 1),
        "newer": whole.replace("schema_version = 1", "schema_version = 99"),
    }
    for name, text in faults.items():
        (memory.folder / f"{name}.device.toml").write_text(text)
    (memory.folder / "notes.txt").write_text("mine")
    (memory.folder / "lone.device.toml").write_text(whole)  # its setup is gone
    _older(memory.folder, identity, path)  # so that all the others are looked at first
    again = begun(screen, memory)
    assert again.recognised
    for name in ("cut", "other", "bytes", "newer", "lone"):
        assert any(note.startswith(name) for note in again.notes), again.notes


def test_a_full_disk_keeps_what_was_remembered(small_disk: Path) -> None:
    screen = screen_of(PLAIN_CART, 45.0).picture
    memory = SetupMemory(small_disk / "setups")
    draft = completed(begun(screen, None))
    memory.remember(draft)
    filler = small_disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"0" * 4096)
    with pytest.raises(OutputError, match="full"):
        memory.remember(add_mask(draft, Roi(10, 10, 20, 20)))
    filler.unlink()
    assert begun(screen, memory).masks == ()
    assert begun(screen, memory).recognised
    assert not list(memory.folder.glob(".*"))


def test_an_incomplete_draft_is_not_remembered(memory: SetupMemory) -> None:
    with pytest.raises(ValueError, match="complete"):
        memory.remember(begun(screen_of(PLAIN_CART, 45.0).picture, None))


def test_the_folder_is_that_of_the_user_or_the_environment(
    own_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SetupMemory().folder == own_data / "setups"
    monkeypatch.delenv("USBIO_DATA_DIR")
    assert data_folder().name == "usbio"


def test_the_second_clip_of_the_same_scanner_is_recognised(memory: SetupMemory) -> None:
    folder = REAL_DATA / "thickness_clips"
    clips = sorted(folder.glob("*.mp4"))
    if not clips:
        pytest.skip(f"{folder} is absent")
    first, second = (next(iter(open_clip(path).frames())).image for path in (clips[0], clips[-1]))
    clip = Device("clip")
    memory.remember(completed(begun(first, memory, clip)))
    again = begun(second, memory, clip)
    assert again.recognised == "recognised: a screen like this, 51 mm deep"
    assert again.next_step == "side"
    handheld = REAL_DATA / "screens" / "clarius-ocular-short.mp4"
    assert not begun(next(iter(open_clip(handheld).frames())).image, memory, clip).recognised


def test_boxes_share_what_they_cover() -> None:
    assert shared_part(Roi(0, 0, 10, 10), Roi(0, 0, 10, 10)) == 1.0
    assert shared_part(Roi(0, 0, 10, 10), Roi(5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert shared_part(Roi(0, 0, 10, 10), Roi(20, 0, 10, 10)) == 0.0


def _older(folder: Path, *only: Path) -> None:
    """Make files older by an hour: what is written next is newer, whatever the disk's clock can tell."""
    for file in only or tuple(folder.iterdir()):
        was = file.stat().st_mtime_ns - 3_600_000_000_000
        os.utime(file, ns=(was, was))


def _without_ruler(draft: SetupDraft) -> SetupDraft:
    panel = replace(draft.pictures[0], ruler=None, no_ruler="hidden", scale=None)
    return replace(draft, pictures=(panel,))
