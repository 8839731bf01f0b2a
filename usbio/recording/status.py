"""How a recording stands at the moment somebody asks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

RecordingState = Literal["recording", "finishing", "finished", "stopped"]


@dataclass(frozen=True, slots=True)
class RecordingStatus:
    """What the operator sees of a recording."""

    state: RecordingState  # finishing: the last lines and tables are written; stopped: nobody wished so
    words: str  # why it stopped, or that the disk lags; "" where all is well
    recorded: int  # pictures
    seconds: float  # of the source, from the first picture to the last
    bytes: int  # in the folder's video and journal
    minutes_left: float  # until the disk is full; nan where that is not known
    folder: Path
