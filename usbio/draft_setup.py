"""The setup file of a draft: what measuring is prepared with."""

from __future__ import annotations

from collections.abc import Sequence

from segmentation.geometry import Roi
from segmentation.results import Side
from usbio.picture_sides import OTHER
from usbio.setup import CalibrationTable, CropPx, ImageTable, KeepTable, MeasureTable, SetupFile, SpacingTable
from usbio.setup_draft import Keep, PanelDraft, SetupDraft


def setup_of_draft(draft: SetupDraft) -> SetupFile:
    """Return the setup, in pixels of the whole frame; a draft that lacks something is a `ValueError`."""
    if draft.missing:
        raise ValueError(f"the draft lacks {', '.join(draft.missing)}")
    shown = draft.measured_sides
    return draft.known.model_copy(
        update={
            "image": _image(draft),
            "measure": MeasureTable(view=draft.view, method=draft.known.measure.method),
            "calibration": _calibration(draft),
            "station": [table for table in draft.stations if table.side in (None, *shown)],
            "border": [table for table in draft.borders if table.side in (None, *shown)],
            "seed": [table for table in draft.known.seed if table.side in (None, *shown)],
            "keep": keep_tables(draft.keeps),
        }
    )


def crop_of(roi: Roi) -> CropPx:
    """Return a box as the setup file has it."""
    return roi.x, roi.y, roi.width, roi.height


def keep_tables(keeps: Sequence[Keep]) -> list[KeepTable]:
    """Return what may be kept of the screen as the setup file has it."""
    return [KeepTable(name=keep.name, region_px=crop_of(keep.roi)) for keep in keeps]


def _image(draft: SetupDraft) -> ImageTable:
    lateral_edge = draft.known.image.lateral_edge
    masks = [crop_of(roi) for roi in draft.masks] or None
    if not draft.dual:
        return ImageTable(
            crop_px=crop_of(draft.pictures[0].roi),
            side=draft.side,
            image_left=draft.image_left,
            lateral_edge=lateral_edge,
            mask_px=masks,
        )
    crops = {side: crop_of(panel.roi) for side, panel in zip(_sides(draft), draft.pictures, strict=True)}
    return ImageTable(
        layout="dual",
        image_left=draft.image_left,
        lateral_edge=lateral_edge,
        crop_left_px=crops["left"],
        crop_right_px=crops["right"],
        mask_px=masks,
    )


def _sides(draft: SetupDraft) -> tuple[Side, Side]:
    """Whom the left and the right one of two pictures show."""
    first = draft.image_left
    assert first is not None  # of two pictures nothing else says whose they are
    return first, OTHER[first]


def _calibration(draft: SetupDraft) -> CalibrationTable:
    spacings = [_spacing(panel) for panel in draft.pictures]
    if not draft.dual:
        return CalibrationTable(**spacings[0].model_dump(), for_size_px=draft.size_px)
    by_side = dict(zip(_sides(draft), spacings, strict=True))
    return CalibrationTable(for_size_px=draft.size_px, left=by_side["left"], right=by_side["right"])


def _spacing(panel: PanelDraft) -> SpacingTable:
    assert panel.scale is not None  # the draft lacks nothing
    size = panel.scale.calibration
    return SpacingTable(x_mm_per_px=size.x_mm_per_px, y_mm_per_px=size.y_mm_per_px)
