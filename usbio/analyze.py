"""A clip in, its tables out; and two one-sided clips compared as a pair."""

from __future__ import annotations

import datetime
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from segmentation.carried_figures import with_carried_errors
from segmentation.comparison import compare
from segmentation.results import Side
from segmentation.summary import MuscleRecord, Summary, summarise
from segmentation.timing import Timing
from segmentation.views import VIEWS, ViewName
from usbio.clip_records import marks_of, muscle_records, notes_on_marks
from usbio.columns import TableName
from usbio.error_figures import literature_errors
from usbio.errors import ClipDamaged
from usbio.late_results import LateResults
from usbio.measuring import BorderLines, Measured, Progress, Sink, Told, measure, overlay_film
from usbio.outputs import BORDERS, OVERLAY, PAIR, PAIRS, Place, Results
from usbio.paired_logs import TimedLog, pair_rows, timed_log
from usbio.recording.derived import told_of
from usbio.setup import SetupFile
from usbio.setup_as_used import setup_as_used
from usbio.sidecar import Json, as_text, calibration, run_notes, sidecar
from usbio.sources.clip import open_clip
from usbio.tables import frame_rows, repetition_rows, summary_rows, write_table
from usbio.task import Extras, Task

__all__ = ["AS_USUAL", "ClipReport", "Extras", "Manner", "Task", "analyze_clip", "analyze_pair"]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a clip is measured and written: nothing of it shows in the tables."""

    threads: int | None = None  # of this process; None leaves them to the libraries
    replace: bool = True  # results that stand; else only what is missing is added
    fingerprint: Json = field(default_factory=dict)  # of clip and task, for the sidecar


AS_USUAL = Manner()


@dataclass(frozen=True, slots=True, eq=False)
class ClipReport:
    """What was found in one clip, after it was written."""

    place: Place
    name: str
    setup: SetupFile  # as it was used
    timing: Timing | None
    records: Sequence[MuscleRecord]
    frames: Json
    seconds: float
    damaged: ClipDamaged | None
    view: ViewName
    timed: TimedLog | None  # of a recording that was made beside another


def analyze_clip(
    clip: Path, place: Place, task: Task, extras: Extras, progress: Progress, manner: Manner = AS_USUAL
) -> ClipReport:
    """Measure a clip and write its results: all of them, or none where that fails."""
    started, clock = datetime.datetime.now(datetime.UTC), time.perf_counter()
    source = open_clip(clip, task.setup.time.fps, manner.threads)
    with Results(place, manner.replace) as results:
        with ExitStack() as stack:
            sinks: list[Sink] = []
            told: list[Told] = []
            if extras.borders:
                sinks.append(BorderLines(stack.enter_context(results.open(BORDERS))))
            if extras.overlay:
                opened = overlay_film(
                    results.part(OVERLAY), place.path(OVERLAY), task.view, source.info().fps
                )
                film = stack.enter_context(opened)
                sinks.append(film)
                told.append(film.use)
            late = LateResults(extras)
            sinks += late.sinks
            told.append(late.use)
            measured = measure(source, task, sinks, progress, ahead=manner.threads != 1, told=told)
        report = _report(clip, place, task, measured, time.perf_counter() - clock)
        late.write(results, place, report.name, report.setup, measured.log, report.timing)
        _write_clip(results, report, measured, started, manner.fingerprint)
        results.commit()
    return report


def analyze_pair(left: ClipReport, right: ClipReport, place: Place, manner: Manner = AS_USUAL) -> None:
    """Compare two one-sided clips that were measured, and write the summary of the pair."""
    started, clock = datetime.datetime.now(datetime.UTC), time.perf_counter()
    acquisition = left.setup.acquisition
    rows = _summaries([*left.records, *right.records], _painful(left.setup))
    at_once = _side_by_side(left, right)
    tables: list[TableName] = ["summary", "pairs"] if at_once else ["summary"]
    with Results(place, manner.replace) as results:
        with results.open(PAIR[0]) as file:
            write_table(file, "summary", summary_rows(rows), acquisition)
        if at_once:
            with results.open(PAIRS) as file:
                write_table(file, "pairs", pair_rows(*at_once, VIEWS[left.view]), acquisition)
        content = manner.fingerprint | sidecar(
            {"left": left.name, "right": right.name}, tables, left.setup, left.timing
        )
        for report, side in ((left, "left"), (right, "right")):
            own = sidecar(report.name, tables, report.setup, report.timing)
            content[side] = {"setup": own["setup"], "rules": own["rules"], "frames": report.frames}
        del content["setup"], content["rules"]  # each clip's own stand under its side
        _write_json(results, ".json", content)
        _write_json(results, ".run.json", run_notes(started, 0, time.perf_counter() - clock))
        results.commit()


def _side_by_side(left: ClipReport, right: ClipReport) -> tuple[TimedLog, TimedLog] | None:
    if left.timed is None or right.timed is None or left.timed.pair != right.timed.pair:
        return None
    return left.timed, right.timed


def _report(clip: Path, place: Place, task: Task, measured: Measured, seconds: float) -> ClipReport:
    timing, records = muscle_records(measured.log, VIEWS[task.view], marks_of(task.setup))
    used = setup_as_used(task.setup, measured.prepared.measure)
    frames: Json = {
        "read": measured.read,
        "new": measured.log.new,
        "measured": measured.log.measured,
        "refused": dict(sorted(measured.refused.items())),
    }
    recording = measured.recording
    timed = timed_log(recording, measured.log, timing) if recording is not None else None
    return ClipReport(
        place, clip.name, used, timing, records, frames, seconds, measured.damaged, task.view, timed
    )


def _write_clip(
    results: Results, report: ClipReport, measured: Measured, started: datetime.datetime, fingerprint: Json
) -> None:
    prepared, acquisition, recording = measured.prepared, report.setup.acquisition, measured.recording
    markers = recording.markers() if recording is not None else {}
    held = recording.held if recording is not None else None
    rows = {
        "frames": frame_rows(
            measured.log, report.timing, VIEWS[prepared.measure.view].quantity, markers, held
        ),
        "repetitions": repetition_rows(report.records, measured.log),
        "summary": summary_rows(_summaries(report.records, _painful(report.setup))),
    }
    tables: list[TableName] = ["frames", "repetitions", "summary"]
    for table in tables:
        with results.open(f".{table}.csv") as file:
            write_table(file, table, rows[table], acquisition)
    content = fingerprint | sidecar(
        report.name,
        [*tables, "experimental"],  # whether asked for or not: a sidecar that stands is not written again
        report.setup,
        report.timing,
        view=prepared.measure.view,
        model=prepared.model.told if prepared.model is not None else None,
        calibration=calibration(prepared.measure, prepared.calibration_source),
        time_source=measured.info.time_source,
        frames=report.frames,
        notes=[*prepared.notes, *notes_on_marks(report.setup, measured.log)],
        broken_off=measured.damaged.happened if measured.damaged else None,
        **({"recording": told_of(recording)} if recording is not None else {}),
    )
    _write_json(results, ".json", content)
    _write_json(results, ".run.json", run_notes(started, measured.read, report.seconds))


def _summaries(records: Sequence[MuscleRecord], painful_side: Side | None) -> list[Summary]:
    """Every muscle of every side, then what compares two sides."""
    errors = literature_errors()
    records = with_carried_errors(records, errors)
    rows = [row for record in records for row in summarise(record, errors)]
    right = {record.muscle: record for record in records if record.side == "right"}
    for record in records:
        if record.side == "left" and record.muscle in right:
            rows += compare(record, right[record.muscle], errors, painful_side)
    return rows


def _painful(setup: SetupFile) -> Side | None:
    named = setup.acquisition.get("painful_side")
    return "left" if named == "left" else "right" if named == "right" else None


def _write_json(results: Results, ending: str, content: Json) -> None:
    with results.open(ending) as file:
        file.write(as_text(content))
