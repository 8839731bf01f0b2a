"""What goes wrong, drawn on a finished picture: shadow, fading, a menu, air, another depth.

A scanner shows decibels as grey, so a loss of so many decibels takes the same grey from everything, down to
the noise. What the disturbances of a phantom clip do to the sound itself
(`segmentation.phantom.disturbance`) is drawn with the clip; these can be laid over any picture, also a
recorded one.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.geometry import Roi
from segmentation.results import FloatArray, Picture

SHADOW_FLANK_SHARE = 0.25  # of its half width: contact is not lost at one beam
RINGING_POWER = 4.0
MENU_GREY, MENU_TEXT_GREY, MENU_ROW_PX = 58, 205, 22


def shadowed(
    picture: Picture, roi: Roi, middle_px: float, width_px: float, loss_grey: float, from_px: float = 0.0
) -> Picture:
    """Return a picture with a shadow straight down: of gas, a rib, or a place without contact.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    roi : Roi
        The B-mode picture.
    middle_px, width_px : float
        Column of its middle in the frame, and its width.
    loss_grey : float
        What is taken from every grey in its core.
    from_px : float
        Depth below the top of the roi from which on it lies.

    Returns
    -------
    (H, W) uint8 array

    Examples
    --------
    >>> dark = shadowed(np.full((40, 100), 90, np.uint8), Roi(0, 0, 100, 40), 50, 20, 60, from_px=10)
    >>> int(dark[30, 50]), int(dark[5, 50]), int(dark[30, 20])
    (30, 90, 90)
    """
    away = np.abs(np.arange(roi.x, roi.x + roi.width) - middle_px)
    flank = max(SHADOW_FLANK_SHARE * width_px / 2, 1.0)
    across = np.clip((width_px / 2 + flank / 2 - away) / flank, 0.0, 1.0)
    down = np.clip((np.arange(roi.height) - from_px) / 6.0 + 0.5, 0.0, 1.0)
    return _less(picture, roi, loss_grey * down[:, None] * across[None, :])


def faded(
    picture: Picture, roi: Roi, loss_grey: float, noise_grey: float, rng: np.random.Generator
) -> Picture:
    """Return a picture that is darker as a whole, down to the noise: too little gel, or gain turned down.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    roi : Roi
        The B-mode picture.
    loss_grey : float
        What is taken from every grey.
    noise_grey : float
        Most likely grey of the noise that nothing falls below.
    rng : Generator
        Draws the noise.

    Returns
    -------
    (H, W) uint8 array

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> dark = faded(np.full((40, 40), 90, np.uint8), Roi(0, 0, 40, 40), 50.0, 0.0, rng)
    >>> int(dark.max())
    40
    """
    noise = noise_grey * rng.rayleigh(1.0, (roi.height, roi.width))
    return _louder(picture, _less(picture, roi, np.full((1, 1), loss_grey)), roi, noise)


def blurred_across(picture: Picture, roi: Roi, sigma_px: float) -> Picture:
    """Return a picture whose detail is lost, as out of the plane or out of focus.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    roi : Roi
        The B-mode picture.
    sigma_px : float
        Of the blur.

    Returns
    -------
    (H, W) uint8 array

    Examples
    --------
    >>> line = np.zeros((40, 40), np.uint8)
    >>> line[20] = 200
    >>> bool(blurred_across(line, Roi(0, 0, 40, 40), 2.0)[20, 20] < 50)
    True
    """
    out = picture.copy()
    out[roi.slices] = cv2.GaussianBlur(picture[roi.slices], (0, 0), sigma_px)
    return out


def covered(picture: Picture, box: Roi) -> Picture:
    """Return a picture with a scanner's menu over a part of it: a flat panel with rows of writing.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    box : Roi
        Where the menu is.

    Returns
    -------
    (H, W) uint8 array

    Examples
    --------
    >>> menu = covered(np.zeros((100, 100), np.uint8), Roi(20, 20, 50, 60))
    >>> int(np.median(menu[20:80, 20:70])), int(menu[10, 10])
    (58, 0)
    """
    out = picture.copy()
    out[box.slices] = MENU_GREY
    cv2.rectangle(out, (box.x, box.y), (box.x + box.width - 1, box.y + box.height - 1), 120, 1)
    for number, top in enumerate(range(box.y + MENU_ROW_PX, box.y + box.height - 4, MENU_ROW_PX)):
        words = ("Preset", "Depth", "Gain", "Focus", "Freeze", "Report")[number % 6]
        cv2.putText(
            out, words, (box.x + 8, top), cv2.FONT_HERSHEY_SIMPLEX, 0.5, MENU_TEXT_GREY, 1, cv2.LINE_AA
        )
    outside = np.ones(out.shape, bool)
    outside[box.slices] = False
    return np.where(outside, picture, out)


def in_air(
    picture: Picture,
    roi: Roi,
    from_face_mm: FloatArray,
    inside: npt.NDArray[np.bool_],
    ringing: tuple[float, float, float],
    rng: np.random.Generator,
) -> Picture:
    """Return what a probe that was lifted shows: its own ringing, and noise that grows with depth.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame; the screen round the roi stays.
    roi : Roi
        The B-mode picture.
    from_face_mm : (roi.height, roi.width) array
        How far each place is from the probe's face.
    inside : (roi.height, roi.width) bool array
        Where echoes can be.
    ringing : (float, float, float)
        Loudness of its lines in grey, their distance in mm, and over how many mm they die away.
    rng : Generator
        Draws the noise.

    Returns
    -------
    (H, W) uint8 array

    Examples
    --------
    >>> depth_mm = np.repeat(np.linspace(0.0, 20.0, 50)[:, None], 40, axis=1)
    >>> yes, screen = np.ones((50, 40), bool), np.full((50, 40), 90, np.uint8)
    >>> air = in_air(screen, Roi(0, 0, 40, 50), depth_mm, yes, (200.0, 4.0, 8.0), np.random.default_rng(0))
    >>> bool(air[0].mean() > 150), bool(air[25].mean() < 120)
    (True, True)
    """
    loudness_grey, distance_mm, dies_over_mm = ringing
    lines = np.cos(np.pi * from_face_mm / distance_mm) ** RINGING_POWER * np.exp(-from_face_mm / dies_over_mm)
    noise = (4.0 + 0.15 * from_face_mm) * rng.rayleigh(1.0, inside.shape)
    grey = np.where(inside, np.clip(loudness_grey * lines + noise, 0.0, 255.0), 0.0)
    out = picture.copy()
    out[roi.slices] = grey.astype(np.uint8)
    return out


def shifted(picture: Picture, roi: Roi, right_px: float, down_px: float) -> Picture:
    """Return a picture whose tissue moved: the probe was pushed along or pressed.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    roi : Roi
        The B-mode picture; what comes in from outside is its mirror image.
    right_px, down_px : float
        How far.

    Returns
    -------
    (H, W) uint8 array

    Examples
    --------
    >>> dot = np.zeros((40, 40), np.uint8)
    >>> dot[20, 20] = 200
    >>> np.argwhere(shifted(dot, Roi(0, 0, 40, 40), 5.0, -3.0) == 200).tolist()
    [[17, 25]]
    """
    return _warped(picture, roi, np.array([[1.0, 0.0, right_px], [0.0, 1.0, down_px]]))


def at_other_depth(picture: Picture, roi: Roi, factor: float) -> Picture:
    """Return the screen after the depth was changed: tissue, and a ruler beside it, drawn larger or smaller.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    roi : Roi
        The B-mode picture. What stands left and right of it is stretched in depth alone.
    factor : float
        Above 1: shallower, everything is larger.

    Returns
    -------
    (H, W) uint8 array

    Examples
    --------
    >>> line = np.zeros((80, 40), np.uint8)
    >>> line[30:33] = 200
    >>> int(at_other_depth(line, Roi(0, 0, 40, 80), 1.5).argmax(axis=0)[20])  # 30 rows deep, now 45
    45
    """
    tall = Roi(0, roi.y, picture.shape[1], roi.height)
    out = _warped(picture, tall, np.array([[1.0, 0.0, 0.0], [0.0, factor, 0.0]]))
    middle = roi.width / 2
    wider = np.array([[factor, 0.0, middle * (1.0 - factor)], [0.0, factor, 0.0]])
    out[roi.slices] = _warped(picture, roi, wider)[roi.slices]
    return out


def _warped(picture: Picture, roi: Roi, forward: FloatArray) -> Picture:
    out = picture.copy()
    out[roi.slices] = cv2.warpAffine(
        np.ascontiguousarray(picture[roi.slices]),
        forward,
        (roi.width, roi.height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    return out


def _less(picture: Picture, roi: Roi, loss_grey: FloatArray) -> Picture:
    out = picture.copy()
    out[roi.slices] = np.clip(picture[roi.slices] - loss_grey, 0.0, 255.0).astype(np.uint8)
    return out


def _louder(first: Picture, picture: Picture, roi: Roi, noise: FloatArray) -> Picture:
    """Lay noise over a picture, where the first one had anything at all."""
    out = picture.copy()
    part = np.maximum(picture[roi.slices], np.clip(noise, 0, 255).astype(np.uint8))
    out[roi.slices] = np.where(first[roi.slices] > 0, part, 0)
    return out
