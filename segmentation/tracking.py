"""Following muscles from picture to picture: start on the first, step on every further one."""

from __future__ import annotations

from dataclasses import dataclass

from segmentation.results import FrameResult, Picture
from segmentation.views import MeasureSetup


@dataclass(frozen=True, slots=True, eq=False)
class TrackState:
    """Everything that following needs to remember; never written to, so it can be kept and resumed from."""

    setup: MeasureSetup


def start(setup: MeasureSetup, picture: Picture) -> TrackState:
    """Return the state before the first picture."""
    raise NotImplementedError


def step(state: TrackState, picture: Picture, t_s: float) -> tuple[TrackState, FrameResult]:
    """Measure the next picture."""
    raise NotImplementedError
