"""One source, live: played, measured, and everything a window shows of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Generic, TypeVar

from segmentation.geometry import Roi
from segmentation.results import Picture, Side
from segmentation.summary import ErrorFigures
from segmentation.timing import Mark
from segmentation.traces import Span
from segmentation.views import VIEWS, MeasureSetup, View
from usbio.choice import Choice, Question, about_words, open_question, setup_place
from usbio.errors import CallError
from usbio.first_borders import FirstBorder, FirstBorders
from usbio.frames import FrameSource, Steerable, device_itself
from usbio.held_side import hold_side
from usbio.listeners import Listeners, RunEvent
from usbio.live_picture import Engine, LivePicture
from usbio.live_recording import LiveRecording, MakeRecorder
from usbio.live_values import LiveValues
from usbio.marked_recorder import MarkedRecorder
from usbio.mmode_strip import StripRecorder
from usbio.own_coordinates import setup_in_frame, setup_in_picture
from usbio.pipeline import CLOSING_S, Pipeline, Sink
from usbio.playback import Playback
from usbio.reading import action_words
from usbio.recording.plan import Codec, RecordingPlan
from usbio.recording_offer import RecordingOffer
from usbio.recording_setup import recording_setup
from usbio.sample import RunState, RunStatus, Sample
from usbio.setup import SetupFile, save_setup
from usbio.setup_as_used import for_other_side, setup_as_used, with_borders, without_places
from usbio.setup_draft import SetupDraft

S = TypeVar("S")
_USUAL_FPS = 30.0


class LiveRun(Generic[S]):
    """A source that is played, measured and read; all methods belong to one thread, the window's.

    What is measured is the picture alone, without the screen around it: ``measured_as`` and everything in a
    sample is in its pixels, and what is recorded is just what was measured.
    """

    def __init__(
        self,
        choice: Choice,
        source: FrameSource,
        setup: SetupFile,
        engine: Engine[S],
        errors: ErrorFigures | None = None,
    ) -> None:
        self._lock = threading.Lock()
        self._choice = _completed(choice, setup)
        self._setup = setup
        self._engine = engine
        self._source = source
        self.playback = Playback(source)
        self.values = LiveValues(errors)
        self.strips = StripRecorder()
        self.recording = LiveRecording()
        self.listeners = Listeners()  # other programs that hear of this run
        self._marked: MarkedRecorder | None = None  # the latest recording, for marks of any moment in it
        self.offer = RecordingOffer()
        self._first_borders = FirstBorders()
        self._picture = LivePicture(engine)
        self._own: SetupFile | None = None  # of the recording, in its own pixels, from its start on
        self._before: Sample | None = None  # the newest one when the recording began
        self._saved_at: Path | None = None
        self._sinks: list[Sink] = []
        self._tell_values()
        self._pipeline = self._new_pipeline()

    @property
    def name(self) -> str:
        """The source's name."""
        return self.playback.name

    @property
    def title(self) -> str:
        """What is shown: the source and the view."""
        view = self.view.title if self.view is not None else ""
        return " · ".join(filter(None, (self.name, view, self.playback.delivers)))

    @property
    def about(self) -> str:
        """What the setup says of the recording, in the order in which it is asked for."""
        return about_words(self._setup)

    @property
    def setup(self) -> SetupFile:
        """What is known, in pixels of the whole frame."""
        return self._setup

    @property
    def is_device(self) -> bool:
        """True for what keeps its own time; a clip begins again at its first picture."""
        return self.playback.device

    @property
    def measured_as(self) -> MeasureSetup | None:
        """What is measured, in pixels of the picture alone; None until a picture is understood."""
        return self._picture.measured_as

    @property
    def place(self) -> Roi | None:
        """Where in the whole frame that picture lies."""
        return self._picture.visible.roi if self._picture.visible is not None else None

    @property
    def view(self) -> View | None:
        """What is measured; None until it is known."""
        return VIEWS[self._choice.view] if self._choice.view is not None else None

    def start(self) -> None:
        """Begin to play and to measure."""
        self._engine.open()
        self._pipeline.start()

    def stop(self, closing_s: float = CLOSING_S) -> bool:
        """End it; may be called twice. A recording is finished meanwhile, or with 0 s afterwards."""
        stopped = self._pipeline.stop(closing_s=closing_s)
        self._engine.close()
        self.values.stop()
        self.offer.wait(2.0)
        return self._picture.stop() and stopped

    def listen(self, sink: Sink) -> None:
        """Let this have every sample from the next one on, on the measure thread, also of runs to come."""
        self._sinks.append(sink)
        self._pipeline.add_sink(sink)

    def unlisten(self, sink: Sink) -> None:
        """Let this have no more samples."""
        if sink in self._sinks:
            self._sinks.remove(sink)
        self._pipeline.remove_sink(sink)

    def again(self) -> None:
        """Play from the beginning once more."""
        self._pipeline.stop(closing_s=0.0)
        self.values.begin()
        self._first_borders.clear()
        self.playback.pause(False)
        self._pipeline = self._new_pipeline()
        self._pipeline.start()

    def take(self) -> Sample | None:
        """Return the newest sample once."""
        sample = self._pipeline.take()
        if sample is not None and sample.picture is not None and sample.result is not None:
            self.offer.see(sample.picture)
        self.values.sample = sample or self.values.sample
        return sample

    def status(self) -> RunStatus:
        """Say how the run stands; a pause is no stall, and values of a device that stalls are held."""
        status = self._pipeline.status()
        stalled = self.is_device and status.stalled and not self.playback.stands
        self.values.silent_s = status.silent_s if stalled else 0.0
        if self.playback.stands and status.stalled:
            return replace(status, stalled=False, words=self.playback.trouble)
        return status

    # what is kept

    def record(self, parent: Path, make: MakeRecorder, codec: Codec = "ffv1", pair: str = "") -> str:
        """Begin a recording in a folder of its own, and return what the operator should know about it.

        ``pair`` names a folder that it shares with the other side's.

        Measuring begins anew with its first picture. Where this machine cannot keep up without loss, that is
        said and nothing begins.
        """
        sample, place = self.values.sample, self._picture
        if place.in_frame is None or place.visible is None or sample is None:
            raise CallError(self.name, "nothing is measured yet", "set up the picture, then record")
        fps = rate_hz if (rate_hz := self.status().rate_hz) > 0 else _USUAL_FPS
        tried = self.offer.of(codec)
        advice = tried.advice(fps) if tried is not None else ""
        if advice and codec == "ffv1":
            raise CallError(self.name, *advice.split("; ", 1))
        self.end_record()
        found = sample.result.measurements if sample.result is not None else ()
        own = recording_setup(self._setup, place.in_frame, place.visible.roi, found, self.values.confirmed)
        view, size_px = place.in_frame.view, place.visible.size_px
        held = self.values.held.before(time.perf_counter()) if self.values.held is not None else None
        plan = RecordingPlan(parent, self.name, view, own, size_px, fps, codec, pair, held)
        made = make(plan, tried.bytes_per_picture if tried is not None else None)
        recorder = self._marked = MarkedRecorder(made, self.listeners.event)
        self.recording.begin(recorder)
        with self._lock:
            self._own = own
        self._pipeline.record(recorder)
        self._before = sample
        self._keep_regions()
        return advice

    def _keep_regions(self) -> None:
        """Keep stills of what outside the picture is allowed, and of nothing else."""
        recorder, sample = self.recording.active, self.values.sample
        if recorder is None or sample is None:
            return
        for table in self._setup.keep:
            x, y, width, height = table.region_px
            recorder.keep(table.name, sample.frame.image[y : y + height, x : x + width], 0)

    def end_record(self) -> None:
        """Let the recording be finished; the picture goes on."""
        self._pipeline.end_record()

    def mark(self, words: str) -> None:
        """Write a marker into the recording, at the newest picture, and let listeners know of it."""
        self.listeners.event(RunEvent(words, time.perf_counter()))
        if self.listeners and self.recording.active is None:
            return  # another program keeps it
        # The sample from before the recording is still numbered as the source does.
        newest = None if self.values.sample is self._before else self.values.sample
        self.recording.mark(words, newest.frame.index if newest is not None else 0)

    def mark_at(self, words: str, at_s: float, stream: str) -> str:
        """Write a marker of another program at the picture that was newest then, and say so; any thread."""
        recorder = self._marked
        frame = recorder.mark_at(words, at_s, stream) if recorder is not None else None
        kept = f"in the recording, at frame {frame}" if frame is not None else "nothing is recorded"
        return f"marker {words!r} from {stream}: {kept}"

    def steer(self, by: float | None) -> float | None:
        """Ask the simulator for more or less effort, or with None to contract by itself; say what it is."""
        if not isinstance(source := device_itself(self._source), Steerable):
            raise CallError(self.name, "contracts as the patient does", "open sim:VIEW to steer it by key")
        level = None if by is None else min(max((source.steered_to or 0.0) + by, 0.0), 1.0)
        source.steer(level)
        return level

    def steer_to(self, level: float) -> None:
        """Let a simulated muscle do what it is told; a real one does what it does."""
        source = device_itself(self._source)
        if isinstance(source, Steerable) and source.steered_to != level:
            source.steer(level)

    @property
    def screen_changed(self) -> bool:
        """True while numbers stop because the scanner's screen is not as it was set up."""
        return self._picture.screen_changed

    def confirm_scale(self) -> None:
        """Stand by the scale although the screen has changed, such as after the depth was set back."""
        self._picture.confirm_scale()

    def note_drawn(self, age_s: float) -> None:
        """Hear how old a picture was when it had been painted."""
        self._pipeline.ages.add("drawn", age_s)

    # what only the operator can say

    def use_setup(self, setup: SetupFile, keep_held: bool = False) -> None:
        """Measure with another setup from now on; a clip plays from its start, so that all of it is measured.

        What the setup says holds, whatever was said before. A recording has one setup and ends.
        """
        self.end_record()
        self.listeners.event(RunEvent("setup changed", time.perf_counter()))
        self.values.sample = None  # it tells borders in pixels of another picture
        if not keep_held:
            self.values.held = None
        with self._lock:
            self._setup, self._own = setup, None
            self._picture.forget_place()
            self._choice = replace(
                self._choice, view=setup.measure.view or self._choice.view, side=None, image_left=None
            )
        self._tell_values()
        if self.playback.device:
            self._pipeline.follower.restart()
        else:
            self.again()

    @property
    def question(self) -> Question | None:
        """What has to be asked before anything can be measured."""
        return open_question(self._choice, self._setup)

    def begin_draft(self, picture: Picture, anew: bool = False) -> SetupDraft:
        """Look at a picture of the whole screen; takes many pictures' time, so not on the window's thread.

        ``anew`` is for a screen that has changed: what was known of its places and its scale holds no more.
        """
        with self._lock:
            choice, setup = self._choice, self._setup
        return self._engine.draft(choice, without_places(setup) if anew else setup, picture)

    @property
    def side(self) -> Side | None:
        """The side that the picture shows; None where it shows both, or nothing is measured yet."""
        return self._picture.side

    def measure_other_side(self) -> Side:
        """Hold this side's values and measure the other one from now on; say which.

        Borders, stations and edges of the side before are another muscle's and are looked for anew.
        """
        side, sample = self.side, self.values.sample
        if side is None:
            raise CallError(self.name, "does not show one side alone", "set up which side the picture shows")
        other: Side = "right" if side == "left" else "left"
        found = hold_side(self.values.own_readings(), sample) if sample is not None else None
        before = self.values.held
        # Where this side had no value, what was held stays, unless it is of the side that is measured now.
        self.values.held = found or (before if before is not None and before.side == side else None)
        self.use_setup(for_other_side(self._setup, other), keep_held=True)
        return other

    def confirm(self) -> None:
        """Stand by the borders that were found automatically, also when the clip is played again."""
        if self.measured_as is None:
            return
        sides = frozenset(side for panel in self.measured_as.panels for side in panel.sides)
        self.values.confirmed = sides
        with self._lock:
            self._setup = self._with_borders(self._first_borders.of(sides))
        self._tell_values()
        self._pipeline.follower.edit(
            lambda state: self._engine.confirm(state, sides), self.recording.told_confirmed(sides)
        )

    # what the window shows

    def action_words(self) -> str:
        """Return the one line of what needs action now."""
        now = "" if self.question else action_words(self.status(), self.values.sample, self.view)
        return " · ".join(filter(None, (self.recording.alarm, self.listeners.alarm, now)))

    @property
    def ended(self) -> bool:
        """True when nothing more comes by itself."""
        return self.status().state not in (RunState.READY, RunState.RUNNING)

    @property
    def over(self) -> bool:
        """True when it has ended and the last sample was taken."""
        return self.ended and self._pipeline.finished

    def save_setup(self) -> Path:
        """Write the setup as it is measured with, and return where: the file it came from, else a new one."""
        if self._picture.in_frame is None:
            raise CallError(self.name, "nothing is measured yet", "save once borders are found")
        path = self._saved_at or setup_place(self._choice)
        save_setup(path, setup_as_used(self._setup, self._picture.in_frame))
        self._saved_at = path
        return path

    def _with_borders(self, found: Sequence[FirstBorder]) -> SetupFile:
        """The setup of the whole frame with borders that were found in the picture."""
        visible, measure = self._picture.visible, self._picture.measured_as
        assert visible is not None  # something was measured, or no border would have been found
        assert measure is not None
        first = self._pipeline.first_index
        numbered = tuple(replace(one, frame=one.frame + first) for one in found)
        own = with_borders(setup_in_picture(self._setup, visible.roi), measure.view, numbered)
        return setup_in_frame(own, visible.roi, self._setup)

    def _tell_values(self) -> None:
        self.values.view = self.view
        self.values.marks = [Mark(i.kind, Span(i.start_s, i.end_s)) for i in self._setup.interval]

    # on the measure thread

    def _new_pipeline(self) -> Pipeline[S]:
        self._own = None
        return Pipeline(
            self.playback,
            self._begin,
            self._engine.step,
            (self.values.history, self.strips, self._first_borders, self.listeners.sample, *self._sinks),
            see=self._picture.see,
            watch=self._picture.words,
            hear=self.listeners.frame,
        )

    def _begin(self, whole: Picture) -> S:
        # Understanding the first picture takes many frames' time; a clip waits, so that its rest is measured.
        with self.playback.held():
            with self._lock:
                choice, setup, own = self._choice, self._setup, self._own
            state = self._picture.begin(self.name, choice, setup, own, whole)
            assert self._picture.measured_as is not None
            self.strips.use(self._picture.measured_as)
            self.listeners.use(self._picture.measured_as)
            self.listeners.event(RunEvent("measuring begins", time.perf_counter()))
            # A border that was confirmed once says nothing about one that is found anew.
            self.values.confirmed = frozenset()
            return state


def _completed(choice: Choice, setup: SetupFile) -> Choice:
    return replace(choice, view=choice.view or setup.measure.view)
