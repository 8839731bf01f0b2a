"""usbio visits: which visits were kept, and which were broken off."""

from __future__ import annotations

import json
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from usbio.cli.console import say_error, say_result
from usbio.errors import CallError

if TYPE_CHECKING:
    from usbio.store.records import VisitRow
    from usbio.store.store import Store

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of the data, where it is not the usual one."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(visits)


def visits(
    subject: Annotated[
        list[str] | None, typer.Option("--subject", metavar="CODE", help="Visits of this patient alone.")
    ] = None,
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")] = False,
    delete: Annotated[
        str | None, typer.Option("--delete", metavar="VISIT", help="Move a visit into the bin.")
    ] = None,
    delete_subject: Annotated[
        str | None, typer.Option("--delete-subject", metavar="CODE", help="All visits of a patient.")
    ] = None,
    bin_: Annotated[bool, typer.Option("--bin", help="List what was deleted.")] = False,
    restore: Annotated[
        str | None, typer.Option("--restore", metavar="NAME", help="Bring back what was deleted.")
    ] = None,
) -> None:
    """List the visits that were kept, the oldest first; interrupted ones say so.

    What is deleted is moved into a bin within the data folder, and can be brought back.
    """
    from usbio.data_folder import data_folder
    from usbio.store.catching_up import open_store
    from usbio.store.visit_bin import VisitBin

    if sum((delete is not None, delete_subject is not None, bin_, restore is not None)) > 1:
        raise CallError("visits", "delete, look into the bin and restore in calls of their own", "name one")
    folder = data or data_folder()
    if data is not None and not folder.is_dir():
        raise CallError("--data", f"{folder} is no folder", "name a folder with visits")
    store, troubles = open_store(folder)
    try:
        for trouble in troubles:
            say_error(trouble)
        shelf = VisitBin(folder, store)
        if delete is not None or delete_subject is not None:
            gone = (
                shelf.delete_visit(delete)
                if delete is not None
                else shelf.delete_subject(str(delete_subject))
            )
            say_result(f"deleted {', '.join(gone.visits)}; undo: usbio visits --restore {gone.name}")
        elif restore is not None:
            say_result(f"restored {', '.join(shelf.restore(restore).visits)}")
        elif bin_:
            for one in shelf.deletions():
                say_result(f"{one.name}: {', '.join(one.visits)}")
        else:
            _list(store, folder, tuple(subject or ()), as_json)
    finally:
        store.close()
    raise typer.Exit(1 if troubles else 0)


def _list(store: Store, folder: Path, subjects: tuple[str, ...], as_json: bool) -> None:
    from usbio.store.lookup import Wanted
    from usbio.store.lookup import visits as wanted_visits

    found = wanted_visits(store, Wanted(subjects=subjects))
    if as_json:
        say_result(json.dumps([_plain(one, folder) for one in found], ensure_ascii=False, indent=1))
        return
    for one in found:
        say_result(_line(one, folder))
    if not found:
        say_result(f"no visits in {folder}")


def _line(visit: VisitRow, folder: Path) -> str:
    words = [
        f"{visit.visit}: {visit.subject}, visit {visit.number}",
        visit.day.isoformat(),
        visit.protocol,
        state_of(visit, folder),
        *(
            f"{one.block} {'with' if one.with_feedback else 'without'} feedback {one.passed} of {one.judged}"
            for one in visit.blocks
        ),
    ]
    return ", ".join(words)


def state_of(visit: VisitRow, folder: Path) -> str:
    """Return in a word how a visit stands."""
    from usbio.export.writing import visit_state

    return visit_state(folder, visit)


def _plain(visit: VisitRow, folder: Path) -> dict[str, object]:
    from usbio.data_folder import visits_folder

    told = asdict(visit)
    told["acquisition"] = {name: _known(value) for name, value in told["acquisition"].items()}
    return {name: _known(value) for name, value in told.items()} | {
        "day": visit.day.isoformat(),
        "state": state_of(visit, folder),
        "folder": str(visits_folder(folder) / visit.visit),
    }


def _known(value: object) -> object:
    return None if isinstance(value, float) and isnan(value) else value
