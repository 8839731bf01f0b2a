"""From ticks and what is written beside them to mm per pixel, or to the reason why not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from segmentation.combs import Comb
from segmentation.geometry import Roi
from segmentation.ruler_labels import DepthText, Label, Unit

_ROUND = tuple(m * 10.0**e for e in (-2, -1, 0, 1) for m in (1.0, 2.0, 2.5, 5.0))  # what ticks count
_ROUND_MM = (1.0, 2.0, 5.0, 10.0, 20.0)
_MM_PER: dict[Unit, float] = {"mm": 1.0, "cm": 10.0}
NO_NUMBER = "its ticks carry no number that could be read, and 5 and 10 mm look alike"
_DEPTH_MM = (10.0, 400.0)  # of any picture of muscle: a veto, no more
_COARSEST_CM = 2.0  # no ruler in cm has its finest ticks farther apart,
_FARTHEST_CM = 25.0  # and none that lacks them, for they are faint, goes so far
_SURE_PAIR = 0.85  # correlation from which two numbers alone are believed
_DEPTH_AGREES = 0.04
_STEP_ROUND = 0.025  # how near to round a step from a written depth must be


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """A ruler's ticks with their distance in mm."""

    comb: Comb
    tick_mm: float
    read: str
    labels: int  # numbers it rests on; 0 for a written depth

    @property
    def mm_per_px(self) -> float:
        """Spacing along the ruler."""
        return self.tick_mm / self.comb.spacing_px


@dataclass(frozen=True, slots=True)
class _Reading:
    """Numbers that go up evenly along the ticks."""

    labels: tuple[Label, ...]
    tick_units: float  # what one tick counts
    zero_px: float  # where the numbers say 0
    step_units: float  # from one written number to the next


def scale_from_labels(
    labels: tuple[Label, ...], comb: Comb, roi: Roi, depths: tuple[DepthText, ...]
) -> Scale | str:
    """Return the scale that the numbers beside a ruler give, or why they give none.

    Parameters
    ----------
    labels : tuple of Label
        From top to bottom.
    comb : Comb
        The ticks.
    roi : Roi
        The B-mode picture.
    depths : tuple of DepthText
        Depths written on the screen; they decide between cm and mm where the numbers do not.

    Returns
    -------
    Scale or str
        A reason that begins with ``!`` is a contradiction: nothing else may be tried then.

    Examples
    --------
    >>> comb = Comb(330, 344, 20.0, 45.0, np.arange(20.0, 400.0, 45.0))
    >>> labels = tuple(Label(20.0 + 90.0 * k, 352.0, 10.0, float(k), None, 0.95) for k in range(5))
    >>> scale = scale_from_labels(labels, comb, Roi(20, 20, 300, 400), ())
    >>> scale.tick_mm, round(scale.mm_per_px, 4), scale.read
    (5.0, 0.1111, '9 ticks, numbers 0, 1, 2, 3, 4 cm')
    """
    numbers = tuple(label for label in labels if label.value is not None)
    if not numbers:
        return NO_NUMBER
    reading = _reading(labels, numbers, comb)
    if reading is None:
        return "the numbers beside its ticks could not be read surely"
    units = _units(reading, comb, roi, tuple(depth.mm for depth in depths))
    if len(units) > 1:
        return "!its numbers may be mm or cm and no unit could be read"
    if not units:
        return "!its numbers give no possible depth"
    unit = units[0]
    values = sorted(label.value for label in reading.labels if label.value is not None)
    said = f"{comb.count} ticks, numbers {', '.join(f'{v:g}' for v in values)} {unit}"
    return Scale(comb, round(reading.tick_units * _MM_PER[unit], 6), said, len(values))


def scale_from_depth(
    depths: tuple[DepthText, ...], comb: Comb, roi: Roi, long_every: list[int], reach_px: int
) -> Scale | None:
    """Return the scale that makes the picture as deep as is written, where that gives round ticks.

    Parameters
    ----------
    depths : tuple of DepthText
        Depths written on the screen.
    comb : Comb
        The ticks.
    roi : Roi
        The B-mode picture.
    long_every : list of int
        Every how manieth tick is long.
    reach_px : int
        How near the ticks a text is the number of a tick: beside the last one it may be the depth.

    Returns
    -------
    Scale or None
        None where no written depth, or more than one, fits.

    Examples
    --------
    Ticks 50 px apart are 5 mm each where the 400 px between the outer ones are 40 mm.

    >>> comb = Comb(330, 344, 20.0, 50.0, np.arange(20.0, 421.0, 50.0))
    >>> written = (DepthText(40.0, 20.0, 470.0, named=True),)
    >>> scale = scale_from_depth(written, comb, Roi(20, 20, 300, 400), [2], 50)
    >>> scale.tick_mm, scale.mm_per_px
    (5.0, 0.1)
    """
    found: dict[float, float] = {}
    for depth in depths:
        for span in _spans(depth, comb, roi, reach_px):
            step = depth.mm * comb.spacing_px / span
            tick = min(_ROUND_MM, key=lambda mm: abs(step / mm - 1))
            if abs(step / tick - 1) <= _STEP_ROUND and all(_is_round(tick * n) for n in long_every):
                found[tick] = depth.mm
    if len(found) != 1 or comb.count < 4:
        return None
    tick, mm = next(iter(found.items()))
    if not _plausible(tick / comb.spacing_px, roi):
        return None
    return Scale(comb, tick, f"{comb.count} ticks of {tick:g} mm by the written depth of {mm:g} mm", 0)


