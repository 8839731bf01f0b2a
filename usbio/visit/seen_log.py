"""What was seen in a trial, in the form in which the engine of `analyze` reads a clip."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from segmentation.results import FrameResult, Measurement, Side, Status
from segmentation.summary import MuscleRecord
from segmentation.timing import Mark
from segmentation.traces import Span
from segmentation.views import VIEWS, ViewName
from usbio.clip_records import muscle_records
from usbio.frame_log import FrameLog
from usbio.visit.inputs import Seen, stood_by


def logs(seen: Iterable[Seen], sides: Sequence[Side]) -> tuple[FrameLog, ...]:
    """Return a log of each source that shows one of the sides, with the times of the visit.

    Values of borders that nobody stands by are not in it.
    """
    found: dict[int, FrameLog] = {}
    for one in seen:
        measured = tuple(_counted(m) for m in one.measured if m.side in sides)
        log = found.setdefault(one.source, FrameLog())
        keys = [(m.side, m.muscle) for m in measured]
        if measured and (not log.muscles or keys == list(log.muscles)):
            log.add(one.frame, one.at_s, FrameResult(one.new_picture, measured))
    return tuple(log for log in found.values() if len(log))


def trials_of(log: FrameLog, view: ViewName, contractions: Sequence[Span]) -> list[MuscleRecord]:
    """Return what `analyze` would say of a clip in which these contractions are marked."""
    marks = [Mark("contraction", span) for span in contractions]
    return muscle_records(log, VIEWS[view], marks)[1]


def _counted(m: Measurement) -> Measurement:
    return m if stood_by(m) else replace(m, status=Status.NO_BORDER)
