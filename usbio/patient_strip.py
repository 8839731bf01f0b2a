"""What the patient sees of the last seconds: levels against time, or an M-mode with the target in it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, isfinite
from typing import Literal

import numpy as np

from segmentation.results import FloatArray, Muscle, Picture, Side
from usbio.mmode_strip import Strip

Anchor = Literal["upper", "lower"]  # the edge that stays where it is while the muscle swells

SPAN_S = 8.0  # shown of a trace
ANCHORS: dict[Muscle, Anchor] = {"lm": "lower"}  # multifidus lies on its facet; all others swell downwards

_MARGIN = 0.6  # of the thickest target, above and below
_STEPS = 4.0  # the cut moves by such parts of it, and not with every picture


@dataclass(frozen=True, slots=True)
class LevelTrace:
    """The levels of one side over the last seconds."""

    side: Side
    t_s: tuple[float, ...]  # 0 is now, what was before is below
    levels: tuple[float, ...]  # nan leaves a gap


def continued(trace: LevelTrace, level: float, passed_s: float) -> LevelTrace:
    """Return a trace to which the level of now is added, so long after the newest one in it.

    At the same moment it takes that one's place.
    """
    if not passed_s > 0 and trace.t_s:
        return LevelTrace(trace.side, trace.t_s, (*trace.levels[:-1], level))
    times = (*(t - passed_s for t in trace.t_s), 0.0)
    first = next(i for i, t in enumerate(times) if t >= -SPAN_S)
    return LevelTrace(trace.side, times[first:], (*trace.levels, level)[first:])


@dataclass(frozen=True, slots=True, eq=False)
class ThicknessStrip:
    """Depth against time around one muscle, oldest column first; edges and target in parts of the height."""

    side: Side
    image: Picture  # (rows, columns)
    upper: FloatArray  # (columns,) nan leaves a gap
    lower: FloatArray
    band: tuple[FloatArray, FloatArray]  # where the edge that moves is to be, its two limits


def thickness_strip(
    strip: Strip, muscle: Muscle, band_mm: tuple[float, float], anchor: Anchor
) -> ThicknessStrip | None:
    """Cut the part around a muscle out of an M-mode, and lay the target beside the edge that stays.

    ``band_mm`` is thickness along the strip's own line, which need not be the mean over the station. None
    where the muscle was not seen in it.
    """
    edges = strip.edges.get(muscle)
    if edges is None or not np.isfinite(edges).all(axis=0).any():
        return None
    least, most = (mm / strip.depth_mm for mm in band_mm)
    if not 0 < least <= most:
        raise ValueError(f"expected two thicknesses above 0, the smaller first, came {band_mm}")
    away = 1.0 if anchor == "upper" else -1.0
    stays = edges[0] if anchor == "upper" else edges[1]
    top, bottom = _cut(stays, most, away, len(strip.image))
    n, height = len(strip.image), bottom - top
    in_cut = [(line * n - top) / height for line in (*edges, stays + away * least, stays + away * most)]
    return ThicknessStrip(strip.side, strip.image[top:bottom], in_cut[0], in_cut[1], (in_cut[2], in_cut[3]))


def thickness_band(rest_mm: float, target_mm: float, band: tuple[float, float]) -> tuple[float, float]:
    """Return the thicknesses that two levels stand for; 1 is the target's."""
    low, high = sorted(rest_mm + level * (target_mm - rest_mm) for level in band)
    if not (isfinite(low) and low > 0):
        raise ValueError(f"expected a band of thicknesses above 0 mm, came {low} to {high}")
    return low, high


def _cut(stays: FloatArray, most: float, away: float, n: int) -> tuple[int, int]:
    """Return the first row and the one behind the last: the target and a margin, as far as there are rows."""
    step = most / _STEPS
    at = round(float(np.nanmedian(stays)) / step) * step
    ends = sorted((at - away * _MARGIN * most, at + away * (1.0 + _MARGIN) * most))
    top, bottom = max(floor(ends[0] * n), 0), min(ceil(ends[1] * n), n)
    return min(top, n - 2), max(bottom, 2)
