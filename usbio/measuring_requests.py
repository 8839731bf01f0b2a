"""What is asked of the measuring process and what it answers; pictures follow as bare bytes."""

from __future__ import annotations

from dataclasses import dataclass

from segmentation.results import Side
from segmentation.views import MeasureSetup


@dataclass(frozen=True, slots=True)
class Start:
    """Begin to follow; the picture comes behind it. Answered by the number of the state."""

    measure: MeasureSetup
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Measure one picture, which comes behind it. Answered by the number of the state and the result."""

    state: int
    t_s: float
    frame: int
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Confirm:
    """Confirm the automatic borders of these sides. Answered by the number of the state."""

    state: int
    sides: frozenset[Side]


@dataclass(frozen=True, slots=True)
class Raised:
    """What went wrong with a request."""

    error: Exception
