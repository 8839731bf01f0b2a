"""Where the B-mode picture stands on a scanner's screen, and which of its pixels can hold echoes."""

from __future__ import annotations

import cv2
import numpy as np

from segmentation.echoes import Bytes, echoes, grey_round, grown, screen_grey, spread, steadily_away
from segmentation.geometry import Roi
from segmentation.results import FloatArray, Picture
from segmentation.sector import Mask, sector_mask

_TEXTURE_GREY = 5
_PART = 0.04  # of the largest textured part: smaller ones are letters and icons
_PIECE = 0.01  # of the largest piece of echoes; smaller ones are letters in the textured part
_SECOND = 0.25  # of the largest part: what stands beside it and is smaller is no second picture
_OVER = 0.6  # of a part's width or height lies within that of the largest
_REACH_PX = 15  # echoes go on beyond where their texture is dense
_FRINGE = 0.1  # of the picture: so much at a side may be letters that touch it
_STEP_PX = 4
_STEP_RISE = 0.4  # of a line's length within that step; the end of a fan widens more slowly
_WIDTHS_ALIKE = 0.7  # of two pictures side by side


def find_picture(picture: Picture) -> Roi | None:
    """Find the B-mode picture on a scanner's screen.

    Speckle is told from what the scanner draws by its dense texture: panels are flat, letters thin.

    Parameters
    ----------
    picture : (H, W) uint8 array
        One frame of the screen.

    Returns
    -------
    Roi or None
        The smallest rectangle round the rectangular, trapezoid or fan-shaped picture; of several side by
        side the rectangle round all of them (`find_pictures` parts them). The whole frame where there is no
        screen round it. None where nothing on the frame looks like an ultrasound picture.

    Raises
    ------
    TypeError
        If the frame is not a (H, W) uint8 array.

    Examples
    --------
    >>> import numpy as np
    >>> screen = np.zeros((300, 400), np.uint8)
    >>> screen[60:260, 80:320] = np.random.default_rng(0).integers(20, 200, (200, 240))
    >>> find_picture(screen)
    Roi(x=80, y=60, width=240, height=200)
    """
    parts = _parts(picture)
    return None if parts is None else _box(parts)


def find_pictures(picture: Picture) -> tuple[Roi, ...]:
    """Find every B-mode picture on a screen: two where the layout is dual.

    Parameters
    ----------
    picture : (H, W) uint8 array
        One frame of the screen.

    Returns
    -------
    tuple of Roi
        From left to right; empty where none is found. Two where columns without echoes part the middle and
        both sides are about as wide.

    Raises
    ------
    TypeError
        If the frame is not a (H, W) uint8 array.

    Examples
    --------
    >>> import numpy as np
    >>> screen = np.zeros((300, 400), np.uint8)
    >>> screen[60:260, 20:380] = np.random.default_rng(0).integers(20, 200, (200, 360))
    >>> screen[:, 195:205] = 0
    >>> [roi.x for roi in find_pictures(screen)]
    [20, 205]
    """
    parts = _parts(picture)
    if parts is None:
        return ()
    whole = _box(parts)
    filled = np.asarray(parts[whole.slices].any(axis=0))
    first, last = round(0.4 * whole.width), round(0.6 * whole.width)
    empty = whole.x + first + np.flatnonzero(~filled[first:last])
    if not len(empty):
        return (whole,)
    left, right = parts.copy(), parts.copy()
    left[:, int(empty[0]) :] = False
    right[:, : int(empty[-1]) + 1] = False
    boxes = _box(left), _box(right)
    widths = sorted(box.width for box in boxes)
    return boxes if widths[0] >= _WIDTHS_ALIKE * widths[1] else (whole,)


