"""A grey picture at the size it is painted in."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtCore import QSize

from segmentation.results import Picture


def scaled_picture(picture: Picture, size: QSize, ratio: float) -> Picture:
    """Return the picture in this size; ``ratio`` is the screen's pixels for each pixel of the window."""
    # OpenCV takes a tenth of QPainter's time. Averaging pays only where pixels would be skipped, and by
    # halves it takes a tenth of what it takes by odd shares.
    width, height = max(round(size.width() * ratio), 1), max(round(size.height() * ratio), 1)
    while width < 0.6 * picture.shape[1] and min(picture.shape) > 1:
        halved = picture.shape[1] // 2, picture.shape[0] // 2
        picture = np.asarray(
            cv2.resize(picture[: 2 * halved[1], : 2 * halved[0]], halved, interpolation=cv2.INTER_AREA),
            np.uint8,
        )
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
