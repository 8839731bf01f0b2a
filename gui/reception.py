"""Where a visit begins: what is known of a patient, and how a form becomes a visit that is on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol as Interface

from gui.live_visit import Desk
from usbio.choice import Choice
from usbio.data_folder import sample_folder, visits_folder
from usbio.errors import CallError, UsbioError
from usbio.protocol import Protocol
from usbio.protocol_library import own_protocols, protocol_named, shipped_protocols
from usbio.shown_runs import ShownRuns
from usbio.store.late_store import LateStore
from usbio.texts import Texts
from usbio.visit.history import earlier_visits
from usbio.visit.visit_file import VisitOutline, interrupted_visits
from usbio.visit_desk import VisitDesk
from usbio.visit_form import VisitForm, last_form, sample_form
from usbio.visit_opening import NamedProtocol, begin_visit_run, resume_visit_run
from usbio.visit_place import EarlierVisit
from usbio.visit_proposal import Proposals
from usbio.visit_run import VisitRun


class Reception(Interface):
    """What the window needs to begin visits."""

    def protocols(self) -> tuple[Mapping[str, Protocol], Sequence[UsbioError]]:
        """Return the protocols there are, by name, and why own ones cannot be used."""
        ...

    def last(self, subject: str) -> VisitForm | None:
        """Return what the next visit of a patient begins with; takes a moment."""
        ...

    def interrupted(self) -> tuple[VisitOutline, ...]:
        """Return visits that were broken off, the newest last; takes a moment."""
        ...

    def begin(self, form: VisitForm, shown: ShownRuns) -> Desk:
        """Begin a visit of what is shown; a `UsbioError` says why it cannot begin."""
        ...

    def resume(self, folder: Path, shown: ShownRuns) -> Desk:
        """Go on with a visit that was broken off."""
        ...

    def sample(self) -> tuple[Choice, VisitForm]:
        """Return what is opened for a sample session, and its form."""
        ...


class DataReception:
    """Begins visits that are kept in a data folder."""

    def __init__(self, data: Path, texts: Texts, named: NamedProtocol = protocol_named) -> None:
        self._data, self._texts, self._named = data, texts, named
        self._store = LateStore(data)

    def protocols(self) -> tuple[Mapping[str, Protocol], Sequence[UsbioError]]:
        """Return shipped and own protocols."""
        try:
            own = own_protocols()
        except UsbioError as error:
            return shipped_protocols(), (error,)
        return {**shipped_protocols(), **own.protocols}, own.troubles

    def last(self, subject: str) -> VisitForm | None:
        """Return the form after a patient's last visit."""
        return last_form(subject, self._data)

    def interrupted(self) -> tuple[VisitOutline, ...]:
        """Return visits that were broken off."""
        return interrupted_visits(self._data)

    def begin(self, form: VisitForm, shown: ShownRuns) -> Desk:
        """Begin a visit of what is shown."""
        if form.follow_cues:  # a simulated patient is no patient: no list and no table has it
            data = sample_folder(self._data)
            visit = begin_visit_run(form, shown, data, named=self._named)
            return self._desk(visit, shown, data, follow_cues=True)
        visit = begin_visit_run(form, shown, self._data, self._store, named=self._named)
        return self._desk(visit, shown, self._data)

    def resume(self, folder: Path, shown: ShownRuns) -> Desk:
        """Go on with a visit that was broken off."""
        visit = resume_visit_run(folder, shown, self._data, self._store, named=self._named)
        return self._desk(visit, shown, self._data)

    def sample(self) -> tuple[Choice, VisitForm]:
        """Return the simulator, showing the side that the sample form begins with."""
        form = sample_form()
        view = protocol_named(form.protocol).part.view
        return Choice(f"sim:{view}?side=left", view=view, side="left"), form

    def stop(self) -> None:
        """Close the store."""
        self._store.close()

    def _desk(self, visit: VisitRun, shown: ShownRuns, data: Path, follow_cues: bool = False) -> Desk:
        begun = visit.state.record.begun
        earlier = earlier_visits(data, begun.subject, before=begun.visit)
        before, propose = None, Proposals(data)
        if earlier:
            before = EarlierVisit(earlier[-1], visits_folder(data) / earlier[-1].begun.visit)
        return VisitDesk(visit, shown, self._texts, Texts(begun.language), propose, before, follow_cues)


class NoReception:
    """Begins nothing, for a window that was given no place for visits."""

    def protocols(self) -> tuple[Mapping[str, Protocol], Sequence[UsbioError]]:
        """Return those that are shipped."""
        return shipped_protocols(), ()

    def last(self, subject: str) -> VisitForm | None:
        """Know of none."""
        return None

    def interrupted(self) -> tuple[VisitOutline, ...]:
        """Know of none."""
        return ()

    def begin(self, form: VisitForm, shown: ShownRuns) -> Desk:
        """Refuse."""
        raise CallError("visit", "no place for visits is known", "start usbio-gui")

    def resume(self, folder: Path, shown: ShownRuns) -> Desk:
        """Refuse."""
        raise CallError("visit", "no place for visits is known", "start usbio-gui")

    def sample(self) -> tuple[Choice, VisitForm]:
        """Return the simulator."""
        return Choice("sim:tra", view="tra", side="left"), VisitForm("SAMPLE")
