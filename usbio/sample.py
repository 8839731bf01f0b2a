"""What the live pipeline hands on: a frame, what was measured in it, and how the run stands."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from enum import StrEnum

from segmentation.results import FrameResult, Picture
from usbio.frames import Frame


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the frames of one run so far."""

    delivered: int = 0  # came from the source
    new: int = 0  # of the measured ones, those in which the scanner had drawn a new picture
    measured: int = 0
    dropped: int = 0  # overtaken by a newer one before they could be measured
    failed: int = 0  # reached the measuring step, which could not do them
    lost: int = 0  # missing in the source's own count
    recorded: int = 0  # handed to the recorder, which drops none

    @property
    def waiting(self) -> int:
        """How many are still on their way: at most one coming, one next and one being measured."""
        return self.delivered - self.measured - self.failed - self.dropped

    def plus(self, more: Counts) -> Counts:
        """Return the counts of two runs together."""
        return Counts(*(a + b for a, b in zip(astuple(self), astuple(more), strict=True)))

    def since(self, before: Counts) -> Counts:
        """Return what came after these counts."""
        return Counts(*(now - then for now, then in zip(astuple(self), astuple(before), strict=True)))


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One frame that went through the measuring step. Never written to.

    What was measured is told in pixels of ``picture``, not of the whole frame.
    """

    frame: Frame
    result: FrameResult | None  # None where nothing could be measured
    counts: Counts
    fault: str  # why there is no result, in words for the operator; "" where there is one
    measured_s: float  # when measuring was done, on time.perf_counter()
    run: int = 0  # a clip that starts again begins a new run: traces begin anew with it
    picture: Picture | None = None  # what was measured and may be shown and kept; None while nothing may


class RunState(StrEnum):
    """Where a run stands."""

    READY = "ready"
    RUNNING = "running"
    ENDED = "ended"  # the source came to its end
    FAILED = "failed"  # the source broke off; the words say why
    STOPPED = "stopped"  # somebody stopped it


@dataclass(frozen=True, slots=True)
class RunStatus:
    """How a run stands at the moment somebody asks."""

    state: RunState
    words: str  # what the operator needs to know; "" where all is well
    stalled: bool  # running, and no frame for longer than it should take
    silent_s: float  # since the last frame, or since the start
    rate_hz: float  # pictures a second over the last two seconds; nan where not known
    counts: Counts
