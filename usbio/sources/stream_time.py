"""The time stamps of a stream, made to go on where they jump."""

from __future__ import annotations

AHEAD_S = 1.0  # of arrival; no stream is shown before it happens
BEHIND_S = 5.0  # a network that stood still delivers late what was stamped in time
_LEAST_S = 1e-3


class StreamTime:
    """Take a stream's own stamps as long as they grow about as arrival does.

    Where one jumps, it and all that follow are moved, so that these two pictures lie as far apart as they
    arrived.
    """

    def __init__(self) -> None:
        self._before: tuple[float, float] | None = None  # time and arrival of the picture before
        self._moved_s = 0.0
        self._late_s = 0.0  # how much arrival has fallen behind since the first picture

    def t_s(self, stamp_s: float, arrived_s: float) -> float:
        """Return when a picture was taken, from any zero."""
        t_s = stamp_s + self._moved_s
        if self._before is not None:
            since_s = max(arrived_s - self._before[1], _LEAST_S)
            step_s = t_s - self._before[0]
            late_s = self._late_s + since_s - step_s
            if step_s <= 0 or not -AHEAD_S < late_s < BEHIND_S:
                self._moved_s += since_s - step_s
                t_s, late_s = self._before[0] + since_s, self._late_s
            self._late_s = late_s
        self._before = t_s, arrived_s
        return t_s
