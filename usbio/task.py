"""What is asked of every clip of one call."""

from __future__ import annotations

from dataclasses import dataclass, field

from segmentation.results import Side
from segmentation.views import ViewName
from usbio.outputs import BORDERS, EXPERIMENTAL, MMODE, OVERLAY, TABLES
from usbio.setup import SetupFile


@dataclass(frozen=True, slots=True)
class Task:
    """What is measured, and what the operator said about it."""

    view: ViewName
    setup: SetupFile = field(default_factory=SetupFile)
    side: Side | None = None
    image_left: Side | None = None
    every_frame: bool = False  # of a recording; else only those that were measured live


@dataclass(frozen=True, slots=True)
class Extras:
    """What is written besides the tables."""

    overlay: bool = False
    borders: bool = False
    mmode: bool = False
    experimental: bool = False

    @property
    def endings(self) -> tuple[str, ...]:
        """The endings of all that is written for a clip."""
        asked = (
            (OVERLAY, self.overlay),
            (BORDERS, self.borders),
            (MMODE, self.mmode),
            (EXPERIMENTAL, self.experimental),
        )
        return (*TABLES, *(ending for ending, yes in asked if yes))
