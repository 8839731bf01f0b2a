"""The moment of a frame on the clock of Lab Streaming Layer, and the other way round."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from math import inf

_log = logging.getLogger(__name__)

AGAIN_S = 1.0
_LOOKS = 15


class LslClock:
    """How far ``time.perf_counter()`` and ``local_clock()`` are apart, measured again and again.

    On most systems both are one clock, and nothing relies on that. Each look reads the other clock between
    two readings of ours and is off by half of what lies between at most; the narrowest of some looks counts.
    A later measurement that is neither sharper nor outside of what was possible changes nothing: it only
    trembles.
    """

    def __init__(
        self, lsl_clock: Callable[[], float], clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._lsl_clock, self._clock = lsl_clock, clock
        self._ahead_s = 0.0
        self.error_s = inf  # the most that the difference may be off
        self._again_s = -inf
        self.keep()

    def lsl_s(self, own_s: float) -> float:
        """Return a moment of ours on the other clock."""
        return own_s + self._ahead_s

    def own_s(self, lsl_s: float) -> float:
        """Return a moment of the other clock on ours."""
        return lsl_s - self._ahead_s

    def keep(self) -> None:
        """Measure again where it is time to; costs some microseconds."""
        now_s = self._clock()
        if now_s < self._again_s:
            return
        self._again_s = now_s + AGAIN_S
        error_s, ahead_s = min(self._look() for _ in range(_LOOKS))
        moved_s = ahead_s - self._ahead_s
        if error_s < self.error_s or abs(moved_s) > error_s + self.error_s:
            if self.error_s < inf and abs(moved_s) > 1e-3:
                _log.warning("the clock of Lab Streaming Layer moved by %.6f s against ours", moved_s)
            self._ahead_s, self.error_s = ahead_s, error_s

    def _look(self) -> tuple[float, float]:
        before_s = self._clock()
        there_s = self._lsl_clock()
        after_s = self._clock()
        return (after_s - before_s) / 2.0, there_s - (before_s + after_s) / 2.0
