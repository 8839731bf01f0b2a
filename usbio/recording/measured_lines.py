"""What was measured in a frame as JSON, and back again, to the last bit of every value."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, nan
from typing import Any, cast

import numpy as np

from segmentation.results import QUANTITIES, FloatArray, FrameResult, Measurement, Status
from segmentation.timing import Phase
from usbio.overlay import border_lines
from usbio.pairing import SideMoment

Line = dict[str, object]
_BORDER_DECIMALS = 2  # of a pixel, as in STEM.borders.jsonl


def as_line(frame: int, measured_s: float, result: FrameResult) -> Line:
    """Return one frame's measurements; what is not known is null."""
    return {
        "frame": frame,
        "measured_s": round(measured_s, 6),
        "new_picture": bool(result.new_picture),
        "depth_changed": bool(result.depth_changed),
        "measurements": [_measurement(one) for one in result.measurements],
    }


def as_result(line: Mapping[str, Any]) -> FrameResult:
    """Return the measurements of a line, without their borders, which have a line of their own."""
    found = tuple(_read(one) for one in line["measurements"])
    return FrameResult(bool(line["new_picture"]), found, bool(line["depth_changed"]))


def borders_line(frame: int, result: FrameResult) -> Line:
    """Return the borders of one frame as in STEM.borders.jsonl, and the lines measured along."""
    borders = {name: _points(curve) for one in result.measurements for name, curve in border_lines(one)}
    for one in result.measurements:
        if one.caliper_px is not None:
            borders[f"{one.side}_{one.muscle}_caliper"] = _points(one.caliper_px)
    return {"frame": frame, "borders": borders}


def held_line(held: SideMoment) -> Line:
    """Return the other side's values that a recording was made beside; its time is that of the recording."""
    return {
        "side": held.side,
        "phase": held.phase.value,
        "age_s": round(-held.arrived_s, 6),
        "measurements": [_measurement(one) for one in held.measurements],
    }


def as_held(line: Mapping[str, Any]) -> SideMoment:
    """Return them again."""
    at_s = -float(line["age_s"])
    found = tuple(_read(one) for one in line["measurements"])
    return SideMoment(line["side"], 0, at_s, at_s, found, Phase(line["phase"]), kept=True)


def _measurement(one: Measurement) -> Line:
    line: Line = {
        "side": one.side,
        "muscle": one.muscle,
        "status": one.status.value,
        "quality": number(one.quality),
        "border_source": one.border_source,
    }
    return line | {name: number(getattr(one, name)) for name in QUANTITIES}


def _read(line: Mapping[str, Any]) -> Measurement:
    known: dict[str, Any] = {quantity: _value(line.get(quantity)) for quantity in QUANTITIES}
    return Measurement(
        side=line["side"],
        muscle=line["muscle"],
        status=Status(line["status"]),
        quality=_value(line["quality"]),
        border_source=line["border_source"],
        **known,
    )


def number(value: float) -> float | None:
    """Return a number as JSON has it: nan is null."""
    return float(value) if isfinite(value) else None


def _value(value: float | None) -> float:
    return nan if value is None else float(value)


def _points(curve: FloatArray) -> list[list[float]]:
    known = curve[np.isfinite(curve).all(axis=1)]
    return cast("list[list[float]]", np.round(known, _BORDER_DECIMALS).tolist())
