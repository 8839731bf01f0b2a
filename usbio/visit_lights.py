"""The three lights before a capture: side, scale, picture rate. Each says why it differs."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from segmentation.results import Side, Status
from segmentation.tap import TapResult
from usbio.sample import Counts, Sample
from usbio.texts import Text
from usbio.visit.facts import LightVerdict

LEAST_HZ = 10.0
"""New pictures a second; with fewer the beginning of a contraction cannot be seen."""
_ALL_TWICE = 0.5
_MOST_LOST = 0.1  # of the pictures; a single gap is no reason to wait
Found = tuple[LightVerdict, Text | None]


def side_light(tapped: TapResult | None, pressed: Side) -> Found:
    """Judge the tap test: a press on one half of the probe is seen in that half of the picture."""
    if tapped is None or not tapped.ready:
        return "not_checked", None
    if tapped.half is None:
        return "not_checked", Text("visit.light.why.no_press")
    return ("ok", None) if tapped.half == pressed else ("differs", Text("visit.light.why.other_side"))


def scale_light(changed: bool, sample: Sample | None) -> Found:
    """Judge the scale: ruler and depth are as they were when it was set."""
    if sample is None or sample.result is None:
        return "not_checked", None
    if sample.result.depth_changed:
        return "differs", Text("visit.light.why.depth")
    return ("differs", Text("visit.light.why.ruler")) if changed else ("ok", None)


def rate_light(since: Counts, seconds: float, sample: Sample | None) -> Found:
    """Judge the pictures of the last seconds: enough of them new, none standing still, none lost."""
    if sample is None or sample.result is None or seconds <= 0:
        return "not_checked", None
    still = [m.side for m in sample.result.measurements if m.status is Status.FROZEN]
    if still:
        return "differs", _still_words(still, [m.side for m in sample.result.measurements])
    new_hz = since.new / seconds
    if new_hz < LEAST_HZ:
        return "differs", Text("visit.light.why.slow", now_hz=new_hz, asked_hz=LEAST_HZ)
    if since.lost > _MOST_LOST * (since.delivered + since.lost):
        return "differs", Text("visit.light.why.lost")
    twice = 1.0 - since.new / since.measured if since.measured else 0.0
    words = Text("visit.light.why.duplicates", percent=100.0 * twice) if twice > _ALL_TWICE else None
    return "ok", words if isfinite(twice) else None


def _still_words(still: Sequence[Side], sides: Sequence[Side]) -> Text:
    one = set(still)
    if len(one) == 1 and len(set(sides)) > 1:
        return Text("visit.light.why.half_frozen", side=Text(f"visit.side.{next(iter(one))}"))
    return Text("visit.light.why.frozen")
