"""A device's time stamps, made to go on where its clock jumps back."""

from __future__ import annotations

import logging
from dataclasses import replace
from math import isnan

from usbio.frames import Frame

_log = logging.getLogger(__name__)
_LEAST_S = 1e-3


class SteadyTime:
    """Let time never go back within a run; belongs to the capture thread.

    Values, traces and recordings are told by time. Where a stamp is no newer than that of the picture before,
    it and all that follow are moved on, so that these two pictures lie as far apart as they arrived.
    """

    def __init__(self) -> None:
        self._index = -1
        self._t_s = self._arrived_s = 0.0
        self._moved_s = 0.0

    def passed(self, frame: Frame) -> Frame:
        """Return the frame with its time as it goes on; one without a time as it is."""
        if isnan(frame.t_s):
            return frame
        if frame.index <= self._index or self._index < 0:  # the source begins, perhaps again
            self._moved_s = 0.0
        elif frame.t_s + self._moved_s <= self._t_s:
            since_s = max(frame.arrived_s - self._arrived_s, _LEAST_S)
            self._moved_s = self._t_s + since_s - frame.t_s
            _log.warning("the clock of the source jumped back at frame %d", frame.index)
        t_s = frame.t_s + self._moved_s
        self._index, self._t_s, self._arrived_s = frame.index, t_s, frame.arrived_s
        return replace(frame, t_s=t_s) if self._moved_s else frame
