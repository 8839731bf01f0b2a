"""Visits that are deleted lie in a bin, whole, until somebody empties it; each deletion can be undone."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from usbio.data_folder import bin_folder, visits_folder
from usbio.errors import CallError, OutputError, input_error, output_error
from usbio.private_file import make_private_folder
from usbio.recording.place import JOURNAL
from usbio.store.store import Store
from usbio.visit.claim import claimed
from usbio.visit.store_filling import fill_from_journal
from usbio.visit.visit_file import visit_outlines


@dataclass(frozen=True, slots=True)
class Deletion:
    """What was deleted at once, and how it is called to be undone."""

    name: str
    visits: tuple[str, ...]


class VisitBin:
    """Deletes visits by moving them, and brings them back."""

    def __init__(self, data: Path, store: Store) -> None:
        self._data, self._store = data, store
        self.folder = bin_folder(data)

    def delete_visit(self, visit: str) -> Deletion:
        """Move a visit into the bin."""
        folder = visits_folder(self._data) / visit
        if not (folder / JOURNAL).is_file():
            raise CallError(visit, "there is no such visit", "look for its name with usbio visits")
        return self._delete([folder])

    def delete_subject(self, code: str) -> Deletion:
        """Move all visits of a patient into the bin."""
        folders = [one.folder for one in visit_outlines(self._data) if one.begun.subject == code]
        if not folders:
            raise CallError(code, "there is no such patient", "look for the code with usbio visits")
        return self._delete(folders)

    def deletions(self) -> tuple[Deletion, ...]:
        """Return what lies in the bin, the newest last."""
        try:
            found = sorted(path for path in self.folder.glob("*") if path.is_dir())
            return tuple(Deletion(path.name, _names(path)) for path in found)
        except OSError as error:
            raise input_error(self.folder, error) from error

    def restore(self, name: str) -> Deletion:
        """Undo a deletion: everything lies where it lay."""
        found = next((one for one in self.deletions() if one.name == name), None)
        if found is None:
            raise CallError(name, "there is nothing of this name in the bin", "look with usbio visits --bin")
        for visit in found.visits:
            back = visits_folder(self._data) / visit
            if back.exists():
                raise OutputError(back, "exists already", "delete that visit first, or leave this one")
        for visit in found.visits:
            back = visits_folder(self._data) / visit
            _move(self.folder / name / visit, back)
            fill_from_journal(self._store, back)
        (self.folder / name).rmdir()
        return found

    def _delete(self, folders: Sequence[Path]) -> Deletion:
        for folder in folders:
            if claimed(folder):
                raise OutputError(folder, "this visit is open", "end it, or close its window, and try again")
        away = self._new_folder()
        for folder in folders:
            # The rows first: should anything come between, the next start fills them in again.
            self._store.forget(folder.name)
            _move(folder, away / folder.name)
        return Deletion(away.name, _names(away))

    def _new_folder(self) -> Path:
        when = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
        names = (when if k == 1 else f"{when}-{k}" for k in range(1, 10_000))
        folder = next(path for path in (self.folder / name for name in names) if not path.exists())
        make_private_folder(folder)
        return folder


def _names(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.name for path in folder.iterdir()))


def _move(folder: Path, to: Path) -> None:
    try:
        make_private_folder(to.parent)
        folder.replace(to)
    except OSError as error:
        raise output_error(to, error) from error
