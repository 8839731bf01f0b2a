"""The three tables of a clip as CSV: the same values give the same bytes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite, nan
from types import MappingProxyType
from typing import TextIO

from segmentation.asymmetry import size_asymmetry_percent
from segmentation.results import BORDER_SOURCES, QUANTITIES, Measurement, Muscle, Side
from segmentation.summary import MuscleRecord, Summary, unit_of
from segmentation.timing import Phase, Timing, phases
from segmentation.trials import Trial
from usbio.columns import AS_UNIT_SAYS, COLUMNS, Cell, TableName, value_decimals, written
from usbio.frame_log import STATUSES, FrameLog, MuscleLog
from usbio.pairing import Pair, SideMoment

Row = Mapping[str, Cell]
Acquisition = Mapping[str, object]


def write_table(file: TextIO, table: TableName, rows: Iterable[Row], acquisition: Acquisition) -> None:
    """Write one table; what the setup file says of the acquisition stands at the end of every row."""
    columns = COLUMNS[table]
    copied = acquisition_columns(table, acquisition)
    tail = list(copied.values())
    put = csv.writer(file, lineterminator="\n").writerow
    put([*(column.name for column in columns), *copied])
    for row in rows:
        own = value_decimals(str(row.get("quantity")))
        cells = [
            written(row.get(column.name), own if column.unit == AS_UNIT_SAYS else column.decimals)
            for column in columns
        ]
        put(cells + tail)


def acquisition_columns(table: TableName, acquisition: Acquisition) -> dict[str, str]:
    """Return name and value of the columns that the setup file adds; a name already taken gets a prefix."""
    taken = {column.name for column in COLUMNS[table]}
    return {
        f"acquisition_{key}" if key in taken else key: _plain(value) for key, value in acquisition.items()
    }


def frame_rows(
    log: FrameLog,
    timing: Timing | None,
    quantity: str,
    markers: Mapping[int, str] = MappingProxyType({}),
    held: SideMoment | None = None,
) -> Iterator[Row]:
    """Yield a row for every frame, side and muscle, and one a muscle that compares two sides.

    ``markers``: the words of what was marked, by the number of the frame. ``held``: the other side's last
    values, with their moment on the time of the frames.
    """
    if timing is None:
        return
    phase, repetition = phases(timing, log.t_s)
    for k in range(len(log)):
        frame: dict[str, Cell] = {
            "frame": log.index[k],
            "time_s": log.time_s[k],
            "new_picture": int(log.new_picture[k]),
            "phase": phase[k].value,
            "repetition": repetition[k] or None,
            "marker": markers.get(log.index[k]),
            "value_kind": "live",
        }
        for (side, muscle), values in log.muscles.items():
            yield frame | {"side": side, "muscle": muscle} | _values(values, k)
        for muscle in log.both_sided():
            yield frame | {"side": "both", "muscle": muscle} | _compared(log, muscle, quantity, k)
        if held is not None:
            yield from _beside(frame, log.measurements(k), held, phase[k], quantity)


def repetition_rows(records: Sequence[MuscleRecord], log: FrameLog) -> Iterator[Row]:
    """Yield a row for every side, muscle, quantity and repetition."""
    for record in records:
        for trial in record.trials:
            yield _repetition(record, trial, log)


def summary_rows(summaries: Iterable[Summary]) -> Iterator[Row]:
    """Yield a row for every summary."""
    for one in summaries:
        yield {
            "side": one.side,
            "muscle": one.muscle,
            "quantity": one.quantity,
            "unit": one.unit,
            "n_repetitions": one.n_repetitions,
            "n_pictures": one.n_pictures,
            "n_ok": one.n_ok,
            "rest_value": one.rest.mean,
            "rest_sd": one.rest.sd,
            "contracted_value": one.contracted.mean,
            "contracted_sd": one.contracted.sd,
            "change_absolute": one.change_absolute,
            "change_percent": one.change_percent,
            "sem": one.error.sem,
            "mdc95": one.mdc95,
            "error_source": one.error.source,
            "rest_rule": one.rest_rule,
            "contracted_rule": one.contracted_rule,
            "level_band": one.band,
            "told_from_zero": one.told_from_zero,
        }


def _values(log: MuscleLog, k: int) -> dict[str, Cell]:
    values: dict[str, Cell] = {name: log.values[name][k] for name in QUANTITIES}
    return values | {
        "quality": log.quality[k],
        "status": STATUSES[log.status[k]].value,
        "border_source": BORDER_SOURCES[log.border_source[k]],
    }


def _beside(
    frame: Row, found: Sequence[Measurement], held: SideMoment, phase: Phase, quantity: str
) -> Iterator[Row]:
    """Yield the held values, and how the side that is measured compares with them."""
    t_s, index = float(str(frame["time_s"])), int(str(frame["frame"]))
    own: Side = "right" if held.side == "left" else "left"
    now = SideMoment(own, index, t_s, t_s, tuple(m for m in found if m.side == own), phase)
    pair = Pair(held, now) if held.side == "left" else Pair(now, held)
    aged = dict(frame) | {"value_kind": "held", "value_age_s": t_s - held.arrived_s}
    for one in held.measurements:
        values: dict[str, Cell] = {name: getattr(one, name) for name in QUANTITIES}
        told = {"quality": one.quality, "status": one.status.value, "border_source": one.border_source}
        yield aged | {"side": one.side, "muscle": one.muscle, "phase": held.phase.value} | values | told
    for one in held.measurements:
        compared = pair.comparison(one.muscle, quantity)
        if compared is not None:
            yield aged | {
                "side": "both",
                "muscle": one.muscle,
                "asymmetry_percent": compared.asymmetry_percent,
                "quality": compared.quality,
                "status": compared.status.value,
                "border_source": compared.border_source,
            }


def _compared(log: FrameLog, muscle: Muscle, quantity: str, k: int) -> dict[str, Cell]:
    left, right = (log.muscles[side, muscle] for side in _SIDES)
    sizes = [one.values[quantity][k] for one in (left, right)]
    known = all(isfinite(size) and size > 0 for size in sizes)
    return {
        "asymmetry_percent": size_asymmetry_percent(*sizes) if known else nan,
        "quality": min(left.quality[k], right.quality[k]),
        "status": STATUSES[left.status[k]].or_worse(STATUSES[right.status[k]]).value,
        "border_source": BORDER_SOURCES[min(left.border_source[k], right.border_source[k])],
    }


_SIDES: tuple[Side, Side] = ("left", "right")


def _repetition(record: MuscleRecord, trial: Trial, log: FrameLog) -> Row:
    one = trial.repetition
    contracted = one.contracted
    spans = (*one.rest, *((contracted,) if contracted else ()))
    return {
        "side": record.side,
        "muscle": record.muscle,
        "quantity": trial.quantity,
        "unit": unit_of(trial.quantity),
        "repetition": one.number,
        "rest_start_s": one.rest[0].start_s if one.rest else None,
        "rest_end_s": one.rest[-1].end_s if one.rest else None,
        "rest_value": trial.rest.mean,
        "rest_sd": trial.rest.sd,
        "contraction_start_s": one.contraction.start_s,
        "contraction_end_s": one.contraction.end_s,
        "contracted_value": trial.contracted.mean,
        "change_absolute": trial.change_absolute,
        "change_percent": trial.change_percent,
        "contraction_ratio": trial.contraction_ratio,
        "hold_s": trial.hold_s,
        "decision": trial.decision,
        "breath": None,
        "n_pictures": trial.n_pictures,
        "ok_fraction": trial.ok_fraction,
        "border_source": log.border_source((record.side, record.muscle), spans),
        "contracted_start_s": contracted.start_s if contracted else None,
        "contracted_end_s": contracted.end_s if contracted else None,
        "change_se": trial.change_se,
    }


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
