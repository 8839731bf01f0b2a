"""How well the experimental quantities do on phantoms, whose tissue displacement is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan

import numpy as np
import numpy.typing as npt

from bench.figures import Row, rounded
from segmentation.flexion import Bend, bends
from segmentation.motion_onset import motion_onset
from segmentation.phantom.activation import Activation, Contraction
from segmentation.phantom.carried import carried_mm
from segmentation.phantom.clip import Phantom
from segmentation.phantom.disturbance import UNDISTURBED
from segmentation.phantom.multifidus_parasagittal import MultifidusParasagittal
from segmentation.phantom.multifidus_transverse import MultifidusTransverse
from segmentation.phantom.scenes import random_clip
from segmentation.phantom.warp import WarpedPhantom
from segmentation.results import FloatArray, Measurement, Picture
from segmentation.timing import Repetition
from segmentation.tissue_motion import TissueKey, TissueReference, TissueState, start_tissue, step_tissue
from segmentation.traces import Span, Trace
from segmentation.tracking import start, step
from segmentation.views import PictureEdge, ViewName
from segmentation.zones import split_zones, zone_areas_cm2, zone_thicknesses_mm

IntArray = npt.NDArray[np.int64]

VIEWS_MEASURED: tuple[ViewName, ...] = ("lm-csa", "lm-thickness")
DEVELOPMENT = (range(0, 8), range(20, 24), range(40, 46))  # seeds of zones, of onset, of bending
SCORED = (range(5000, 5008), range(5020, 5024), range(5040, 5046))
_WAY = (0.3, 0.5, 0.7, 1.0)  # of the rise: pictures on the way, as a clip would have them
_SIZES = ("area_cm2", "thickness_mm")
_ONSET_S, _FPS = 0.42, 100.0
_WAYS = (Span(1.5, 4.0), Span(7.0, 9.5))  # down and up


@dataclass(frozen=True, slots=True)
class Told:
    """One quantity of one zone in the hold of one clip, since the first picture."""

    key: TissueKey
    measured: float
    truth: float


def zone_rows(seeds: Sequence[int]) -> list[Row]:
    """Return a row a view, zone and quantity: the change from the first picture to the hold."""
    rows = []
    for view in VIEWS_MEASURED:
        told = [one for seed in seeds for one in _told(view, seed)]
        for key in sorted({one.key for one in told}):
            rows.append({"view": view, "zone": key[0], "quantity": key[1], **_errors(told, key)})
    return rows


def onset_rows(seeds: Sequence[int]) -> list[Row]:
    """Return a row a way of rising: how many pictures after the tissue's onset it is told."""
    return [
        {"rise": f"{rise_s:g} s", "pictures_a_second": int(fps), **_late(seeds, rise_s, fps)}
        for rise_s, fps in ((0.1, _FPS), (0.3, _FPS), (0.6, _FPS), (0.1, 60.0))
    ]


def flexion_rows(seeds: Sequence[int]) -> list[Row]:
    """Return a row an effort at the end of the range: how many bends are told to fall back."""
    rows = []
    for effort in (0.0, 0.1, 0.2, 0.4):
        told = [_bent(seed, effort) for seed in seeds]
        words = [bend.words for bend, _ in told]
        error = [bend.change_mm - truth for bend, truth in told if isfinite(bend.change_mm)]
        rows.append(
            {
                "effort_at_end_range": effort,
                "bends": len(told),
                "true_change_mm": rounded(float(np.mean([truth for _, truth in told])), 2),
                "told_to_fall_back": sum("it falls back" in said for said in words),
                "told_not_to": sum("does not fall back" in said for said in words),
                "not_decidable": sum("not decidable" in said for said in words),
                "mae_mm": rounded(float(np.abs(error).mean()), 3) if error else None,
            }
        )
    return rows


