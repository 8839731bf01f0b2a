"""What is to be recorded, and the folder that names itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from segmentation.views import ViewName
from usbio.errors import CallError, OutputError, output_error
from usbio.pairing import SideMoment
from usbio.setup import SetupFile

Codec = Literal["ffv1", "libx264"]  # lossless, or visually lossless H.264

_MOST = 1000
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class RecordingPlan:
    """What a recorder needs to know before the first picture."""

    parent: Path  # folder in which the recording makes its own
    source: str  # what the operator calls the source
    view: ViewName
    setup: SetupFile  # in the recording's own coordinates: the crop is the whole recorded picture
    size_px: tuple[int, int]  # width, height
    fps: float  # measured picture rate
    codec: Codec = "ffv1"
    pair: str = ""  # name of the folder that it shares with the other side's; "" where it stands alone
    held: SideMoment | None = None  # the other side's last values, at a time before 0

    @property
    def side(self) -> str:
        """Whose side the recording shows, as its folder says it."""
        return self.setup.image.side or "both"


def folder_name(plan: RecordingPlan, began: datetime) -> str:
    """Return when it began with its zone, the view, the side and the subject, where one is named."""
    return _name(began, plan.view, plan.side, plan.setup.acquisition.get("subject", ""))


def _name(began: datetime, view: ViewName, side: str, subject: object) -> str:
    zone = began.strftime("%z")
    at = began.strftime("%Y-%m-%d_%H-%M-%S") + ("Z" if zone in ("+0000", "") else zone)
    # Only letters and digits: a subject may be written with a slash or a dot in front.
    known = re.sub(r"[^A-Za-z0-9-]+", "-", str(subject)).strip("-")
    return "_".join([at, view, side, *([known[:_LONGEST_NAME]] if known else [])])


def pair_folder(parent: Path, view: ViewName, subject: object, began: datetime) -> Path:
    """Make the folder of two recordings that run side by side."""
    return new_folder(parent, _name(began, view, "both", subject))


def make_folder(plan: RecordingPlan, began: datetime) -> Path:
    """Make the folder of one recording; one that stands is never used again."""
    if plan.pair:
        return new_folder(plan.parent / plan.pair, plan.side)
    return new_folder(plan.parent, folder_name(plan, began))


def new_folder(parent: Path, name: str) -> Path:
    """Make a folder of this name, with a number behind it where there is one already."""
    for number in range(1, _MOST):
        folder = parent / (name if number == 1 else f"{name}_{number}")
        try:
            parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir()
        except FileExistsError as error:
            if not parent.is_dir():
                raise OutputError(parent, "is not a folder", "choose another folder") from error
        except OSError as error:
            raise output_error(folder, error) from error
        else:
            return folder
    raise CallError(parent, f"holds a thousand recordings named {name}", "choose another folder")
