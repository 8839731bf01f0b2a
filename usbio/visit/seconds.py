"""Pictures of a trial, kept second by second as they come."""

from __future__ import annotations

from segmentation.results import Measurement
from segmentation.timing import Phase
from usbio.visit.facts import FrameRow, SecondSeen
from usbio.visit.inputs import Seen
from usbio.visit.state import Running, Turn


def take_rows(turn: Turn, seen: Seen) -> None:
    """Take the rows of a picture; a second that is over is kept."""
    running = turn.state.running
    assert running is not None
    pending = turn.state.pending
    if pending and _second(running, pending[0].at_s) != _second(running, seen.at_s):
        flush(turn)
    rows = tuple(_row(running, seen, m) for m in seen.measured if m.side in running.trial.site.sides)
    turn.change(pending=(*turn.state.pending, *rows))


def flush(turn: Turn) -> None:
    """Keep what was seen of a second so far."""
    running, pending = turn.state.running, turn.state.pending
    turn.change(pending=())
    if running is not None and pending:
        second = _second(running, pending[0].at_s)
        turn.keep(SecondSeen(turn.state.at_s, running.trial, second, pending))


def _second(running: Running, at_s: float) -> int:
    return max(int(at_s - running.began_s), 0)


def _row(running: Running, seen: Seen, m: Measurement) -> FrameRow:
    phase = running.timeline.cued(seen.at_s) if running.timeline is not None else Phase.REST
    return FrameRow(
        frame=seen.frame,
        at_s=seen.at_s,
        new_picture=seen.new_picture,
        phase=phase,
        side=m.side,
        muscle=m.muscle,
        status=m.status,
        quality=m.quality,
        border_source=m.border_source,
        thickness_mm=m.thickness_mm,
        area_cm2=m.area_cm2,
        relative_thickness_percent=m.relative_thickness_percent,
        slide_mm=m.slide_mm,
        echo_intensity_grey=m.echo_intensity_grey,
        subcutaneous_mm=m.subcutaneous_mm,
        probe_shift_mm=m.probe_shift_mm,
    )
