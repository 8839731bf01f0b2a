"""usbio stream: a source measured and streamed by Lab Streaming Layer, without a window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from usbio.cli.console import log_to_file, say_line, say_result
from usbio.errors import CallError

if TYPE_CHECKING:
    from segmentation.results import Side
    from segmentation.views import ViewName


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(stream)


def stream(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A clip, a recording or a device.")],
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
    markers: Annotated[str, typer.Option(help="Hear markers of this stream only.", metavar="NAME")] = "",
    wait: Annotated[bool, typer.Option("--wait", help="Begin a clip once somebody receives it.")] = False,
    loop: Annotated[bool, typer.Option("--loop", help="Play a clip again and again.")] = False,
) -> None:
    """Measure a source at its true speed and stream it by Lab Streaming Layer, until it ends or Ctrl-C."""
    log_to_file()
    from segmentation.results import SIDES
    from segmentation.views import VIEWS
    from usbio.choice import Choice
    from usbio.lsl_station import LslStation
    from usbio.opening import open_run, unanswered
    from usbio.windowless_stream import WindowlessStream

    choice = Choice(
        source,
        cast("ViewName | None", _one_of("--view", view, tuple(VIEWS))),
        cast("Side | None", _one_of("--side", side, SIDES)),
        cast("Side | None", _one_of("--image-left", image_left, SIDES)),
        setup,
    )
    run = open_run(choice)
    if run.question is not None:
        raise unanswered(run.name, run.question)
    if loop and run.is_device:
        raise CallError("--loop", f"{run.name} is a device and has no end", "leave it out")
    if loop:
        run.playback.loop = True
    streamed = WindowlessStream(run, LslStation(markers), lambda words: say_line(f"usbio: {words}"))
    try:
        streamed.play(wait)
    except KeyboardInterrupt:
        say_result("streaming ended")
    finally:
        streamed.stop()


def _one_of(what: str, value: str | None, known: tuple[str, ...]) -> str | None:
    if value is not None and value not in known:
        raise CallError(what, f"{value} is not known", f"choose one of {', '.join(known)}")
    return value
