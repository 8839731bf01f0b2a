"""From what was chosen to a run of it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from segmentation.results import SIDES
from usbio.choice import Choice
from usbio.error_figures import literature_errors
from usbio.errors import CallError, UsbioError
from usbio.live import LiveRun
from usbio.measuring_process import State
from usbio.opening import Boxes, open_run
from usbio.recording.plan import Codec, RecordingPlan, pair_folder
from usbio.recording.recorder import Recorder
from usbio.samples import SampleClip, sample_clips, simulator_views
from usbio.setup_memory import SetupMemory
from usbio.shown_runs import ShownRuns, two_shown
from usbio.sources.kind import Offer
from usbio.sources.listing import list_sources
from usbio.sources.sim_address import SIMULATOR


def open_pair(
    left: Choice, right: Choice, memory: SetupMemory | None = None, own_windows: Boxes | None = None
) -> ShownRuns:
    """Open two sources that show one side each, of one view."""
    sides = zip((left, right), SIDES, strict=True)
    runs = [open_run(replace(one, side=side), memory, own_windows) for one, side in sides]
    views = {run.view.name for run in runs if run.view is not None}
    if len(views) > 1:
        raise CallError("--left and --right", "are set up for two views", "measure the same on both sides")
    return two_shown(runs[0], runs[1], literature_errors())


def begin_recording(parent: Path, runs: Sequence[LiveRun[State]], codec: Codec) -> str:
    """Begin to record below this folder what is shown, and say where and for how long there is room.

    Two runs get a folder together. Where one of them cannot be recorded, neither is.
    """

    def _new(plan: RecordingPlan, bytes_per_picture: float | None) -> Recorder:
        return Recorder(plan, bytes_per_picture=bytes_per_picture)

    pair = _new_pair(parent, runs[0]) if len(runs) > 1 else None
    advice = []
    for run in runs:
        try:
            advice.append(run.record(parent, _new, codec, pair.name if pair is not None else ""))
        except UsbioError:
            for begun in runs:
                begun.end_record()
            if pair is not None:
                with contextlib.suppress(OSError):  # it may hold what was begun
                    pair.rmdir()
            raise
    known = [status for run in runs if (status := run.recording.status) is not None]
    minutes = min(status.minutes_left for status in known)
    room = f"recording into {pair or known[0].folder}, room for {minutes:.0f} minutes"
    return " · ".join(filter(None, (room, *dict.fromkeys(advice))))


def _new_pair(parent: Path, run: LiveRun[State]) -> Path:
    if run.view is None:
        raise CallError(run.name, "nothing is measured yet", "set up the picture, then record")
    subject = run.setup.acquisition.get("subject", "")
    return pair_folder(parent, run.view.name, subject, datetime.now().astimezone())


def sample_choice(clip: SampleClip) -> Choice:
    """Return how a sample clip is opened; what is set up on it is saved in the current folder."""
    return Choice(str(clip.path), setup_path=clip.setup_path, save_folder=Path())


def choices() -> list[tuple[str, Choice]]:
    """Return title and choice of everything that can be opened without a file of one's own."""
    found = [(f"Sample clip: {clip.title}", sample_choice(clip)) for clip in sample_clips()]
    for title, view in simulator_views():
        found.append((f"Simulator: {title}", Choice(f"sim:{view}", view=view, save_folder=Path())))
    return found


def devices() -> list[Offer]:
    """Look for devices of every kind, which may take seconds; the simulator is no device to be found."""
    return [offer for one in list_sources() if one.kind != SIMULATOR for offer in one.offers]
