"""A frame, and what yields frames."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from segmentation.results import Picture


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture and the moment it arrived."""

    index: int  # from 0; a gap means the device lost frames
    t_s: float  # the source's own time, first frame 0; nan where the source has none
    arrived_s: float  # when it came, on time.perf_counter()
    image: Picture  # (H, W) full-range luma, never written to after this


class FrameSource(Protocol):
    """Anything that yields frames. It only describes what to open; each call of `frames` is one run.

    The generator opens the device on its first step and releases it in its own ``finally``. It hands back
    control at least once a second (with None where nothing came), raises `DeviceLost` when a device goes
    away, `ClipDamaged` after the last good frame of a clip that breaks off, and simply ends when a clip ends.
    What keeps its own time has ``device = True``: `is_device`.
    """

    @property
    def name(self) -> str:
        """What the operator calls it."""
        ...

    def frames(self) -> Generator[Frame | None]:
        """Yield frames of one run."""
        ...


@runtime_checkable
class Steerable(Protocol):
    """A source whose muscle does what it is told: the simulator."""

    def steer(self, level: float | None) -> None:
        """Ask for an effort from 0, rest, to 1; None lets it contract by itself."""
        ...

    @property
    def steered_to(self) -> float | None:
        """The effort that is asked for; None while it contracts by itself."""
        ...


@runtime_checkable
class Troubled(Protocol):
    """A source that goes on while something is wrong, and says what: asked for on any thread."""

    @property
    def trouble(self) -> str:
        """What is wrong and what to do, for the operator; "" where nothing is."""
        ...


def device_itself(source: FrameSource) -> FrameSource:
    """Return the device behind what watches over it: what it can do besides is asked of this one."""
    watched: FrameSource = getattr(source, "watched", source)
    return watched


def is_device(source: FrameSource) -> bool:
    """Say whether a source keeps its own time: it can be neither hurried nor played again from the start."""
    return bool(getattr(source, "device", False))
