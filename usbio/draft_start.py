"""What can be found of a source by itself: the pictures, their rulers, and where their depth begins.

All of it takes tens of milliseconds and more: call it from a thread of its own, never from a window's.
"""

from __future__ import annotations

from dataclasses import replace

from segmentation.geometry import Calibration, Roi
from segmentation.results import Picture, Side
from segmentation.screen import find_picture, find_pictures
from segmentation.views import VIEWS, ViewName
from usbio.device import Device
from usbio.dicom_regions import PictureRegion, picture_regions
from usbio.draft_changes import reopen
from usbio.draft_proposals import with_proposals
from usbio.draft_recognition import as_remembered
from usbio.errors import InputError
from usbio.panel_reading import read_panel
from usbio.picture_sides import OTHER
from usbio.scale_by_hand import Scale
from usbio.setup import CalibrationTable, CropPx, ImageTable, SetupFile
from usbio.setup_draft import Keep, PictureSource, SetupDraft, StepName
from usbio.setup_memory import SetupMemory
from usbio.sources.clip_info import DicomRegion

_DUAL = 2


def begin_draft(
    picture: Picture,
    known: SetupFile,
    *,
    name: str,
    device: Device | None = None,
    memory: SetupMemory | None = None,
    regions: tuple[DicomRegion, ...] = (),
    view: ViewName | None = None,
    side: Side | None = None,
    image_left: Side | None = None,
) -> SetupDraft:
    """Return what is known of a source from its first picture; what the call says wins over the file.

    A setup file for frames of another size says nothing about these: its places and its scale are left out,
    and a note says so.
    """
    height, width = picture.shape
    known, notes = _usable(known, (width, height))
    described, said = _described(regions, (width, height), name)
    found = find_pictures(picture)
    source, rois = _places(picture, found, known, described)
    pictures = tuple(
        read_panel(picture, roi, rois, _given_scale(known, number, roi, described))
        for number, roi in enumerate(rois)
    )
    draft = SetupDraft(
        name,
        (width, height),
        known,
        pictures,
        source,
        view=view or known.measure.view,
        masks=tuple(Roi(*box) for box in known.image.mask_px or ()),
        keeps=tuple(Keep(table.name, Roi(*table.region_px)) for table in known.keep),
        stations=tuple(known.station),
        borders=tuple(known.border),
        device=device,
        found=found,
        notes=(*notes, *said),
    )
    if memory is not None and source == "found":
        draft = as_remembered(draft, picture, memory)
    return with_proposals(_what_is_sure(_with_sides(draft, side, image_left)), picture)


def look_again(draft: SetupDraft, picture: Picture) -> SetupDraft:
    """Return the draft with rulers and depth found for the places that the pictures have now."""
    if picture.shape[::-1] != draft.size_px or not draft.pictures:
        return draft
    pictures = []
    for panel in draft.pictures:
        kept = None if panel.scale is not None and panel.scale.source == "ruler" else panel.scale
        pictures.append(read_panel(picture, panel.roi, draft.panels, kept))
    changed = with_proposals(replace(draft, pictures=tuple(pictures)), picture)
    same = all(_alike(old, new) for old, new in zip(draft.scales, changed.scales, strict=True))
    return changed if same else reopen(changed, "scale")


def choose_layout(draft: SetupDraft, picture: Picture, dual: bool) -> SetupDraft:
    """Return the draft with one picture or with two side by side, each with its own ruler."""
    if draft.dual == dual and draft.pictures:
        return draft
    rois = _two(picture) if dual else _one(picture)
    panels = tuple(read_panel(picture, roi, rois, None) for roi in rois)
    changed = replace(draft, pictures=panels, picture_source="found", side=None, image_left=None, borders=())
    return reopen(with_proposals(changed, picture), "picture", "scale", "side", "border")


def _usable(known: SetupFile, size_px: tuple[int, int]) -> tuple[SetupFile, tuple[str, ...]]:
    """The setup without its places where they cannot be meant for frames of this size."""
    meant = known.calibration.for_size_px
    crops = (known.image.crop_px, known.image.crop_left_px, known.image.crop_right_px)
    fit = all(crop is None or Roi(*crop).fits(size_px[::-1]) for crop in crops)
    if fit and (meant is None or meant == size_px):
        return known, ()
    said = f"{meant[0]} x {meant[1]}" if meant is not None else "larger"
    came = f"{size_px[0]} x {size_px[1]}"
    note = f"the setup file is for {said} pictures, these are {came}: its places are not used"
    image = ImageTable(side=known.image.side, image_left=known.image.image_left)
    empty: dict[str, object] = {"station": [], "border": [], "seed": [], "keep": []}
    return known.model_copy(update={"image": image, "calibration": CalibrationTable(), **empty}), (note,)


