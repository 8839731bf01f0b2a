"""The fasciae that bound layers, from a mask of each layer, such as a learned model gives."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np

from segmentation.geometry import Calibration
from segmentation.results import FloatArray
from segmentation.views import Mask

LEAST_WIDTH_MM = 8.0  # of a layer that can be told from a speck
LEAST_THICKNESS_MM = 0.3
BAND_HALF_MM = 0.4  # from the outer side of a layer to the middle of its fascia


class LayerEdges(NamedTuple):
    """Upper and lower edge of a layer, (C,) arrays in mm from the top of the roi; nan where there is none."""

    upper_mm: FloatArray
    lower_mm: FloatArray


def layer_edges(masks: Sequence[Mask], calibration: Calibration, x_mm: FloatArray) -> LayerEdges | None:
    """Return the two edges of a layer at each of these columns.

    Parameters
    ----------
    masks : sequence of (H, W) bool arrays
        True inside the layer; of them together the largest piece counts.
    calibration : Calibration
        Size of a pixel in mm.
    x_mm : (C,) array
        Columns, from the left of the masks.

    Returns
    -------
    LayerEdges or None
        None where no piece is 8 mm wide.

    Examples
    --------
    >>> mask = np.zeros((200, 300), np.bool_)
    >>> mask[50:80, 20:] = True  # from 5 to 8 mm deep, from 2 mm on
    >>> edges = layer_edges([mask], Calibration(0.1, 0.1), np.array([0.5, 15.0]))
    >>> [side.round(1).tolist() for side in edges]
    [[nan, 5.0], [nan, 8.0]]
    """
    layer = _largest(np.logical_or.reduce(list(masks))) if masks else None
    if layer is None:
        return None
    seen = layer.sum(axis=0) * calibration.y_mm_per_px >= LEAST_THICKNESS_MM
    if seen.sum() * calibration.x_mm_per_px < LEAST_WIDTH_MM:
        return None
    height = len(layer)
    upper = np.where(seen, layer.argmax(axis=0), np.nan) * calibration.y_mm_per_px
    lower = np.where(seen, height - layer[::-1].argmax(axis=0), np.nan) * calibration.y_mm_per_px
    columns = np.clip((x_mm / calibration.x_mm_per_px).astype(np.intp), 0, layer.shape[1] - 1)
    return LayerEdges(upper[columns], lower[columns])


def bounding_fasciae(
    layers: Sequence[Sequence[Mask]], calibration: Calibration, x_mm: FloatArray
) -> list[FloatArray] | None:
    """Return the middles of the fasciae above, between and below layers that lie one on the other.

    Parameters
    ----------
    layers : sequence of sequences of (H, W) bool arrays
        For each layer, from the top down, its masks.
    calibration : Calibration
        Size of a pixel in mm.
    x_mm : (C,) array
        Columns, from the left of the masks.

    Returns
    -------
    list of (C,) arrays, or None
        Depths in mm, one more than there are layers; beyond the last column that shows one it goes on level.
        None where a layer is missing or they do not lie in this order.

    Examples
    --------
    >>> upper, lower = np.zeros((2, 300, 300), np.bool_)
    >>> upper[50:80] = True  # from 5 to 8 mm deep
    >>> lower[90:150] = True
    >>> fasciae = bounding_fasciae([[upper], [lower]], Calibration(0.1, 0.1), np.array([5.0, 15.0]))
    >>> [fascia.round(1).tolist() for fascia in fasciae]
    [[4.6, 4.6], [8.5, 8.5], [15.4, 15.4]]
    """
    edges = [layer_edges(masks, calibration, x_mm) for masks in layers]
    known = [edge for edge in edges if edge is not None]
    if not known or len(known) < len(edges):
        return None
    fasciae = [known[0].upper_mm - BAND_HALF_MM]
    fasciae += [_between(above.lower_mm, below.upper_mm) for above, below in pairwise(known)]
    fasciae.append(known[-1].lower_mm + BAND_HALF_MM)
    curves = [_everywhere(fascia, x_mm) for fascia in fasciae]
    in_order = all(float(np.median(lower - upper)) > 0 for upper, lower in pairwise(curves))
    return curves if in_order else None


def _largest(mask: Mask) -> Mask | None:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8))
    if count < 2:
        return None
    return np.asarray(labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()))


def _between(above_mm: FloatArray, below_mm: FloatArray) -> FloatArray:
    """Half way where both layers are seen, else at the edge of the one that is."""
    either = np.where(np.isnan(above_mm), below_mm - BAND_HALF_MM, above_mm + BAND_HALF_MM)
    return np.asarray(np.where(np.isnan(above_mm + below_mm), either, (above_mm + below_mm) / 2), np.float64)


def _everywhere(fascia_mm: FloatArray, x_mm: FloatArray) -> FloatArray:
    seen = np.isfinite(fascia_mm)
    return np.interp(x_mm, x_mm[seen], fascia_mm[seen])
