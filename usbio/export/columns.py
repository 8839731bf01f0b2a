"""The tables of an export: names and order of their columns, with the meanings of `usbio.columns`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from segmentation.results import SIDES, Muscle
from usbio.columns import COLUMNS, TIME_DECIMALS, Column

ExportTable = Literal["subjects", "visits", "sets", "repetitions", "frames", "captures", "pains", "functions"]
TABLES: tuple[ExportTable, ...] = get_args(ExportTable)
WIDE = "frames_wide"
"""A row a frame, in the place of the table of frames."""

_MUSCLES: tuple[Muscle, ...] = get_args(Muscle)
_SINCE = "since the visit began, by the clock of the computer"
_WITHDRAWN = "1 where it was taken back, and counts nowhere else"
_TEN = "0 to 10"

_TIMES = {
    "time_s": f"when the picture came, {_SINCE}",
    "at_s": f"when it was noted, {_SINCE}",
    "start_s": f"start of the stretch that is averaged, {_SINCE}",
    "end_s": f"end of the stretch that is averaged, or of the hold, {_SINCE}",
    "cue_s": f"when the cue to contract came, {_SINCE}",
    "rest_start_s": f"start of the stretch rest is the mean of, {_SINCE}",
    "rest_end_s": f"end of the stretch rest is the mean of, {_SINCE}",
    "last_s": f"the last that happened, {_SINCE}",
}
_SECONDS = {
    "asked_hold_s": "hold that was asked for, where it was not the protocol's",
    "proposed_hold_s": "hold that is proposed, where it is not the protocol's",
    "in_target_s": "how long the muscle stayed in the target during the hold; empty without a target",
}

_OWN: Mapping[str, tuple[str, str]] = {
    "subject": ("code of the patient", ""),
    "visit": ("name of the visit, and of its folder", ""),
    "visit_number": ("of the visits of this patient, from 1", ""),
    "date": ("day of the visit, where it was", ""),
    "protocol": ("name of the protocol", ""),
    "n_visits": ("visits of this patient in this export", ""),
    "first_date": ("day of the first of them", ""),
    "last_date": ("day of the last of them", ""),
    "painful_side": ("left, right, both, central or none, as was said; of several visits the last", ""),
    "began": ("date and time at which it began, with the distance to Greenwich", ""),
    "state": ("finished, stopped (by the clinician), interrupted, or running", ""),
    "resumed": ("how often it was gone on with after it was broken off", ""),
    "rater": ("who measured", ""),
    "schedule": ("when the patient was shown how it went", ""),
    "sites": ("what was measured at once, in this order: sides and view", ""),
    "level": ("vertebral level", ""),
    "landmark": ("landmark the probe was placed by", ""),
    "posture": ("posture", ""),
    "scanner": ("scanner", ""),
    "probe": ("probe", ""),
    "preset": ("preset of the scanner", ""),
    "depth_mm": ("depth of the picture as it was noted", "mm"),
    "source": ("where the pictures came from", ""),
    "program_version": ("version of usbio", ""),
    "pain_start": ("pain at the start of the visit", _TEN),
    "pain_end": ("pain at its end", _TEN),
    "proposal": ("what the program proposed for the next visit", ""),
    "proposed_protocol": ("with which protocol", ""),
    "proposal_accepted": ("1 accepted, 0 not; empty where it was not decided", ""),
    "override_reason": ("why the clinician decided otherwise, in the clinician's words", ""),
    "remarks": ("remarks of the clinician, with | between them", ""),
    "troubles": ("what went wrong during the visit, with | between", ""),
    "block": (
        "pretest (before training), retention (the same, from the second visit on), training, posttest; "
        "or rest. Only in training is feedback given",
        "",
    ),
    "sides": ("what was in the picture or the two pictures: left, right, or left+right", ""),
    "view": ("view", ""),
    "set": ("number of the set in its block, from 1", ""),
    "repetition": ("number of the repetition in its set, from 1; empty for captures", ""),
    "capture": ("number of the resting capture, from 1; empty for repetitions", ""),
    "feedback": (
        "what the patient was shown: none, during, after, both, or outside (words where it misses)",
        "",
    ),
    "outcome": ("passed, not_passed, not_decidable, or broken (stopped before its end)", ""),
    "reason": ("code of why it did not pass", ""),
    "selectivity": ("alone, joining (IO works with it) or not_decidable; empty where it was not judged", ""),
    "withdrawn": (_WITHDRAWN, ""),
    "breath": ("end_expiration, marked, breathing, held, not_decidable or not_seen", ""),
    "replaced": ("1 where the probe was lifted and replaced before this capture", ""),
    "stills": ("files in the visit's folder that show what was measured, the picture first", ""),
    "target_low_percent": ("what the side was asked to reach at least: change from rest", "%"),
    "target_high_percent": ("and at most", "%"),
    "n_repetitions": ("repetitions that were not withdrawn", ""),
    "n_passed": ("of these, passed", ""),
    "n_with_feedback": ("of these, repetitions during or after which the patient was shown something", ""),
    "n_passed_with_feedback": ("of these, passed", ""),
    "n_without_feedback": ("repetitions without any feedback", ""),
    "n_passed_without_feedback": ("of these, passed", ""),
    "n_not_decidable": ("repetitions that could not be judged", ""),
    "pain_before": ("pain before the set", _TEN),
    "pain_after": ("pain after it", _TEN),
    "moment": ("start or end of the visit, before_set or after_set", ""),
    "pain": ("pain as the patient said it; empty where it was asked and not told", _TEN),
    "activity": ("an activity that matters to the patient", ""),
    "function": ("0 unable, 10 as before", _TEN),
    "border_source": ("auto, traced, confirmed or corrected", ""),
}  # fmt: skip

_VISIT = "subject visit visit_number date protocol"
_TRIAL = "block sides view set"
_ORDER: Mapping[ExportTable, str] = {
    "subjects": "subject n_visits first_date last_date painful_side",
    "visits": f"{_VISIT} began state last_s resumed painful_side sites schedule asked_hold_s rater level "
    "landmark posture scanner probe preset depth_mm source program_version pain_start pain_end proposal "
    "proposed_protocol proposed_hold_s proposal_accepted override_reason remarks troubles",
    "sets": f"{_VISIT} {_TRIAL} n_repetitions n_passed n_with_feedback n_passed_with_feedback "
    "n_without_feedback n_passed_without_feedback n_not_decidable pain_before pain_after",
    "repetitions": f"{_VISIT} {_TRIAL} repetition feedback outcome reason selectivity withdrawn cue_s end_s "
    "side muscle quantity unit rest_start_s rest_end_s rest_value rest_sd contracted_value change_absolute "
    "change_percent contraction_ratio change_se hold_s in_target_s target_low_percent target_high_percent "
    "decision breath n_pictures ok_fraction border_source",
    "frames": f"{_VISIT} {_TRIAL} capture repetition feedback withdrawn frame time_s new_picture phase side "
    "muscle thickness_mm area_cm2 relative_thickness_percent slide_mm echo_intensity_grey subcutaneous_mm "
    "probe_shift_mm quality status border_source",
    "captures": f"{_VISIT} {_TRIAL} capture withdrawn at_s start_s end_s breath replaced stills side muscle "
    "quantity unit rest_value rest_sd n_pictures ok_fraction",
    "pains": f"{_VISIT} at_s moment set sides view pain",
    "functions": f"{_VISIT} at_s activity function",
}
_WIDE_FROM = _ORDER["frames"].split().index("side")


def _column(name: str) -> Column:
    if name in _TIMES:
        return Column(name, _TIMES[name], "s", TIME_DECIMALS)
    if name in _SECONDS:
        return Column(name, _SECONDS[name], "s", 3)
    if name in _OWN:
        meaning, unit = _OWN[name]
        return Column(name, meaning, unit, 3 if unit else 4)
    return _SHARED[name]


_SHARED = {column.name: column for column in (*COLUMNS["repetitions"], *COLUMNS["frames"])}

EXPORTED: Mapping[str, tuple[Column, ...]] = {
    table: tuple(_column(name) for name in order.split()) for table, order in _ORDER.items()
}
"""Every table's columns in their order. Adding at the end is fine; renaming breaks what users built on it."""

MEASURED: tuple[Column, ...] = EXPORTED["frames"][_WIDE_FROM + 2 :]
"""What a frame says of one muscle."""


def wide_columns(seen: Sequence[tuple[str, str]]) -> tuple[Column, ...]:
    """Return the columns of a row a frame, for the sides and muscles that are in the export."""
    ordered = [(side, muscle) for side in SIDES for muscle in _MUSCLES if (side, muscle) in set(seen)]
    return (
        *EXPORTED["frames"][:_WIDE_FROM],
        *(
            Column(f"{side}_{muscle}_{one.name}", f"{side} {muscle}: {one.meaning}", one.unit, one.decimals)
            for side, muscle in ordered
            for one in MEASURED
        ),
    )
