"""usbio export: visits as tidy tables."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from usbio.cli.console import Bar, say_error
from usbio.cli.visits import Data
from usbio.errors import CallError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)


def export(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the tables.")],
    subject: Annotated[
        list[str] | None,
        typer.Option("--subject", metavar="CODE", help="Only this patient; may be repeated."),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Only from this day on, such as 2026-11-03.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Only up to this day, which counts.")
    ] = None,
    protocol: Annotated[str, typer.Option("--protocol", metavar="NAME", help="Only this protocol.")] = "",
    wide: Annotated[bool, typer.Option("--wide", help="A row a frame: frames_wide.csv.")] = False,
    data: Data = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, errors only.")] = False,
) -> None:
    """Write visits as tables: subjects, visits, sets, repetitions, frames, captures, pains, functions.

    What every column means stands in dictionary.csv and dictionary.json. Patients are named by their codes.
    """
    days = _day("--from", first), _day("--to", last)
    if days[0] is not None and days[1] is not None and days[0] > days[1]:
        raise CallError("--from", f"{first} is after {last}", "give the earlier day first")
    from usbio.data_folder import data_folder
    from usbio.export.writing import export as write
    from usbio.store.catching_up import open_store
    from usbio.store.lookup import Wanted

    folder = data or data_folder()
    if data is not None and not folder.is_dir():
        raise CallError("--data", f"{folder} is no folder", "name a folder with visits")
    store, troubles = open_store(folder)
    for trouble in troubles:
        say_error(trouble)
    try:
        with Bar(quiet, noun="visits") as bar:
            wanted = Wanted(tuple(subject or ()), *days, protocol)
            made = write(store, folder, out, wanted, wide=wide, force=force, on_visit=bar.step)
            visits = "1 visit" if made.visits == 1 else f"{made.visits} visits"
            bar.say(f"{out}: {visits}, {sum(made.rows.values())} rows in {len(made.rows)} tables")
    finally:
        store.close()
    raise typer.Exit(1 if troubles else 0)


def _day(option: str, text: str | None) -> datetime.date | None:
    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise CallError(option, f"{text} is no day", "write it as 2026-11-03") from error
