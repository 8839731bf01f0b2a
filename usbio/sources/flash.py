"""A square that is switched on and off in the simulator's picture, to see delays from outside."""

from __future__ import annotations

from math import floor

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.geometry import Roi
from segmentation.phantom.clip import Phantom
from segmentation.phantom.lettering import write
from segmentation.results import Picture

SIDE_PX = 36
_ROOM_PX = 6  # to the edge of the picture
_OFF_PX = 40.0  # from the square's middle to the next muscle
_LOOKS = 41  # moments of the loop at which the muscles are looked at
_WHITE = 255


def flash_on(moment_s: float) -> bool:
    """Say whether the square is lit: in every other second of ``time.perf_counter()``.

    On one computer all processes share that clock, so whoever asks it knows the flanks.
    """
    return second_of(moment_s) % 2 == 1


def second_of(moment_s: float) -> int:
    """Return the second that a moment belongs to; what is a rounding away from the next counts to that."""
    return floor(moment_s + 1e-6)


def flash_place(phantom: Phantom, loop_s: float) -> Roi:
    """Return the deepest place in the picture that is well off all muscles.

    Deep, because the tissue near the probe tells whether the probe has moved.
    """
    taken = _muscles(phantom, loop_s)
    away = cv2.distanceTransform(np.where(taken, 0, _WHITE).astype(np.uint8), cv2.DIST_L2, 5)
    away[~_fits(phantom)] = -1.0
    rows, columns = np.nonzero(away >= min(_OFF_PX, away.max()))
    deepest = rows == rows.max()
    x, y = max(columns[deepest], key=lambda column: away[rows.max(), column]), rows.max()
    return Roi(int(x) - SIDE_PX // 2, int(y) - SIDE_PX // 2, SIDE_PX, SIDE_PX)


def draw_flash(screen: Picture, place: Roi, moment_s: float) -> None:
    """Light or darken the square, and write beside the patient's name which second it is."""
    lit = flash_on(moment_s)
    screen[place.slices] = _WHITE if lit else 0
    words = f"FLASH {second_of(moment_s)} {'on' if lit else 'off'}"
    write(screen, words, (screen.shape[1] - 190, 18), "simplex", 14, 225)


def _muscles(phantom: Phantom, loop_s: float) -> npt.NDArray[np.bool_]:
    width, height = phantom.size_px
    mask = np.zeros((height, width), np.uint8)
    for t_s in np.linspace(0.0, loop_s, _LOOKS):
        for m in phantom.truth_at(float(t_s)).muscles:
            border = m.border_px
            if border is None and m.superficial_px is not None and m.deep_px is not None:
                border = np.vstack([m.superficial_px, m.deep_px[::-1]])
            if border is not None:
                known = border[np.isfinite(border).all(axis=1)]
                cv2.fillPoly(mask, [known.round().astype(np.int32)], _WHITE)
    return mask > 0


def _fits(phantom: Phantom) -> npt.NDArray[np.bool_]:
    """Say where the middle of the square may be."""
    width, height = phantom.size_px
    field = np.zeros((height, width), np.uint8)
    field[phantom.roi.slices] = phantom.projection.maps(phantom.plan.scanner.range_step_mm)[0] >= 0
    room = SIDE_PX + 2 * _ROOM_PX
    return (
        cv2.erode(field, np.ones((room, room), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0
    )