def picture_mask(picture: Picture, roi: Roi) -> Mask:
    """Tell where in a B-mode picture echoes can be.

    Parameters
    ----------
    picture : (H, W) uint8 array
        One frame of the screen.
    roi : Roi
        The B-mode picture on it.

    Returns
    -------
    (roi.height, roi.width) bool array
        True inside the rectangle, trapezoid or fan. Anechoic and shadowed regions inside are True; what lies
        outside the sides, beyond the far arc or above the concave face of a curved array is False.

    Raises
    ------
    TypeError
        If the frame is not a (H, W) uint8 array.
    ValueError
        If the region does not lie in the picture.

    Examples
    --------
    >>> import numpy as np
    >>> speckle = np.random.default_rng(0).integers(20, 200, (100, 120)).astype(np.uint8)
    >>> bool(picture_mask(speckle, Roi(0, 0, 120, 100)).all())
    True
    """
    _check(picture)
    if not roi.fits(picture.shape):
        raise ValueError(f"{roi} does not lie in a picture of shape {picture.shape}")
    background = grey_round(picture, roi)
    inside = echoes(picture, background) & steadily_away(picture, background)
    part = np.ascontiguousarray(inside[roi.slices])
    closed = cv2.morphologyEx(part, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    return sector_mask(_largest_parts(np.asarray(closed, np.uint8), _PART))


def _check(picture: Picture) -> None:
    if picture.dtype != np.uint8 or picture.ndim != 2:
        raise TypeError(f"expected a (H, W) uint8 picture, came {picture.dtype} {picture.shape}")


def _parts(picture: Picture) -> Mask | None:
    """Where the echoes of the B-mode pictures are, sharp at their outer edges."""
    _check(picture)
    background = screen_grey(picture)
    if background is None:
        return np.ones(picture.shape, np.bool_)
    core = _textured(picture)
    if not core.any():
        return None
    seen = echoes(picture, background)
    reach = grown(core | _broad(picture, seen), _REACH_PX).astype(np.uint8)
    solid = cv2.morphologyEx(seen & reach, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(solid)
    deep = np.unique(labels[~grown(~core, _across(picture) // 2)])  # letters beside reach less deep
    area = np.where(np.isin(np.arange(len(stats)), deep[deep > 0]), stats[:, cv2.CC_STAT_AREA], 0)
    return np.asarray((area >= _PIECE * area.max())[labels]) if area.any() else None


def _across(picture: Picture) -> int:
    """Width in pixels of the window in which texture is dense: wider than letters, narrower than pictures."""
    return int(max(15, round(0.035 * min(picture.shape)))) | 1


def _broad(picture: Picture, seen: Bytes) -> Mask:
    """Echoes without texture, as of a faint lower part; a line is too thin to count."""
    window = np.ones((round(1.6 * _across(picture)), round(1.6 * _across(picture))), np.uint8)
    return np.asarray(cv2.morphologyEx(seen, cv2.MORPH_OPEN, window) > 0)


def _textured(picture: Picture) -> Mask:
    """The large regions dense with texture: letters and bars are too narrow to stay."""
    across = _across(picture)
    rough = (spread(picture, 5) > _TEXTURE_GREY).astype(np.float32)
    dense = (cv2.boxFilter(rough, -1, (across, across)) > 0.6).astype(np.uint8)
    window = np.ones((round(1.6 * across), round(1.6 * across)), np.uint8)
    opened = cv2.morphologyEx(dense, cv2.MORPH_OPEN, window)
    return _together(np.asarray(opened, np.uint8))


def _together(mask: Bytes) -> Mask:
    """The largest part, what stands above or below it, and a part beside it that is not much smaller."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    stats[0, cv2.CC_STAT_AREA] = 0
    x, y, width, height, area = stats.T
    big = int(area.argmax())
    over = np.minimum(x + width, x[big] + width[big]) - np.maximum(x, x[big])
    beside = np.minimum(y + height, y[big] + height[big]) - np.maximum(y, y[big])
    kept = (area >= _PART * area[big]) & (over >= _OVER * width)
    kept |= (area >= _SECOND * area[big]) & (beside >= _OVER * height)
    kept[0] = False
    return np.asarray(kept[labels])


def _largest_parts(mask: Bytes, least: float) -> Mask:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    area = stats[:, cv2.CC_STAT_AREA].copy()
    area[0] = 0
    return np.asarray((area >= max(1, least * area.max()))[labels])


def _box(mask: Mask) -> Roi:
    x, width = _extent(np.asarray(mask.any(axis=0)))
    y, height = _extent(np.asarray(mask.any(axis=1)))
    part = mask[y : y + height, x : x + width]
    rows, columns = part.mean(axis=1), part.mean(axis=0)
    top, bottom, left, right = (_step(fill) for fill in (rows, rows[::-1], columns, columns[::-1]))
    return Roi(x + left, y + top, width - left - right, height - top - bottom)


def _extent(filled: Mask) -> tuple[int, int]:
    where = np.flatnonzero(filled)
    return int(where[0]), int(where[-1]) - int(where[0]) + 1


def _step(fill: FloatArray) -> int:
    """Lines before the step in which a straight side begins; letters that touch it fill little of a line."""
    near = fill[: max(8, round(_FRINGE * len(fill)))]
    rise = near[_STEP_PX:] - near[:-_STEP_PX]
    steep = np.flatnonzero((rise > _STEP_RISE) & (near[:-_STEP_PX] < _STEP_RISE))
    if not len(steep):
        return 0
    first = int(steep[-1])
    return first + int(np.argmax(near[first : first + _STEP_PX + 1] > near[first] + rise[first] / 2))
