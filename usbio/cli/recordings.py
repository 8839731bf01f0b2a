"""usbio recordings: what was recorded, whether it is whole, and what is missing made again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from usbio.cli.console import say_error
from usbio.errors import InputError, UsbioError, input_error
from usbio.recording.place import JOURNAL, pair_folders, recording_folder

if TYPE_CHECKING:
    from usbio.recording.contents import Recording


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(recordings)


def recordings(
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="FOLDER", help="Recordings, or folders that hold some.")
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make what is missing again, from the journal.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Read every picture and compare it with the journal.")
    ] = False,
) -> None:
    """List recordings: whole, interrupted or stopped, and whether anything was changed since.

    The exit code is 1 where a journal or a picture is damaged or was changed.
    """
    wrong = 0
    for folder in _found(folders or [Path()]):
        try:
            wrong += _told(folder, rebuild, check)
        except UsbioError as error:
            say_error(error)
            wrong += 1
    raise typer.Exit(1 if wrong else 0)


def _found(folders: list[Path]) -> list[Path]:
    found = []
    for folder in folders:
        own = recording_folder(folder)
        if own is not None:
            found.append(own)
            continue
        try:
            below = [
                part for path in sorted(folder.iterdir()) for part in (path, *(pair_folders(path) or ()))
            ]
            below = [path for path in below if (path / JOURNAL).is_file()]
        except OSError as error:
            raise input_error(folder, error) from error
        if not below:
            raise InputError(folder, "holds no recording", "name another folder")
        found += below
    return found


def _told(folder: Path, rebuild: bool, check: bool) -> bool:
    """Say one line of a recording; True where something is wrong with it."""
    from usbio.recording.contents import read_recording

    recording = read_recording(folder)
    fault = _picture_fault(recording) if check and recording.frames else ""
    typer.echo(_line(recording) + (f", {fault}" if fault else ""))
    if rebuild:
        from usbio.recording.derived import rebuild as make_again

        for path in make_again(folder):
            typer.echo(f"  made {path.relative_to(folder) if path.is_relative_to(folder) else path.name}")
    return bool(fault or recording.check.changed)


def _line(recording: Recording) -> str:
    check, counts = recording.check, recording.counts
    words = [
        f"{_name(recording)}: {_state(recording)}",
        f"{recording.seconds:.1f} s",
        f"{len(recording.frames)} pictures",
        f"{len(recording.measured)} measured live",
        f"{counts.get('lost', 0)} lost by the device",
        "lossless" if recording.codec == "ffv1" else "H.264",
    ]
    if recording.unwritten:
        words.append(f"{recording.unwritten} pictures could not be written")
    if check.changed:
        words.append(f"JOURNAL CHANGED after it was written (line {', '.join(map(str, check.changed[:5]))})")
    return ", ".join([*words, f"seal {check.seal}"])


def _name(recording: Recording) -> str:
    folder = recording.folder
    return f"{folder.parent.name}/{folder.name}" if recording.pair else folder.name


def _state(recording: Recording) -> str:
    if recording.interrupted:
        return "interrupted"
    return f"stopped ({recording.reason})" if recording.reason else "complete"


def _picture_fault(recording: Recording) -> str:
    from usbio.sources.recording_clip import RecordingClip

    return RecordingClip(recording).picture_fault()
