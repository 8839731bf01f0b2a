"""A name burned into the screen is in nothing that `usbio analyze` writes; masks change no other value."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import av
import numpy as np
import pytest

from segmentation.results import Picture
from tests.usbio.clips import write_video
from tests.usbio.name_search import ALIKE, likeness, likest, traces
from tests.usbio.recorded import sample_pictures, with_name
from usbio.analyze import Extras, analyze_clip
from usbio.measuring import Task
from usbio.outputs import Place
from usbio.setup import CropPx, SetupFile

NAME = "MUSTERMANN 4711"
HEADER_PX, CORNER_PX, INSIDE_PX = (250, 30), (60, 492), (330, 300)  # left end of the writing's base line
BOX_PX: CropPx = (320, 275, 300, 36)  # over the name inside the picture
EVERYTHING = Extras(overlay=True, borders=True, mmode=True, experimental=True)


@pytest.fixture(scope="module")
def screens() -> tuple[list[Picture], SetupFile]:
    return sample_pictures("lm-csa", 8)


def analysed(folder: Path, pictures: list[Picture], setup: SetupFile, *masks: CropPx) -> Path:
    """The folder of results of a clip of these pictures."""
    image = setup.image.model_copy(update={"mask_px": list(masks) or None})
    folder.mkdir()
    clip = write_video(folder.parent / f"{folder.name}.mkv", pictures, full_range=True, options={"crf": "12"})
    task = Task("lm-csa", setup=setup.model_copy(update={"image": image}))
    analyze_clip(clip, Place(folder, "clip"), task, EVERYTHING, lambda done, total: None)
    return folder


def values(folder: Path) -> list[dict[str, str]]:
    with (folder / "clip.frames.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_name_on_the_screen_is_in_nothing_that_is_written(
    tmp_path: Path, screens: tuple[list[Picture], SetupFile]
) -> None:
    """In the header, in the corner of the picture's box beside the fan, and masked inside the picture."""
    pictures, setup = screens
    named = [with_name(with_name(one, NAME, HEADER_PX), NAME, INSIDE_PX) for one in pictures]
    named = [with_name(one, NAME, CORNER_PX, 0.4) for one in named]
    assert likeness(named[0], NAME) > 0.95  # the search finds what is there
    folder = analysed(tmp_path / "out", named, setup, BOX_PX)
    assert {path.name.removeprefix("clip") for path in folder.iterdir()} >= {
        ".overlay.mp4",
        ".mmode.png",
        ".borders.jsonl",
        ".experimental.csv",
        ".frames.csv",
        ".json",
    }
    assert traces(folder, NAME) == []


def test_without_the_mask_it_would_be_seen(tmp_path: Path, screens: tuple[list[Picture], SetupFile]) -> None:
    pictures, setup = screens
    inside = [with_name(one, NAME, INSIDE_PX) for one in pictures[:7]]
    assert likest(analysed(tmp_path / "bare", inside, setup) / "clip.overlay.mp4", NAME) > ALIKE


def test_a_mask_beside_the_picture_changes_no_value(
    tmp_path: Path, screens: tuple[list[Picture], SetupFile]
) -> None:
    pictures, setup = screens
    bare = analysed(tmp_path / "bare", pictures, setup)
    masked = analysed(tmp_path / "masked", pictures, setup, (0, 0, 800, 40))
    assert values(bare) == values(masked)
    assert (bare / "clip.borders.jsonl").read_bytes() == (masked / "clip.borders.jsonl").read_bytes()


def test_the_overlay_shows_the_picture_alone_with_borders_where_they_are(
    tmp_path: Path, screens: tuple[list[Picture], SetupFile]
) -> None:
    pictures, setup = screens
    assert setup.image.crop_px is not None
    x, y, width, height = setup.image.crop_px
    folder = analysed(tmp_path / "out", pictures[:3], setup)
    with av.open(str(folder / "clip.overlay.mp4")) as film:
        frame = next(film.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    strip = 2 * 28
    assert frame.shape[:2] == (height + strip + (height % 2), width + width % 2)
    shown = frame[:height, :width].mean(axis=2)
    there = pictures[0][y : y + height, x : x + width].astype(int)
    plain = np.abs(frame[:height, :width] - shown[..., None]).max(axis=2) < 12  # no colour drawn
    assert np.median(np.abs(shown - there)[plain & (there > 40)]) < 6  # grey steps, of a codec
    drawn = np.argwhere(np.abs(frame[:height, :width] - [0x56, 0xB4, 0xE9]).sum(axis=2) < 90)
    border = np.array(_first_border(folder, "left_lm")) - (x, y)
    drawn = drawn[np.hypot(*(drawn[:, ::-1] - border.mean(axis=0)).T) > 40]  # the letter
    apart = np.hypot(*(drawn[:, None, ::-1] - border[None]).transpose(2, 0, 1)).min(axis=1)
    assert np.percentile(apart, 75) < 3.0  # px


def _first_border(folder: Path, name: str) -> list[list[float]]:
    with (folder / "clip.borders.jsonl").open() as file:
        points: list[list[float]] = json.loads(file.readline())["borders"][name]
    return points