def _described(
    regions: tuple[DicomRegion, ...], size_px: tuple[int, int], name: str
) -> tuple[tuple[PictureRegion, ...], tuple[str, ...]]:
    try:
        return picture_regions(regions, size_px, name)
    except InputError as error:
        return (), (error.happened,)


# where the pictures are


def _places(
    picture: Picture, found: tuple[Roi, ...], known: SetupFile, described: tuple[PictureRegion, ...]
) -> tuple[PictureSource, tuple[Roi, ...]]:
    given = _given_places(known.image)
    if given:
        return "setup", given
    single = known.image.layout == "single" and "layout" in known.image.model_fields_set
    if len(described) == 1 or (described and not single and len(described) == _DUAL):
        return "dicom", tuple(region.roi for region in described)
    if known.image.layout == "dual":
        return "found", _two(picture)
    return "found", _one(picture) if single else found


def _given_places(image: ImageTable) -> tuple[Roi, ...]:
    if image.layout == "single":
        return (Roi(*image.crop_px),) if image.crop_px is not None else ()
    if image.crop_left_px is None or image.crop_right_px is None:
        return ()
    return tuple(sorted((Roi(*image.crop_left_px), Roi(*image.crop_right_px)), key=lambda roi: roi.x))


def _one(picture: Picture) -> tuple[Roi, ...]:
    found = find_picture(picture)
    return () if found is None else (found,)


def _two(picture: Picture) -> tuple[Roi, ...]:
    """Two pictures; where they cannot be told apart, the halves of what was found."""
    found = find_pictures(picture)
    if len(found) != 1:
        return found
    whole = found[0]
    half = whole.width // 2
    right = Roi(whole.x + half, whole.y, whole.width - half, whole.height)
    return Roi(whole.x, whole.y, half, whole.height), right


# their scale


def _given_scale(
    known: SetupFile, number: int, roi: Roi, described: tuple[PictureRegion, ...]
) -> Scale | None:
    given = _of_setup(known, number)
    if given is not None:
        return Scale(given, "setup", "as the setup file says")
    speaking = next((region for region in described if region.roi == roi), None)
    return Scale(speaking.calibration, "dicom", "as the DICOM file says") if speaking is not None else None


def _of_setup(known: SetupFile, number: int) -> Calibration | None:
    table = known.calibration
    if known.image.layout == "dual":
        own = {"left": table.left, "right": table.right}[_side_of(known.image, number)]
        if own is not None:
            return Calibration(own.x_mm_per_px, own.y_mm_per_px)
    if table.x_mm_per_px is None or table.y_mm_per_px is None:
        return None
    return Calibration(table.x_mm_per_px, table.y_mm_per_px)


def _side_of(image: ImageTable, number: int) -> Side:
    """Whom the left (0) or right (1) one of two pictures shows; what nobody says yet is alike for both."""
    left: CropPx | None = image.crop_left_px
    right: CropPx | None = image.crop_right_px
    first: Side = image.image_left or ("left" if not (left and right) or left[0] <= right[0] else "right")
    return first if number == 0 else OTHER[first]


def _alike(old: Scale | None, new: Scale | None) -> bool:
    return old is not None and new is not None and old.calibration == new.calibration


# what is said and what is sure


def _with_sides(draft: SetupDraft, side: Side | None, image_left: Side | None) -> SetupDraft:
    image = draft.known.image
    if side is None and image_left is None:
        side, image_left = image.side, image.image_left
    crops = image.crop_left_px, image.crop_right_px
    if draft.dual:
        if image_left is None and all(crops):
            image_left = _side_of(image, 0)
        return replace(draft, image_left=image_left)
    both = draft.view is None or VIEWS[draft.view].two_sided
    if both and image_left is not None and side is None:
        return replace(draft, image_left=image_left)
    return replace(draft, side=side)


def _what_is_sure(draft: SetupDraft) -> SetupDraft:
    sure: set[StepName] = set()
    if draft.picture_source in ("setup", "dicom"):
        sure.add("picture")
    if all(scale is not None and scale.source in ("setup", "dicom") for scale in draft.scales):
        sure.add("scale")
    if draft.recognised:
        sure |= {"picture", "station"}
        if all(ruler is not None for ruler in draft.rulers):
            sure.add("scale")
    if draft.stations:
        sure.add("station")
    if draft.borders:
        sure.add("border")
    sure |= {"view", "side"}
    return replace(draft, confirmed=frozenset(step for step in sure if not draft.lacks(step)))
