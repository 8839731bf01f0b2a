"""Judging the ultrasound regions of a DICOM file: which speaks of the B-mode picture, and can it be true."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite

from segmentation.geometry import Calibration, Roi
from usbio.errors import InputError
from usbio.sources.clip_info import DicomRegion

_CM = 3  # PhysicalUnitsXDirection
_TISSUE = 1  # RegionDataType
_TWO_DIMENSIONS = 1  # RegionSpatialFormat
_MM_PER_CM = 10.0
_SPARE_PX = 1  # makers who write the size instead of the last pixel


@dataclass(frozen=True, slots=True)
class PictureRegion:
    """A B-mode picture as the file describes it, proven to lie in the pixels."""

    roi: Roi
    calibration: Calibration


def picture_regions(
    regions: tuple[DicomRegion, ...], size_px: tuple[int, int], name: str
) -> tuple[tuple[PictureRegion, ...], tuple[str, ...]]:
    """Return the usable B-mode regions from left to right, and a note on what was passed over.

    A B-mode region that does not fit the pixels is an `InputError`: the pictures were resized or cut after
    they were described, and then the spacing is wrong as well.
    """
    found, notes = [], []
    for region in regions:
        if (region.data_type, region.spatial_format) != (_TISSUE, _TWO_DIMENSIONS):
            continue
        if (region.x_units, region.y_units) != (_CM, _CM) or not _has_spacing(region):
            notes.append("a DICOM region gives no spacing in cm and was not used")
            continue
        found.append(PictureRegion(_fitting(region.roi, size_px, name), _spacing(region)))
    return tuple(sorted(found, key=lambda r: (r.roi.x, r.roi.y))), tuple(notes)


def _has_spacing(region: DicomRegion) -> bool:
    return all(isfinite(delta) and delta != 0 for delta in (region.x_delta, region.y_delta))


def _spacing(region: DicomRegion) -> Calibration:
    # A delta below 0 says that the axis runs the other way; its size is the spacing all the same.
    return Calibration(abs(region.x_delta) * _MM_PER_CM, abs(region.y_delta) * _MM_PER_CM)


def _fitting(roi: Roi, size_px: tuple[int, int], name: str) -> Roi:
    width = min(roi.width, size_px[0] - roi.x)
    height = min(roi.height, size_px[1] - roi.y)
    too_large = max(roi.width - width, roi.height - height) > _SPARE_PX
    if too_large or not (roi.x >= 0 and roi.y >= 0 and width > 0 and height > 0):
        right, bottom = roi.x + roi.width - 1, roi.y + roi.height - 1
        raise InputError(
            name,
            f"its DICOM region (x {roi.x} to {right}, y {roi.y} to {bottom}) does not fit its pictures of "
            f"{size_px[0]} x {size_px[1]} pixels, so its spacing cannot be trusted",
            "give x_mm_per_px and y_mm_per_px under [calibration] and crop_px under [image] in a setup file",
        )
    return replace(roi, width=width, height=height)
