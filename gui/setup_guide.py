"""Where the set-up stands: the draft, the step, and what is being done in it. No widget, no rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan
from typing import Literal, Protocol

from gui.finding import Finding
from segmentation.results import Picture, Side
from segmentation.tap import TapResult, TapState, begin_tap, halves, step_tap
from segmentation.views import MeasureSetup
from usbio.draft_changes import accept, reopen
from usbio.draft_setup import setup_of_draft
from usbio.draft_start import look_again
from usbio.errors import UsbioError
from usbio.sample import Sample
from usbio.setup import SetupFile
from usbio.setup_draft import STEPS, SetupDraft

PageStep = Literal["source", "picture", "scale", "view", "side", "station", "border"]
PAGE_STEPS: tuple[PageStep, ...] = ("source", *STEPS)
ModeName = Literal["", "masks", "keeps", "keep box", "points", "depth", "tap", "stretch", "apex", "trace"]


@dataclass(frozen=True, slots=True)
class Mode:
    """What is being done within a step; "" is the step itself."""

    name: ModeName = ""
    side: Side | None = None
    edge: Literal["superficial", "deep"] | None = None
    keep: Literal["ruler", "depth", "preset"] | None = None


class Measures(Protocol):
    """What the set-up needs of a run."""

    @property
    def is_device(self) -> bool:
        """True for what has no first picture to go back to."""
        ...

    @property
    def measured_as(self) -> MeasureSetup | None:
        """What is measured now."""
        ...

    @property
    def screen_changed(self) -> bool:
        """True while numbers stop because the screen is not as it was set up."""
        ...

    def begin_draft(self, picture: Picture, anew: bool = False) -> SetupDraft:
        """Look at a picture of the whole screen; takes many pictures' time."""
        ...

    def confirm_scale(self) -> None:
        """Stand by the scale although the screen has changed."""
        ...

    def use_setup(self, setup: SetupFile) -> None:
        """Measure with this from now on."""
        ...

    def confirm(self) -> None:
        """Stand by the borders that were found."""
        ...


