"""A draft completed by what is remembered of its device."""

from __future__ import annotations

from dataclasses import replace

from segmentation.geometry import Calibration, Roi
from segmentation.results import Picture
from segmentation.ruler import Ruler, find_ruler
from usbio.panel_reading import depth_span
from usbio.scale_by_hand import Scale
from usbio.setup import MeasureTable, SetupFile
from usbio.setup_draft import Keep, PanelDraft, SetupDraft
from usbio.setup_memory import Recognised, SetupMemory

_UNREAD = "no ruler can be read now"


def as_remembered(draft: SetupDraft, picture: Picture, memory: SetupMemory) -> SetupDraft:
    """The draft with what is remembered of its device; what a setup file says as well stays as it says."""
    if draft.device is None or not draft.found:
        return draft
    read = _Rulers(picture, draft)
    seen = memory.recognise(draft.device, draft.size_px, draft.found, read)
    noted = replace(draft, notes=(*draft.notes, *memory.notes))
    if seen is None or (draft.view is not None and seen.setup.measure.view != draft.view):
        return noted
    scales = [_remembered_scale(calibration, seen) for calibration in seen.calibrations]
    panels = zip(seen.panels, read(seen.panels), scales, strict=True)
    return replace(
        noted,
        known=_with_method(draft.known, seen.setup),
        pictures=tuple(
            PanelDraft(
                roi, depth_span(picture, roi), ruler, "" if ruler else "it could not be read now", scale
            )
            for roi, ruler, scale in panels
        ),
        picture_source="remembered",
        view=draft.view or seen.setup.measure.view,
        masks=draft.masks or tuple(Roi(*box) for box in seen.setup.image.mask_px or ()),
        keeps=draft.keeps or tuple(Keep(table.name, Roi(*table.region_px)) for table in seen.setup.keep),
        stations=draft.stations or tuple(seen.setup.station),
        recognised=seen.words,
    )


class _Rulers:
    """Rulers beside pictures, each read once: it takes a tenth of a second."""

    def __init__(self, picture: Picture, draft: SetupDraft) -> None:
        self._picture = picture
        self._read = {draft.panels: draft.rulers}

    def __call__(self, panels: tuple[Roi, ...]) -> tuple[Ruler | None, ...]:
        if panels not in self._read:
            found = [find_ruler(self._picture, roi, tuple(o for o in panels if o != roi)) for roi in panels]
            self._read[panels] = tuple(ruler if isinstance(ruler, Ruler) else None for ruler in found)
        return self._read[panels]


def _remembered_scale(calibration: Calibration, seen: Recognised) -> Scale:
    if seen.scale_sure:
        return Scale(calibration, "remembered", "the ruler says the same as the last time")
    words = f"the depth was {seen.depth_mm:.0f} mm the last time, and no ruler can be read: is it still?"
    return Scale(calibration, "remembered", words)


def _with_method(known: SetupFile, remembered: SetupFile) -> SetupFile:
    if known.measure.method != MeasureTable().method:
        return known
    return known.model_copy(
        update={"measure": MeasureTable(view=known.measure.view, method=remembered.measure.method)}
    )
