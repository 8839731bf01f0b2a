"""The table of two recordings that ran side by side, one a side, in a folder of their own."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from segmentation.results import SIDES
from segmentation.views import VIEWS
from usbio.errors import InputError
from usbio.outputs import Place, Results
from usbio.paired_logs import TimedLog, pair_rows, timed_log
from usbio.recording.contents import Recording, read_recording
from usbio.recording.measured_again import measured_again
from usbio.recording.place import JOURNAL
from usbio.tables import write_table

PAIRS = "pairs.csv"
_LEFT_S = 60.0
_one_at_a_time = threading.Lock()  # both sides end at once, and each writes the table when it is the last


def rebuild_pair(parent: Path, replace: bool) -> list[Path]:
    """Write the table of a pair once neither side is recorded any more, and return what was written."""
    place = parent / PAIRS
    sides = [parent / side for side in SIDES]
    if (place.exists() and not replace) or not all((side / JOURNAL).is_file() for side in sides):
        return []
    recordings = [read_recording(side) for side in sides]
    if any(_runs(recording) for recording in recordings):
        return []
    left, right = (_timed(recording) for recording in recordings)
    view = VIEWS[recordings[0].view]
    with _one_at_a_time, Results(Place(parent, "")) as results:
        with results.open(PAIRS) as file:
            rows = pair_rows(left, right, view)
            write_table(file, "pairs", rows, recordings[0].setup.acquisition)
        results.commit()
    return [place]


def _runs(recording: Recording) -> bool:
    return recording.interrupted and time.time() - recording.journal.stat().st_mtime < _LEFT_S


def _timed(recording: Recording) -> TimedLog:
    made = measured_again(recording)
    timed = timed_log(recording, made.log, made.timing)
    if timed is None:
        raise InputError(recording.folder, "was not recorded beside another side", "choose another folder")
    return timed
