"""From what was chosen to a run of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from segmentation.results import SIDES, Picture, Side
from segmentation.tracking import TrackState, start, step
from segmentation.views import MeasureSetup
from usbio.background_watch import Watch
from usbio.choice import Choice, of_whole_recording, setup_beside
from usbio.device import device_of
from usbio.draft_start import begin_draft
from usbio.error_figures import literature_errors
from usbio.errors import CallError, UsbioError
from usbio.frames import Frame, FrameSource, device_itself
from usbio.live import LiveRun
from usbio.live_picture import Engine
from usbio.preparation import prepare
from usbio.recording.plan import Codec, RecordingPlan, pair_folder
from usbio.recording.recorder import Recorder
from usbio.ruler_watch import RulerWatch
from usbio.samples import SampleClip, sample_clips, simulator_views
from usbio.sent_spacing import SentScale
from usbio.setup import SetupFile, load_setup
from usbio.setup_draft import SetupDraft
from usbio.setup_memory import SetupMemory
from usbio.shown_runs import ShownRuns, two_shown
from usbio.simulate import setup_file
from usbio.sources.address import open_source
from usbio.sources.clip_info import DicomRegion
from usbio.sources.kind import Offer
from usbio.sources.listing import list_sources
from usbio.sources.recording_clip import RecordingClip
from usbio.sources.sim import SimSource
from usbio.sources.sim_address import SIMULATOR


def open_run(choice: Choice, memory: SetupMemory | None = None) -> LiveRun[TrackState]:
    """Open a source and build all that shows it; raises a `UsbioError` where it cannot be opened."""
    # What was saved beside a clip is used when it is opened again.
    choice = of_whole_recording(choice)
    choice = replace(choice, setup_path=choice.setup_path or setup_beside(choice))
    setup = load_setup(choice.setup_path) if choice.setup_path is not None else SetupFile()
    source = open_source(choice.address, setup.time.fps)
    if isinstance(source, SimSource):
        setup = setup if choice.setup_path is not None else setup_file(source.setup)
    if isinstance(source, RecordingClip):  # which knows how it was measured; what is said wins
        setup = setup if choice.setup_path is not None else source.recording.setup
        choice = replace(choice, view=choice.view or setup.measure.view or source.recording.view)
    regions, sent = _regions(source), SentScale(source)
    draft = _draft(source, regions, sent, memory)
    engine = Engine(_prepare(source, regions, sent), start, step, confirm, _watch(sent), draft)
    return LiveRun(choice, source, setup, engine, literature_errors())


def open_pair(left: Choice, right: Choice, memory: SetupMemory | None = None) -> ShownRuns:
    """Open two sources that show one side each, of one view."""
    runs = [open_run(replace(one, side=side), memory) for one, side in zip((left, right), SIDES, strict=True)]
    views = {run.view.name for run in runs if run.view is not None}
    if len(views) > 1:
        raise CallError("--left and --right", "are set up for two views", "measure the same on both sides")
    return two_shown(runs[0], runs[1], literature_errors())


def watch_screen(frame: Frame, measure: MeasureSetup) -> RulerWatch:
    """Return a watch over ruler and place of the picture; on its own thread nothing need be put aside."""
    return RulerWatch(frame.image, tuple(panel.roi for panel in measure.panels), aside=lambda work: work())


def _watch(sent: SentScale) -> Callable[[Frame, MeasureSetup], Watch]:
    return lambda frame, measure: sent.watch(watch_screen(frame, measure))


def begin_recording(parent: Path, runs: Sequence[LiveRun[TrackState]], codec: Codec) -> str:
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


def _new_pair(parent: Path, run: LiveRun[TrackState]) -> Path:
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


def confirm(state: TrackState, sides: frozenset[Side]) -> TrackState:
    """Return the state with the automatic borders of these sides confirmed."""
    return replace(state, setup=replace(state.setup, confirmed=sides))


def _regions(source: FrameSource) -> tuple[DicomRegion, ...]:
    info = getattr(device_itself(source), "info", None)
    return info().regions if info is not None else ()


def _draft(
    source: FrameSource, regions: tuple[DicomRegion, ...], sent: SentScale, memory: SetupMemory | None
) -> Callable[[Choice, SetupFile, Picture], SetupDraft]:
    def _drafted(choice: Choice, setup: SetupFile, picture: Picture) -> SetupDraft:
        draft = begin_draft(
            picture,
            sent.with_spacing(setup),
            name=source.name,
            device=device_of(choice.address),
            memory=memory,
            regions=regions,
            view=choice.view,
            side=choice.side,
            image_left=choice.image_left,
        )
        return sent.said(draft, setup)

    return _drafted


def _prepare(
    source: FrameSource, regions: tuple[DicomRegion, ...], sent: SentScale
) -> Callable[[Choice, SetupFile, Picture], MeasureSetup]:
    def _prepared(choice: Choice, setup: SetupFile, picture: Picture) -> MeasureSetup:
        if choice.view is None:
            raise CallError(source.name, "no view is given", "say what the picture shows")
        return prepare(
            choice.view,
            sent.begin(setup),
            picture,
            name=source.name,
            side=choice.side,
            image_left=choice.image_left,
            regions=regions,
        ).measure

    return _prepared
