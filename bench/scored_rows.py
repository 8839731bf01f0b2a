"""The scored phantom clips: one figure a clip and quantity.

Frames whose status carries no value count as not measured, not as errors. Change is contracted against rest:
the mean over the frames of full effort against that over the frames before it begins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from pathlib import Path

import cv2
import numpy as np

from bench.aims import ClipScore
from bench.figures import Kept, Values, correlation, paired, run, statuses
from bench.sample_rows import asked, asymmetry, true_asymmetry
from bench.scored_clips import ScoredClip, clips
from bench.truth import Key, phantom_borders, phantom_effort, phantom_truth
from segmentation.indices import percent_change, preferential_activation
from segmentation.results import FloatArray, Muscle, Side
from segmentation.views import ViewName
from usbio.errors import UsbioError
from usbio.measuring import Task
from usbio.setup import SetupFile, load_setup

_WALL: tuple[Muscle, ...] = ("tra", "io", "eo")
_LEAST_SHARE = 0.5  # of the frames of rest and of effort, or there is no change to speak of
_EVERY = 5  # frame whose overlap is counted


def scores(view: ViewName, development: bool = False) -> list[ClipScore]:
    """Return every clip of a view, asked with its setup and with the side alone."""
    return [score for clip in clips(development, (view,)) for score in clip_scores(clip)]


def clip_scores(clip: ScoredClip) -> list[ClipScore]:
    """Return what one clip reaches in each way of asking; it is drawn if it is missing."""
    files = clip.render()
    truth, name = phantom_truth(files.truth), f"{clip.view} {clip.seed}"
    effort, borders = phantom_effort(files.truth), phantom_borders(files.borders)
    found = []
    setup = load_setup(files.setup)
    for given, task in asked(setup):
        try:
            kept, unread = _run(files.clip, task, setup)
        except UsbioError as error:
            found.append(ClipScore(name, given, failed=str(error)))
            continue
        told = _Told(kept, truth, effort, borders)
        leading = [k for k in truth if k[2] == ("area_cm2" if clip.view == "lm-csa" else "thickness_mm")]
        shares = [told.measured_percent(key) for key in leading]
        said = statuses(m for side, muscle, _ in leading for m in kept.of(side, muscle).values())
        reached, standing = (_BY_VIEW[clip.view](told, ok) for ok in (False, True))
        found.append(ClipScore(name, given, reached, standing, min(shares), said, unread))
    return found


def _run(clip: Path, task: Task, setup: SetupFile) -> tuple[Kept, str]:
    """Measure, and where the ruler cannot be read give the scale: the ruler has its own table."""
    try:
        return run(clip, task), ""
    except UsbioError as error:
        given = task.setup.model_copy(update={"calibration": setup.calibration})
        return run(clip, replace(task, setup=given)), str(error)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the program told of a clip, and what is true of it."""

    kept: Kept
    truth: Mapping[Key, Values]
    effort: Values
    borders: Sequence[Mapping[str, FloatArray]]

    def measured(self, key: Key, ok: bool) -> Values:
        side, muscle, quantity = key
        return (self.kept.standing if ok else self.kept.trace)(side, muscle, quantity)

    def pair(self, key: Key, ok: bool) -> tuple[FloatArray, FloatArray]:
        return paired(self.measured(key, ok), self.truth[key])

    def measured_percent(self, key: Key) -> float:
        return 100.0 * len(self.pair(key, False)[0]) / len(self.truth[key])

    def levels(self, values: Values) -> tuple[float, float]:
        """Return the mean at rest before the effort, and at full effort."""
        most = max(self.effort.values())
        begins = min(k for k, e in self.effort.items() if e > 0.02 * most)
        rest = [k for k in self.effort if k < begins]
        full = [k for k, e in self.effort.items() if e > 0.98 * most]
        return _mean(values, rest), _mean(values, full)

    def change_off(self, key: Key, ok: bool) -> float:
        rest, full = self.levels(self.measured(key, ok))
        true_rest, true_full = self.levels(self.truth[key])
        return abs(percent_change(rest, full) - percent_change(true_rest, true_full))


