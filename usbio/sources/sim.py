"""A simulated scanner: `sim:VIEW`, a device that never ends, at true speed."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import replace
from math import ceil

from segmentation.geometry import Roi
from segmentation.phantom.clip import Phantom
from segmentation.phantom.ranges import ORDINARY
from segmentation.phantom.scenes import random_clip
from segmentation.phantom.truth import FrameTruth
from segmentation.phantom.warp import WarpedPhantom
from segmentation.results import Picture, Side
from segmentation.views import MeasureSetup, ViewName
from usbio.frames import Frame
from usbio.sources.flash import draw_flash, flash_place
from usbio.sources.steering import steered

LOOP_S = 20.0  # breath and tremor fit into it whole, so that the end meets the start
_STEADY = replace(
    ORDINARY,
    drift_mm=(0.0, 0.0),
    tilt_deg=(0.0, 0.0),
    plane_mm=(0.0, 0.0),
    fade_db=(0.0, 0.0),
    breath_period_s=(4.0, 4.0),
)
_LOOK_UP_S = 0.2  # control goes back to the reader at least so often


class SimSource:
    """A phantom that contracts, rests and breathes without end, or as it is steered; its truth is known.

    ``speed`` lets everything happen so many times as fast, pictures included; ``flash`` puts a square into
    the picture that is switched on and off with the seconds of the clock. `steer` may be called from any
    thread, while pictures are drawn on another.
    """

    device = True

    def __init__(
        self,
        view: ViewName,
        seed: int = 1,
        side: Side = "left",
        fps: float = 25.0,
        speed: float = 1.0,
        flash: bool = False,
        clock: Callable[[], float] = time.perf_counter,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        if not (fps >= 1.0 and speed > 0.0):
            raise ValueError(f"fps must be at least 1 and speed above 0, came {fps} and {speed}")
        self.view: ViewName = view
        self.fps, self.speed, self.flash = fps, speed, flash
        self._clock, self._wait = clock, wait
        plan = random_clip(view, seed, _STEADY, side=side, seconds=LOOP_S, fps=fps)
        plan, self._steering = steered(plan, LOOP_S)
        self._phantom = Phantom(plan)

    @property
    def name(self) -> str:
        """What the operator calls it."""
        return f"sim:{self.view}"

    @property
    def setup(self) -> MeasureSetup:
        """Crop, spacing, side and stations of its pictures."""
        return self._phantom.setup

    def steer(self, level: float | None) -> None:
        """Ask for an effort from 0, rest, to 1; None lets it contract by itself again."""
        self._steering.steer(level)

    @property
    def steered_to(self) -> float | None:
        """The effort that is asked for; None while it contracts by itself."""
        return self._steering.wanted

    @property
    def flash_px(self) -> Roi:
        """Where in the frame the square is, if it was asked for."""
        return flash_place(self._phantom, LOOP_S)

    def truth(self, t_s: float) -> FrameTruth:
        """Return what is true of the picture with this time stamp."""
        return self._phantom.truth_at(t_s)

    def frames(self) -> Generator[Frame | None]:
        """Yield pictures when they are due; those for which there was no time are gaps in the numbers."""
        self._steering.begin()
        with ThreadPoolExecutor(1, "sim") as worker:
            making = worker.submit(self._made)
            while (made := _ready(making)) is None:
                yield None
            yield from self._played(*made)

    def _made(self) -> tuple[WarpedPhantom, Roi | None]:
        return WarpedPhantom(self._phantom), self.flash_px if self.flash else None

    def _played(self, warped: WarpedPhantom, place: Roi | None) -> Generator[Frame | None]:
        rate_hz = self.fps * self.speed
        started_s, index = self._clock(), 0
        if place is not None:  # so that a picture is due at the very moment at which the square changes
            started_s = ceil(started_s * rate_hz) / rate_hz
        while True:
            due_s = started_s + index / rate_hz
            # Drawn ahead: what a picture costs to draw is not part of its age.
            picture = self._picture(warped, place, index / self.fps, due_s)
            while (early_s := due_s - self._clock()) > 0:
                self._wait(min(early_s, _LOOK_UP_S))
                if early_s > _LOOK_UP_S:
                    yield None
            yield Frame(index, index / self.fps, self._clock(), picture)
            index = max(index + 1, ceil((self._clock() - started_s) * rate_hz - 1.0))

    def _picture(self, warped: WarpedPhantom, place: Roi | None, t_s: float, due_s: float) -> Picture:
        self._steering.follow(t_s)
        picture = warped.picture(t_s)
        if place is not None:
            draw_flash(picture, place, due_s)
        picture.flags.writeable = False
        return picture


def _ready(
    making: Future[tuple[WarpedPhantom, Roi | None]],
) -> tuple[WarpedPhantom, Roi | None] | None:
    try:
        return making.result(_LOOK_UP_S)
    except NotYet:
        return None
