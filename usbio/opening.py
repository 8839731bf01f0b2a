"""From what was chosen to a run of it, with or without a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from segmentation.geometry import Roi
from segmentation.results import Picture
from segmentation.views import MeasureSetup
from usbio.background_watch import Watch
from usbio.choice import Choice, Question, of_whole_recording, setup_beside
from usbio.device import device_of
from usbio.draft_start import begin_draft
from usbio.error_figures import literature_errors
from usbio.errors import CallError
from usbio.frames import Frame, FrameSource, device_itself
from usbio.live import LiveRun
from usbio.live_picture import Engine
from usbio.measuring_process import MeasuringProcess, State
from usbio.preparation import prepare
from usbio.ruler_watch import RulerWatch
from usbio.sent_spacing import SentScale
from usbio.setup import SetupFile, load_setup
from usbio.setup_draft import SetupDraft
from usbio.setup_memory import SetupMemory
from usbio.simulate import setup_file
from usbio.sources.address import open_source
from usbio.sources.clip_info import DicomRegion
from usbio.sources.recording_clip import RecordingClip
from usbio.sources.screen_region import ScreenSource
from usbio.sources.sim import SimSource

Boxes = Callable[[], Sequence[Roi]]

# Where there is no window, nobody can answer.
_UNANSWERED = {
    Question.VIEW: ("nobody says what is measured", "add --view"),
    Question.SIDE: ("nobody says whose side it shows", "add --side left or --side right"),
    Question.SIDES: ("nobody says which side is on its left", "add --image-left left or --image-left right"),
}


def unanswered(name: str, question: Question) -> CallError:
    """Return the error of a call that leaves a question open, where nobody can be asked."""
    return CallError(name, *_UNANSWERED[question])


def open_run(
    choice: Choice, memory: SetupMemory | None = None, own_windows: Boxes | None = None
) -> LiveRun[State]:
    """Open a source and build all that shows it; raises a `UsbioError` where it cannot be opened.

    What looks at the screen leaves ``own_windows`` out.
    """
    # What was saved beside a clip is used when it is opened again.
    choice = of_whole_recording(choice)
    choice = replace(choice, setup_path=choice.setup_path or setup_beside(choice))
    setup = load_setup(choice.setup_path) if choice.setup_path is not None else SetupFile()
    source = open_source(choice.address, setup.time.fps)
    if own_windows is not None and isinstance(looking := device_itself(source), ScreenSource):
        looking.leave_out(own_windows)
    if isinstance(source, SimSource):
        setup = setup if choice.setup_path is not None else setup_file(source.setup)
    if isinstance(source, RecordingClip):  # which knows how it was measured; what is said wins
        setup = setup if choice.setup_path is not None else source.recording.setup
        choice = replace(choice, view=choice.view or setup.measure.view or source.recording.view)
    regions, sent = _regions(source), SentScale(source)
    draft = _draft(source, regions, sent, memory)
    away = MeasuringProcess()
    engine = Engine(
        _prepare(source, regions, sent),
        away.start,
        away.step,
        away.confirm,
        _watch(sent),
        draft,
        away.open,
        away.close,
    )
    return LiveRun(choice, source, setup, engine, literature_errors())


def watch_screen(frame: Frame, measure: MeasureSetup) -> RulerWatch:
    """Return a watch over ruler and place of the picture; on its own thread nothing need be put aside."""
    return RulerWatch(frame.image, tuple(panel.roi for panel in measure.panels), aside=lambda work: work())


def _watch(sent: SentScale) -> Callable[[Frame, MeasureSetup], Watch]:
    return lambda frame, measure: sent.watch(watch_screen(frame, measure))


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
