"""All values of a clip, frame by frame, in flat arrays: an hour of TrA at 30 pictures a second is 30 MB."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from segmentation.results import (
    BORDER_SOURCES,
    QUANTITIES,
    BorderSource,
    FloatArray,
    FrameResult,
    Measurement,
    Muscle,
    Side,
    Status,
)
from segmentation.traces import BoolArray, Span, Trace, inside

Key = tuple[Side, Muscle]

STATUSES = tuple(Status)


class MuscleLog:
    """One muscle of one side over the frames."""

    def __init__(self) -> None:
        self.status = array("B")
        self.border_source = array("B")
        self.quality = array("d")
        self.values = {name: array("d") for name in QUANTITIES}

    def add(self, measurement: Measurement) -> None:
        """Append one frame. A status without a value leaves nan, whatever the measurement holds."""
        status = measurement.status
        self.status.append(STATUSES.index(status))
        self.border_source.append(BORDER_SOURCES.index(measurement.border_source))
        self.quality.append(measurement.quality)
        for name, values in self.values.items():
            values.append(getattr(measurement, name) if status.carries_value else np.nan)

    def measurement(self, side: Side, muscle: Muscle, k: int) -> Measurement:
        """Return row ``k`` as it was measured, without its borders."""
        known: dict[str, Any] = {name: values[k] for name, values in self.values.items()}
        return Measurement(
            side=side,
            muscle=muscle,
            status=STATUSES[self.status[k]],
            quality=self.quality[k],
            border_source=BORDER_SOURCES[self.border_source[k]],
            **known,
        )


class FrameLog:
    """What was measured in every frame of a clip that was not refused."""

    def __init__(self) -> None:
        self.index = array("q")
        self.time_s = array("d")
        self.new_picture = array("B")
        self.muscles: dict[Key, MuscleLog] = {}
        self.measured = 0

    def __len__(self) -> int:
        return len(self.index)

    def add(self, index: int, t_s: float, result: FrameResult) -> None:
        """Append one frame. Every frame has the same sides and muscles in the same order."""
        keys = [(m.side, m.muscle) for m in result.measurements]
        if not self.muscles:
            self.muscles = {key: MuscleLog() for key in keys}
        if keys != list(self.muscles):
            raise ValueError(f"expected {list(self.muscles)} in every frame, came {keys}")
        self.index.append(index)
        self.time_s.append(t_s)
        self.new_picture.append(result.new_picture)
        for key, measurement in zip(keys, result.measurements, strict=True):
            self.muscles[key].add(measurement)
        self.measured += any(m.status.carries_value for m in result.measurements)

    @property
    def t_s(self) -> FloatArray:
        """``(N,)`` times, nan where the source has none."""
        return np.array(self.time_s, float)

    @property
    def new(self) -> int:
        """How many frames were new pictures."""
        return sum(self.new_picture)

    def measurements(self, k: int) -> tuple[Measurement, ...]:
        """What was measured in the frame of row ``k``, without its borders."""
        return tuple(log.measurement(*key, k) for key, log in self.muscles.items())

    def both_sided(self) -> Iterator[Muscle]:
        """The muscles that both sides show."""
        return (
            muscle for side, muscle in self.muscles if side == "left" and ("right", muscle) in self.muscles
        )

    def trace(self, key: Key, quantity: str) -> Trace:
        """One quantity of one muscle over time."""
        log = self.muscles[key]
        return Trace(
            self.t_s,
            np.array(log.values[quantity], float),
            np.array(self.new_picture, bool),
            np.array(log.status) == STATUSES.index(Status.OK),
        )

    def border_source(self, key: Key, spans: Sequence[Span]) -> BorderSource:
        """The least sure source of any border in these stretches."""
        sources = np.array(self.muscles[key].border_source)
        within: BoolArray = inside(self.t_s, spans)
        return BORDER_SOURCES[int(sources[within].min())] if within.any() else "auto"
