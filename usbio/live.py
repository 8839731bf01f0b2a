"""One source, live: played, measured, and everything a window shows of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from segmentation.results import FrameResult, Picture, Side
from segmentation.summary import ErrorFigures
from segmentation.timing import Mark
from segmentation.traces import Span
from segmentation.views import VIEWS, MeasureSetup, View, ViewName
from usbio.activity import Activity, find_activity
from usbio.choice import Choice, Question, open_question, setup_place
from usbio.errors import CallError, InputError
from usbio.first_borders import FirstBorder, FirstBorders
from usbio.frames import FrameSource
from usbio.history import History
from usbio.mmode_strip import StripRecorder
from usbio.own_coordinates import measure_in_picture, setup_in_frame, setup_in_picture
from usbio.pipeline import Pipeline
from usbio.playback import Playback
from usbio.reading import Comparison, Reading, action_words, compare_sides, readings
from usbio.sample import RunState, RunStatus, Sample
from usbio.setup import SetupFile, save_setup
from usbio.setup_as_used import setup_as_used, with_borders
from usbio.visible import Visible, visible_panels, visible_part

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Engine(Generic[S]):
    """How pictures are measured; the same functions for every program."""

    prepare: Callable[[Choice, SetupFile, Picture], MeasureSetup]
    start: Callable[[MeasureSetup, Picture], S]
    step: Callable[[S, Picture, float, int], tuple[S, FrameResult]]
    confirm: Callable[[S, frozenset[Side]], S]


class LiveRun(Generic[S]):
    """A source that is played, measured and read; all methods belong to one thread, the window's.

    ``visible`` and ``measured_as`` are written by the measure thread once the first picture is understood.
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
        self._errors = errors
        self.playback = Playback(source)
        self.history = History()
        self.strips = StripRecorder()
        self.activity = Activity()
        self._first_borders = FirstBorders()
        self.visible: Visible | None = None
        self.measured_as: MeasureSetup | None = None
        self._in_frame: MeasureSetup | None = None  # the same in pixels of the whole frame
        self._own: SetupFile | None = None  # of the recording, in its own pixels, from its start on
        self.confirmed: frozenset[Side] = frozenset()
        self._sample: Sample | None = None
        self._saved_at: Path | None = None
        self._pipeline = self._new_pipeline()

    @property
    def name(self) -> str:
        """The source's name."""
        return self.playback.name

    @property
    def title(self) -> str:
        """What is shown: the source and the view."""
        return f"{self.name} · {self.view.title}" if self.view is not None else self.name

    @property
    def about(self) -> str:
        """What the setup says of the recording, in the order in which it is asked for."""
        known = self._setup.acquisition
        parts = [str(known[key]) for key in ("subject", "level", "posture", "task") if key in known]
        if "painful_side" in known:
            parts.insert(1, f"{known['painful_side']} painful")
        return "   ".join(parts)

    @property
    def view(self) -> View | None:
        """What is measured; None until it is known."""
        return VIEWS[self._choice.view] if self._choice.view is not None else None

    def start(self) -> None:
        """Begin to play and to measure."""
        self._pipeline.start()

    def stop(self) -> bool:
        """End it; may be called twice."""
        return self._pipeline.stop()

    def again(self) -> None:
        """Play from the beginning once more."""
        self._pipeline.stop()
        self.history.clear()
        self._first_borders.clear()
        self.activity, self._sample = Activity(), None
        self.playback.pause(False)
        self._pipeline = self._new_pipeline()
        self._pipeline.start()

    def take(self) -> Sample | None:
        """Return the newest sample once."""
        sample = self._pipeline.take()
        self._sample = sample or self._sample
        return sample

    def status(self) -> RunStatus:
        """Say how the run stands; a pause is no stall."""
        status = self._pipeline.status()
        if self.playback.stands and status.stalled:
            return replace(status, stalled=False, words="")
        return status

    # what only the operator can say

    @property
    def question(self) -> Question | None:
        """What has to be asked before anything can be measured."""
        return open_question(self._choice, self._setup)

    def answer(
        self, view: ViewName | None = None, side: Side | None = None, image_left: Side | None = None
    ) -> None:
        """Take an answer; after the last one the clip plays from its start, so that all of it is measured."""
        with self._lock:
            choice = self._choice
            self._choice = replace(
                choice,
                view=view or choice.view,
                side=side or choice.side,
                image_left=image_left or choice.image_left,
            )
        if self.question is None:
            self.again()

    def confirm(self) -> None:
        """Stand by the borders that were found automatically, also when the clip is played again."""
        if self.measured_as is None:
            return
        sides = frozenset(side for panel in self.measured_as.panels for side in panel.sides)
        self.confirmed = sides
        with self._lock:
            self._setup = self._with_borders(self._first_borders.of(sides))
        self._pipeline.follower.edit(lambda state: self._engine.confirm(state, sides))

    # what the window shows

    def refresh_activity(self) -> None:
        """Look for rest and contraction in the values so far: some milliseconds, so not for every frame."""
        if self.view is not None:
            marks = [Mark(i.kind, Span(i.start_s, i.end_s)) for i in self._setup.interval]
            self.activity = find_activity(self.history, self.view, marks)

    def readings(self) -> tuple[Reading, ...]:
        """Return the values of the newest sample that was taken."""
        if self._sample is None or self.view is None:
            return ()
        return readings(self._sample, self.history, self.activity, self.view)

    @property
    def unconfirmed(self) -> frozenset[Side]:
        """Sides with a border that was found automatically and that nobody stood by."""
        return frozenset(r.side for r in self.readings() if r.border_source == "auto") - self.confirmed

    def comparison(self) -> Comparison | None:
        """Return left against right; None in a one-sided picture."""
        return compare_sides(self.readings(), self.view, self._errors) if self.view is not None else None

    def action_words(self) -> str:
        """Return the one line of what needs action now."""
        return "" if self.question else action_words(self.status(), self._sample, self.view)

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
        if self._in_frame is None:
            raise CallError(self.name, "nothing is measured yet", "save once borders are found")
        path = self._saved_at or setup_place(self._choice)
        save_setup(path, setup_as_used(self._setup, self._in_frame))
        self._saved_at = path
        return path

    def _with_borders(self, found: Sequence[FirstBorder]) -> SetupFile:
        """The setup of the whole frame with borders that were found in the picture."""
        assert self.visible is not None  # something was measured, or no border would have been found
        assert self.measured_as is not None
        first = self._pipeline.first_index
        numbered = tuple(replace(one, frame=one.frame + first) for one in found)
        own = setup_in_picture(self._setup, self.visible.roi)
        return setup_in_frame(
            with_borders(own, self.measured_as.view, numbered), self.visible.roi, self._setup
        )

    # on the measure thread

    def _new_pipeline(self) -> Pipeline[S]:
        self._own = None
        sinks = (self.history, self.strips, self._first_borders)
        return Pipeline(self.playback, self._begin, self._engine.step, sinks, see=self._see)

    def _see(self, whole: Picture) -> Picture | None:
        return self.visible.of(whole) if self.visible is not None else None

    def _begin(self, picture: Picture) -> S:
        # Understanding the first picture takes many frames' time; a clip waits, so that its rest is measured.
        with self.playback.held():
            return self._understood(picture)

    def _understood(self, whole: Picture) -> S:
        with self._lock:
            choice, setup, own = self._choice, self._setup, self._own
        self.visible = self.visible or visible_part(setup, whole)
        question = open_question(choice, setup)
        if question is not None:
            raise CallError(self.name, f"the {question} is not known", "answer the question in the window")
        if own is None:
            measure = self._prepared(choice, setup, whole)
        else:
            measure = self._engine.prepare(choice, own, self._framed(whole))
        self.strips.use(measure)
        # A border that was confirmed once says nothing about one that is found anew.
        self.measured_as, self.confirmed = measure, frozenset()
        return self._engine.start(measure, self._framed(whole))

    def _prepared(self, choice: Choice, setup: SetupFile, whole: Picture) -> MeasureSetup:
        self._in_frame = self._engine.prepare(choice, setup, whole)
        self.visible = visible_panels(self._in_frame, whole, setup.image.mask_px or ())
        return measure_in_picture(self._in_frame, self.visible.roi)

    def _framed(self, whole: Picture) -> Picture:
        picture = self._see(whole)
        if picture is None:
            raise InputError(self.name, "the size of its pictures changed", "choose the source again")
        return picture


def _completed(choice: Choice, setup: SetupFile) -> Choice:
    return replace(choice, view=choice.view or setup.measure.view)
