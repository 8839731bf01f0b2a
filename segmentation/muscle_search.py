"""Finding closed borders that nobody drew: rounded shapes, their rims, and which two belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

import numpy as np
import numpy.typing as npt

from segmentation.bone_line import BoneLine, find_bone_line
from segmentation.border import normals
from segmentation.coarse_picture import coarse_picture
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
GREY_PER_CLEARNESS = 15.0
LEAST_PAIR_GREY = 14.0  # both sides of phantoms 16 at the least; what is no pair of muscles 13.3 at the most
PROCESS_OFF_MM = 1.0  # how far the middle between the muscles may well be from that of the process


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
    coarse = coarse_picture(picture, panel.roi, panel.calibration, mask)
    bone = find_bone_line(coarse) if len(panel.sides) == 2 else None
    for side in [side for side in sides if side in seeds_mm]:
        inside = find_round_shapes(
            picture, panel.roi, panel.calibration, mask, [seeds_mm[side]], tilts_deg=tilts_deg, bone=bone
        )
        if inside:
            found[side] = _border(picture, panel, inside[0], bone)
    unseeded = [side for side in sides if side not in seeds_mm]
    if unseeded and bone is not None:
        found |= _beside_spine(picture, panel, mask, unseeded, bone)
    elif unseeded:
        found |= _clearest(picture, panel, mask, unseeded[0], tilts_deg)
    return found


def _beside_spine(
    picture: Picture,
    panel: Panel,
    mask: npt.NDArray[np.bool_] | None,
    wanted: Sequence[Side],
    bone: BoneLine,
) -> dict[Side, FloatArray]:
    shapes = find_round_shapes(picture, panel.roi, panel.calibration, mask, most=MOST_SHAPES, bone=bone)
    if isfinite(bone.process_mm):
        pair = best_pair(shapes, bone.process_mm, PROCESS_OFF_MM)
    else:
        pair = best_pair(shapes, panel.roi.width * panel.calibration.x_mm_per_px / 2)
    if pair is None or min(shape.rim_grey for shape in pair) < LEAST_PAIR_GREY:
        return {}
    return {
        side: _border(picture, panel, shape, bone)
        for side, shape in zip(panel.sides, pair, strict=True)
        if side in wanted
    }


def _clearest(
    picture: Picture,
    panel: Panel,
    mask: npt.NDArray[np.bool_] | None,
    side: Side,
    tilts_deg: Sequence[float],
) -> dict[Side, FloatArray]:
    shapes = find_round_shapes(
        picture, panel.roi, panel.calibration, mask, most=READ_SHAPES, tilts_deg=tilts_deg
    )
    borders = [_border(picture, panel, shape) for shape in shapes]
    judged = [_judged(picture, panel, *both) for both in zip(shapes, borders, strict=True)]
    return {side: borders[int(np.argmax(judged))]} if judged else {}


def _border(picture: Picture, panel: Panel, shape: RoundShape, bone: BoneLine | None = None) -> FloatArray:
    read = read_rim(picture, panel.roi, panel.calibration, shape, bone)
    rim = put_on_rim(picture, panel.roi, panel.calibration, read, READ_ROUGHLY_MM)
    return rim + RIM_OUT_MM * normals(rim)


def _judged(picture: Picture, panel: Panel, shape: RoundShape, border_mm: FloatArray) -> float:
    """Fat between skin and fascia is dark and rounded too, but its border is not a rim nearly all round."""
    clear = rim_clearness(picture, panel.roi, panel.calibration, border_mm)
    return shape.rim_grey + GREY_PER_CLEARNESS * clear
