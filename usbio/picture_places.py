"""Where the B-mode pictures stand in the frame: said in the setup file, else by DICOM, else found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from segmentation.geometry import Roi
from segmentation.results import Picture, Side
from segmentation.screen import find_picture, find_pictures
from usbio.dicom_regions import PictureRegion
from usbio.errors import CallError, InputError
from usbio.picture_sides import OTHER, PanelSides
from usbio.setup import CropPx, SetupFile

_INSIDE = 0.6  # share of a crop that a region must hold to speak of it


@dataclass(frozen=True, slots=True)
class Place:
    """One B-mode picture in the frame, and the DICOM region that speaks of it."""

    roi: Roi
    sides: tuple[Side, ...]
    source: Literal["setup", "dicom", "found"]
    region: PictureRegion | None = None


def picture_places(
    setup: SetupFile,
    picture: Picture,
    regions: tuple[PictureRegion, ...],
    sides: PanelSides,
    name: str,
) -> tuple[Place, ...]:
    """Return the place of every picture. A crop outside the frame is a `CallError`."""
    if sides.dual:
        return _dual(setup, picture, regions, sides, name)
    crop = setup.image.crop_px
    if crop is not None:
        roi = _checked(crop, "crop_px", picture, name)
        return (Place(roi, sides.panels[0], "setup", _region_of(roi, regions)),)
    if regions:
        region = _only(regions, name)
        return (Place(region.roi, sides.panels[0], "dicom", region),)
    found = find_picture(picture)
    if found is None:
        raise InputError(
            name,
            "no B-mode picture was found on the screen",
            "give its place as crop_px = [x, y, width, height] under [image] in the setup file",
        )
    return (Place(found, sides.panels[0], "found"),)


def _dual(
    setup: SetupFile, picture: Picture, regions: tuple[PictureRegion, ...], sides: PanelSides, name: str
) -> tuple[Place, ...]:
    crops: dict[Side, CropPx | None] = {
        "left": setup.image.crop_left_px,
        "right": setup.image.crop_right_px,
    }
    places = []
    for position, shown in enumerate(sides.panels):
        crop = crops[shown[0]]
        if crop is not None:
            roi = _checked(crop, f"crop_{shown[0]}_px", picture, name)
            places.append(Place(roi, shown, "setup", _region_of(roi, regions)))
        elif len(regions) == 2:
            places.append(Place(regions[position].roi, shown, "dicom", regions[position]))
        else:
            places.append(Place(_found_two(picture, name)[position], shown, "found"))
    _refuse_crossed(places, sides, name)
    return tuple(sorted(places, key=lambda place: place.roi.x))


def _refuse_crossed(places: list[Place], sides: PanelSides, name: str) -> None:
    if sides.from_left and len(places) == 2 and places[0].roi.x > places[1].roi.x:
        left, right = sides.panels[0][0], OTHER[sides.panels[0][0]]
        raise CallError(
            name,
            f"image_left says that the left picture shows the {left}, but crop_{left}_px lies right of "
            f"crop_{right}_px",
            "exchange the two crops or change image_left",
        )


def _checked(crop: CropPx, key: str, picture: Picture, name: str) -> Roi:
    roi = Roi(*crop)
    if not roi.fits(picture.shape):
        height, width = picture.shape
        raise CallError(
            f"{name}, [image] {key}",
            f"{list(crop)} reaches beyond the frame of {width} x {height} pixels",
            "give x, y, width and height of the B-mode picture inside the frame",
        )
    return roi


def _region_of(roi: Roi, regions: tuple[PictureRegion, ...]) -> PictureRegion | None:
    """The region that holds most of a crop given by hand."""
    best = max(regions, key=lambda region: _shared(roi, region.roi), default=None)
    return best if best is not None and _shared(roi, best.roi) >= _INSIDE else None


def _shared(crop: Roi, region: Roi) -> float:
    across = min(crop.x + crop.width, region.x + region.width) - max(crop.x, region.x)
    down = min(crop.y + crop.height, region.y + region.height) - max(crop.y, region.y)
    return max(0, across) * max(0, down) / (crop.width * crop.height)


def _only(regions: tuple[PictureRegion, ...], name: str) -> PictureRegion:
    if len(regions) > 1:
        raise InputError(
            name,
            f"it holds {len(regions)} B-mode pictures on one screen and nothing says which is meant",
            'give crop_px, or layout = "dual" for two sides, under [image] in the setup file',
        )
    return regions[0]


def _found_two(picture: Picture, name: str) -> tuple[Roi, ...]:
    found = find_pictures(picture)
    if len(found) != 2:
        raise InputError(
            name,
            f"its two pictures side by side could not be told apart ({len(found)} found)",
            "give crop_left_px and crop_right_px under [image] in the setup file",
        )
    return found
