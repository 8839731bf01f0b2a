"""What of a frame may be shown: the B-mode picture, and nothing of the screen with the patient's name."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.geometry import Roi
from segmentation.results import Picture
from segmentation.screen import find_picture, picture_mask
from segmentation.views import MeasureSetup
from usbio.setup import SetupFile


@dataclass(frozen=True, slots=True, eq=False)
class Visible:
    """A rectangle of the frame, and what of it is picture."""

    roi: Roi
    mask: npt.NDArray[np.uint8]  # (roi.height, roi.width), 255 where echoes can be

    def of(self, picture: Picture) -> Picture:
        """Return the rectangle with everything else blackened; all black for a frame of another size."""
        if not self.roi.fits(picture.shape):
            return np.zeros_like(self.mask)
        return np.asarray(cv2.bitwise_and(picture[self.roi.slices], self.mask), np.uint8)


def visible_part(setup: SetupFile, picture: Picture) -> Visible | None:
    """Return what can be shown before it is known what is measured; None where no picture is found."""
    crop = setup.image.crop_px
    roi = Roi(*crop) if crop is not None else find_picture(picture)
    return _visible([roi], picture) if roi is not None and roi.fits(picture.shape) else None


def visible_panels(measure: MeasureSetup, picture: Picture) -> Visible:
    """Return the pictures that are measured."""
    return _visible([panel.roi for panel in measure.panels], picture)


def _visible(rois: list[Roi], picture: Picture) -> Visible:
    x, y = min(r.x for r in rois), min(r.y for r in rois)
    right, bottom = max(r.x + r.width for r in rois), max(r.y + r.height for r in rois)
    mask = np.zeros((bottom - y, right - x), np.uint8)
    for r in rois:
        inside = slice(r.y - y, r.y - y + r.height), slice(r.x - x, r.x - x + r.width)
        mask[inside][picture_mask(picture, r)] = 255
    return Visible(Roi(x, y, right - x, bottom - y), mask)
