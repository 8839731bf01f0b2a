"""The first step of a visit: the patient by code, how pictures are made, what is trained. All by keyboard."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import isfinite, nan
from pathlib import Path
from typing import Any, get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.finding import Finding
from gui.reception import Reception
from gui.text import elided_label, soft_label, text_label
from gui.theme import TEXT_PX
from gui.visit_words import BETWEEN, VisitWords
from usbio.errors import UsbioError
from usbio.language import languages
from usbio.protocol import Protocol, ScheduleKind
from usbio.visit.facts import PainfulSide
from usbio.visit.visit_file import VisitOutline
from usbio.visit.words import PAINFUL
from usbio.visit_form import VisitForm

_TYPED = ("subject", "level", "landmark", "posture", "scanner", "probe", "preset", "depth_mm", "rater")
_NUMBERS = ("depth_mm", "hold_s")
_FIELD_CODES = {"depth_mm": "depth_mm", "hold_s": "hold"}
_LANGUAGES = {"en": "English", "de": "Deutsch"}
_ABOUT = {"patient": "subject", "hold": "hold_s"}  # what an error is about, and its field


class VisitFormPage(QWidget):
    """Says what was entered; whether a visit can begin so is not decided here."""

    begun = Signal(object)  # VisitForm
    resumed = Signal(object)  # folder
    sampled = Signal()

    def __init__(self, reception: Reception, words: VisitWords) -> None:
        super().__init__()
        self._reception, self._words = reception, words
        self._filled = VisitForm()  # what is not shown here stays as it was
        self._asked_for = ""
        self._looking, self._listing = Finding(self), Finding(self)
        self.fields = {name: QLineEdit() for name in (*_TYPED, "hold_s")}
        self.painful, self.schedule, self.language = QComboBox(), QComboBox(), QComboBox()
        self.protocols, self.interrupted = QListWidget(), QListWidget()
        self.sample = QPushButton(words.say("visit.form.sample"))
        self.go = QPushButton(words.say("visit.form.begin"))
        self._notes: dict[str, QLabel] = {}
        self._shown = elided_label("", 14)
        self.message = text_label("")
        self.message.setObjectName("warning")
        self.message.setWordWrap(True)
        self.message.hide()
        self._fill_choices()
        self._build()
        self._name()
        self._connect()

    # what it says

    @property
    def form(self) -> VisitForm:
        """What is entered; raises `ValueError` where a number is none."""
        said: dict[str, Any] = {name: self.fields[name].text().strip() for name in self.fields}
        for name in _NUMBERS:
            said[name] = _number(said[name])
        return replace(
            self._filled,
            **said,
            painful_side=self.painful.currentData(),
            schedule=self.schedule.currentData(),
            language=self.language.currentData(),
            protocol=self._protocol(),
        )

    def fill(self, form: VisitForm) -> None:
        """Fill in a form, but for the code that is typed."""
        self._filled = form
        for name in _TYPED[1:]:
            value = getattr(form, name)
            self.fields[name].setText(value if isinstance(value, str) else _words(value))
        self.fields["hold_s"].setText(_words(form.hold_s))
        for box, value in (
            (self.painful, form.painful_side),
            (self.schedule, form.schedule),
            (self.language, form.language),
        ):
            box.setCurrentIndex(max(box.findData(value), 0))
        for row in range(self.protocols.count()):
            if self.protocols.item(row).data(Qt.ItemDataRole.UserRole) == form.protocol:
                self.protocols.setCurrentRow(row)

    def open(self, title: str) -> None:
        """Be shown: say which picture a visit would be of, and look for what was broken off."""
        self._shown.setText(self._words.say("visit.form.shown", title=title) if title else "")
        self.show_error(None)
        self._listing.start(self._reception.interrupted, self._list_interrupted, self.show_error)
        (self.fields["subject"] if title else self.sample).setFocus()

    def clear(self) -> None:
        """Know of no patient: the next one begins with an empty form, and the same one is looked up anew."""
        self._looking.forget()
        self._asked_for = ""
        self.fields["subject"].clear()
        self.fill(VisitForm())

    def show_error(self, error: Exception | None) -> None:
        """Say beside its field what is wrong, or above all of them."""
        for note in self._notes.values():
            note.setText("")
        self._notes["subject"].setText(self._words.say("visit.form.no_names"))
        self.message.setVisible(False)
        if error is None:
            return
        name = _ABOUT.get(error.what) if isinstance(error, UsbioError) else None
        if name is None:
            self.show_message(str(error))
        elif isinstance(error, UsbioError):
            self.say_beside(name, f"{error.happened}; {error.to_do}")
            self.fields[name].setFocus()

    def show_message(self, words: str) -> None:
        """Say something above the fields."""
        self.message.setText(words)
        self.message.setVisible(bool(words))

    def say_beside(self, name: str, words: str) -> None:
        """Say something beside a field."""
        self._notes[name].setText(words)

    def stop(self) -> None:
        """Leave nothing running."""
        self._looking.forget()
        self._listing.forget()

    # what is done

    def begin(self) -> None:
        """Hand on what is entered; where a list of visits has the keyboard, go on with the marked one."""
        if self.interrupted.hasFocus() and self.interrupted.currentItem() is not None:
            self._resume(self.interrupted.currentItem())
        elif self.sample.hasFocus():
            self.sampled.emit()
        else:
            self._begin()

    def _begin(self) -> None:
        self.show_error(None)
        try:
            form = self.form
        except ValueError:
            for name in _NUMBERS:
                if _is_wrong(self.fields[name].text()):
                    self.say_beside(name, self._words.say("visit.form.number"))
                    self.fields[name].setFocus()
            return
        self.begun.emit(form)

    def _resume(self, item: QListWidgetItem) -> None:
        folder = item.data(Qt.ItemDataRole.UserRole)
        if isinstance(folder, Path):
            self.resumed.emit(folder)

    def _look_up(self) -> None:
        subject = self.fields["subject"].text().strip()
        if not subject or subject == self._asked_for:
            return
        self._asked_for = subject

        def _found(form: VisitForm | None) -> None:
            if form is not None:
                self.fill(form)
            self.say_beside("subject", self._words.say("visit.form.last" if form else "visit.form.first"))

        self._looking.start(lambda: self._reception.last(subject), _found, self.show_error)

    def _list_interrupted(self, found: tuple[VisitOutline, ...]) -> None:
        self.interrupted.clear()
        for one in reversed(found):
            item = QListWidgetItem(BETWEEN.join((one.begun.subject, one.begun.began[:16].replace("T", " "))))
            item.setData(Qt.ItemDataRole.UserRole, one.folder)
            self.interrupted.addItem(item)
        if not found:
            self.interrupted.addItem(self._words.say("visit.form.none_interrupted"))
        self.interrupted.setEnabled(bool(found))

    # how it is put together

    def _fill_choices(self) -> None:
        for side in get_args(PainfulSide):
            self.painful.addItem(self._words.texts.say(PAINFUL[side]), side)
        self.painful.setCurrentIndex(self.painful.findData("none"))
        self.schedule.addItem(self._words.say("visit.form.schedule"), None)
        for kind in get_args(ScheduleKind):
            self.schedule.addItem(self._words.say(f"visit.schedule.{kind}"), kind)
        for language in languages():
            self.language.addItem(_LANGUAGES.get(language, language), language)
        self.language.setCurrentIndex(max(self.language.findData(self._words.texts.language), 0))
        protocols, troubles = self._reception.protocols()
        for name, protocol in protocols.items():
            item = QListWidgetItem(self._title(protocol))
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.protocols.addItem(item)
        self.protocols.setCurrentRow(max(list(protocols).index("tra_draw_in_lying"), 0))
        self.show_troubles = "\n".join(map(str, troubles))

    def _title(self, protocol: Protocol) -> str:
        stage = self._words.say(f"visit.training.{protocol.stage}")
        return BETWEEN.join((protocol.text("title", self._words.texts.language), stage))

    def _protocol(self) -> str:
        item = self.protocols.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else self._filled.protocol

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(2, 3)
        rows: list[tuple[str, str, QWidget]] = [("subject", "subject", self.fields["subject"])]
        rows.append(("painful_side", "painful_side", self.painful))
        rows += [(name, _FIELD_CODES.get(name, name), self.fields[name]) for name in _TYPED[1:]]
        rows += [
            ("schedule", "schedule", self.schedule),
            ("hold_s", "hold", self.fields["hold_s"]),
            ("language", "language", self.language),
        ]
        for row, (name, code, widget) in enumerate(rows):
            words = self._words.say(f"visit.field.{code}")
            widget.setAccessibleName(words)
            self._notes[name] = soft_label("", 14)
            self._notes[name].setWordWrap(True)
            grid.addWidget(text_label(words), row, 0)
            grid.addWidget(widget, row, 1)
            grid.addWidget(self._notes[name], row, 2)
        self._notes["subject"].setText(self._words.say("visit.form.no_names"))
        left = QVBoxLayout()
        left.addWidget(text_label(self._words.say("visit.step.patient"), TEXT_PX + 4, bold=True))
        left.addWidget(self.message)
        left.addLayout(grid)
        left.addWidget(self._shown)
        left.addStretch(1)
        right = QVBoxLayout()
        right.addWidget(self.sample)
        right.addWidget(soft_label(self._words.say("visit.form.sample_says"), 14))
        right.addSpacing(8)
        right.addWidget(text_label(self._words.say("visit.field.protocol"), bold=True))
        right.addWidget(self.protocols, 5)
        right.addWidget(self.go)
        right.addSpacing(8)
        right.addWidget(text_label(self._words.say("visit.form.interrupted"), bold=True))
        right.addWidget(self.interrupted, 2)
        frame = QHBoxLayout(self)
        frame.setContentsMargins(24, 12, 24, 12)
        frame.setSpacing(28)
        frame.addLayout(left, 6)
        frame.addLayout(right, 5)

    def _name(self) -> None:
        self.protocols.setAccessibleName(self._words.say("visit.field.protocol"))
        self.interrupted.setAccessibleName(self._words.say("visit.form.interrupted"))
        order = [self.fields["subject"], self.painful, *(self.fields[name] for name in _TYPED[1:])]
        order += [self.schedule, self.fields["hold_s"], self.language, self.protocols, self.go]
        order += [self.interrupted, self.sample]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def _connect(self) -> None:
        self.fields["subject"].editingFinished.connect(self._look_up)
        self.sample.clicked.connect(self.sampled.emit)
        self.go.clicked.connect(self._begin)
        self.interrupted.itemDoubleClicked.connect(self._resume)
        for name in ("Return", "Enter"):
            key = QShortcut(QKeySequence(name), self)
            key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            key.activated.connect(self.begin)


def _number(typed: str) -> float:
    return float(typed.replace(",", ".")) if typed else nan


def _is_wrong(typed: str) -> bool:
    try:
        _number(typed.strip())
    except ValueError:
        return True
    return False


def _words(value: float) -> str:
    return f"{value:g}" if isfinite(value) else ""