def _mean(values: Values, frames: Sequence[int]) -> float:
    known = [values[k] for k in frames if isfinite(values.get(k, nan))]
    return float(np.mean(known)) if len(known) >= _LEAST_SHARE * len(frames) else nan


def _mae(measured: FloatArray, truth: FloatArray) -> float:
    return float(np.abs(measured - truth).mean()) if len(measured) else nan


def _wall(told: _Told, ok: bool) -> dict[str, float]:
    side = next(side for side, _, _ in told.truth)
    keys: dict[Muscle, Key] = {m: (side, m, "thickness_mm") for m in _WALL}
    reached = {f"{m} thickness, mm": _mae(*told.pair(key, ok)) for m, key in keys.items()}
    reached["tra thickness, r"] = correlation(*told.pair(keys["tra"], ok))
    reached["tra slide, mm"] = _mae(*told.pair((side, "tra", "slide_mm"), ok))
    reached |= {f"{m} change, points": told.change_off(key, ok) for m, key in keys.items()}
    mm = [told.levels(told.measured(key, ok)) for key in keys.values()]
    true_mm = [told.levels(told.truth[key]) for key in keys.values()]
    reached["PAR"] = abs(_par(mm) - _par(true_mm))
    return reached


def _par(levels: Sequence[tuple[float, float]]) -> float:
    tra, io, eo = levels
    return preferential_activation((tra[0], io[0], eo[0]), (tra[1], io[1], eo[1]))


def _back(told: _Told, ok: bool) -> dict[str, float]:
    """Return the worse side's figures; nan where one side has none."""
    area, level, change, overlap = [], [], [], []
    for key in (("left", "lm", "area_cm2"), ("right", "lm", "area_cm2")):
        measured, truth = told.pair(key, ok)
        off = (measured / truth - 1.0) * 100.0
        area.append(float(np.abs(off).mean()) if len(off) else nan)
        level.append(float(off.std()) if len(off) else nan)
        change.append(told.change_off(key, ok))
        overlap.append(_overlap(told, key[0], ok))
    apart = _mae(*paired(asymmetry(told.kept), true_asymmetry(told.truth)))
    return {
        "area, %": float(np.max(area)),
        "asymmetry, points": apart,
        "change over time, % RMS": float(np.max(level)),
        "Dice": float(np.min(overlap)),
        "change, points": float(np.max(change)),
    }


def _facet(told: _Told, ok: bool) -> dict[str, float]:
    key = next(key for key in told.truth if key[2] == "thickness_mm")
    return {"thickness, mm": _mae(*told.pair(key, ok)), "change, points": told.change_off(key, ok)}


_BY_VIEW: dict[ViewName, Callable[[_Told, bool], dict[str, float]]] = {
    "tra": _wall,
    "lm-csa": _back,
    "lm-thickness": _facet,
}


def _overlap(told: _Told, side: Side, ok: bool) -> float:
    """Return the mean overlap of a side's border with the true one, over every fifth frame that has one."""
    values = told.measured((side, "lm", "area_cm2"), ok)
    found = []
    for index, m in told.kept.of(side, "lm").items():
        if index % _EVERY == 0 and m.border_px is not None and isfinite(values.get(index, nan)):
            found.append(dice(m.border_px, told.borders[index][f"{side}_lm"]))
    return float(np.mean(found)) if found else nan


def dice(one_px: FloatArray, other_px: FloatArray) -> float:
    """Return twice the shared area of two borders ``(N, 2)`` over the sum of both, on quarter pixels."""
    both = np.vstack([one_px, other_px])
    corner, size = both.min(axis=0) - 1.0, np.ptp(both, axis=0) + 2.0
    shape = (int(size[1] * 4) + 1, int(size[0] * 4) + 1)
    masks = []
    for points in (one_px, other_px):
        mask = np.zeros(shape, np.uint8)
        cv2.fillPoly(mask, [np.round((points - corner) * 4).astype(np.int32)], 1)
        masks.append(mask)
    return float(2.0 * (masks[0] & masks[1]).sum() / (masks[0].sum() + masks[1].sum()))
