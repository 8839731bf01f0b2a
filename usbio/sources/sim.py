"""A simulated scanner: `sim:VIEW`, endless, at true speed."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field, replace

from segmentation.phantom.clip import Phantom
from segmentation.phantom.ranges import ORDINARY
from segmentation.phantom.scenes import random_clip
from segmentation.phantom.truth import FrameTruth
from segmentation.phantom.warp import WarpedPhantom
from segmentation.results import Side
from segmentation.views import MeasureSetup, ViewName
from usbio.frames import Frame

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


@dataclass(frozen=True, slots=True)
class SimSource:
    """A phantom that contracts, rests and breathes without end. Its setup and truth are known."""

    view: ViewName
    seed: int = 1
    side: Side = "left"
    fps: float = 25.0
    clock: Callable[[], float] = field(default=time.perf_counter, repr=False)
    wait: Callable[[float], object] = field(default=time.sleep, repr=False)

    @property
    def name(self) -> str:
        """What the operator calls it."""
        return f"sim:{self.view}"

    @property
    def setup(self) -> MeasureSetup:
        """Crop, spacing, side and stations of its pictures."""
        return self._phantom().setup

    def truth(self, t_s: float) -> FrameTruth:
        """Return what is true of the picture with this time stamp."""
        return self._phantom().truth_at(t_s % LOOP_S)

    def frames(self) -> Generator[Frame | None]:
        """Yield pictures when they are due; one that is late by more than a picture is left out."""
        with ThreadPoolExecutor(1, "sim") as worker:
            making = worker.submit(lambda: WarpedPhantom(self._phantom()))
            while (warped := _made(making)) is None:
                yield None
            yield from self._played(warped)

    def _played(self, warped: WarpedPhantom) -> Generator[Frame]:
        started, index = self.clock(), 0
        while True:
            early = started + index / self.fps - self.clock()
            if early > 0:
                self.wait(early)
            else:
                index += int(-early * self.fps)  # a gap in the numbers: these pictures were never drawn
            t_s = index / self.fps
            picture = warped.picture(t_s % LOOP_S)
            yield Frame(index, t_s, self.clock(), picture)
            index += 1

    def _phantom(self) -> Phantom:
        return Phantom(
            random_clip(self.view, self.seed, _STEADY, side=self.side, seconds=LOOP_S, fps=self.fps)
        )


def _made(making: Future[WarpedPhantom]) -> WarpedPhantom | None:
    try:
        return making.result(_LOOK_UP_S)
    except NotYet:
        return None
