"""What the patient is told while there is no value that can be stood by: one thing, and no field term."""

from __future__ import annotations

from collections.abc import Iterable

from segmentation.results import Status
from usbio.texts import Text

PROBE_BACK = Text("patient.hint.probe_back")
UNCLEAR = Text("patient.hint.picture")
HINTS: dict[Status, Text] = {  # what hides all the rest goes first
    Status.FROZEN: Text("patient.hint.no_picture"),
    Status.LOST: PROBE_BACK,
    Status.MOVED: PROBE_BACK,
    Status.NO_BORDER: UNCLEAR,
    Status.CLIPPED: UNCLEAR,
    Status.SHADOW: UNCLEAR,
    Status.IMPLAUSIBLE: UNCLEAR,
    Status.LOW_QUALITY: Text("patient.hint.hold_still"),
}


def patient_hint(statuses: Iterable[Status]) -> Text | None:
    """Return what is asked for while muscles have these statuses; None where every one is ok."""
    seen = set(statuses)
    return next((hint for status, hint in HINTS.items() if status in seen), None)
