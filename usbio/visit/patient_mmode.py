"""The patient's M-mode: the muscle over the last seconds, with the target laid beside the edge that stays."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, nan

import numpy as np

from segmentation.results import Muscle
from usbio.mmode_strip import COLUMN_S, Strip
from usbio.patient_scene import PatientScene
from usbio.patient_strip import Anchor, ThicknessStrip, thickness_strip
from usbio.visit.levels import centre_percent
from usbio.visit.state import VisitState
from usbio.visit.targets import target_of

_NOW_S = 0.2  # over which the thickness along the line is taken, as long as the level is steadied
_ANCHORS: dict[Muscle, Anchor] = {"lm": "lower"}  # multifidus lies on bone


def patient_mmodes(
    state: VisitState, scene: PatientScene, strips: Sequence[Strip]
) -> tuple[ThicknessStrip, ...]:
    """Return the strip of every side whose level is known.

    The line of an M-mode is not the station: its thickness is another one. The target lies where the line's
    own thickness would be at the change that is asked for, so that picture and count say the same.
    """
    running, found = state.running, []
    for shape in scene.shapes:
        target = target_of(state, shape.side, running.trial.block) if running is not None else None
        strip = next((one for one in strips if one.side == shape.side), None)
        if target is None or strip is None or not isfinite(shape.level):
            continue
        change = 1.0 + shape.level * centre_percent(target) / 100.0
        rest_mm = thickness_now_mm(strip, state.part.muscle) / change if change > 0 else nan
        band_mm = rest_mm * (1.0 + target.low_percent / 100.0), rest_mm * (1.0 + target.high_percent / 100.0)
        if not (isfinite(band_mm[0]) and band_mm[0] > 0):
            continue
        muscle = state.part.muscle
        made = thickness_strip(strip, muscle, band_mm, _ANCHORS.get(muscle, "upper"))
        found += [made] if made is not None else []
    return tuple(found)


def thickness_now_mm(strip: Strip, muscle: Muscle) -> float:
    """Return how thick a muscle is along the strip's line in its newest columns; nan where not seen."""
    edges = strip.edges.get(muscle)
    if edges is None:
        return nan
    newest = edges[:, -round(_NOW_S / COLUMN_S) :]
    thick = (newest[1] - newest[0]) * strip.depth_mm
    known = thick[np.isfinite(thick)]
    return float(known.mean()) if len(known) else nan
