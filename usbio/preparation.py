"""From setup file, flags and first picture to all that measuring needs; what is missing is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from segmentation.results import Picture, Side
from segmentation.views import MeasureSetup, Panel, ViewName
from usbio.dicom_regions import picture_regions
from usbio.errors import CallError, InputError
from usbio.given_marks import given_borders, given_seeds, given_stations
from usbio.models import LearnedModel, learned_model
from usbio.picture_places import Place, picture_places
from usbio.picture_sides import picture_sides
from usbio.setup import SetupFile
from usbio.sources.clip_info import DicomRegion
from usbio.spacing import panel_spacing

CalibrationSource = Literal["setup", "dicom", "ruler"]
_METHODS = ("default",)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is measured with, where the spacing came from, and what the operator should know about it."""

    measure: MeasureSetup
    calibration_source: CalibrationSource
    notes: tuple[str, ...]
    model: LearnedModel | None = None  # asked in place of the search


def prepare(
    view: ViewName,
    setup: SetupFile,
    picture: Picture,
    *,
    name: str,
    side: Side | None = None,
    image_left: Side | None = None,
    regions: tuple[DicomRegion, ...] = (),
) -> Prepared:
    """Return what measuring needs; flags win over the file, the file over DICOM, DICOM over what is found.

    What the call or the setup file lacks or gets wrong is a `CallError`; what this one input lacks is an
    `InputError`.
    """
    height, width = picture.shape
    _refuse_other_size(setup, (width, height), name)
    model = _model(view, setup, name)
    sides = picture_sides(view, setup, side, image_left, name)
    described, notes = picture_regions(_wanted(setup, regions), (width, height), name)
    places = picture_places(setup, picture, described, sides, name)
    spacings = [panel_spacing(setup, picture, place, places, name) for place in places]
    panels = tuple(
        Panel(place.roi, spacing.calibration, place.sides)
        for place, spacing in zip(places, spacings, strict=True)
    )
    marks = _marks(view, setup, panels, (width, height), name)
    said = (*notes, *_said(places), *(note for s in spacings for note in s.notes), *marks.notes)
    measure = replace(marks.measure, mask_finder=model)
    return Prepared(measure, spacings[0].source, tuple(dict.fromkeys(said)), model)


def _refuse_other_size(setup: SetupFile, size_px: tuple[int, int], name: str) -> None:
    meant = setup.calibration.for_size_px
    if meant is not None and meant != size_px:
        raise InputError(
            name,
            f"its pictures are {size_px[0]} x {size_px[1]} pixels, the setup is for {meant[0]} x {meant[1]}",
            "give a setup file made for this size, or change for_size_px with crop and spacing under it",
        )


def _model(view: ViewName, setup: SetupFile, name: str) -> LearnedModel | None:
    if setup.measure.model is not None:
        return learned_model(setup.measure.model, view)
    if setup.measure.method not in _METHODS:
        raise CallError(
            f"{name}, [measure] method",
            f'there is no method "{setup.measure.method}" in this version',
            f"write {' or '.join(_METHODS)}, name the TOML of a model, or leave the key out",
        )
    return None


def _wanted(setup: SetupFile, regions: tuple[DicomRegion, ...]) -> tuple[DicomRegion, ...]:
    """No regions where the setup file says place and spacing itself: then a wrong region harms nobody."""
    image, spacing = setup.image, setup.calibration
    placed = image.crop_px or (image.crop_left_px and image.crop_right_px)
    spaced = spacing.x_mm_per_px or (spacing.left and spacing.right)
    return () if placed and spaced else regions


def _said(places: tuple[Place, ...]) -> tuple[str, ...]:
    return tuple(
        f"the picture was found at x {p.roi.x}, y {p.roi.y}, {p.roi.width} x {p.roi.height} pixels"
        for p in places
        if p.source == "found"
    )


@dataclass(frozen=True, slots=True)
class _Marked:
    measure: MeasureSetup
    notes: tuple[str, ...]


def _marks(
    view: ViewName, setup: SetupFile, panels: tuple[Panel, ...], size_px: tuple[int, int], name: str
) -> _Marked:
    stations, station_notes = given_stations(setup, panels, name)
    borders, border_notes = given_borders(view, setup, panels, size_px, name)
    seeds, seed_notes = given_seeds(view, setup, panels, name)
    notes = [*station_notes, *border_notes, *seed_notes]
    if view == "contour":
        marked = {*(border.side for border in borders), *(seed.side for seed in seeds)}
        for side in (side for panel in panels for side in panel.sides if side not in marked):
            notes.append(
                f"nothing says which closed border is meant on the {side}, so the clearest is taken; "
                "name it with a [[border]] or a [[seed]]"
            )
    if view == "lm-thickness" and not any(station.rule == "facet" for station in stations):
        notes.append("no facet apex is given, so it is looked for; name it with a [[station]] of rule facet")
    measure = MeasureSetup(
        view, panels, size_px, stations, borders, seeds, lateral_edge=setup.image.lateral_edge
    )
    return _Marked(measure, tuple(notes))
