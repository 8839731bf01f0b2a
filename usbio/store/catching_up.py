"""The store brought up to the journals: at each start what it lacks, and all of it where it is damaged."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from usbio.data_folder import store_path
from usbio.errors import OutputError, UsbioError
from usbio.recording.place import JOURNAL
from usbio.store.sqlite_file import BESIDE, move_file
from usbio.store.store import Store
from usbio.visit.claim import claimed
from usbio.visit.store_filling import fill_from_journal
from usbio.visit.visit_file import visit_folders

Told = Callable[[int, int], None]
"""How many visits are done, of how many."""


def catch_up(store: Store, data: Path, on_visit: Told = lambda done, total: None) -> tuple[UsbioError, ...]:
    """Fill in what journals have and the store lacks; return why some could not be.

    A journal that is as long as it was when it was taken in is not read again.
    """
    known = store.sizes()
    behind = [one for one in visit_folders(data) if known.get(one.name) != (one / JOURNAL).stat().st_size]
    troubles: list[UsbioError] = []
    for done, folder in enumerate(behind):
        on_visit(done, len(behind))
        try:
            fill_from_journal(store, folder)
        except UsbioError as error:
            troubles.append(error)
    return tuple(troubles)


def open_store(data: Path, on_visit: Told = lambda done, total: None) -> tuple[Store, tuple[UsbioError, ...]]:
    """Open the store of a data folder and bring it up to the journals; return what could not be read, too."""
    store = Store.open(store_path(data))
    try:
        return store, catch_up(store, data, on_visit)
    except BaseException:
        store.close()
        raise


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of building the store anew."""

    visits: int
    old: Path | None  # where the old one lies now
    troubles: tuple[UsbioError, ...]  # journals that could not be read


def rebuild(data: Path, on_visit: Told = lambda done, total: None) -> Rebuilt:
    """Build the store anew from the journals; the old one is put aside."""
    running = [folder for folder in visit_folders(data) if claimed(folder)]
    if running:
        raise OutputError(running[0], "this visit is open", "end it, or close its window, and try again")
    path = store_path(data)
    new = path.with_name(f"{path.stem}.new{path.suffix}")
    for ending in ("", *BESIDE):
        new.with_name(new.name + ending).unlink(missing_ok=True)
    store = Store.open(new)
    try:
        troubles = catch_up(store, data, on_visit)
        count = len(store.sizes())
    finally:
        store.close()
    old = _set_aside(path)
    move_file(new, path)
    return Rebuilt(count, old, troubles)


def _set_aside(path: Path) -> Path | None:
    if not path.exists():
        return None
    when = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    aside = path.with_name(f"{path.stem}.before-rebuild-{when}{path.suffix}")
    move_file(path, aside)
    return aside
