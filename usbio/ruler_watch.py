"""Watching the screen while it is measured: numbers stop where the scanner's depth or layout was changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from math import inf

from segmentation.geometry import Roi
from segmentation.results import Picture
from segmentation.ruler import Ruler
from segmentation.ruler_strip import strip_unchanged
from usbio.frames import Frame
from usbio.screen_look import CloserLook, PlaceLook, usual_screen, went_elsewhere

EVERY_S = 0.5
AGAIN_S = 4.0  # a closer look that found nothing is not repeated sooner
_IN_A_ROW = 2  # odd looks before the closer one: a menu that passes says nothing

STOPPED = "numbers stopped until the scale is confirmed"
Aside = Callable[[Callable[[], None]], object]
"""Does what takes long somewhere else than on the thread that measures."""


def on_a_thread(work: Callable[[], None]) -> None:
    """Do it beside, on a thread that nobody waits for."""
    threading.Thread(target=work, name="look at the ruler", daemon=True).start()


class RulerWatch:
    """Looks at every frame's screen and says why its numbers cannot be stood by, or nothing.

    `look` belongs to one thread and costs two milliseconds twice a second, at other times nothing. Where the
    picture is, and a closer look at what is odd, which takes a tenth of a second, are seen to ``aside``, and
    what they say comes with a later frame. `confirm` may be called from any thread.
    """

    def __init__(
        self,
        picture: Picture,
        panels: tuple[Roi, ...],
        rulers: tuple[Ruler | None, ...] | None = None,
        aside: Aside = on_a_thread,
    ) -> None:
        self._panels = panels
        self._aside = aside
        self._confirmed = threading.Event()
        self._next_s: float = -inf
        self._closer_s: float = -inf
        self._begin(picture, rulers)

    @property
    def rulers(self) -> tuple[Ruler | None, ...]:
        """What is watched beside each picture."""
        return self._usual.rulers

    def look(self, frame: Frame) -> str:
        """Return why numbers stop; empty while all is as it was."""
        if self._confirmed.is_set():
            self._confirmed.clear()
            self._begin(frame.image, None)
        if frame.image.shape != self._shape:
            return _other_size(self._shape, frame.image.shape)
        self._hear_place()
        self._hear_closer()
        if frame.arrived_s >= self._next_s:
            self._next_s = frame.arrived_s + EVERY_S
            self._glance(frame)
        return self._words

    def confirm(self) -> None:
        """Stand by the scale: the screen as it is from now on is the usual one."""
        self._confirmed.set()

    def _begin(self, picture: Picture, rulers: tuple[Ruler | None, ...] | None) -> None:
        self._shape = picture.shape
        fitting = tuple(roi for roi in self._panels if roi.fits(picture.shape))
        self._usual = usual_screen(picture, fitting, rulers)
        self._words = ""
        self._odd_ticks = self._odd_place = 0
        self._next_s = self._closer_s = -inf
        self._place: PlaceLook | None = None
        self._closer: CloserLook | None = None
        self._elsewhere: tuple[Roi, ...] = ()

    def _glance(self, frame: Frame) -> None:
        same = all(strip_unchanged(strip, frame.image) for strip in self._usual.strips)
        self._odd_ticks = 0 if same else self._odd_ticks + 1
        if self._place is None:
            self._place = PlaceLook(self._usual.coarse, frame.image)
            self._aside(self._place.take)
        odd = max(self._odd_ticks, self._odd_place) >= _IN_A_ROW
        if (odd or self._words) and self._closer is None and frame.arrived_s >= self._closer_s:
            self._closer_s = frame.arrived_s + AGAIN_S
            self._closer = CloserLook(self._usual, frame.image)
            self._aside(self._closer.take)

    def _hear_place(self) -> None:
        if self._place is not None and self._place.done.is_set():
            self._odd_place = self._odd_place + 1 if self._place.elsewhere else 0
            self._place = None

    def _hear_closer(self) -> None:
        """Take the words of a closer look that is done."""
        if self._closer is None or not self._closer.done.is_set():
            return
        seen, self._closer = self._closer, None
        if seen.changed:
            self._words = f"{seen.changed}; {STOPPED}"
        elif seen.elsewhere:
            self._hear_elsewhere(seen.elsewhere)
        elif self._words and seen.as_it_was:
            self._words = f"the scanner is set as before; {STOPPED}"
        elif seen.adopted is not None and not self._words:
            self._usual, self._odd_ticks = seen.adopted, 0

    def _hear_elsewhere(self, found: tuple[Roi, ...]) -> None:
        """A picture that went elsewhere is seen there twice; what a menu or a lifted probe leaves is not."""
        if went_elsewhere(self._elsewhere, found) or went_elsewhere(found, self._elsewhere):
            self._elsewhere = ()
        if self._elsewhere:
            self._words = f"the picture's place on the screen was changed; {STOPPED}"
        else:
            self._elsewhere, self._closer_s = found, -inf


def _other_size(first: tuple[int, ...], now: tuple[int, ...]) -> str:
    was, came = (f"{shape[1]} x {shape[0]}" for shape in (first, now))
    return f"the picture came as {came} and not as {was}; {STOPPED}"
