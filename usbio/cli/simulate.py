"""usbio simulate: phantom clips with known truth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from usbio.cli.console import Bar, say_result
from usbio.errors import CallError

if TYPE_CHECKING:
    from segmentation.results import Side
    from segmentation.views import ViewName


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(simulate)


def simulate(
    view: Annotated[str, typer.Argument(help="lm-csa, lm-thickness, tra, layer or contour.", metavar="VIEW")],
    out: Annotated[Path, typer.Option(help="Folder of the files.", metavar="DIR")],
    seed: Annotated[int, typer.Option(help="Another seed, another body and recording.", min=0)] = 1,
    side: Annotated[
        str, typer.Option(help="Side of a one-sided picture, or that on the left.", metavar="left|right")
    ] = "left",
    seconds: Annotated[float, typer.Option(help="Length of the clip.", min=0.1, max=600.0)] = 8.0,
    fps: Annotated[float, typer.Option(help="Pictures a second.", min=1.0, max=240.0)] = 25.0,
    hard: Annotated[
        bool, typer.Option("--hard", help="Poor pictures: faint fasciae, drift, shadows, other gain.")
    ] = False,
    name: Annotated[
        str | None, typer.Option(help="Name of the files without ending.", metavar="STEM")
    ] = None,
    crf: Annotated[float, typer.Option(help="Compression of the clip, 0 none to 51.", min=0, max=51)] = 23.0,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, errors only.")] = False,
) -> None:
    """Draw a clip with known truth from a phantom.

    Writes STEM.mp4, STEM.truth.csv, STEM.truth.borders.jsonl and the setup STEM.toml.
    """
    chosen = _one_of("VIEW", view, ("lm-csa", "lm-thickness", "tra", "layer", "contour"))
    shown = _one_of("--side", side, ("left", "right"))
    if name is not None and Path(name).name != name:
        raise CallError("--name", f"{name} is not a plain file name", "give the folder with --out")
    from segmentation.phantom.ranges import HARD, ORDINARY
    from usbio.simulate import simulate as write

    with Bar(quiet) as bar:
        write(
            cast("ViewName", chosen),
            out,
            seed=seed,
            side=cast("Side", shown),
            seconds=seconds,
            fps=fps,
            ranges=HARD if hard else ORDINARY,
            stem=name,
            crf=crf,
            force=force,
            on_frame=lambda done, total: bar.move(0, done, total),
        )
    if not quiet:
        say_result(str(out))


def _one_of(what: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise CallError(what, f"{value} is not known", f"choose one of {', '.join(known)}")
    return value
