"""A visit that is on: asked by a timer, shown in the panel and on the patient's screen, moved by keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from gui.ghost import Ghost
from gui.patient_window import PatientWindow, second_screen
from gui.sound import PatientSound
from gui.theme import DARK, Theme
from gui.visit_panel import VisitPanel
from gui.visit_words import VisitWords
from usbio.patient_scene import PatientScene, PictureKind
from usbio.texts import Text
from usbio.visit.effects import Sound
from usbio.visit.inputs import Action, Field
from usbio.visit.scene import PatientChoice
from usbio.visit.view import VisitView
from usbio.visit_place import EarlierStill

LOOK_MS = 40
_PICTURES: tuple[PictureKind, ...] = ("balance", "anatomy", "strip")


class News(Protocol):
    """What came of a visit since it was asked last."""

    @property
    def view(self) -> VisitView:
        """What the clinician sees."""
        ...

    @property
    def scene(self) -> PatientScene:
        """What the patient sees."""
        ...

    @property
    def said(self) -> tuple[str, ...]:
        """What is to be told once."""
        ...

    @property
    def sounds(self) -> tuple[Sound, ...]:
        """What is to be heard."""
        ...

    @property
    def trouble(self) -> str:
        """What needs action as long as it stands."""
        ...

    @property
    def ghost(self) -> EarlierStill | None:
        """A picture of the last visit, while the same place is looked for."""
        ...


class Heard(Protocol):
    """What keys and entries go to."""

    def press(self, action: Action) -> None:
        """Hand on a key."""
        ...

    def enter(self, field: Field, value: float = ..., words: str = ...) -> None:
        """Hand on what was typed."""
        ...


class Desk(Protocol):
    """What drives a visit; its methods belong to the window's thread and return at once."""

    choice: PatientChoice

    @property
    def visit(self) -> Heard:
        """What keys and entries go to."""
        ...

    def look(self) -> News:
        """Do what only this thread may do, and say what is new."""
        ...

    def close(self) -> bool:
        """End it; without an end of the visit it can be gone on with. May be called twice."""
        ...