def _spans(depth: DepthText, comb: Comb, roi: Roi, reach_px: int) -> list[float]:
    """The lengths in pixels that a written depth can speak of."""
    ruler_px = comb.end_px - comb.start_px
    beside = comb.first_x - reach_px <= depth.x_px <= comb.last_x + reach_px
    off_end = (depth.y_px - comb.end_px) / comb.spacing_px
    if beside and off_end < -0.4:
        return []  # the number of a tick on the way
    if not depth.named and not (beside and off_end <= 1.0):
        return []  # a length somewhere on the screen may have been measured in the picture
    # Before a curved array the first tick, at its face, stands below the top of the picture.
    return [float(roi.height), ruler_px, roi.y + roi.height - comb.start_px]


def _is_round(mm: float) -> bool:
    return any(abs(mm - value) < 1e-6 for value in (5.0, 10.0, 20.0, 50.0, 100.0))


def _reading(labels: tuple[Label, ...], numbers: tuple[Label, ...], comb: Comb) -> _Reading | None:
    best: tuple[Label, ...] = ()
    for first, second in combinations(numbers, 2):
        chosen = _in_line(numbers, first, second)
        if len(chosen) > len(best):
            best = chosen
    odd = len(numbers) - len(best)
    if len(best) < 2 or odd > len(best) // 4:
        return None
    if len(best) == 2 and (odd or min(label.score for label in best) < _SURE_PAIR):
        return None
    return _on_ticks(labels, best, comb)


def _in_line(numbers: tuple[Label, ...], first: Label, second: Label) -> tuple[Label, ...]:
    """The numbers that a straight line through two of them meets."""
    slope = _slope(first, second)
    if slope is None:
        return ()
    near = max(2.5, 0.3 * first.height_px)
    return tuple(n for n in numbers if abs(n.y_px - first.y_px - slope * (_value(n) - _value(first))) <= near)


def _slope(first: Label, second: Label) -> float | None:
    rise = _value(second) - _value(first)
    return (second.y_px - first.y_px) / rise if rise * (second.y_px - first.y_px) > 0 else None


def _value(label: Label) -> float:
    return label.value if label.value is not None else np.nan


def _on_ticks(labels: tuple[Label, ...], chosen: tuple[Label, ...], comb: Comb) -> _Reading | None:
    """Numbers stand at ticks: what one tick counts must be round, and every number a whole count of it."""
    values, places = np.array([_value(n) for n in chosen]), np.array([n.y_px for n in chosen])
    slope, zero_px = (float(v) for v in np.polyfit(values, places, 1))
    exact = comb.spacing_px / slope
    tick = min(_ROUND, key=lambda units: abs(exact / units - 1))
    tolerance = 0.04 if len(chosen) > 2 else 0.08  # end labels are moved inwards by part of a digit
    if abs(exact / tick - 1) > tolerance:
        return None
    counts = values / tick
    if np.abs(counts - np.round(counts)).max() > 1e-6:
        return None
    number = (places - comb.start_px) / comb.spacing_px
    offset = number - counts
    moved = (offset - np.round(np.median(offset))) * comb.spacing_px
    if np.abs(moved - np.median(moved)).max() > max(3.0, 1.5 * chosen[0].height_px):
        return None
    inner = [n.y_px for n in labels if places.min() - 2 <= n.y_px <= places.max() + 2]
    step = round(float(np.diff(inner).min()) / slope / tick) * tick
    return _Reading(chosen, tick, zero_px, step) if step > 0 else None


def _units(reading: _Reading, comb: Comb, roi: Roi, depths_mm: tuple[float, ...]) -> list[Unit]:
    """The units that the numbers can be in; cm unless they go up in fives or tens, or something says mm."""
    written = {label.unit for label in reading.labels if label.unit is not None}
    possible: list[Unit] = ["mm", "cm"]
    possible = [unit for unit in possible if _possible(reading, comb, roi, unit)]
    if written:
        return [unit for unit in possible if unit in written] if len(written) == 1 else []
    agreeing = [unit for unit in possible if _agrees(reading, comb, roi, unit, depths_mm)]
    if len(agreeing) == 1:
        return agreeing
    fives = abs(reading.step_units / 5 - round(reading.step_units / 5)) < 1e-6
    if not fives and reading.step_units < 5:
        return [unit for unit in possible if unit == "cm"]
    return possible


def _possible(reading: _Reading, comb: Comb, roi: Roi, unit: Unit) -> bool:
    tick_mm = reading.tick_units * _MM_PER[unit]
    coarse = tick_mm > 10.0 * _COARSEST_CM and max(map(_value, reading.labels)) >= _FARTHEST_CM
    return _plausible(tick_mm / comb.spacing_px, roi) and not (unit == "cm" and coarse)


def _plausible(mm_per_px: float, roi: Roi) -> bool:
    return _DEPTH_MM[0] <= mm_per_px * roi.height <= _DEPTH_MM[1]


def _agrees(reading: _Reading, comb: Comb, roi: Roi, unit: Unit, depths_mm: tuple[float, ...]) -> bool:
    mm_per_px = reading.tick_units * _MM_PER[unit] / comb.spacing_px
    ends = (roi.y + roi.height - reading.zero_px, float(roi.height), comb.end_px - reading.zero_px)
    lengths = [end * mm_per_px for end in ends]
    return any(abs(d - mm) <= max(1.0, _DEPTH_AGREES * mm) for d in depths_mm for mm in lengths)
