"""What of a source's frames is measured, shown and kept: understood from the first picture that allows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from segmentation.results import FrameResult, Picture, Side
from segmentation.views import MeasureSetup
from usbio.background_watch import BackgroundWatch, Watch
from usbio.choice import Choice, open_question
from usbio.draft_start import begin_draft
from usbio.errors import CallError, InputError
from usbio.frames import Frame
from usbio.own_coordinates import measure_in_picture
from usbio.setup import SetupFile
from usbio.setup_draft import SetupDraft
from usbio.visible import Visible, visible_panels, visible_part

S = TypeVar("S")


def _no_watch(_: Frame, __: MeasureSetup) -> Watch | None:
    return None


def _nothing_to_do() -> None:
    """It measures in this process."""


def _looked_at(choice: Choice, setup: SetupFile, picture: Picture) -> SetupDraft:
    return begin_draft(
        picture,
        setup,
        name=choice.address,
        view=choice.view,
        side=choice.side,
        image_left=choice.image_left,
    )


@dataclass(frozen=True, slots=True)
class Engine(Generic[S]):
    """How pictures are measured; the same functions for every program."""

    prepare: Callable[[Choice, SetupFile, Picture], MeasureSetup]
    start: Callable[[MeasureSetup, Picture], S]
    step: Callable[[S, Picture, float, int], tuple[S, FrameResult]]
    confirm: Callable[[S, frozenset[Side]], S]
    watch: Callable[[Frame, MeasureSetup], Watch | None] = _no_watch  # over the whole screen
    draft: Callable[[Choice, SetupFile, Picture], SetupDraft] = _looked_at  # what the whole screen says
    open: Callable[[], object] = _nothing_to_do  # when the run begins
    close: Callable[[], object] = _nothing_to_do  # when it ends


class LivePicture(Generic[S]):
    """The picture alone, without the screen around it: its place, and what is measured in its pixels.

    Written by the measure thread once a picture is understood, read by any.
    """

    def __init__(self, engine: Engine[S]) -> None:
        self._engine = engine
        self.visible: Visible | None = None
        self.measured_as: MeasureSetup | None = None
        self.in_frame: MeasureSetup | None = None  # the same in pixels of the whole frame
        self._watch: BackgroundWatch | None = None

    def forget_place(self) -> None:
        """Look for the picture anew at the next `begin`; until then its place is not known."""
        self.visible = self.in_frame = None

    def see(self, whole: Picture) -> Picture | None:
        """Return what of a frame is measured, may be shown and kept; None while that is not known."""
        return self.visible.of(whole) if self.visible is not None else None

    def begin(self, name: str, choice: Choice, setup: SetupFile, own: SetupFile | None, whole: Picture) -> S:
        """Understand a picture and return the state before it.

        ``own`` is the setup of a recording in its own pixels: what it says holds and is prepared as it will
        be when the recording is read again.
        """
        self.visible = self.visible or visible_part(setup, whole)
        question = open_question(choice, setup)
        if question is not None:
            raise CallError(name, f"the {question} is not known", "answer the question in the window")
        if own is None:
            measure = self._prepared(choice, setup, whole)
        else:
            measure = self._engine.prepare(choice, own, self._framed(name, whole))
        self.measured_as = measure
        return self._engine.start(measure, self._framed(name, whole))

    @property
    def side(self) -> Side | None:
        """The side that the picture shows; None where it shows both, or nothing is measured yet."""
        measure = self.measured_as
        sides = {side for panel in measure.panels for side in panel.sides} if measure is not None else set()
        return next(iter(sides)) if len(sides) == 1 else None

    def words(self, frame: Frame) -> str:
        """Return why numbers cannot be stood by for what the screen shows; "" where they can."""
        return self._watch.words(frame) if self._watch is not None else ""

    @property
    def screen_changed(self) -> bool:
        """True while numbers stop because the screen is another one."""
        return self._watch is not None and bool(self._watch.found)

    def confirm_scale(self) -> None:
        """Take the screen as it is now for right."""
        if self._watch is not None:
            self._watch.confirm()

    def stop(self, timeout_s: float = 2.0) -> bool:
        """End the watch; may be called twice."""
        return self._watch is None or self._watch.stop(timeout_s)

    def _prepared(self, choice: Choice, setup: SetupFile, whole: Picture) -> MeasureSetup:
        measure = self.in_frame = self._engine.prepare(choice, setup, whole)
        self.visible = visible_panels(measure, whole, setup.image.mask_px or ())
        self.stop(0.0)
        self._watch = BackgroundWatch(lambda frame: self._engine.watch(frame, measure))
        return measure_in_picture(measure, self.visible.roi)

    def _framed(self, name: str, whole: Picture) -> Picture:
        picture = self.see(whole)
        if picture is None:
            raise InputError(name, "the size of its pictures changed", "choose the source again")
        return picture