def _errors(told: Sequence[Told], key: TissueKey) -> Row:
    own = [one for one in told if one.key == key and isfinite(one.truth)]
    kept = [one for one in own if isfinite(one.measured)]
    error = np.array([one.measured - one.truth for one in kept])
    truth = np.array([abs(one.truth) for one in kept])
    if not len(error):
        return {"n": 0, "of": len(own)}
    return {
        "n": len(kept),
        "of": len(own),
        "unit": "%" if key[1] in _SIZES else "mm",
        "true_change": rounded(float(truth.mean()), 2),
        "mae": rounded(float(np.abs(error).mean()), 3),
        "bias": rounded(float(error.mean()), 3),
        "worst": rounded(float(np.abs(error).max()), 3),
    }


@dataclass(slots=True)
class _Side:
    """One side of a clip: how it began, and what was found last."""

    first: Measurement
    begun: Mapping[TissueKey, float]
    state: TissueState
    last: Measurement
    found: Mapping[TissueKey, float]


def _told(view: ViewName, seed: int) -> Iterator[Told]:
    """Yield every zone and quantity of a clip, followed from its first picture into its hold."""
    phantom = Phantom(random_clip(view, seed))
    contraction = _efforts(phantom)[0].contractions[0]
    rise = [contraction.start_s + share * contraction.rise_s for share in _WAY]
    frames = [0, *(round(t_s * phantom.plan.fps) for t_s in rise)]
    for side in _followed(phantom, frames):
        truth = _truth(phantom, side, frames[-1])
        for key, value in side.found.items():
            if key[1] in _SIZES:
                value = (value / side.begun.get(key, nan) - 1.0) * 100.0
            if key in truth:
                yield Told(key, value, truth[key])


def _followed(phantom: Phantom, frames: Sequence[int]) -> list[_Side]:
    sides: dict[str, _Side] = {}
    pictures = {frame: phantom.picture(frame) for frame in frames}
    state = start(phantom.setup, pictures[0])
    for frame, picture in pictures.items():
        state, result = step(state, picture, frame / phantom.plan.fps, frame)
        for m in result.measurements:
            if m.side not in sides:
                begun = _started(phantom, m, picture)
                if begun is None:
                    continue
                begun, values = step_tissue(begun, picture, m)
                sides[m.side] = _Side(m, values.values, begun, m, values.values)
            side = sides[m.side]
            side.state, values = step_tissue(side.state, picture, m)
            side.last, side.found = m, values.values
    return list(sides.values())


def _efforts(phantom: Phantom) -> tuple[Activation, ...]:
    anatomy = phantom.plan.anatomy
    if isinstance(anatomy, MultifidusTransverse):
        return (anatomy.left, anatomy.right)
    assert isinstance(anatomy, MultifidusParasagittal)  # the views measured here
    return (anatomy.effort,)


def _started(phantom: Phantom, m: Measurement, picture: Picture) -> TissueState | None:
    sides, view = phantom.plan.anatomy.sides, phantom.plan.anatomy.view
    edge: PictureEdge | None = None
    if len(sides) == 2:
        edge = "left" if sides[0] == m.side else "right"
    if not m.status.carries_value:
        return None
    return start_tissue(view, phantom.roi, phantom.calibration, m, picture, edge)


def _truth(phantom: Phantom, side: _Side, frame: int) -> dict[TissueKey, float]:
    """What the zones, laid where they were laid, have truly done by this frame."""
    reference, t_s, told = side.state.reference, frame / phantom.plan.fps, {}
    for zone, region in reference.regions.items():
        if zone == "whole":
            continue
        rows, columns = np.nonzero(region)
        across, down = np.median(carried_mm(phantom, _frame_px(reference, columns, rows), t_s), axis=0)
        told[zone, "displacement_across_mm"] = float(across) * (reference.lateral or 1)
        told[zone, "displacement_down_mm"] = float(down)
    before, after = (_sizes(phantom, side, k) for k in (0, frame))
    return told | {key: (after[key] / before[key] - 1.0) * 100.0 for key in before}


def _sizes(phantom: Phantom, side: _Side, frame: int) -> dict[TissueKey, float]:
    split = side.state.reference.split_px
    assert split is not None  # both views measured here have zones
    truth = phantom.truth(frame).of(side.first.side, "lm")
    split = split + carried_mm(phantom, split, frame / phantom.plan.fps) / phantom.calibration.scale
    if truth.border_px is not None:
        zones = split_zones(truth.border_px, split)
        assert zones is not None  # the true split goes through the true border
        sizes, name = zone_areas_cm2(zones, phantom.calibration), "area_cm2"
    else:
        assert truth.caliper_px is not None  # of a facet there always is one
        middle = np.median(split, axis=0)
        sizes, name = zone_thicknesses_mm(truth.caliper_px, middle, phantom.calibration), "thickness_mm"
    return {("superficial", name): sizes[0], ("deep", name): sizes[1]}


