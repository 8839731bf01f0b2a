"""usbio analyze: clips in, tables out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from usbio.cli.console import Bars, say_bug, say_error
from usbio.errors import CallError, OutputError, UsbioError

if TYPE_CHECKING:
    from segmentation.results import Side
    from segmentation.views import ViewName
    from usbio.analyze import ClipReport, Extras
    from usbio.measuring import Task
    from usbio.outputs import Place
    from usbio.setup import SetupFile

_LIVE = r"(usb|screen|igtl|url|sim):"


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
    out: Annotated[Path | None, typer.Option(help="Folder of the results.", metavar="DIR")] = None,
    left: Annotated[str | None, typer.Option(help="Left clip of a pair.", metavar="CLIP")] = None,
    right: Annotated[str | None, typer.Option(help="Right clip of a pair.", metavar="CLIP")] = None,
    overlay: Annotated[bool, typer.Option("--overlay", help="Write the clip with borders drawn in.")] = False,
    borders: Annotated[bool, typer.Option("--borders", help="Write the borders as JSON lines.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace results that exist.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, errors only.")] = False,
) -> None:
    """Measure every frame of clips and write tables beside them.

    Two one-sided clips are compared as a pair with --left A --right B.
    """
    clips = _clips(sources or [], left, right, side)
    task = _task(setup, view, _side("--side", side), _side("--image-left", image_left))
    from usbio.analyze import Extras

    batch = _Batch(clips, out, task, Extras(overlay, borders), force, paired=left is not None)
    with Bars(quiet) as bars:
        raise typer.Exit(batch.run(bars))


def _refuse_unknown_side(task: Task, name: str) -> None:
    """The call is incomplete whatever the clip holds, and whatever results stand there already."""
    from usbio.picture_sides import picture_sides

    picture_sides(task.view, task.setup, task.side, task.image_left, name)


@dataclass(frozen=True, slots=True)
class _Clip:
    path: Path
    side: Side | None  # of a pair


class _Batch:
    """All clips of one call. What can be refused is refused before the first of them is opened."""

    def __init__(
        self, clips: list[_Clip], out: Path | None, task: Task, extras: Extras, force: bool, paired: bool
    ) -> None:
        from usbio.outputs import Place, places, refuse_inputs

        self._clips, self._out, self._task, self._extras, self._force = clips, out, task, extras, force
        paths = [clip.path for clip in clips]
        self._places = places(paths, out)
        self._measured = False
        for clip in clips:
            _refuse_unknown_side(self._task_of(clip), clip.path.name)
        if extras.overlay:
            refuse_inputs(self._places, paths)
        first = self._places[0]
        stem = "+".join(place.stem for place in self._places)
        self._pair = Place(out or first.folder, stem) if paired else None

    def run(self, bars: Bars) -> int:
        from usbio.outputs import PAIR, prove_writable

        if self._out is not None:
            prove_writable(self._out)
        if self._pair is not None and not self._force:
            self._pair.refuse_existing(PAIR)
        refused = [self._refused(place) for place in self._places]
        reports = [
            None if no else self._attempt(clip, place, bars)
            for clip, place, no in zip(self._clips, self._places, refused, strict=True)
        ]
        failed = sum(report is None or report.damaged is not None for report in reports)
        if self._pair is not None and not self._compare(reports, bars):
            failed += 1
        return 1 if failed else 0

    def _refused(self, place: Place) -> bool:
        from usbio.outputs import prove_writable

        try:
            if not self._force:
                place.refuse_existing(self._extras.endings)
            if (
                self._out is not None or place.folder.is_dir()
            ):  # a folder that is missing is the input's fault
                prove_writable(place.folder)
        except OutputError as error:
            say_error(error)
            return True
        return False

    def _attempt(self, clip: _Clip, place: Place, bars: Bars) -> ClipReport | None:
        """Measure one clip; whatever is wrong with it, the others go on."""
        from usbio.analyze import analyze_clip

        bars.begin(clip.path.name)
        report = None
        try:
            report = analyze_clip(clip.path, place, self._task_of(clip), self._extras, bars)
        except UsbioError as error:
            bars.finish(kept=False)
            if isinstance(error, CallError) and not self._measured:
                raise  # the call is wrong; once a clip went well with it, only this clip is
            say_error(error)
        except Exception as error:  # one bug must not cost the clips that follow
            bars.finish(kept=False)
            say_bug(str(clip.path), error)
        else:
            self._measured = True
            bars.finish(kept=True)
            bars.say(_result_line(report))
            if report.damaged is not None:
                say_error(report.damaged)
        return report

    def _task_of(self, clip: _Clip) -> Task:
        from dataclasses import replace

        return self._task if clip.side is None else replace(self._task, side=clip.side)

    def _compare(self, reports: Sequence[ClipReport | None], bars: Bars) -> bool:
        from usbio.analyze import analyze_pair

        left, right = reports
        if left is None or right is None or self._pair is None:
            return False
        try:
            analyze_pair(left, right, self._pair)
        except UsbioError as error:
            say_error(error)
            return False
        bars.say(f"{self._pair.stem}: compared in {self._pair.path('.summary.csv')}")
        return True


def _clips(sources: list[str], left: str | None, right: str | None, side: str | None) -> list[_Clip]:
    if left is None and right is None:
        if not sources:
            raise CallError("analyze", "no clip given", "name one, or a pair with --left and --right")
        return [_Clip(clip_path(source), None) for source in sources]
    if left is None or right is None:
        raise CallError("analyze", "one side of a pair is missing", "give both --left and --right")
    if sources:
        raise CallError(sources[0], "stands beside a pair", "measure it in a call of its own")
    if side is not None:
        raise CallError("--side", "a pair has its sides from --left and --right", "leave --side out")
    return [_Clip(clip_path(left), "left"), _Clip(clip_path(right), "right")]


def clip_path(source: str) -> Path:
    """Return the path that ``clip:PATH`` or a bare path names; a letter and a colon is a Windows drive."""
    if re.match(_LIVE, source) and not Path(source).exists():
        raise CallError(
            source, "is not a clip", "analyze measures files and folders; usbio simulate writes some"
        )
    path = source.removeprefix("clip:")
    if not path:
        raise CallError(source or "source", "names no clip", "give the path of one")
    return Path(path)


def _task(setup_path: Path | None, view: str | None, side: Side | None, image_left: Side | None) -> Task:
    from usbio.measuring import Task
    from usbio.setup import SetupFile, load_setup

    setup = load_setup(setup_path) if setup_path is not None else SetupFile()
    return Task(_view(view, setup), setup, side, image_left)


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


def _result_line(report: ClipReport) -> str:
    read, refused = report.frames["read"], report.frames["refused"]
    n = len(report.timing.repetitions) if report.timing else 0
    words = f"{report.name}: {read} frame{'' if read == 1 else 's'}, {n} repetition{'' if n == 1 else 's'}"
    if isinstance(refused, dict) and refused:
        words += ", refused " + ", ".join(f"{count} ({reason})" for reason, count in refused.items())
    return f"{words}, written to {report.place.path('.summary.csv')}"
