"""What on a scanner's screen differs from what the scanner paints: its background and its panels."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.geometry import Roi
from segmentation.results import Picture

Mask = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

_FLAT_GREY = 3  # a codec leaves at most this much in what the scanner drew in one grey
_LEAST_FLAT = 0.02  # of the frame: with less there is no screen round the picture
_CORNER, _CORNER_FLAT = 16, 0.6  # of the box: its corners; of a corner: flat outside a fan
_PANEL = 0.003  # of the frame: a surface in one grey as large as this is drawn by the scanner
_NEAR_PX = 12
_ECHO_GREY = 5  # away from the background
_STEADY_GREY = 7  # mean of 5 x 5 pixels


def screen_grey(picture: Picture) -> int | None:
    """Return the grey most of the screen is painted in.

    Parameters
    ----------
    picture : (H, W) uint8 array
        One frame of the screen.

    Returns
    -------
    int or None
        None where hardly any of the frame is flat: there is no screen round the picture.

    Examples
    --------
    >>> screen_grey(np.full((60, 80), 51, np.uint8))
    51
    """
    flat = picture[spread(picture, 7) <= _FLAT_GREY]
    if flat.size < _LEAST_FLAT * picture.size:
        return None
    return int(np.bincount(flat, minlength=256).argmax())


def grey_round(picture: Picture, roi: Roi) -> int | None:
    """Return the grey outside a fan, which may be another than the screen's.

    Parameters
    ----------
    picture : (H, W) uint8 array
        One frame of the screen.
    roi : Roi
        The box of the B-mode picture.

    Returns
    -------
    int or None
        The grey of the box's upper corners where both are flat, else that of the screen.

    Examples
    --------
    >>> screen = np.full((120, 120), 51, np.uint8)
    >>> screen[40:80, 40:80] = 0  # black round the fan, grey round the box
    >>> screen[60:80, 40:80] = np.random.default_rng(0).integers(100, 200, (20, 40))
    >>> screen_grey(screen), grey_round(screen, Roi(40, 40, 40, 40))
    (51, 0)
    """
    part = picture[roi.slices]
    flat = spread(part, 7) <= _FLAT_GREY
    rows, columns = max(1, roi.height // _CORNER), max(1, roi.width // _CORNER)
    corners = [(slice(0, rows), side) for side in (slice(0, columns), slice(-columns, None))]
    if min(float(flat[corner].mean()) for corner in corners) < _CORNER_FLAT:
        return screen_grey(picture)
    return int(np.median(np.concatenate([part[corner].ravel() for corner in corners])))


def echoes(picture: Picture, background: int | None) -> Bytes:
    """Return what is neither of the background's grey nor of the grey of a panel nearby.

    Parameters
    ----------
    picture : (H, W) uint8 array
        One frame of the screen.
    background : int or None
        Grey of the screen, from `screen_grey`.

    Returns
    -------
    (H, W) uint8 array
        1 where there may be an echo; 1 everywhere without a background.

    Examples
    --------
    >>> screen = np.full((60, 60), 51, np.uint8)
    >>> screen[20:40, 20:40] = np.random.default_rng(0).integers(100, 200, (20, 20))
    >>> int(echoes(screen, 51).sum()), int(echoes(screen, None).sum())
    (400, 3600)
    """
    if background is None:
        return np.ones(picture.shape, np.uint8)
    away = cv2.absdiff(picture, np.full_like(picture, background)) > _ECHO_GREY
    near, grey = _panels(picture)
    away &= ~near | (cv2.absdiff(picture, grey) > _ECHO_GREY)
    return np.asarray(cv2.morphologyEx(away.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)))


def steadily_away(picture: Picture, background: int | None) -> Bytes:
    """Return where the mean grey near by is not the background's: a codec's ripples do not change it.

    Parameters
    ----------
    picture : (H, W) uint8 array
        One frame of the screen.
    background : int or None
        Grey of the screen, from `screen_grey`.

    Returns
    -------
    (H, W) uint8 array
        1 where it differs; 1 everywhere without a background.

    Examples
    --------
    >>> screen = np.full((60, 60), 51, np.uint8)
    >>> screen[::2] += 2  # ripples
    >>> screen[20:40, 20:40] = 90
    >>> found = steadily_away(screen, 51)
    >>> int(found[30, 30]), int(found[5, 5])
    (1, 0)
    """
    if background is None:
        return np.ones(picture.shape, np.uint8)
    away = cv2.absdiff(picture, np.full_like(picture, background))
    return np.asarray(cv2.blur(away, (5, 5)) > _STEADY_GREY).astype(np.uint8)


def _panels(picture: Picture) -> tuple[Mask, Picture]:
    """Where a large surface in one grey is or is near, and its grey there."""
    flat = (spread(picture, 7) <= _FLAT_GREY).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(flat)
    area = stats[:, cv2.CC_STAT_AREA]
    greys = np.bincount(labels.ravel(), picture.ravel(), len(stats)) / np.maximum(area, 1)
    large = area >= _PANEL * picture.size
    large[0] = False
    grey = np.where(large, np.round(greys), 0).astype(np.uint8)[labels]
    window = np.ones((2 * _NEAR_PX + 1, 2 * _NEAR_PX + 1), np.uint8)
    return grown(large[labels], _NEAR_PX), np.asarray(cv2.dilate(grey, window), np.uint8)


def spread(picture: Picture, size: int) -> Bytes:
    """Return the brightest less the darkest grey near each pixel.

    Parameters
    ----------
    picture : (H, W) uint8 array
        One frame of the screen.
    size : int
        Side of the window in pixels.

    Returns
    -------
    (H, W) uint8 array
        0 on a surface in one grey.

    Examples
    --------
    >>> spread(np.array([[50, 50, 50, 80]], np.uint8), 3).tolist()
    [[0, 0, 30, 30]]
    """
    window = np.ones((size, size), np.uint8)
    return np.asarray(cv2.subtract(cv2.dilate(picture, window), cv2.erode(picture, window)), np.uint8)


def grown(mask: Mask, by_px: int) -> Mask:
    """Return a mask that reaches farther to every side.

    Parameters
    ----------
    mask : (H, W) bool array
        What to grow.
    by_px : int
        How far, in pixels.

    Returns
    -------
    (H, W) bool array
        The larger mask.

    Examples
    --------
    >>> int(grown(np.eye(5, dtype=bool) & (np.arange(5) == 2), 1).sum())
    9
    """
    window = np.ones((2 * by_px + 1, 2 * by_px + 1), np.uint8)
    return np.asarray(cv2.dilate(mask.astype(np.uint8), window) > 0)