class LiveVisit(QObject):
    """Keys of a visit by their names in `keys.VISIT_KEYS`. It forwards; the rules live in `usbio.visit`."""

    said = Signal(str)
    shown = Signal()  # there were news
    ghosted = Signal(object)  # the picture of the last visit to be laid over the live one, or None
    ended = Signal()  # the page is the picture's alone again

    def __init__(self, panel: VisitPanel, words: VisitWords, window: QWidget) -> None:
        super().__init__(window)
        self._panel, self._words, self._window = panel, words, window
        self._desk: Desk | None = None
        self._view: VisitView | None = None
        self._theme = DARK
        self._hidden = self._end_asked = False
        self.trouble = ""
        self._ghost: EarlierStill | None = None
        self.patient: PatientWindow | None = None
        self._sound = PatientSound(self)
        self._timer = QTimer(self, interval=LOOK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.look)
        panel.entry.entered.connect(self._enter)

    @property
    def on(self) -> bool:
        """True from its beginning until it is left."""
        return self._desk is not None

    @property
    def view(self) -> VisitView | None:
        """What was shown last."""
        return self._view

    def begin(self, desk: Desk) -> None:
        """Show a visit; the patient's screen too where there is a display for it."""
        self.stop()
        self._desk, self._hidden, self._end_asked = desk, False, False
        self.look()
        if second_screen(self._window) is not None:
            self._open_screen()
        self._timer.start()

    def stop(self) -> None:
        """Leave it; what is not finished can be gone on with. May be called twice."""
        self._timer.stop()
        desk, self._desk, self._view, self.trouble = self._desk, None, None, ""
        self._panel.entry.cancel()
        self._sound.switch_off()
        self._close_screen()
        self._lay_over(None)
        if desk is not None:
            desk.close()
            self.ended.emit()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._panel.set_theme(theme)
        if self.patient is not None:
            self.patient.set_theme(theme)

    def heading(self) -> tuple[str, str]:
        """Whose visit it is, and what is trained, for the header."""
        view = self._view
        return (self._words.patient(view), self._words.protocol(view)) if view is not None else ("", "")

    def look(self) -> None:
        """Ask for news and show it."""
        if self._desk is None:
            return
        news = self._desk.look()
        self._view, self.trouble = news.view, news.trouble
        self._panel.show_view(news.view)
        for words in news.said:
            self.said.emit(words)
        self.shown.emit()
        self._lay_over(news.ghost)
        scene = replace(news.scene, dark=True) if self._hidden else news.scene
        self._sound.follow(scene)
        if self.patient is not None:
            self.patient.show_scene(scene)

    def _lay_over(self, ghost: EarlierStill | None) -> None:
        if ghost is not self._ghost:
            self._ghost = ghost
            self.ghosted.emit(Ghost(ghost.picture, ghost.spacing) if ghost is not None else None)

    # keys

    def next(self) -> None:
        """Enter what is typed; else whatever comes next. Once the visit is over, leave it."""
        if self._panel.entry.submit():
            return
        if self._view is not None and self._view.over:
            self.stop()
        else:
            self._press("next")

    def start(self) -> None:
        """Begin, or stop what runs."""
        self._press("start")

    def confirm(self) -> None:
        """Stand by the borders."""
        self._press("confirm")

    def repeat(self) -> None:
        """Take again."""
        self._press("repeat")

    def undo(self) -> None:
        """Take back."""
        self._press("undo")

    def redo(self) -> None:
        """Put back."""
        self._press("redo")

    def breath(self) -> None:
        """Mark the breath."""
        self._press("breath")

    def feedback(self) -> None:
        """Let the patient have feedback in the next repetition."""
        self._press("feedback")

    def skip(self) -> None:
        """Leave this stage as it is."""
        self._press("skip")

    def end(self) -> None:
        """End the visit; the first time say what the second time does."""
        if self._view is not None and self._view.over:
            self.stop()
        elif self._end_asked:
            self._press("end")
        else:
            self._end_asked = True
            self.said.emit(self._words.say("visit.end.again"))

    def accept(self) -> None:
        """Accept the proposal."""
        if self._desk is not None:
            self._desk.visit.enter("accept")
            self.look()

    def decide(self) -> None:
        """Decide otherwise, and say why."""
        self._panel.entry.ask("override")

    def note_function(self) -> None:
        """Note an activity and how it goes."""
        self._panel.entry.ask("function")

    def check_caliper(self) -> None:
        """Compare with the scanner's own caliper."""
        self._panel.entry.ask("caliper")

    def remark(self) -> None:
        """Note anything."""
        self._panel.entry.ask("remark")

    def type_figure(self, figure: int) -> None:
        """Take a figure key: pain, or the score that is asked for."""
        self._panel.entry.type_figure(figure)

    def clear(self) -> None:
        """Take the figure back."""
        self._panel.entry.clear()

    def tell_nothing(self) -> None:
        """Note that it was not told."""
        self._panel.entry.tell_nothing()

    def toggle_screen(self) -> None:
        """Show the patient's screen, or close it."""
        if self.patient is None:
            self._open_screen()
            self.said.emit(self._words.say("visit.screen.on"))
        else:
            self._close_screen()

    def turn_picture(self) -> None:
        """Give the patient the next kind of picture."""
        if self._desk is None:
            return
        kind = _PICTURES[(_PICTURES.index(self._desk.choice.picture) + 1) % len(_PICTURES)]
        self._desk.choice = replace(self._desk.choice, picture=kind)
        self.said.emit(
            self._words.texts.say(Text("visit.screen.picture", picture=Text(f"visit.picture.{kind}")))
        )
        self.look()

    def hide_picture(self) -> None:
        """Hide the patient's picture, or show it as the schedule says."""
        self._hidden = not self._hidden
        self.said.emit(self._words.say("visit.screen.dark" if self._hidden else "visit.screen.shown"))
        self.look()

    def toggle_sound(self) -> None:
        """Play tones for the patient, or none."""
        if self._sound.is_on:
            self._sound.switch_off()
            self.said.emit(self._words.say("visit.sound.off"))
        else:
            on = self._sound.switch_on()
            self.said.emit(self._words.say("visit.sound.on" if on else "visit.sound.none"))

    def cancel(self) -> bool:
        """Leave what is being typed; False where nothing is."""
        self._end_asked = False
        return self._panel.entry.cancel()

    def _press(self, action: Action) -> None:
        self._end_asked = False
        if self._desk is not None:
            self._desk.visit.press(action)
            self.look()

    def _enter(self, field: Field, value: float, words: str) -> None:
        if self._desk is not None:
            self._desk.visit.enter(field, value, words)
            self.look()

    def _open_screen(self) -> None:
        self.patient = PatientWindow(self._theme, self._window)
        self.patient.closed.connect(self._forget_screen)
        self.look()
        self.patient.open_on(second_screen(self._window))

    def _close_screen(self) -> None:
        if self.patient is not None:
            self.patient.close()

    def _forget_screen(self) -> None:
        if self.patient is not None:
            self.patient.deleteLater()
            self.patient = None
            self.said.emit(self._words.say("visit.screen.off"))
