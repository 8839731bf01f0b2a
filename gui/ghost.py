"""An earlier picture laid over the live one, so that the probe finds the same place again."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from segmentation.geometry import Calibration
from segmentation.results import Picture

SHARE = 0.45
"""Of the earlier picture; the live one has the rest."""


@dataclass(frozen=True, slots=True, eq=False)
class Ghost:
    """A picture of an earlier visit, at its own spacing."""

    picture: Picture
    spacing: Calibration


def with_ghost(scaled: Picture, ghost: Ghost, spacing: Calibration, live: tuple[int, ...]) -> Picture:
    """Return the scaled live picture with the earlier one over it, tissue as large as tissue.

    Both begin at the skin, in the middle of the probe. ``live`` is the live picture's shape before it was
    scaled, ``spacing`` its spacing.
    """
    height, width = scaled.shape
    across = width / live[1] * ghost.spacing.x_mm_per_px / spacing.x_mm_per_px
    down = height / live[0] * ghost.spacing.y_mm_per_px / spacing.y_mm_per_px
    left = (width - ghost.picture.shape[1] * across) / 2.0
    place = np.array([[across, 0.0, left], [0.0, down, 0.0]])
    laid = cv2.warpAffine(ghost.picture, place, (width, height), flags=cv2.INTER_LINEAR)
    return np.asarray(cv2.addWeighted(scaled, 1.0 - SHARE, laid, SHARE, 0.0), np.uint8)
