"""The channels of a stream of measurements: the same for all samples of a setup, known before the first."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

from segmentation.results import QUANTITIES, SIDES, FrameResult, Measurement, Muscle, Side, Status
from segmentation.views import VIEWS, MeasureSetup

STATUS_CODES = {status: float(code) for code, status in enumerate(Status)}
_STATUS_MEANING = ", ".join(f"{code:g} {status.value}" for status, code in STATUS_CODES.items())


@dataclass(frozen=True, slots=True)
class Channel:
    """One number of every sample."""

    label: str
    kind: str  # what of: a key of QUANTITIES, or frame, time, quality, status
    unit: str
    meaning: str
    side: Side | None = None
    muscle: Muscle | None = None


FRAME = (
    Channel("frame", "frame", "", "number of the frame; in a recording the number it has there"),
    Channel("time_s", "time", "s", "the source's own time, its first frame 0; nan where it has none"),
)
ARRIVAL = (
    *FRAME,
    Channel("arrived_s", "time", "s", "when it arrived, on the steady clock of the program"),
    Channel("recorded", "recorded", "", "1 while usbio records, else 0"),
)
_NEW = Channel("new_picture", "new_picture", "", "0 where the scanner had not drawn a new picture, else 1")


def sides_of(measure: MeasureSetup) -> tuple[Side, ...]:
    """Return the sides that are measured, left first."""
    shown = {side for panel in measure.panels for side in panel.sides}
    return tuple(side for side in SIDES if side in shown)


def measured_channels(measure: MeasureSetup) -> tuple[Channel, ...]:
    """Return the channels of what is measured: each quantity of each muscle, with its quality and status."""
    muscles = [(side, muscle) for side in sides_of(measure) for muscle in VIEWS[measure.view].muscles]
    return (*FRAME, _NEW, *(one for side, muscle in muscles for one in _of_muscle(side, muscle)))


def measured_values(
    channels: tuple[Channel, ...], index: int, t_s: float, result: FrameResult | None
) -> list[float]:
    """Return a number for each channel; nan where nothing was measurable, as the tables leave it empty."""
    found = {(m.side, m.muscle): m for m in result.measurements} if result is not None else {}
    values = [float(index), t_s, nan if result is None else float(result.new_picture)]
    for channel in channels[len(values) :]:
        assert channel.side is not None  # all but the first are of a muscle
        assert channel.muscle is not None
        values.append(_value(channel.kind, found.get((channel.side, channel.muscle))))
    return values


def _of_muscle(side: Side, muscle: Muscle) -> list[Channel]:
    at = f"{side}_{muscle}"
    quantities = [
        Channel(f"{at}_{q.name}", q.name, q.unit, q.meaning, side, muscle) for q in QUANTITIES.values()
    ]
    chance = "estimated chance that the value is within 0.5 mm or 5 % of the truth, 0 to 1"
    return [
        *quantities,
        Channel(f"{at}_quality", "quality", "", chance, side, muscle),
        Channel(f"{at}_status", "status", "", _STATUS_MEANING, side, muscle),
    ]


def _value(kind: str, measured: Measurement | None) -> float:
    if measured is None:
        return nan
    if kind == "quality":
        return measured.quality
    if kind == "status":
        return STATUS_CODES[measured.status]
    return float(getattr(measured, kind)) if measured.status.carries_value else nan