class SetupGuide:
    """Goes from step to step; `changed` is called when there is something else to be shown, `said` when
    there is only something to be told."""

    def __init__(
        self,
        finding: Finding,
        changed: Callable[[], object],
        said: Callable[[], object],
        done: Callable[[SetupDraft], object],
        left: Callable[[], object],
    ) -> None:
        self._finding, self._changed, self._said = finding, changed, said
        self._done, self._left = done, left
        self._run: Measures | None = None
        self._applied: SetupFile | None = None
        self._wanted: PageStep | None = None
        self._anew = False
        self._tap: TapState | None = None
        self._place_moved = False
        self.draft: SetupDraft | None = None
        self.step: PageStep = "source"
        self.mode = Mode()
        self.message = ""
        self.picture: Picture | None = None
        self.first_picture: Picture | None = None  # of a clip: a trace is measured from there
        self.sample: Sample | None = None
        self.tapped: TapResult | None = None

    @property
    def busy(self) -> bool:
        """True while the picture is looked at."""
        return self._finding.busy

    @property
    def has_run(self) -> bool:
        """True once there is something to set up."""
        return self._run is not None

    def is_about(self, run: Measures) -> bool:
        """True where this run was set up here."""
        return self._run is run and self.draft is not None and not run.screen_changed

    def begin(self, run: Measures | None, at: PageStep | None = None) -> None:
        """Set up this run, from the first step that is not sure or from a certain one; None for no run."""
        self._finding.forget()
        self._run, self._wanted = run, at
        self._anew = run is not None and run.screen_changed
        self.draft = self._applied = self.picture = self.first_picture = self.sample = None
        self._place_moved = False
        self._turn("source" if run is None else "picture")

    def begin_again(self) -> None:
        """Look at the screen as it is now."""
        if self._run is not None:
            self.begin(self._run)

    def take(self, sample: Sample) -> None:
        """Take what the run shows now."""
        self.sample, self.picture = sample, sample.frame.image
        is_clip = self._run is not None and not self._run.is_device
        if is_clip and (self.first_picture is None or sample.frame.index == 0):
            self.first_picture = sample.frame.image
        if self.draft is None and self._run is not None and not self.busy and not self.message:
            self._begin_draft(self._run, sample.frame.image)
        if self.mode.name == "tap":
            self._watch_tap(sample)

    @property
    def scale_before(self) -> float:
        """Rows of how many mm are measured with while the screen has changed; nan where it has not."""
        measured = self._run.measured_as if self._run is not None and self._anew else None
        return measured.panels[0].calibration.y_mm_per_px if measured is not None else nan

    def go_on_as_before(self) -> None:
        """Stand by the set-up as it was, although the screen changed for a while."""
        if self._run is not None:
            self._run.confirm_scale()
            self._left()

    # from step to step

    def go(self, step: PageStep) -> None:
        """Go to a step, as far as what it needs is known."""
        if step == "source" or self.draft is None:
            self._turn("source" if step == "source" else self.step)
            return
        lacking = [name for name in self.draft.missing if STEPS.index(name) < STEPS.index(step)]
        if step in ("station", "border") and lacking:
            self._turn(lacking[0])
            self.message = "This comes first."
            self._changed()
            return
        if step == "border" and setup_of_draft(self.draft) != self._applied:
            self.sample = None  # what was measured before says nothing now
        self._turn(step)
        if step == "border":
            self._apply()

    def say(self, words: str) -> None:
        """Tell something without changing anything."""
        self.message = words
        self._said()

    def back(self) -> bool:
        """Leave what is being done, else go back a step; False where there is nothing before."""
        if self.mode.name:
            self.enter(Mode())
        elif self.step == "source":
            return False
        else:
            self.go(PAGE_STEPS[PAGE_STEPS.index(self.step) - 1])
        return True

    def enter(self, mode: Mode) -> None:
        """Begin to do something within the step."""
        self.mode, self.message = mode, ""
        self.tapped, self._tap = None, None
        if mode.name == "tap" and self.draft is not None:
            self._tap = begin_tap(halves(self.draft.panels))
        self._changed()

    def accept(self) -> None:
        """Stand by what this step found."""
        draft, step = self.draft, self.step
        if draft is None or step == "source":
            return
        if step == "picture" and self._place_moved:
            self._place_moved = False
            self.look(lambda picture: accept(look_again(draft, picture), "picture"), forward=True)
            return
        self.settle(lambda known: accept(known, step))

    def accept_border(self) -> None:
        """Stand by the border, once there is something to look at."""
        if self.sample is None:
            self.say("A moment: the border is looked for.")
        else:
            self.accept()

    def settle(self, change: Callable[[SetupDraft], SetupDraft]) -> None:
        """Change the draft and go on to what is not sure yet."""
        if self._try(change):
            self._forward()

    def change(self, change: Callable[[SetupDraft], SetupDraft], mode: Mode | None = None) -> bool:
        """Change the draft and stay; True where that could be done."""
        if not self._try(change):
            return False
        self.mode = mode or self.mode
        self._changed()
        return True

    def quietly(self, change: Callable[[SetupDraft], SetupDraft]) -> None:
        """Change the draft while something is dragged: nothing else is shown anew."""
        self._try(change)

    def moved(self) -> None:
        """The picture's place was changed by hand: what stands beside it is looked for again."""
        self._place_moved = True

    def look(self, do: Callable[[Picture], SetupDraft], forward: bool = False) -> None:
        """Change the draft by something that takes many pictures' time."""
        picture = self.picture
        if picture is None:
            return
        self._finding.start(lambda: do(picture), lambda draft: self._found(draft, forward), self._failed)
        self._changed()

    def border_found(self) -> bool:
        """True where something is measured now, with a value."""
        result = self.sample.result if self.sample is not None else None
        return result is not None and any(m.status.carries_value for m in result.measurements)

    def trace_done(self, change: Callable[[SetupDraft], SetupDraft]) -> None:
        """Take a traced border, measure with it, and let it be looked at."""
        if self._try(lambda draft: reopen(change(draft), "border")):
            self.mode = Mode()
            self._apply()
            self._changed()

    # inside

    def _turn(self, step: PageStep) -> None:
        self.step, self.mode, self.message = step, Mode(), ""
        self.tapped, self._tap = None, None
        self._changed()

    def _forward(self) -> None:
        draft = self.draft
        assert draft is not None
        if self.step != "border" and self._differs(draft):
            draft = self.draft = reopen(draft, "border")  # what was found before is found anew
        if draft.next_step is not None:
            self.go(draft.next_step)
            return
        self._apply()
        if self._run is not None and self.border_found():
            self._run.confirm()
        self._done(draft)

    def _apply(self) -> None:
        if self.draft is None or self._run is None or not self.draft.ready:
            return
        setup = setup_of_draft(self.draft)
        if setup != self._applied:
            self._applied = setup
            self.sample = None
            self._run.use_setup(setup)

    def _differs(self, draft: SetupDraft) -> bool:
        return self._applied is not None and draft.ready and setup_of_draft(draft) != self._applied

    def _try(self, change: Callable[[SetupDraft], SetupDraft]) -> bool:
        if self.draft is None:
            return False
        try:
            self.draft, self.message = change(self.draft), ""
        except UsbioError as error:
            self.message = str(error)
            self._said()
            return False
        return True

    def _begin_draft(self, run: Measures, picture: Picture) -> None:
        anew = self._anew
        self._finding.start(lambda: run.begin_draft(picture, anew), self._begun, self._failed)
        self._changed()

    def _begun(self, draft: SetupDraft) -> None:
        self.draft = draft
        if self._run is not None and self._run.measured_as is not None and draft.ready and not self._anew:
            self._applied = setup_of_draft(draft)  # it is measured with just this
        wanted, self._wanted = self._wanted, None
        self.go(wanted or draft.next_step or "border")

    def _found(self, draft: SetupDraft, forward: bool) -> None:
        self.draft = draft
        if forward:
            self._forward()
        else:
            self._changed()

    def _failed(self, error: Exception) -> None:
        said = isinstance(error, UsbioError)
        self.message = str(error) if said else "The picture could not be looked at; choose the source again."
        self._changed()

    def _watch_tap(self, sample: Sample) -> None:
        if self._tap is None or (self.tapped is not None and self.tapped.half is not None):
            return
        before = self.tapped
        self._tap, self.tapped = step_tap(self._tap, sample.frame.image, sample.frame.arrived_s)
        if before is None or (before.ready, before.half) != (self.tapped.ready, self.tapped.half):
            self._changed()
