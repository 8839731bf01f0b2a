"""What the operator may do to a draft. Each change gives a new draft, at once; a choice confirms its step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from segmentation.geometry import Calibration, Roi
from segmentation.results import Side
from segmentation.ruler import Ruler
from segmentation.views import VIEWS, ViewName
from usbio.errors import CallError
from usbio.picture_sides import OTHER
from usbio.scale_by_hand import LengthUnit, PointPx, Scale, beside_ruler, scale_of_depth, scale_of_points
from usbio.setup import BorderTable, StationTable
from usbio.setup_draft import Keep, PanelDraft, SetupDraft, SpanPx, StepName

Edge = Literal["left", "right", "top", "bottom"]
LEAST_PX = 32  # of a picture's width and height


def accept(draft: SetupDraft, step: StepName) -> SetupDraft:
    """Stand by what was found."""
    if draft.lacks(step):
        raise ValueError(f"nothing was found for {step}")
    return replace(draft, confirmed=draft.confirmed | {step})


def reopen(draft: SetupDraft, *steps: StepName) -> SetupDraft:
    """Go back to steps; what was said there stays until it is changed."""
    return replace(draft, confirmed=draft.confirmed.difference(steps))


# the picture


def move_edge(draft: SetupDraft, panel: int, edge: Edge, by_px: int) -> SetupDraft:
    """Move one edge of a picture, within the frame; to the right and down is positive."""
    roi = draft.pictures[panel].roi
    left, top, right, bottom = roi.x, roi.y, roi.x + roi.width, roi.y + roi.height
    width, height = draft.size_px
    if edge == "left":
        left = _within(left + by_px, 0, right - LEAST_PX)
    elif edge == "right":
        right = _within(right + by_px, left + LEAST_PX, width)
    elif edge == "top":
        top = _within(top + by_px, 0, bottom - LEAST_PX)
    else:
        bottom = _within(bottom + by_px, top + LEAST_PX, height)
    return place_picture(draft, panel, Roi(left, top, right - left, bottom - top))


def place_picture(draft: SetupDraft, panel: int, roi: Roi) -> SetupDraft:
    """Say where a picture stands; of a frame in which none was found panel 0 is the first.

    A scale that rests on how deep the picture is has to be given again, for that is another depth now.
    """
    inside = _cut(roi, draft.size_px)
    span_px = float(inside.y), float(inside.y + inside.height)
    if not draft.pictures and panel == 0:
        first = PanelDraft(inside, span_px, no_ruler="it was not looked for")
        return reopen(replace(draft, pictures=(first,), picture_source="hand"), "picture", "scale")
    old = draft.pictures[panel]
    scale = None if old.scale is not None and old.scale.source == "depth" else old.scale
    new = replace(old, roi=inside, span_px=_moved_span(old, inside), scale=scale)
    pictures = (*draft.pictures[:panel], new, *draft.pictures[panel + 1 :])
    changed = replace(draft, pictures=pictures, picture_source="hand")
    return reopen(changed, "picture") if scale is old.scale else reopen(changed, "picture", "scale")


def _moved_span(old: PanelDraft, roi: Roi) -> SpanPx:
    """An end of the depth that was an edge of the picture goes with it; the face of a curved array stays."""
    top = old.span_px[0]
    if top == old.roi.y or not roi.y <= top < roi.y + roi.height:
        top = float(roi.y)
    return top, float(roi.y + roi.height)


def _cut(roi: Roi, size_px: tuple[int, int]) -> Roi:
    width, height = size_px
    x, y = _within(roi.x, 0, width - LEAST_PX), _within(roi.y, 0, height - LEAST_PX)
    right = _within(roi.x + roi.width, x + LEAST_PX, width)
    bottom = _within(roi.y + roi.height, y + LEAST_PX, height)
    return Roi(x, y, right - x, bottom - y)


def _within(value: int, low: int, high: int) -> int:
    return max(low, min(value, high))


# what is blackened in the picture, and what outside of it may be kept


def add_mask(draft: SetupDraft, roi: Roi) -> SetupDraft:
    """Blacken a box, before anything is measured, shown or written."""
    return reopen(replace(draft, masks=(*draft.masks, _cut_box(roi, draft.size_px))), "picture")


def remove_mask(draft: SetupDraft, index: int) -> SetupDraft:
    """Take a mask away."""
    return reopen(replace(draft, masks=_without(draft.masks, index)), "picture")


def take_proposed_masks(draft: SetupDraft) -> SetupDraft:
    """Mask everything that looks like writing in the picture."""
    masks = (*draft.masks, *(roi for roi in draft.proposed_masks if roi not in draft.masks))
    return reopen(replace(draft, masks=masks, proposed_masks=()), "picture")


def allow(draft: SetupDraft, keep: Keep) -> SetupDraft:
    """Let a part of the screen outside the picture be kept; one of each name."""
    kept = tuple(k for k in draft.keeps if k.name != keep.name)
    box = replace(keep, roi=_cut_box(keep.roi, draft.size_px))
    return reopen(replace(draft, keeps=(*kept, box)), "picture")


def disallow(draft: SetupDraft, index: int) -> SetupDraft:
    """Keep a part of the screen no longer."""
    return reopen(replace(draft, keeps=_without(draft.keeps, index)), "picture")


def take_proposed_keeps(draft: SetupDraft) -> SetupDraft:
    """Let everything be kept that was proposed."""
    named = {keep.name for keep in draft.keeps}
    keeps = (*draft.keeps, *(keep for keep in draft.proposed_keeps if keep.name not in named))
    return reopen(replace(draft, keeps=keeps, proposed_keeps=()), "picture")


def _cut_box(roi: Roi, size_px: tuple[int, int]) -> Roi:
    x, y = _within(roi.x, 0, size_px[0] - 1), _within(roi.y, 0, size_px[1] - 1)
    right = _within(roi.x + roi.width, x + 1, size_px[0])
    return Roi(x, y, right - x, _within(roi.y + roi.height, y + 1, size_px[1]) - y)


def _without(things: tuple[Any, ...], index: int) -> tuple[Any, ...]:
    return (*things[:index], *things[index + 1 :])


# the scale


def use_ruler(draft: SetupDraft) -> SetupDraft:
    """Take the scale from the ruler."""
    reason = next((p.no_ruler or "no ruler was read" for p in draft.pictures if p.ruler is None), "")
    if reason or not draft.pictures:
        raise CallError("the ruler", reason or "there is no picture yet", "mark two points or type the depth")
    scales = [ruler_scale(p.ruler) for p in draft.pictures if p.ruler is not None]
    return accept(_scaled(draft, scales), "scale")


def use_points(
    draft: SetupDraft, a_px: PointPx, b_px: PointPx, length: str, unit: LengthUnit = "mm"
) -> SetupDraft:
    """Take the scale from two points and the length between them; it holds for every picture."""
    scale = scale_of_points(a_px, b_px, length, unit)
    return accept(_scaled(draft, [scale] * len(draft.pictures)), "scale")


def use_depth(
    draft: SetupDraft, depth: str, unit: LengthUnit = "cm", span_px: SpanPx | None = None
) -> SetupDraft:
    """Take the scale from the depth that is set on the scanner; of two pictures it is the depth of each."""
    if span_px is not None and len(draft.pictures) == 1:
        draft = replace(draft, pictures=(replace(draft.pictures[0], span_px=span_px),))
    scales = [scale_of_depth(panel.span_px, depth, unit) for panel in draft.pictures]
    return accept(_scaled(draft, scales), "scale")


def ruler_scale(ruler: Ruler) -> Scale:
    """Return the scale of a ruler."""
    calibration = Calibration(ruler.x_mm_per_px, ruler.y_mm_per_px)
    return Scale(calibration, "ruler", ruler.read, notes=ruler.notes)


def _scaled(draft: SetupDraft, scales: Sequence[Scale]) -> SetupDraft:
    if not draft.pictures:
        raise CallError("the scale", "there is no picture yet", "say first where the picture is")
    pictures = tuple(replace(p, scale=_checked(p, s)) for p, s in zip(draft.pictures, scales, strict=True))
    return replace(draft, pictures=pictures)


def _checked(panel: PanelDraft, scale: Scale) -> Scale:
    by_hand = scale.source in ("points", "depth")
    return beside_ruler(scale, panel.ruler.y_mm_per_px) if by_hand and panel.ruler is not None else scale


# what only the operator can say


def choose_view(draft: SetupDraft, view: ViewName) -> SetupDraft:
    """Say what the picture shows; what belongs to another view is forgotten."""
    if view == draft.view:
        return accept(draft, "view")
    changed = replace(draft, view=view, stations=(), borders=())
    if not changed.two_sided and draft.image_left is not None:
        changed = replace(reopen(changed, "side"), image_left=None)
    return accept(reopen(changed, "station", "border"), "view")


def choose_side(draft: SetupDraft, side: Side) -> SetupDraft:
    """Say whose muscle a one-sided picture shows."""
    if draft.dual:
        raise ValueError("of two pictures it is said what the left one shows")
    return accept(replace(draft, side=side, image_left=None), "side")


def choose_image_left(draft: SetupDraft, side: Side) -> SetupDraft:
    """Say which side of the patient the left half, or the left one of two pictures, shows."""
    if not draft.two_sided:
        raise ValueError(f"view {draft.view} shows one side")
    return accept(replace(draft, side=None, image_left=side), "side")


def image_left_of_press(half: Literal["left", "right"], pressed: Side) -> Side:
    """Return what the left of the picture shows, where pressing beside the probe moved one half of it."""
    return pressed if half == "left" else OTHER[pressed]


def place_station(
    draft: SetupDraft, *, x_range_px: tuple[float, float] | None = None, point_px: PointPx | None = None
) -> SetupDraft:
    """Say where a layer is measured: over a stretch, at a facet's apex, else where its view has it."""
    stations: tuple[StationTable, ...] = ()
    if x_range_px is not None:
        low, high = sorted(x_range_px)
        if high - low < 1:
            raise CallError("the station", "is less than a pixel wide", "mark a wider stretch")
        stations = (StationTable(rule="range", x_range_px=(low, high)),)
    elif point_px is not None:
        stations = (StationTable(rule="facet", point_px=point_px),)
    return accept(replace(draft, stations=stations), "station")


def trace_border(
    draft: SetupDraft,
    side: Side,
    points_px: Sequence[PointPx],
    edge: Literal["superficial", "deep"] | None = None,
) -> SetupDraft:
    """Give a border by hand: closed, or one edge of a layer; another trace of the same takes its place."""
    if draft.view is None:
        raise ValueError("the view comes before the border")
    closed = VIEWS[draft.view].quantity == "area_cm2"
    least = 3 if closed else 2
    if len(points_px) < least:
        raise CallError("the border", f"has {len(points_px)} points", f"set at least {least}")
    if closed == (edge is not None):
        raise ValueError(f"edge {edge} for view {draft.view}")
    points = [(float(x), float(y)) for x, y in points_px]
    table = BorderTable(side=side, muscle=VIEWS[draft.view].muscles[0], points_px=points, edge=edge)
    kept = [b for b in draft.borders if (b.side, b.muscle, b.edge) != (side, table.muscle, edge)]
    return accept(replace(draft, borders=(*kept, table)), "border")


def drop_border(draft: SetupDraft, side: Side) -> SetupDraft:
    """Forget what was traced on a side: it is found instead."""
    kept = tuple(b for b in draft.borders if b.side not in (None, side))
    return reopen(replace(draft, borders=kept), "border")
