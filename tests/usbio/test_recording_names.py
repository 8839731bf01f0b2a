"""A name burned into the screen is in nothing that a recording writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from segmentation.results import Picture
from tests.usbio.name_search import likeness, likest, traces
from tests.usbio.recorded import AtOnce, MeasuredRun, sample_pictures, with_name
from usbio.cli import main
from usbio.recording.derived import KEPT, rebuild
from usbio.recording.plan import Codec
from usbio.recording.recorder import Recorder
from usbio.setup import SetupFile

NAME = "MUSTERMANN ERIKA"
OUTSIDE_PX, INSIDE_PX = (250, 30), (110, 470)  # left end of the writing's base line
BOX_PX = (100, 445, 260, 36)  # over the name inside the picture


def _written(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _screens(n: int = 18) -> tuple[list[Picture], SetupFile]:
    pictures, setup = sample_pictures("lm-csa", n)
    named = [with_name(with_name(one, NAME, OUTSIDE_PX), NAME, INSIDE_PX) for one in pictures]
    masked = setup.image.model_copy(update={"mask_px": [BOX_PX]})
    return named, setup.model_copy(update={"image": masked})


def _recorded(parent: Path, pictures: list[Picture], setup: SetupFile, codec: Codec) -> Path:
    run = MeasuredRun(AtOnce(pictures, 60.0), "lm-csa", setup, pictures[0])
    recorder = Recorder(run.plan(parent, codec))
    recorder.keep("ruler", pictures[0][60:400, 770:800], 0)  # a region that was allowed
    recorder.event("marker", 4, words="cough")
    run.record(recorder)
    return recorder.folder


@pytest.mark.parametrize("codec", ["ffv1", "libx264"])
def test_burned_in_name_is_nowhere_in_what_is_written(tmp_path: Path, codec: Codec) -> None:
    pictures, setup = _screens()
    assert likeness(pictures[0], NAME) > 0.95  # the search finds what is there
    folder = _recorded(tmp_path, pictures, setup, codec)
    for path in (folder / "live.frames.csv", folder / "recording.json"):
        path.unlink()
    rebuild(folder)
    assert (
        main(["analyze", str(folder), "--overlay", "--borders", "--mmode", "--experimental", "--quiet"]) == 0
    )
    written = _written(tmp_path)
    kinds = {path.name.removeprefix(folder.name) for path in written}
    assert kinds >= {".overlay.mp4", ".mmode.png", ".borders.jsonl", ".json", "video.mkv", "journal.jsonl"}
    assert [path.name for path in (folder / KEPT).iterdir()] == ["ruler_000000.png"]
    assert traces(tmp_path, NAME) == []


def test_the_search_would_have_found_it(tmp_path: Path) -> None:
    """Without the mask the name inside the picture is recorded, and found."""
    pictures, setup = _screens(7)
    bare = setup.model_copy(update={"image": setup.image.model_copy(update={"mask_px": None})})
    folder = _recorded(tmp_path, pictures, bare, "ffv1")
    assert likest(folder / "video.mkv", NAME) > 0.8
