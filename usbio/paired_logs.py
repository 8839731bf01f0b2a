"""Two recordings that ran side by side: what was measured in each, put together as it was seen live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from segmentation.results import QUANTITIES, SIDES, Side
from segmentation.timing import Phase, Timing, phases
from segmentation.views import View
from usbio.columns import Cell
from usbio.frame_log import FrameLog
from usbio.pairing import Pair, SideMoment, paired
from usbio.recording.contents import Recording, values

Row = Mapping[str, Cell]


@dataclass(frozen=True, slots=True, eq=False)
class TimedLog:
    """The values of one recording, with when each picture came and was measured on the clock of its pair."""

    pair: str
    log: FrameLog
    timing: Timing | None
    arrived_s: Mapping[int, float]
    measured_s: Mapping[int, float]


def timed_log(recording: Recording, log: FrameLog, timing: Timing | None) -> TimedLog | None:
    """Return values with their moments; None where the recording was made alone."""
    if not recording.pair:
        return None
    began_s = float(recording.header["clock_began_s"])
    arrived_s = {frame.index: began_s + frame.arrived_s for frame in recording.frames}
    measured_s = {index: began_s + moment_s for index, moment_s, _ in values(recording)}
    return TimedLog(recording.pair, log, timing, arrived_s, measured_s)


def pairs_of(left: TimedLog, right: TimedLog) -> Iterator[Pair]:
    """Yield the pairs in the order in which they came about while both were recorded."""
    return paired([*_moments(left, "left"), *_moments(right, "right")])


def pair_rows(left: TimedLog, right: TimedLog, view: View) -> Iterator[Row]:
    """Yield a row for every pair and muscle."""
    began_s: float | None = None
    for pair in pairs_of(left, right):
        began_s = pair.arrived_s if began_s is None else began_s
        for muscle in view.muscles:
            if (row := _row(pair, muscle, view.quantity)) is not None:
                yield {"pair_s": max(pair.arrived_s - began_s, 0.0)} | row


def _row(pair: Pair, muscle: str, quantity: str) -> dict[str, Cell] | None:
    found = next((m.muscle for m in pair.left.measurements if m.muscle == muscle), None)
    compared = pair.comparison(found, quantity) if found is not None else None
    if compared is None:
        return None
    row: dict[str, Cell] = {
        "muscle": muscle,
        "quantity": quantity,
        "unit": QUANTITIES[quantity].unit,
        "left_value": compared.left,
        "right_value": compared.right,
        "asymmetry_percent": compared.asymmetry_percent,
        "quality": compared.quality,
        "status": compared.status.value,
        "border_source": compared.border_source,
    }
    for side in SIDES:
        moment = pair.of(side)
        row |= {
            f"{side}_frame": moment.frame,
            f"{side}_phase": moment.phase.value,
            f"{side}_age_s": round(pair.age_s(side), 6),
            f"{side}_kind": pair.kind(side),
        }
    return row


def _moments(one: TimedLog, side: Side) -> Iterator[SideMoment]:
    log = one.log
    told = phases(one.timing, log.t_s)[0] if one.timing is not None else [Phase.UNKNOWN] * len(log)
    for k, index in enumerate(log.index):
        if index in one.measured_s and index in one.arrived_s:
            found = tuple(m for m in log.measurements(k) if m.side == side)
            yield SideMoment(side, index, one.arrived_s[index], one.measured_s[index], found, told[k])
