"""usbio analyze: clips in, tables out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from usbio.cli.clip_batch import Call, ClipBatch, NamedClip, crew
from usbio.cli.console import Bar
from usbio.errors import CallError
from usbio.thread_limits import fair_share

if TYPE_CHECKING:
    from segmentation.results import Side
    from segmentation.views import ViewName
    from usbio.setup import SetupFile
    from usbio.task import Task


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(analyze)


def analyze(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="SOURCE", help="Clips, pictures, DICOM files or folders.")
    ] = None,
    view: Annotated[
        str | None, typer.Option(help="lm-csa, lm-thickness, tra, layer or contour.", metavar="VIEW")
    ] = None,
    side: Annotated[
        str | None, typer.Option(help="Side of the patient a one-sided picture shows.", metavar="left|right")
    ] = None,
    image_left: Annotated[
        str | None,
        typer.Option(help="Side of the patient on the left of a two-sided picture.", metavar="left|right"),
    ] = None,
    setup: Annotated[Path | None, typer.Option(help="Setup file (TOML).", metavar="FILE")] = None,
    model: Annotated[
        Path | None, typer.Option(help="Learned model: the TOML beside it.", metavar="FILE")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the results.", metavar="DIR")] = None,
    left: Annotated[str | None, typer.Option(help="Left clip of a pair.", metavar="CLIP")] = None,
    right: Annotated[str | None, typer.Option(help="Right clip of a pair.", metavar="CLIP")] = None,
    overlay: Annotated[bool, typer.Option("--overlay", help="Write the clip with borders drawn in.")] = False,
    borders: Annotated[bool, typer.Option("--borders", help="Write the borders as JSON lines.")] = False,
    mmode: Annotated[
        bool, typer.Option("--mmode", help="Write depth against time along the station as a picture.")
    ] = False,
    experimental: Annotated[
        bool, typer.Option("--experimental", help="Write quantities not yet shown on people: zones, onset.")
    ] = False,
    every_frame: Annotated[
        bool,
        typer.Option("--every-frame", help="Of a recording every picture, not only those measured live."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace results that exist.")] = False,
    jobs: Annotated[int, typer.Option(help="Processes that measure at once.", metavar="N", min=1)] = 1,
    threads: Annotated[
        int | None, typer.Option(help="Threads of each process, at most.", metavar="K", min=1)
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, errors only.")] = False,
) -> None:
    """Measure every frame of clips and write tables beside them.

    Two one-sided clips are compared as a pair with --left A --right B. Results that stand already, from the
    same clip, setup and version, are not made again: a call that was stopped goes on where it was.

    A recording knows its view, sides and setup; just the pictures measured live are measured again.
    """
    clips = _clips(sources or [], left, right, side)
    jobs = min(jobs, len(clips))
    if threads is None and jobs > 1:
        threads = fair_share(jobs)
    with crew(jobs, threads) as hands:
        asked = Asked(
            setup, view, _side("--side", side), _side("--image-left", image_left), model, every_frame
        )
        tasks = _tasks(asked, clips)
        from usbio.task import Extras

        call = Call(
            clips,
            out,
            tasks,
            Extras(overlay, borders, mmode, experimental),
            force,
            clips[0].side is not None,
            threads,
        )
        with Bar(quiet, len(clips)) as bar:
            raise typer.Exit(ClipBatch(call).run(hands, bar))


def _clips(sources: list[str], left: str | None, right: str | None, side: str | None) -> list[NamedClip]:
    if left is None and right is None:
        if not sources:
            raise CallError("analyze", "no clip given", "name one, or a pair with --left and --right")
        from usbio.recording.place import pair_folders

        both = pair_folders(clip_path(sources[0])) if len(sources) == 1 else None
        if both is None:
            return [NamedClip(clip_path(source), None) for source in sources]
        return [NamedClip(both[0], "left"), NamedClip(both[1], "right")]
    if left is None or right is None:
        raise CallError("analyze", "one side of a pair is missing", "give both --left and --right")
    if sources:
        raise CallError(_shown(sources[0]), "stands beside a pair", "measure it in a call of its own")
    if side is not None:
        raise CallError("--side", "a pair has its sides from --left and --right", "leave --side out")
    return [NamedClip(clip_path(left), "left"), NamedClip(clip_path(right), "right")]


def clip_path(source: str) -> Path:
    """Return the path that ``clip:PATH`` or a bare path names; a letter and a colon is a Windows drive."""
    if _names_device(source) and not Path(source).exists():
        raise CallError(
            _shown(source), "is not a clip", "analyze measures files and folders; usbio simulate writes some"
        )
    path = source.removeprefix("clip:")
    if not path:
        raise CallError(source or "source", "names no clip", "give the path of one")
    from usbio.recording.place import recording_folder

    return recording_folder(Path(path)) or Path(path)


def _shown(source: str) -> str:
    from usbio.sources.address import shown_address

    return shown_address(source)


def _names_device(source: str) -> bool:
    if not re.match(r"[a-z][a-z0-9-]+:", source):
        return False
    from usbio.sources.address import split_address
    from usbio.sources.kinds import CLIP

    return split_address(source)[0] != CLIP


@dataclass(frozen=True, slots=True)
class Asked:
    """What the call says of every clip."""

    setup: Path | None
    view: str | None
    side: Side | None
    image_left: Side | None
    model: Path | None
    every_frame: bool


def _tasks(asked: Asked, clips: list[NamedClip]) -> list[Task]:
    """Return what is asked of each clip; a recording says itself what the call does not."""
    from usbio.recording.contents import read_recording
    from usbio.recording.place import recording_folder
    from usbio.setup import SetupFile, load_setup

    setup = load_setup(asked.setup) if asked.setup is not None else SetupFile()
    for_all: Task | None = None
    tasks = []
    for clip in clips:
        folder = recording_folder(clip.path)
        if folder is not None:
            recording = read_recording(folder)
            own = setup if asked.setup is not None else recording.setup
            tasks.append(_task(asked, asked.view or own.measure.view or recording.view, own))
        else:
            for_all = for_all or _task(asked, asked.view, setup)
            tasks.append(for_all)
    return tasks


def _task(asked: Asked, named: str | None, setup: SetupFile) -> Task:
    from usbio.setup import with_model
    from usbio.task import Task

    model = asked.model
    if model is not None and model.suffix.lower() != ".toml":
        raise CallError("--model", f"{model} is not the card of a model", "name the TOML beside the model")
    view = _view(named, setup)
    task = Task(view, with_model(setup, Path(), model), asked.side, asked.image_left, asked.every_frame)
    if task.setup.measure.model is not None:  # what is wrong with a model is said before any clip is opened
        from usbio.models import learned_model

        learned_model(task.setup.measure.model, task.view)
    return task


def _view(name: str | None, setup: SetupFile) -> ViewName:
    from segmentation.views import VIEWS

    found = name or setup.measure.view
    if found is None:
        raise CallError("analyze", "no view given", f"add --view with one of {', '.join(VIEWS)}")
    if found not in VIEWS:
        raise CallError("--view", f"there is no view {found}", f"choose one of {', '.join(VIEWS)}")
    return VIEWS[found].name


def _side(option: str, given: str | None) -> Side | None:
    from segmentation.results import Side

    if given is not None and given not in get_args(Side):
        raise CallError(option, f"there is no side {given}", "say left or right")
    return cast("Side | None", given)
