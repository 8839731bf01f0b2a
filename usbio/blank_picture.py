"""A picture without anything in it: a cable comes out, and most grabbers go on with black or blue."""

from __future__ import annotations

from math import nan

import cv2

from usbio.frames import Frame

BLACK = "the picture is black; check the scanner, its video output and the cable"
PLAIN = "the picture is of one colour all over; check the scanner, its video output and the cable"
_AFTER_S = 1.0  # a scanner that changes its mode is black for a moment
_NOISE = 24  # grey levels: what an analogue grabber adds, from the darkest to the brightest of two million
_DARK = 40  # grey; the darkest writing on a scanner's screen is brighter


class BlankWatch:
    """Say what a device's picture lacks; belongs to the thread that reads it."""

    def __init__(self) -> None:
        self._since_s = nan

    def words(self, frame: Frame) -> str:
        """Return words while there was nothing in the picture for a second."""
        darkest, brightest, *_ = cv2.minMaxLoc(frame.image)  # 0.2 ms at 1920x1080
        if brightest - darkest > _NOISE:
            self._since_s = nan
            return ""
        if not self._since_s <= frame.arrived_s:
            self._since_s = frame.arrived_s
        if frame.arrived_s - self._since_s < _AFTER_S:
            return ""
        return BLACK if brightest < _DARK else PLAIN