def _frame_px(reference: TissueReference, columns: IntArray, rows: IntArray) -> FloatArray:
    even = reference.even
    cells = np.column_stack([columns, rows]) + 0.5
    return np.asarray(cells * even.steps_mm / even.calibration.scale - 0.5 + [even.roi.x, even.roi.y])


def _late(seeds: Sequence[int], rise_s: float, fps: float) -> Row:
    late = [_pictures_late(seed, rise_s, fps) for seed in seeds]
    known = np.array([one for one in late if isfinite(one)])
    if not len(known):
        return {"n": 0, "of": len(late)}
    return {
        "n": len(known),
        "of": len(late),
        "median_pictures_late": rounded(float(np.median(known)), 1),
        "earliest": rounded(float(known.min()), 1),
        "latest": rounded(float(known.max()), 1),
    }


def _pictures_late(seed: int, rise_s: float, fps: float) -> float:
    """Pictures from the first that was drawn after the tissue began to move to the one that is told."""
    phantom = _along(seed, fps, Activation((Contraction(_ONSET_S, rise_s, hold_s=1.0, effort=0.8),)))
    n = round((_ONSET_S + 0.25) * fps)
    first = phantom.picture(0)
    result = step(start(phantom.setup, first), first, 0.0)[1]
    tissue = _started(phantom, result.measurements[0], first)
    if tissue is None:
        return nan
    strain = []
    for k in range(n):  # the strip of muscle is that of the first picture: only its strain is wanted
        tissue, values = step_tissue(tissue, phantom.picture(k), result.measurements[0])
        strain.append(values.strain)
    t_s = np.arange(n) / fps
    found = motion_onset(t_s, np.array(strain), (Span(0.0, _ONSET_S - 0.05),), _ONSET_S, float(t_s[-1]))
    return float((found.t_s - t_s[t_s > _ONSET_S][0]) * fps)


def _along(seed: int, fps: float, effort: Activation) -> Phantom:
    plan = random_clip("lm-thickness", seed, fps=fps)
    anatomy = plan.anatomy
    assert isinstance(anatomy, MultifidusParasagittal)  # what this view draws
    return Phantom(replace(plan, anatomy=replace(anatomy, effort=effort), disturbances=UNDISTURBED))


def _bent(seed: int, end_effort: float) -> tuple[Bend, float]:
    """One bend as it is told, and the true change of thickness at the end of the range."""
    (down, up), fps = _WAYS, 10.0
    kept = Contraction(down.start_s, hold_s=up.end_s - down.start_s - 1.2, effort=end_effort)
    ways = [Contraction(w.start_s, hold_s=w.duration_s - 1.2, effort=0.8 - end_effort) for w in _WAYS]
    phantom = _along(seed, fps, Activation((kept, *ways)))
    warped, side = WarpedPhantom(phantom), phantom.plan.anatomy.sides[0]
    t_s = np.arange(round((up.end_s + 0.5) * fps)) / fps
    state, measured = start(phantom.setup, warped.picture(0.0)), []
    for at in t_s:
        state, result = step(state, warped.picture(float(at)), float(at))
        measured.append(result.measurements[0])
    ok = np.array([m.status.carries_value for m in measured])
    values = np.array([m.thickness_mm for m in measured])
    rest = (Span(0.0, down.start_s - 0.2),)
    ways_found = tuple(Repetition(k, rest, way, way, way, True) for k, way in enumerate(_WAYS, 1))
    (bend,) = bends(ways_found, Trace(t_s, np.where(ok, values, nan), np.ones(len(t_s), bool), ok))
    truth = [phantom.truth_at(at).of(side, "lm").thickness_mm for at in (0.0, down.end_s + 1.5)]
    return bend, truth[1] - truth[0]
