"""What of a frame may be shown: the B-mode picture, and nothing of the screen with the patient's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.geometry import Roi
from segmentation.results import Picture
from segmentation.screen import find_picture, picture_mask
from segmentation.views import MeasureSetup
from usbio.luma import published
from usbio.setup import CropPx, SetupFile


@dataclass(frozen=True, slots=True, eq=False)
class Visible:
    """A rectangle of the frame, and what of it is picture."""

    roi: Roi
    mask: npt.NDArray[np.uint8]  # (roi.height, roi.width), 255 where echoes can be
    frame_size_px: tuple[int, int]  # width, height

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of what is handed on."""
        return self.roi.width, self.roi.height

    def of(self, picture: Picture) -> Picture | None:
        """Return the rectangle with everything else blackened; None for a frame of another size."""
        if picture.shape[::-1] != self.frame_size_px:
            return None
        return published(np.asarray(cv2.bitwise_and(picture[self.roi.slices], self.mask), np.uint8))


def visible_part(setup: SetupFile, picture: Picture) -> Visible | None:
    """Return what can be shown before it is known what is measured; None where no picture is found."""
    crop = setup.image.crop_px
    roi = Roi(*crop) if crop is not None else find_picture(picture)
    if roi is None or not roi.fits(picture.shape):
        return None
    return _visible([roi], picture, setup.image.mask_px or ())


def visible_panels(measure: MeasureSetup, picture: Picture, masks: Sequence[CropPx] = ()) -> Visible:
    """Return the pictures that are measured, without what is masked in them."""
    return _visible([panel.roi for panel in measure.panels], picture, masks)


def blackened(picture: Picture, masks: Sequence[CropPx]) -> Picture:
    """Return a frame with its masked boxes black; a box may reach beyond it."""
    if not masks:
        return picture
    clean = picture.copy()
    for x, y, width, height in masks:
        clean[y : y + height, x : x + width] = 0
    return published(clean)


def _visible(rois: list[Roi], picture: Picture, masks: Sequence[CropPx]) -> Visible:
    clean = blackened(picture, masks)
    x, y = min(r.x for r in rois), min(r.y for r in rois)
    right, bottom = max(r.x + r.width for r in rois), max(r.y + r.height for r in rois)
    mask = np.zeros((bottom - y, right - x), np.uint8)
    for r in rois:
        inside = slice(r.y - y, r.y - y + r.height), slice(r.x - x, r.x - x + r.width)
        mask[inside][picture_mask(clean, r)] = 255
    hidden = np.ones(picture.shape, np.uint8)
    mask *= blackened(hidden, masks)[y:bottom, x:right]
    return Visible(Roi(x, y, right - x, bottom - y), mask, (picture.shape[1], picture.shape[0]))
