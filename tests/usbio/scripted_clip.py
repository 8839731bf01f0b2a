"""A clip whose grey values are its truth, and a tracker that reads them: known numbers all the way."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from math import nan
from pathlib import Path

import numpy as np

from segmentation.geometry import Calibration, Roi
from segmentation.results import FrameResult, Measurement, Picture, Side, Status
from segmentation.views import VIEWS, MeasureSetup, Panel, ViewName
from usbio.errors import ClipDamaged
from usbio.frames import Frame
from usbio.preparation import Prepared
from usbio.setup import SetupFile
from usbio.sources.clip import ClipInfo, DicomRegion

HEIGHT, WIDTH = 24, 32
GREY_PER_UNIT = 20.0  # grey 60 is 3 mm or 3 cm2
LOST = 0  # grey
SQUARE = np.array([[4.0, 4.0], [12.0, 4.0], [12.0, 12.0], [4.0, 12.0]])


def picture(left: float, right: float | None = None) -> Picture:
    """A picture whose halves say the size of the muscle of each side."""
    image = np.full((HEIGHT, WIDTH), round(left * GREY_PER_UNIT), np.uint8)
    if right is not None:
        image[:, WIDTH // 2 :] = round(right * GREY_PER_UNIT)
    return image


@dataclass
class ScriptedClip:
    """Plays pictures at a rate; breaks off before ``fail_at``, as a damaged file does."""

    path: Path
    pictures: Sequence[Picture]
    fps: float | None = 25.0
    fail_at: int | None = None
    opened: list[float] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.path.name

    def info(self) -> ClipInfo:
        return ClipInfo(WIDTH, HEIGHT, len(self.pictures), self.fps, "container" if self.fps else "none")

    def frames(self) -> Generator[Frame]:
        for index, image in enumerate(self.pictures):
            if index == self.fail_at:
                raise ClipDamaged(self.path, f"breaks off after {index} pictures", "copy it again")
            yield Frame(index, index / self.fps if self.fps else nan, 0.0, image)


def scripted_prepare(
    view: ViewName,
    setup: SetupFile,
    first: Picture,
    *,
    name: str,
    side: Side | None = None,
    image_left: Side | None = None,
    regions: tuple[DicomRegion, ...] = (),
) -> Prepared:
    sides: tuple[Side, ...] = (side,) if side else ("left", "right")
    panel = Panel(Roi(0, 0, WIDTH, HEIGHT), Calibration(0.1, 0.2), sides)
    return Prepared(MeasureSetup(view, (panel,), (WIDTH, HEIGHT)), "setup", ("scripted",))


def scripted_start(setup: MeasureSetup, first: Picture) -> MeasureSetup:
    return setup


def scripted_step(
    state: MeasureSetup, image: Picture, t_s: float, frame: int
) -> tuple[MeasureSetup, FrameResult]:
    """The leading muscle is as thick as its half is grey; the obliques are 9 and 7 mm."""
    view = VIEWS[state.view]
    found = []
    for k, side in enumerate(state.panels[0].sides):
        grey = int(image[0, 0 if k == 0 else -1])
        for muscle in view.muscles:
            status = Status.OK if grey != LOST else Status.LOST
            size = {"io": 9.0, "eo": 7.0}.get(muscle, grey / GREY_PER_UNIT)
            measured = Measurement(side, muscle, status, 0.9, border_px=SQUARE + np.array([k * 14.0, 0.0]))
            found.append(replace(measured, **{view.quantity: size}) if status is Status.OK else measured)  # type: ignore[arg-type]  # one quantity
    return state, FrameResult(True, tuple(found))
