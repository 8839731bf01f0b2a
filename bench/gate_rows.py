"""The gates: a probe that slides along or is pressed by known millimetres, with drift of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.figures import Row
from bench.sample_rows import asked
from bench.scored_clips import ScoredClip, quality_clips
from bench.stepping import pictures_of
from segmentation.gates import PRESSURE_LIMIT_MM, PRESSURE_LIMIT_SHARE, SHIFT_LIMIT_MM
from segmentation.phantom.picture_faults import shifted
from segmentation.results import FrameResult, Picture, Status
from segmentation.tracking import start, step
from segmentation.views import MeasureSetup
from usbio.preparation import prepare
from usbio.setup import load_setup

_PICTURES, _RAMP = 22, 12
_MM = (0.0, 1.0, 2.0, 3.0, 5.0, 6.0, 8.0)
_PRESSED_SHARES = (0.0, 0.25, 0.5, 0.75, 1.25, 1.5, 2.0)  # of the limit, which goes with the subcutaneous fat


@dataclass(frozen=True, slots=True)
class _Run:
    moved: float  # share of the values after the ramp
    with_value: float


def gate_rows(development: bool) -> list[Row]:
    """Return how many values are ``moved`` for each way and distance; every third clip of a view."""
    clips = quality_clips(development)[::3]
    rows = []
    for way, amounts in (("along", _MM), ("pressed", _PRESSED_SHARES)):
        for amount in amounts:
            runs = [run for clip in clips if (run := _run(clip, way, amount)) is not None]
            limit = f"{SHIFT_LIMIT_MM} mm" if way == "along" else _PRESSURE_WORDS
            rows.append(
                {
                    "the probe is": "slid along" if way == "along" else "pressed",
                    "by": f"{amount:g} mm" if way == "along" else f"{amount:g} of the limit",
                    "limit": limit,
                    "clips": len(runs),
                    "with value %": _percent([run.with_value for run in runs]),
                    "of those moved %": _percent([run.moved for run in runs]),
                }
            )
    return rows


_PRESSURE_WORDS = f"{PRESSURE_LIMIT_MM} mm and {PRESSURE_LIMIT_SHARE:.0%} of the fat"


def _percent(shares: Sequence[float]) -> float | None:
    return round(100.0 * sum(shares) / len(shares), 1) if shares else None


def _run(clip: ScoredClip, way: str, amount: float) -> _Run | None:
    files = clip.render()
    setup = load_setup(files.setup)
    task = asked(setup)[0][1]
    pictures = pictures_of(files.clip, _PICTURES)
    ready = prepare(task.view, task.setup, pictures[0], name=files.clip.name).measure
    results = list(_results(ready, pictures, clip.fps or 12.0))
    by_mm = amount
    if way == "pressed":
        fat_mm = [m.subcutaneous_mm for m in results[0].measurements if m.status.carries_value]
        if not fat_mm:
            return None
        by_mm = amount * max(PRESSURE_LIMIT_MM, PRESSURE_LIMIT_SHARE * fat_mm[0])
        if by_mm > 0.8 * fat_mm[0]:
            return None  # nothing would be left of the fat
    late = list(_results(ready, list(_shown(ready, pictures, way, by_mm)), clip.fps or 12.0))[_RAMP + 2 :]
    found = [m for result in late for m in result.measurements]
    kept = [m for m in found if m.status.carries_value]
    if not kept:
        return _Run(0.0, 0.0)
    return _Run(sum(m.status is Status.MOVED for m in kept) / len(kept), len(kept) / len(found))


def _shown(ready: MeasureSetup, pictures: Sequence[Picture], way: str, by_mm: float) -> Iterator[Picture]:
    panel = ready.panels[0]
    for number, picture in enumerate(pictures):
        now_mm = by_mm * min(1.0, number / _RAMP)
        right = now_mm / panel.calibration.x_mm_per_px if way == "along" else 0.0
        down = -now_mm / panel.calibration.y_mm_per_px if way == "pressed" else 0.0
        yield shifted(picture, panel.roi, right, down)


def _results(ready: MeasureSetup, pictures: Sequence[Picture], fps: float) -> Iterator[FrameResult]:
    state = start(ready, pictures[0])
    for number, picture in enumerate(pictures):
        state, result = step(state, picture, number / fps)
        yield result
