"""usbio store: the file that visits are looked up in."""

from __future__ import annotations

import typer

from usbio.cli.console import Bar, say_error
from usbio.cli.visits import Data
from usbio.errors import CallError


def register(app: typer.Typer) -> None:
    """Add the commands."""
    store = typer.Typer(rich_markup_mode=None)
    store.callback(invoke_without_command=True)(_store)
    store.command()(rebuild)
    app.add_typer(store, name="store")


def _store(context: typer.Context) -> None:
    """Mend the file that visits are looked up in; the visits themselves lie beside it."""
    if context.invoked_subcommand is None:
        raise CallError("store", "no command given", "type usbio store rebuild")


def rebuild(data: Data = None, quiet: bool = typer.Option(False, "--quiet", help="Errors only.")) -> None:
    """Build the store anew from the journals of the visits; the old file is put aside, not deleted."""
    from usbio.data_folder import data_folder
    from usbio.store.catching_up import rebuild as build

    folder = data or data_folder()
    if not folder.is_dir():
        raise CallError("--data", f"{folder} is no folder", "name a folder with visits")
    with Bar(quiet, noun="visits") as bar:
        made = build(folder, bar.step)
        aside = f"; the old one is {made.old.name} now" if made.old is not None else ""
        bar.say(f"{folder}: built anew from {made.visits} visits{aside}")
    for trouble in made.troubles:
        say_error(trouble)
    raise typer.Exit(1 if made.troubles else 0)
