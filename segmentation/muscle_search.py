"""Finding closed borders that nobody drew: rounded shapes, their rims, and which two belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from segmentation.border import normals
from segmentation.contour import find_round_shapes
from segmentation.muscle_pair import best_pair
from segmentation.results import FloatArray, Picture, Side
from segmentation.rim import read_rim
from segmentation.rough_border import put_on_rim, rim_clearness
from segmentation.round_shape import RoundShape
from segmentation.views import Panel

MOST_SHAPES, READ_SHAPES = 24, 12
RIM_OUT_MM = 0.05  # one phantom's borders lie on the rim's inner flank, another's further out
READ_ROUGHLY_MM = 1.0  # how far a rim read on rays may lie off
USUAL_CLEARNESS, GREY_PER_CLEARNESS = 0.75, 15.0


def find_borders(
    picture: Picture,
    panel: Panel,
    mask: npt.NDArray[np.bool_] | None,
    sides: Sequence[Side],
    seeds_mm: Mapping[Side, tuple[float, float]],
    tilts_deg: Sequence[float] = (0.0,),
) -> dict[Side, FloatArray]:
    """Return the borders of the muscles of one picture.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    panel : Panel
        The B-mode picture.
    mask : (roi.height, roi.width) bool array or None
        True where echoes can be.
    sides : sequence of "left" or "right"
        Of the panel's, those to look for.
    seeds_mm : mapping of a side to (x_mm, y_mm)
        Points inside muscles, from the upper left corner of the roi.
    tilts_deg : sequence of float
        How a muscle may lie.

    Returns
    -------
    dict of a side to a (96, 2) array
        In mm from the upper left corner of the roi; a side that is not found is left out.

    Examples
    --------
    >>> import cv2
    >>> from segmentation.geometry import Calibration, Roi
    >>> picture = cv2.circle(np.full((72, 72), 150, np.uint8), (37, 37), 30, 40, -1)  # 7.5 mm
    >>> panel = Panel(Roi(0, 0, 72, 72), Calibration(0.25, 0.25), ("left",))
    >>> border = find_borders(picture, panel, None, ["left"], {"left": (9.0, 9.0)})["left"]
    >>> border.shape, border.mean(axis=0).round().tolist()
    ((96, 2), [9.0, 9.0])
    """
    found = {}
    for side in [side for side in sides if side in seeds_mm]:
        inside = find_round_shapes(
            picture, panel.roi, panel.calibration, mask, inside=[seeds_mm[side]], tilts_deg=tilts_deg
        )
        if inside:
            found[side] = _border(picture, panel, inside[0])
    unseeded = [side for side in sides if side not in seeds_mm]
    if unseeded:
        found |= _unseeded(picture, panel, mask, unseeded, tilts_deg)
    return found


def _unseeded(
    picture: Picture,
    panel: Panel,
    mask: npt.NDArray[np.bool_] | None,
    wanted: Sequence[Side],
    tilts_deg: Sequence[float],
) -> dict[Side, FloatArray]:
    shapes = find_round_shapes(
        picture, panel.roi, panel.calibration, mask, most=MOST_SHAPES, tilts_deg=tilts_deg
    )[:READ_SHAPES]
    borders = [_border(picture, panel, shape) for shape in shapes]
    judged = [_judged(picture, panel, *both) for both in zip(shapes, borders, strict=True)]
    chosen: Sequence[RoundShape] = sorted(judged, key=lambda shape: -shape.rim_grey)[:1]
    if len(panel.sides) == 2:
        chosen = best_pair(judged, panel.roi.width * panel.calibration.x_mm_per_px / 2) or ()
    return {
        side: border
        for side, shape in zip(panel.sides, chosen, strict=False)
        for one, border in zip(judged, borders, strict=True)
        if one is shape and side in wanted
    }


def _border(picture: Picture, panel: Panel, shape: RoundShape) -> FloatArray:
    read = read_rim(picture, panel.roi, panel.calibration, shape)
    rim = put_on_rim(picture, panel.roi, panel.calibration, read, READ_ROUGHLY_MM)
    return rim + RIM_OUT_MM * normals(rim)


def _judged(picture: Picture, panel: Panel, shape: RoundShape, border_mm: FloatArray) -> RoundShape:
    """Fat between skin and fascia is dark and rounded too, but its border is not a rim nearly all round."""
    clear = rim_clearness(picture, panel.roi, panel.calibration, border_mm)
    return replace(shape, rim_grey=shape.rim_grey + GREY_PER_CLEARNESS * (clear - USUAL_CLEARNESS))
