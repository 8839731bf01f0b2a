"""What to open, what is said about it, what is still to be asked, and where its setup lies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from segmentation.results import Side
from segmentation.views import VIEWS, ViewName
from usbio.device import device_of, path_of
from usbio.outputs import stem_of
from usbio.recording.place import recording_folder
from usbio.setup import SetupFile
from usbio.setup_as_used import free_path


@dataclass(frozen=True, slots=True)
class Choice:
    """What to open and what is said about it."""

    address: str
    view: ViewName | None = None
    side: Side | None = None
    image_left: Side | None = None
    setup_path: Path | None = None
    save_folder: Path | None = None  # where a new setup goes; None: beside the clip


class Question(StrEnum):
    """What only the operator can say."""

    VIEW = "view"
    SIDE = "side"  # whose muscle a one-sided picture shows
    SIDES = "sides"  # which side is on the left of the picture, or which one it shows


def open_question(choice: Choice, setup: SetupFile) -> Question | None:
    """Return what nobody has said yet; sides are never guessed."""
    view = choice.view or setup.measure.view
    if view is None:
        return Question.VIEW
    if choice.side or setup.image.side:
        return None
    if not VIEWS[view].two_sided and setup.image.layout != "dual":
        return Question.SIDE
    crops = setup.image.crop_left_px and setup.image.crop_right_px
    if choice.image_left or setup.image.image_left or crops:
        return None
    return Question.SIDES


def about_words(setup: SetupFile) -> str:
    """Return what a setup says of the recording, in the order in which it is asked for."""
    known = setup.acquisition
    parts = [str(known[key]) for key in ("subject", "level", "posture", "task") if key in known]
    if "painful_side" in known:
        parts.insert(1, f"{known['painful_side']} painful")
    return "   ".join(parts)


def setup_place(choice: Choice) -> Path:
    """Return where the setup of a source is saved."""
    if choice.setup_path is not None and choice.save_folder is None:
        return choice.setup_path
    clip = path_of(choice.address)
    return free_path(choice.save_folder or clip.parent, stem_of(clip))


def setup_beside(choice: Choice) -> Path | None:
    """Return the setup that was saved beside a clip, if there is one."""
    clip = path_of(choice.address)
    beside = clip.parent / f"{stem_of(clip)}.toml"
    return beside if beside.is_file() else None


def of_whole_recording(choice: Choice) -> Choice:
    """Return the choice of a recording's folder, where its journal or its video was named."""
    is_clip = device_of(choice.address).kind == "clip"
    folder = recording_folder(path_of(choice.address)) if is_clip else None
    return choice if folder is None else replace(choice, address=str(folder))
