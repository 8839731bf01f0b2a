"""What a journal says was measured, put together as a clip that was just measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from segmentation.timing import Timing
from segmentation.views import VIEWS
from usbio.clip_records import marks_of, muscle_records
from usbio.frame_log import FrameLog
from usbio.recording.contents import Recording, values


@dataclass(frozen=True, slots=True)
class MeasuredAgain:
    """The values of a recording, and when there was rest and contraction."""

    log: FrameLog
    timing: Timing | None
    ages_ms: Mapping[str, float]  # of the measured values, from a picture's arrival


def measured_again(recording: Recording) -> MeasuredAgain:
    """Return what was measured live, to the last bit of every value."""
    log = FrameLog()
    times = {frame.index: frame for frame in recording.frames}
    ages = []
    for index, measured_s, result in values(recording):
        log.add(index, times[index].t_s, result)
        ages.append((measured_s - times[index].arrived_s) * 1000.0)
    timing, _ = muscle_records(log, VIEWS[recording.view], marks_of(recording.setup))
    return MeasuredAgain(log, timing, _percentiles(ages))


def _percentiles(ages_ms: list[float]) -> dict[str, float]:
    if not ages_ms:
        return {}
    ways: dict[str, Callable[[list[float]], float]] = {
        "median": lambda ages: float(np.median(ages)),
        "p95": lambda ages: float(np.percentile(ages, 95)),
        "max": max,
    }
    return {f"measured_{name}_ms": round(way(ages_ms), 1) for name, way in ways.items()}
