"""From a B-mode picture to what a network takes, and from what comes out back to the picture."""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.results import Picture
from segmentation.views import Panel
from usbio.model_card import InputTable

Float32Array = npt.NDArray[np.float32]


class _Window(NamedTuple):
    """The part of the resized picture that the network sees."""

    size: tuple[int, int]  # width, height of the whole resized picture
    seen: tuple[slice, slice]  # rows, columns of it
    put: tuple[slice, slice]  # where they lie in the network's picture


def network_picture(picture: Picture, panel: Panel, card: InputTable) -> Picture:
    """Return the ``(height, width)`` picture that a network takes, in grey.

    With a spacing it lies in the middle of the top: what is too wide is cut on both sides, what is too deep
    at the bottom, and where there is no picture it is black.
    """
    window = _window(panel, card)
    resized = cv2.resize(picture[panel.roi.slices], window.size, interpolation=cv2.INTER_AREA)
    placed = np.zeros((card.height, card.width), np.uint8)
    placed[window.put] = resized[window.seen]
    return placed


def network_input(placed: Picture, card: InputTable) -> Float32Array:
    """Return the ``(1, C, H, W)`` or ``(1, H, W, C)`` numbers of a network's picture."""
    grey = _scaled(placed.astype(np.float32), card)
    planes = [
        (grey - mean) / std
        for mean, std in zip(_each(card.mean, card.channels), _each(card.std, card.channels), strict=True)
    ]
    stacked = np.stack(planes, axis=0 if card.layout == "NCHW" else -1)
    return np.ascontiguousarray(stacked[None], np.float32)


def whole_picture(chance: npt.NDArray[Any], panel: Panel, card: InputTable) -> Float32Array:
    """Return a network's ``(height, width)`` chances on the pixels of the roi; 0 where it did not see."""
    window = _window(panel, card)
    width, height = window.size
    canvas = np.zeros((height, width), np.float32)
    canvas[window.seen] = chance[window.put]
    size = (panel.roi.width, panel.roi.height)
    return np.asarray(cv2.resize(canvas, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _window(panel: Panel, card: InputTable) -> _Window:
    if card.mm_per_px is None:
        everything = slice(0, card.height), slice(0, card.width)
        return _Window((card.width, card.height), everything, everything)
    x_mm, y_mm = panel.calibration.scale
    width = max(1, round(panel.roi.width * x_mm / card.mm_per_px))
    height = max(1, round(panel.roi.height * y_mm / card.mm_per_px))
    across, down = min(width, card.width), min(height, card.height)
    left, put_left = (width - across) // 2, (card.width - across) // 2
    seen = slice(0, down), slice(left, left + across)
    return _Window((width, height), seen, (slice(0, down), slice(put_left, put_left + across)))


def _scaled(grey: Float32Array, card: InputTable) -> Float32Array:
    if card.scale == "0-1":
        return np.asarray(grey / np.float32(255.0), np.float32)
    if card.scale == "z-score":
        return np.asarray((grey - grey.mean()) / max(float(grey.std()), 1e-6), np.float32)
    return grey


def _each(values: list[float], count: int) -> list[float]:
    return values if len(values) == count else values * count
