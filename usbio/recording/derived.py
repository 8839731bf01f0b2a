"""What can be made again from a journal alone: setup, tables, stills, and the sidecar that explains them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from segmentation.views import VIEWS
from usbio.columns import Cell
from usbio.errors import output_error
from usbio.outputs import Place, Results
from usbio.recording.contents import Recording, read_recording, stills
from usbio.recording.measured_again import MeasuredAgain, measured_again
from usbio.recording.paired import rebuild_pair
from usbio.recording.place import JOURNAL
from usbio.recording.room import RESERVE
from usbio.setup import save_setup
from usbio.sidecar import Json, as_text, sidecar
from usbio.tables import frame_rows, write_table

SETUP, VALUES, TIMES, SIDECAR = "setup.toml", "live.frames.csv", "timestamps.csv", "recording.json"
KEPT = "kept"
_LEFT_S = 60.0


def rebuild(folder: Path, replace: bool = False) -> list[Path]:
    """Write what is missing, or all of it, and return what was written.

    The same journal gives the same bytes. The journal itself and the video are never touched.
    """
    recording = read_recording(folder)
    wanted = {name for name in (SETUP, VALUES, TIMES, SIDECAR) if replace or not (folder / name).exists()}
    kept = [*_missing_stills(recording, replace)]
    if wanted & {VALUES, SIDECAR}:
        made = measured_again(recording)
        with Results(Place(folder, "")) as results:
            _write(results, wanted, recording, made)
            results.commit()
    elif TIMES in wanted:
        with Results(Place(folder, "")) as results:
            _write_times(results, recording)
            results.commit()
    if SETUP in wanted:
        save_setup(folder / SETUP, recording.setup)
    _free_reserve(folder)
    paired = rebuild_pair(folder.parent, replace) if recording.pair else []
    return [*(folder / name for name in sorted(wanted)), *kept, *paired]


def _free_reserve(folder: Path) -> None:
    """A recorder that was killed leaves its reserve; one that runs may still need it."""
    reserve = folder / RESERVE
    with contextlib.suppress(OSError):
        if time.time() - (folder / JOURNAL).stat().st_mtime > _LEFT_S:
            reserve.unlink()


def _write(results: Results, wanted: set[str], recording: Recording, made: MeasuredAgain) -> None:
    acquisition = recording.setup.acquisition
    if VALUES in wanted:
        quantity = VIEWS[recording.view].quantity
        rows = frame_rows(made.log, made.timing, quantity, recording.markers(), recording.held)
        with results.open(VALUES) as file:
            write_table(file, "frames", rows, acquisition)
    if TIMES in wanted:
        _write_times(results, recording)
    if SIDECAR in wanted:
        with results.open(SIDECAR) as file:
            file.write(as_text(_told(recording, made)))


def _write_times(results: Results, recording: Recording) -> None:
    with results.open(TIMES) as file:
        write_table(file, "timestamps", _time_rows(recording), recording.setup.acquisition)


def _time_rows(recording: Recording) -> Iterator[dict[str, Cell]]:
    measured = set(recording.measured)
    for frame in recording.frames:
        live = "measured" if frame.index in measured else "failed" if frame.index in recording.failed else ""
        yield {
            "frame": frame.index,
            "time_s": frame.t_s,
            "arrived_s": frame.arrived_s,
            "video_s": frame.video_ms / 1000.0,
            "live": live or "dropped",
            "fault": recording.failed.get(frame.index),
        }


def _told(recording: Recording, made: MeasuredAgain) -> Json:
    header, end = recording.header, recording.end or {}
    content = sidecar(
        header["source"], ["frames", "timestamps"], recording.setup, made.timing, view=recording.view
    )
    content["recorded_with"] = header["program_version"]
    content["recording"] = told_of(recording) | {
        "began": header["began"],
        "clock": header["clock"],
        "size_px": header["size_px"],
        "fps": header["fps"],
        "age_ms": {**made.ages_ms, **end.get("age_ms", {})},
        "run_counts": end.get("run_counts"),
        "events": [
            {"event": one.kind, "frame": one.frame, "at_s": one.at_s, "parameters": dict(one.parameters)}
            for one in recording.events
        ],
    }
    return content


def told_of(recording: Recording) -> Json:
    """Return what every sidecar says of the recording it comes from."""
    check = recording.check
    return {
        "state": "interrupted" if recording.interrupted else "stopped" if recording.reason else "complete",
        "reason": recording.reason,
        "codec": recording.codec,
        "lossless": recording.codec == "ffv1",
        "pictures": len(recording.frames),
        "seconds": recording.seconds,
        "counts": dict(recording.counts),
        "unwritten": recording.unwritten,
        "journal": {
            "lines": check.lines,
            "torn": check.torn,
            "changed_lines": list(check.changed),
            "seal": check.seal,
        },
    }


def _missing_stills(recording: Recording, replace: bool) -> Iterator[Path]:
    for name, png in stills(recording):
        path = recording.folder / KEPT / name
        if replace or not path.exists():
            try:
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(png)
            except OSError as error:
                raise output_error(path, error) from error
            yield path
