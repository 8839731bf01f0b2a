"""What a draft proposes to hide and to keep: writing in the picture, the ruler beside it."""

from __future__ import annotations

from dataclasses import replace

from segmentation.burned_in import burned_in_text
from segmentation.geometry import Roi
from segmentation.results import Picture
from segmentation.ruler import Ruler
from usbio.setup_draft import Keep, SetupDraft

_TICK_PX = 14  # to either side of the middle of its ticks, and above the first and below the last
_NUMBERS_PX = 44  # beyond the ticks


def with_proposals(draft: SetupDraft, picture: Picture) -> SetupDraft:
    """Return the draft with masks over writing in its pictures and with its ruler as what may be kept.

    Only proposals: nothing is masked or kept before the operator says so.
    """
    written = [box for roi in draft.panels for box in burned_in_text(picture, roi)]
    masks = tuple(box for box in written if not any(_holds(mask, box) for mask in draft.masks))
    kept = {keep.name for keep in draft.keeps}
    ruler = next((r for r in draft.rulers if r is not None), None)
    keeps = (Keep("ruler", _strip(ruler, draft)),) if ruler is not None and "ruler" not in kept else ()
    return replace(draft, proposed_masks=masks, proposed_keeps=keeps)


def _holds(mask: Roi, box: Roi) -> bool:
    across = mask.x <= box.x and box.x + box.width <= mask.x + mask.width
    return across and mask.y <= box.y and box.y + box.height <= mask.y + mask.height


def _strip(ruler: Ruler, draft: SetupDraft) -> Roi:
    """The ticks with the numbers on their outer side, within the frame."""
    width, height = draft.size_px
    middle = (draft.panels[0].x + draft.panels[-1].x + draft.panels[-1].width) / 2
    out, inner = _TICK_PX + _NUMBERS_PX, _TICK_PX
    left, right = (inner, out) if ruler.x_px > middle else (out, inner)
    x, end = max(0, round(ruler.x_px) - left), min(width, round(ruler.x_px) + right)
    top = max(0, round(float(ruler.ticks_px[0])) - _TICK_PX)
    bottom = min(height, round(float(ruler.ticks_px[-1])) + _TICK_PX)
    return Roi(x, top, end - x, bottom - top)
