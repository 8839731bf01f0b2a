"""A step of the set-up in words: what was found, how sure that is, what is missing, what can be changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

from segmentation.results import Side
from segmentation.views import VIEWS
from usbio.scale_by_hand import Scale, ScaleSource
from usbio.setup_draft import STEPS, PictureSource, SetupDraft, Standing, StepName

_PICTURE_FROM: dict[PictureSource, str] = {
    "setup": "from the setup file",
    "dicom": "from the DICOM file",
    "found": "found on the screen",
    "remembered": "as the last time, and found there again",
    "hand": "set by hand",
}
_SCALE_FROM: dict[ScaleSource, str] = {
    "setup": "from the setup file",
    "dicom": "from the DICOM file",
    "ruler": "read from the ruler",
    "points": "two points and their distance",
    "depth": "from the depth that was typed",
    "remembered": "as the last time",
    "sent": "it comes with the pictures",
}
_STATION_RULES = {
    "mid": "in the middle of the picture",
    "range": "over the stretch that was marked",
    "junction": "at a distance from the muscle's end",
    "facet": "at the apex of the facet",
}
_OWN_STATIONS = {
    "lm-thickness": "over a facet's apex, which is looked for",
    "tra": "in the middle of the picture",
    "layer": "in the middle of the picture",
}


@dataclass(frozen=True, slots=True)
class StepState:
    """How one step stands."""

    name: StepName
    standing: Standing
    found: str
    how_sure: str
    missing: str
    may_change: tuple[str, ...]


def step_state(draft: SetupDraft, step: StepName) -> StepState:
    """Return one step in words."""
    found, how_sure, missing, may_change = _WORDS[step](draft)
    standing = draft.standing(step)
    return StepState(step, standing, found, how_sure, missing if draft.lacks(step) else "", may_change)


def step_states(draft: SetupDraft) -> tuple[StepState, ...]:
    """Return all steps in their order."""
    return tuple(step_state(draft, step) for step in STEPS)


_Words = tuple[str, str, str, tuple[str, ...]]


def _picture(draft: SetupDraft) -> _Words:
    where = " and ".join(
        f"x {r.x}, y {r.y}, {r.width} x {r.height} pixels" for r in (p.roi for p in draft.pictures)
    )
    what = "two pictures side by side" if draft.dual else "the ultrasound picture"
    found = f"{what}: {where}" if where else ""
    more = [_PICTURE_FROM[draft.picture_source]] if where else []
    if draft.masks:
        more.append(f"{len(draft.masks)} masked")
    if draft.proposed_masks:
        places = _plural("place", draft.proposed_masks)
        more.append(f"{len(draft.proposed_masks)} {places} with writing in it")
    missing = "no ultrasound picture was found on the screen: draw a box round it"
    ways = ("edges", "one picture or two", "masks", "what else may be kept")
    return found, ", ".join(more), missing, ways


def _scale(draft: SetupDraft) -> _Words:
    by_hand = ("two points and the mm between them", "depth")
    ways = ("ruler", *by_hand) if any(draft.rulers) else by_hand
    missing = f"the size of a pixel is not known ({_no_ruler(draft)}): mark two points, or type the depth"
    first = next((scale for scale in draft.scales if scale is not None), None)
    if first is None:
        return "", "", missing, ways
    sizes = [s.calibration for s in draft.scales if s is not None]
    alike = all(size == sizes[0] for size in sizes)
    each = " and ".join(f"{size.y_mm_per_px:.4f}" for size in (sizes[:1] if alike else sizes))
    found = f"{each} mm per pixel, {draft.depth_mm:.0f} mm deep: {first.words}"
    said = dict.fromkeys(_sureness(scale) for scale in draft.scales if scale is not None)
    return found, "; ".join(said), missing, ways


def _sureness(scale: Scale) -> str:
    words = [_SCALE_FROM[scale.source]]
    if isfinite(scale.error_percent):
        words.append(f"± {scale.error_percent:.1f} %")
    return "; ".join([*words, *scale.notes])


def _no_ruler(draft: SetupDraft) -> str:
    return next((reason for reason in draft.ruler_reasons if reason), "no ruler was read")


def _view(draft: SetupDraft) -> _Words:
    found = VIEWS[draft.view].title if draft.view is not None else ""
    return found, "", "nobody has said yet what the picture shows", tuple(VIEWS)


def _side(draft: SetupDraft) -> _Words:
    if draft.image_left is not None:
        what = "picture shows" if draft.dual else "half of the picture shows"
        found = f"the left {what} the patient's {draft.image_left}"
    else:
        found = f"the patient's {draft.side}" if draft.side is not None else ""
    missing = "nobody has said yet whose side it shows, and that is never guessed"
    if not draft.two_sided:
        return found, "", missing, ("left", "right")
    ways = ("what is on the left", "press beside the probe")
    return found, "", missing, ways if draft.dual else (*ways, "one side alone")


def _station(draft: SetupDraft) -> _Words:
    if draft.view is None:
        return "", "", "", ()
    if VIEWS[draft.view].quantity == "area_cm2":
        return "the whole muscle is measured", "", "", ()
    if not draft.stations:
        return f"measured {_OWN_STATIONS[draft.view]}", "the usual place", "", _station_ways(draft)
    rules = dict.fromkeys(_STATION_RULES[station.rule] for station in draft.stations)
    return f"measured {' and '.join(rules)}", "", "", _station_ways(draft)


def _station_ways(draft: SetupDraft) -> tuple[str, ...]:
    return ("apex of the facet",) if draft.view == "lm-thickness" else ("middle", "a stretch of the picture")


def _border(draft: SetupDraft) -> _Words:
    ways = ("trace it", "take what is found")
    if draft.borders:
        sides: list[Side] = sorted({b.side or (draft.side or "left") for b in draft.borders})
        return f"traced on the {' and the '.join(sides)}", "by hand", "", ways
    return "found by itself once measuring begins", "to be looked at on the picture", "", ways


def _plural(word: str, things: tuple[object, ...]) -> str:
    return word if len(things) == 1 else f"{word}s"


_WORDS: dict[StepName, Callable[[SetupDraft], _Words]] = {
    "picture": _picture,
    "scale": _scale,
    "view": _view,
    "side": _side,
    "station": _station,
    "border": _border,
}
