"""The column contract: names, order, decimals, meaning and unit of every table. Its only owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from segmentation.results import QUANTITIES

SCHEMA_VERSION = 1

TableName = Literal["frames", "repetitions", "summary", "experimental", "timestamps", "pairs"]
AS_UNIT_SAYS = "as unit says"
"""Unit of a column whose numbers stand in the unit that the row names."""

Cell = str | float | int | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it means, its unit, and how its numbers are written."""

    name: str
    meaning: str
    unit: str = ""
    decimals: int = 4  # the values stored are raw: finer than any of them is true


def written(value: Cell, decimals: int) -> str:
    """Return one cell: nan and None are empty, numbers have a point and fixed decimals, yes is 1.

    Times are the exception and are trimmed: 6 decimals tell pictures apart, and most need fewer.
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return _number(value, decimals) if isfinite(value) else ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def _number(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    if decimals == TIME_DECIMALS:
        text = text.rstrip("0").rstrip(".")
    return text.removeprefix("-") if not text.strip("-0.") else text


TIME_DECIMALS = 6
_PERCENT, _RATIO, _CM2 = 3, 5, 5

_TIME = {
    "time_s": "the frame's own time stamp, first frame 0; empty where the source has none",
    "value_age_s": "age of a held value",
    "arrived_s": "when the frame arrived at the computer, from the moment the recording began",
    "video_s": "the picture's stamp in the video of the recording, to a thousandth of a second",
    "pair_s": "when the newer of the two pictures arrived, from the first pair on",
    "left_age_s": "how much older the left picture is than the newer one of the pair",
    "right_age_s": "how much older the right picture is than the newer one of the pair",
    "rest_start_s": "start of the stretch rest is the mean of (of the first, where several are marked)",
    "rest_end_s": "end of the stretch rest is the mean of (of the last, where several are marked)",
    "contraction_start_s": "where the leading muscle leaves rest, or the start of the marked interval",
    "contraction_end_s": "where it is back, or the end of the marked interval",
    "contracted_start_s": "start of the stretch contracted is the mean of: the steadiest second of the hold",
    "contracted_end_s": "end of the stretch contracted is the mean of",
    "start_s": "experimental: start of the stretch or phase that value is the mean of; moment of an onset",
    "end_s": "experimental: end of it",
    "hold_s": "how long this muscle stayed beyond 0.8 of its change",
}

_OTHER = {
    "frame": ("number of the frame, from 0", ""),
    "new_picture": ("0 where the scanner had not drawn a new picture since the last frame", ""),
    "phase": ("rest, contraction (the hold), transition, artefact, or empty where unknown", ""),
    "repetition": ("number of the repetition, from 1; empty outside", ""),
    "marker": ("what was marked in this frame", ""),
    "side": ("side of the patient: left, right; both: a comparison of the two", ""),
    "muscle": ("muscle measured; where side is both, the muscle compared", ""),
    "asymmetry_percent": ("(right - left) / larger x 100 of area, else thickness; only if side is both", "%"),
    "quality": (
        "estimated chance that the value is within 0.5 mm or 5 % of the truth; at most 0.89 for a border "
        "that nobody pointed at or confirmed",
        "0 to 1",
    ),
    "status": (
        "with a value: ok (quality from 0.8 on), low_quality (below), moved (the probe moved or pressed "
        "since rest), shadow; without: no_border, lost, clipped, frozen, implausible (also of another depth)",
        "",
    ),
    "border_source": ("auto, traced, confirmed or corrected; of several the least sure", ""),
    "value_kind": ("live, or held: the other side's last value", ""),
    "quantity": (
        "what this row is about; of comparisons: echo_intensity_ratio is right / left, to be read with "
        "subcutaneous_difference_mm, right - left, for the fat over a muscle changes its echo",
        "",
    ),
    "unit": ("unit of rest_value, contracted_value, change_absolute, sem, level_band and mdc95", ""),
    "rest_value": ("mean at rest", AS_UNIT_SAYS),
    "rest_sd": ("spread at rest between pictures, or of several repetitions between them", AS_UNIT_SAYS),
    "contracted_value": ("mean in contraction", AS_UNIT_SAYS),
    "contracted_sd": ("spread in contraction, as for rest", AS_UNIT_SAYS),
    "change_absolute": (
        "contracted - rest, empty where no contraction was found; for activation_asymmetry_points the change "
        "of the right - change of the left",
        AS_UNIT_SAYS,
    ),
    "change_percent": ("(contracted - rest) / rest x 100, empty where no contraction was found", "%"),
    "contraction_ratio": ("contracted / rest, empty where no contraction was found", ""),
    "change_se": (
        "standard error of contracted - rest within the clip, from the scatter at rest, whatever the "
        "decision; of relative thickness and preferential activation carried through from three thicknesses",
        AS_UNIT_SAYS,
    ),
    "decision": ("contracted, not_contracted or not_decidable, from the error within the trial", ""),
    "breath": ("breath in which it was taken, where it is known", ""),
    "n_repetitions": ("repetitions found or marked", ""),
    "n_pictures": ("new pictures, of a repetition in its rest and contracted stretch, else of the clip", ""),
    "n_ok": ("of these, pictures with status ok", ""),
    "ok_fraction": ("share of the pictures of the repetition with status ok", "fraction"),
    "sem": ("standard error of measurement of one such value", AS_UNIT_SAYS),
    "mdc95": ("1.96 x sqrt(2) x sem: what a change between two occasions must exceed", AS_UNIT_SAYS),
    "level_band": ("1.96 x sem: plus or minus, for this one value against a line", AS_UNIT_SAYS),
    "told_from_zero": ("comparisons: 1 where the value lies outside its band round 0, else 0", ""),
    "error_source": ("where sem is from", ""),
    "zone": ("experimental: whole, superficial or deep (split half-way in depth), beside: lateral of it", ""),
    "bend_phase": ("experimental: start, way_down, end_range or way_up of forward bending", ""),
    "value": ("experimental: mean in contraction or in the phase, or onset after the cue", AS_UNIT_SAYS),
    "trial_band": (
        "experimental: plus or minus, from the scatter within the trial; of an onset one picture",
        AS_UNIT_SAYS,
    ),
    "note": ("experimental: in words what came of it, or why it was refused", ""),
    "live": ("measured, failed or dropped (overtaken by a newer picture) while it was recorded", ""),
    "fault": ("why nothing could be measured in it", ""),
    "left_frame": ("number of the left picture in its own recording", ""),
    "right_frame": ("number of the right picture in its own recording", ""),
    "left_value": ("value of the left muscle", AS_UNIT_SAYS),
    "right_value": ("value of the right muscle", AS_UNIT_SAYS),
    "left_phase": ("what the left muscle is doing: rest, contraction, transition, artefact", ""),
    "right_phase": ("what the right muscle is doing: rest, contraction, transition, artefact", ""),
    "left_kind": ("live, or held: older than a second", ""),
    "right_kind": ("live, or held: older than a second", ""),
    "rest_rule": ("how rest was taken", ""),
    "contracted_rule": ("how contracted was taken", ""),
}  # fmt: skip

_DECIMALS = {
    "area_cm2": _CM2,
    "relative_thickness_percent": _PERCENT,
    "echo_intensity_grey": 3,
    "asymmetry_percent": _PERCENT,
    "quality": 3,
    "change_percent": _PERCENT,
    "contraction_ratio": _RATIO,
    "hold_s": 3,
    "ok_fraction": 3,
}

_ORDER: Mapping[TableName, str] = {
    "frames": "frame time_s new_picture phase repetition marker side muscle "
    "thickness_mm area_cm2 relative_thickness_percent slide_mm echo_intensity_grey asymmetry_percent "
    "subcutaneous_mm probe_shift_mm quality status border_source value_kind value_age_s",
    "repetitions": "side muscle quantity unit repetition rest_start_s rest_end_s rest_value rest_sd "
    "contraction_start_s contraction_end_s contracted_value change_absolute change_percent contraction_ratio "
    "hold_s decision breath n_pictures ok_fraction border_source contracted_start_s contracted_end_s "
    "change_se",
    "summary": "side muscle quantity unit n_repetitions n_pictures n_ok rest_value rest_sd contracted_value "
    "contracted_sd change_absolute change_percent sem mdc95 error_source rest_rule contracted_rule "
    "level_band told_from_zero",
    "experimental": "side muscle zone quantity unit repetition bend_phase start_s end_s rest_value rest_sd "
    "value change_absolute change_percent trial_band n_pictures note",
    "timestamps": "frame time_s arrived_s video_s live fault",
    "pairs": "pair_s muscle quantity unit left_frame right_frame left_value right_value asymmetry_percent "
    "left_phase right_phase left_age_s right_age_s left_kind right_kind quality status border_source",
}


def _column(name: str) -> Column:
    if name in QUANTITIES:
        quantity = QUANTITIES[name]
        return Column(name, quantity.meaning, quantity.unit, _DECIMALS.get(name, 4))
    if name in _TIME:
        return Column(name, _TIME[name], "s", _DECIMALS.get(name, TIME_DECIMALS))
    meaning, unit = _OTHER[name]
    return Column(name, meaning, unit, _DECIMALS.get(name, 4))


COLUMNS: Mapping[TableName, tuple[Column, ...]] = {
    table: tuple(_column(name) for name in order.split()) for table, order in _ORDER.items()
}
"""Every table's columns in their order. Adding at the end is fine; renaming breaks what users built on it."""


def value_decimals(quantity: str) -> int:
    """Return the decimals of a rest or contracted value of this quantity."""
    return _DECIMALS.get(quantity, 4) if quantity in QUANTITIES else 5
