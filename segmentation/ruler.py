"""The depth ruler on a scanner's screen: how many mm a pixel is, or why that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmentation.combs import Comb, find_combs
from segmentation.geometry import Roi
from segmentation.results import FloatArray, Picture
from segmentation.ruler_labels import DepthText, depth_texts, label_reach, read_labels
from segmentation.ruler_scale import NO_NUMBER, Scale, scale_from_depth, scale_from_labels

_MARGIN_SHARE = 0.06  # of the picture's width: ticks are looked for as far inside its edge
_SPAN_SHARE = 0.45  # of the picture's height that a ruler has at least
_BESIDE_SHARE = 0.04  # of the screen: how far the row of ticks above or below stands from the picture
_AGREE = 0.015
_RULERS_AGREE = 0.03
_ROW_SHARE = 0.6  # of the picture's width that a row of ticks has to be believed against square pixels
_UNEQUAL = 0.15  # pixels less square than this are rather a misread row of ticks


@dataclass(frozen=True, slots=True, eq=False)
class Ruler:
    """A ruler that was read."""

    y_mm_per_px: float
    x_mm_per_px: float
    tick_mm: float  # between neighbouring ticks
    x_px: float  # where across the screen its ticks stand
    ticks_px: FloatArray  # (N,) y of the ticks
    read: str  # what the scale rests on
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnreadableRuler:
    """No scale, and why."""

    reason: str


def find_ruler(picture: Picture, roi: Roi, others: tuple[Roi, ...] = ()) -> Ruler | UnreadableRuler:
    """Read the depth ruler beside a B-mode picture.

    The unit comes from the digits at the ticks, or from the depth written on the screen where it gives the
    ticks a round distance. Ticks of 5 and of 10 mm look alike, so without either there is no scale.

    Parameters
    ----------
    picture : (H, W) uint8 array
        The screen.
    roi : Roi
        The B-mode picture in it.
    others : tuple of Roi
        Further B-mode pictures on the screen: what stands beyond them is theirs.

    Returns
    -------
    Ruler or UnreadableRuler
        Spacing in mm per pixel, that of x from a row of ticks where there is one, else by square pixels; or
        the reason why nothing sure can be said.

    Raises
    ------
    ValueError
        If the box does not lie in the picture.

    Examples
    --------
    >>> import cv2
    >>> import numpy as np
    >>> screen = np.zeros((440, 400), np.uint8)
    >>> screen[20:420, 20:320] = np.random.default_rng(1).integers(20, 200, (400, 300))
    >>> for k in range(5):
    ...     screen[20 + 90 * k, 330:345] = 255
    ...     at = (352, 26 + 90 * k)
    ...     _ = cv2.putText(screen, str(k), at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, 255, 1, cv2.LINE_AA)
    >>> ruler = find_ruler(screen, Roi(20, 20, 300, 400))
    >>> round(ruler.y_mm_per_px, 4), ruler.tick_mm
    (0.1111, 10.0)
    """
    if not roi.fits(picture.shape):
        raise ValueError(f"{roi} does not lie in a picture of shape {picture.shape}")
    combs = upright_combs(picture, roi, others)
    if not combs:
        return UnreadableRuler("no ruler was found beside the picture")
    texts = depth_texts(picture, (roi, *others))
    scales = [_scale(picture, roi, comb, combs, texts) for comb in _finest(combs)]
    readable = [scale for scale in scales if isinstance(scale, Scale)]
    if not readable:
        return UnreadableRuler(next(str(scale) for scale in scales))
    best = max(readable, key=lambda scale: scale.labels)
    if any(abs(scale.mm_per_px / best.mm_per_px - 1) > _RULERS_AGREE for scale in readable):
        return UnreadableRuler("there are rulers that do not agree with each other")
    return _with_width(picture, roi, best)


def ruler_changed(picture: Picture, ruler: Ruler, roi: Roi) -> bool:
    """Say whether a later picture shows other ticks than those that were read: the depth was changed.

    Parameters
    ----------
    picture : (H, W) uint8 array
        A later frame of the same screen.
    ruler : Ruler
        As read before.
    roi : Roi
        The B-mode picture.

    Returns
    -------
    bool
        True where a ruler stands at the same place with another spacing, or none is there any more.

    Examples
    --------
    >>> screen, deeper = np.zeros((2, 440, 400), np.uint8)
    >>> screen[20:420:40, 330:345] = deeper[20:420:32, 330:345] = 255
    >>> ruler = Ruler(0.125, 0.125, 5.0, 337.0, np.arange(20.0, 420.0, 40.0), "by hand")
    >>> [ruler_changed(picture, ruler, Roi(20, 20, 300, 400)) for picture in (screen, deeper)]
    [False, True]
    """
    near = range(max(0, int(ruler.x_px) - 12), min(picture.shape[1], int(ruler.x_px) + 13))
    combs = find_combs(picture, near, _rows(roi), _SPAN_SHARE * roi.height)
    spacing = ruler.tick_mm / ruler.y_mm_per_px
    return not any(abs(comb.spacing_px / spacing - 1) < 0.01 for comb in combs)


def _rows(roi: Roi) -> tuple[int, int]:
    spare = roi.height // 10
    return roi.y - spare, roi.y + roi.height + spare


def upright_combs(picture: Picture, roi: Roi, others: tuple[Roi, ...] = ()) -> tuple[Comb, ...]:
    """Return the rows of ticks that stand beside a picture.

    Parameters
    ----------
    picture : (H, W) uint8 array
        One frame of the screen.
    roi : Roi
        The B-mode picture.
    others : tuple of Roi
        Further B-mode pictures of the screen: what stands beyond them is theirs.

    Returns
    -------
    tuple of Comb
        The longest first.

    Examples
    --------
    >>> screen = np.zeros((440, 400), np.uint8)
    >>> screen[20:420:40, 330:345] = 255
    >>> [comb.spacing_px for comb in upright_combs(screen, Roi(20, 20, 300, 400))]
    [40.0]
    """
    low = max((o.x + o.width for o in others if o.x < roi.x), default=0)
    high = min((o.x for o in others if o.x > roi.x), default=picture.shape[1])
    margin = round(_MARGIN_SHARE * roi.width)
    columns = [x for x in range(low, high) if not roi.x + margin <= x < roi.x + roi.width - margin]
    return find_combs(picture, columns, _rows(roi), _SPAN_SHARE * roi.height)


def _finest(combs: tuple[Comb, ...]) -> list[Comb]:
    """Combs that are not the long ticks of another one beside them."""
    return [comb for comb in combs if not any(_long_ticks_of(comb, other) for other in combs)]


def _long_ticks_of(coarse: Comb, fine: Comb) -> bool:
    times = coarse.spacing_px / fine.spacing_px
    apart = max(coarse.first_x, fine.first_x) - min(coarse.last_x, fine.last_x)
    if round(times) < 2 or abs(times - round(times)) > 0.03 * times or apart > 30:
        return False
    steps = (coarse.start_px - fine.start_px) / fine.spacing_px
    return abs(steps - round(steps)) < 0.15


def _scale(
    picture: Picture, roi: Roi, comb: Comb, combs: tuple[Comb, ...], texts: tuple[DepthText, ...]
) -> Scale | str:
    tried = [scale_from_labels(labels, comb, roi, texts) for labels in read_labels(picture, comb, roi)]
    scales = [scale for scale in tried if isinstance(scale, Scale)]
    if scales:
        return max(scales, key=lambda scale: scale.labels)
    reasons = sorted((reason for reason in tried if isinstance(reason, str)), key=_weight)
    reason = reasons[-1] if reasons else NO_NUMBER
    if reason.startswith("!"):
        return reason[1:]
    long = [c.spacing_px / comb.spacing_px for c in combs if _long_ticks_of(c, comb)]
    written = scale_from_depth(texts, comb, roi, [round(times) for times in long], label_reach(picture))
    return written if written is not None else reason


def _weight(reason: str) -> int:
    """A contradiction says more than numbers that are unsure, and these more than none."""
    return 2 if reason.startswith("!") else int(reason != NO_NUMBER)


def _with_width(picture: Picture, roi: Roi, scale: Scale) -> Ruler:
    x_mm_per_px, note = _across(picture, roi, scale)
    return Ruler(
        y_mm_per_px=scale.mm_per_px,
        x_mm_per_px=x_mm_per_px,
        tick_mm=scale.tick_mm,
        x_px=(scale.comb.first_x + scale.comb.last_x) / 2,
        ticks_px=scale.comb.ticks_px,
        read=scale.read,
        notes=(note,),
    )


def _across(picture: Picture, roi: Roi, scale: Scale) -> tuple[float, str]:
    """Spacing of x from the row of ticks nearest to square pixels, and what to say of it."""
    square = scale.mm_per_px
    reach = max(12, round(_BESIDE_SHARE * picture.shape[0]))
    rows = [*range(roi.y - reach, roi.y + 8), *range(roi.y + roi.height - 8, roi.y + roi.height + reach)]
    turned = np.ascontiguousarray(picture.T)
    inside = [row for row in rows if 0 <= row < picture.shape[0]]
    spare = roi.width // 4
    combs = find_combs(turned, inside, (roi.x - spare, roi.x + roi.width + spare), 0.5 * roi.width)
    found = [
        _nearest_to(square, scale.tick_mm / comb.spacing_px) for comb in combs if _may_differ(comb, roi)
    ] or [_nearest_to(square, scale.tick_mm / comb.spacing_px) for comb in combs if comb.count >= 4]
    best = min(found, key=lambda x: abs(x / square - 1), default=None)
    unequal = 0.0 if best is None else abs(best / square - 1)
    if best is not None and unequal <= _AGREE:
        return best, "the ruler across agrees with the depth ruler"
    if best is not None and unequal <= _UNEQUAL and any(_may_differ(comb, roi) for comb in combs):
        return best, f"pixels are not square: the ruler across gives {best:.5f} mm per pixel"
    return square, "no ruler across was read: pixels are taken as square"


def _may_differ(comb: Comb, roi: Roi) -> bool:
    """True for a long row of ticks outside the picture: in speckle along its edge chance draws some."""
    outside = comb.last_x < roi.y or comb.first_x >= roi.y + roi.height
    return outside and comb.count >= 5 and comb.end_px - comb.start_px >= _ROW_SHARE * roi.width


def _nearest_to(square: float, mm_per_px: float) -> float:
    """The ticks across may be the long or the short ones of the depth ruler."""
    times = (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 10.0)
    return min((mm_per_px * t for t in times), key=lambda x: abs(x / square - 1))
