"""A look at a scanner's screen beside how it was: another depth, other ticks, the picture elsewhere."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import numpy as np

from segmentation.geometry import Roi
from segmentation.results import Picture
from segmentation.ruler import Ruler, UnreadableRuler, find_ruler, upright_combs
from segmentation.ruler_strip import RulerStrip, Ticks, ruler_strip, ticks_beside
from segmentation.screen import find_pictures
from usbio.panel_reading import depth_span

_SAME_SPACING = 0.01
_SAME_COLUMNS_PX = 3
_COARSE_PX = 150  # height to which the screen is shrunk to see whether the picture went elsewhere
_MOVED = 0.05  # of the picture's width or height, beyond where it was


@dataclass(frozen=True, slots=True, eq=False)
class UsualScreen:
    """The screen as the scale was taken from it."""

    panels: tuple[Roi, ...]
    rulers: tuple[Ruler | None, ...]
    ticks: tuple[Ticks | None, ...]  # beside each picture, also where they could not be read
    strips: tuple[RulerStrip, ...]
    found: tuple[Roi, ...]  # the pictures, as they are found
    coarse: tuple[Roi, ...]  # the same on the shrunken screen
    depth_mm: float | None  # of the first picture that has a ruler


class PlaceLook:
    """Whether a picture is where it was, on a shrunken screen."""

    def __init__(self, usual: tuple[Roi, ...], picture: Picture) -> None:
        self._usual, self._picture = usual, picture
        self.elsewhere = False
        self.done = threading.Event()

    def take(self) -> None:
        """Look; whatever happens, it is done then."""
        try:
            self.elsewhere = went_elsewhere(self._usual, find_pictures(_coarse(self._picture)))
        finally:
            self.done.set()


class CloserLook:
    """What a whole look at a screen says, beside what was usual."""

    def __init__(self, usual: UsualScreen, picture: Picture) -> None:
        self._usual, self._picture = usual, picture
        self.changed = ""
        self.elsewhere: tuple[Roi, ...] = ()
        self.as_it_was = False
        self.adopted: UsualScreen | None = None  # the same ruler that looks otherwise now
        self.done = threading.Event()

    def take(self) -> None:
        """Look; whatever happens, it is done then."""
        try:
            self._take()
        finally:
            self.done.set()

    def _take(self) -> None:
        usual, picture = self._usual, self._picture
        found = find_pictures(picture)
        read = tuple(_ruler_now(picture, k, usual.panels, found) for k in range(len(usual.panels)))
        pairs = list(zip(usual.rulers, read, strict=True))
        self.changed = _other_depth(usual, picture, found, pairs) or _other_ticks(usual, picture)
        if self.changed:
            return
        if went_elsewhere(usual.found, found):
            self.elsewhere = found
            return
        self.as_it_was = all(now is not None for then, now in pairs if then is not None)
        if self.as_it_was:
            self.adopted = replace(usual, strips=_strips(picture, usual.panels, usual.ticks))


def usual_screen(
    picture: Picture, panels: tuple[Roi, ...], rulers: tuple[Ruler | None, ...] | None
) -> UsualScreen:
    """Return how a screen is now; rulers that are not given are read."""
    if rulers is None:
        rulers = tuple(_read(picture, panels, k) for k in range(len(panels)))
    ticks = tuple(
        ticks_beside(picture, ruler or UnreadableRuler(""), roi, _others(panels, k))
        for k, (roi, ruler) in enumerate(zip(panels, rulers, strict=True))
    )
    depths = (_depth_mm(picture, p, r) for p, r in zip(panels, rulers, strict=True) if r is not None)
    coarse = find_pictures(_coarse(picture))
    strips = _strips(picture, panels, ticks)
    return UsualScreen(panels, rulers, ticks, strips, find_pictures(picture), coarse, next(depths, None))


def _strips(
    picture: Picture, panels: tuple[Roi, ...], ticks: tuple[Ticks | None, ...]
) -> tuple[RulerStrip, ...]:
    return tuple(ruler_strip(picture, row, panels) for row in ticks if row is not None)


def _others(panels: tuple[Roi, ...], number: int) -> tuple[Roi, ...]:
    return (*panels[:number], *panels[number + 1 :])


def _read(picture: Picture, panels: tuple[Roi, ...], number: int) -> Ruler | None:
    ruler = find_ruler(picture, panels[number], _others(panels, number))
    return ruler if isinstance(ruler, Ruler) else None


def _ruler_now(
    picture: Picture, number: int, panels: tuple[Roi, ...], found: tuple[Roi, ...]
) -> Ruler | None:
    """The ruler beside a picture, or beside where the picture is now."""
    ruler = _read(picture, panels, number)
    if ruler is None and len(found) == len(panels) and found != panels:
        ruler = _read(picture, found, number)
    return ruler


def _depth_mm(picture: Picture, roi: Roi, ruler: Ruler) -> float:
    top, bottom = depth_span(picture, roi)
    return (bottom - top) * ruler.y_mm_per_px


def _other_depth(
    usual: UsualScreen,
    picture: Picture,
    found: tuple[Roi, ...],
    pairs: list[tuple[Ruler | None, Ruler | None]],
) -> str:
    for number, (then, now) in enumerate(pairs):
        if then is None or now is None or abs(now.y_mm_per_px / then.y_mm_per_px - 1) <= _SAME_SPACING:
            continue
        place = found[number] if len(found) == len(pairs) else usual.panels[number]
        was = usual.depth_mm if usual.depth_mm is not None else then.y_mm_per_px * place.height
        return f"the depth was changed on the scanner: {was:.0f} → {_depth_mm(picture, place, now):.0f} mm"
    return ""


def _other_ticks(usual: UsualScreen, picture: Picture) -> str:
    """Ticks of another spacing in the very columns where they were, whether or not they can be read."""
    for number, (panel, row) in enumerate(zip(usual.panels, usual.ticks, strict=True)):
        if row is None:
            continue
        here = [
            comb
            for comb in upright_combs(picture, panel, _others(usual.panels, number))
            if abs((comb.first_x + comb.last_x) / 2 - row.x_px) <= _SAME_COLUMNS_PX
        ]
        if here and not any(_multiple(comb.spacing_px / row.spacing_px) for comb in here):
            return "the ruler's ticks were changed on the scanner"
    return ""


def _multiple(times: float) -> bool:
    """True for the ticks that were read, or the long ones among them."""
    return times > 0.5 and abs(times / round(max(times, 1.0)) - 1) <= _SAME_SPACING


def _coarse(picture: Picture) -> Picture:
    step = max(1, min(picture.shape) // _COARSE_PX)
    return np.ascontiguousarray(picture[::step, ::step])


def went_elsewhere(then: tuple[Roi, ...], now: tuple[Roi, ...]) -> bool:
    """True where a picture reaches beyond where it was, or grew narrower on both sides alike.

    Smaller in another way is a picture of which a part is dark, as of a probe that lost contact.
    """
    if not then or not now or len(now) > len(then):
        return bool(then) and len(now) > len(then)
    old, new = _round(then), _round(now)
    wide, high = _MOVED * old.width, _MOVED * old.height
    left, right = new.x - old.x, old.x + old.width - new.x - new.width
    beyond = min(left, right) < -wide or new.y - old.y < -high
    beyond = beyond or new.y + new.height - old.y - old.height > high
    narrower = min(left, right) > wide and abs(left - right) < 0.4 * wide and abs(new.y - old.y) < 0.4 * high
    return beyond or narrower


def _round(places: tuple[Roi, ...]) -> Roi:
    x, y = min(r.x for r in places), min(r.y for r in places)
    right, bottom = max(r.x + r.width for r in places), max(r.y + r.height for r in places)
    return Roi(x, y, right - x, bottom - y)
