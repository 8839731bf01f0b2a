"""The size of a pixel: from the setup file, else DICOM, else the ruler on the screen, never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from segmentation.geometry import Calibration
from segmentation.results import Picture
from segmentation.ruler import Ruler, find_ruler
from usbio.errors import InputError
from usbio.picture_places import Place
from usbio.setup import SetupFile


@dataclass(frozen=True, slots=True)
class Spacing:
    """A calibration and where it came from."""

    calibration: Calibration
    source: Literal["setup", "dicom", "ruler"]
    notes: tuple[str, ...] = ()


def panel_spacing(
    setup: SetupFile, picture: Picture, place: Place, places: tuple[Place, ...], name: str
) -> Spacing:
    """Return the size of a pixel of one picture; else an `InputError` says how to give it."""
    given = _given(setup, place, dual=setup.image.layout == "dual")
    if given is not None:
        return Spacing(given, "setup")
    if place.region is not None:
        return Spacing(place.region.calibration, "dicom")
    others = tuple(other.roi for other in places if other is not place)
    ruler = find_ruler(picture, place.roi, others)
    if not isinstance(ruler, Ruler):
        where = f"[calibration.{place.sides[0]}]" if setup.image.layout == "dual" else "[calibration]"
        raise InputError(
            name,
            f"the size of a pixel is not known: {ruler.reason}",
            f"give x_mm_per_px and y_mm_per_px under {where} in the setup file",
        )
    return Spacing(Calibration(ruler.x_mm_per_px, ruler.y_mm_per_px), "ruler", (_said(ruler), *ruler.notes))


def _given(setup: SetupFile, place: Place, dual: bool) -> Calibration | None:
    table = setup.calibration
    own = table.left if place.sides == ("left",) else table.right if place.sides == ("right",) else None
    if own is not None and (dual or table.x_mm_per_px is None):
        return Calibration(own.x_mm_per_px, own.y_mm_per_px)
    if table.x_mm_per_px is not None and table.y_mm_per_px is not None:
        return Calibration(table.x_mm_per_px, table.y_mm_per_px)
    return None


def _said(ruler: Ruler) -> str:
    return f"spacing read from the ruler: {ruler.y_mm_per_px:.5f} mm per pixel ({ruler.read})"
