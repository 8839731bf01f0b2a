"""What is read beside one B-mode picture: its ruler, and where its depth begins."""

from __future__ import annotations

import numpy as np

from segmentation.geometry import Roi
from segmentation.results import Picture
from segmentation.ruler import Ruler, find_ruler
from segmentation.screen import picture_mask
from usbio.draft_changes import ruler_scale
from usbio.scale_by_hand import Scale
from usbio.setup_draft import PanelDraft, SpanPx


def read_panel(picture: Picture, roi: Roi, rois: tuple[Roi, ...], given: Scale | None) -> PanelDraft:
    """Return a picture with its scale: the one that is given, else that of the ruler."""
    ruler = find_ruler(picture, roi, tuple(other for other in rois if other != roi))
    span_px = depth_span(picture, roi)
    if isinstance(ruler, Ruler):
        return PanelDraft(roi, span_px, ruler, "", given or ruler_scale(ruler))
    return PanelDraft(roi, span_px, None, ruler.reason, given)


def depth_span(picture: Picture, roi: Roi) -> SpanPx:
    """Depth begins at the probe's face: of a curved array that is its lowest point, below the box's top."""
    inside = np.flatnonzero(picture_mask(picture, roi)[:, roi.width // 2])
    top = roi.y + (int(inside[0]) if len(inside) else 0)
    return float(top), float(roi.y + roi.height)
