"""usbio protocols: what is trained by which numbers, where those come from, and whether a file is sound."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from usbio.cli.console import say_error, say_line
from usbio.errors import CallError, UsbioError

if TYPE_CHECKING:
    from usbio.protocol import Protocol
    from usbio.protocol_library import OwnProtocols

_STAGES = ("coordination", "endurance", "strength", "function")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(protocols)


def protocols(
    which: Annotated[
        str | None, typer.Argument(metavar="[NAME|FILE]", help="A protocol to show, or a file to check.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")] = False,
    as_toml: Annotated[
        bool, typer.Option("--toml", help="The file of one protocol, to begin an own one from.")
    ] = False,
) -> None:
    """List training protocols, show one with the source of every number, or check a file.

    A file is checked and told every mistake with its line; the exit code is then 1.
    """
    if as_toml and (as_json or which is None):
        raise CallError("--toml", "needs the name of one protocol, and no --json", "add a name")
    if which is None:
        _list(as_json)
    elif as_toml:
        typer.echo(_file_text(which), nl=False)
    else:
        _show(which, as_json)


def _list(as_json: bool) -> None:
    from usbio.protocol_library import own_folder, own_protocols, shipped_protocols

    shipped, own = shipped_protocols(), own_protocols()
    told = [(protocol, "shipped") for protocol in shipped.values()]
    told += [(protocol, "own") for protocol in own.protocols.values()]
    told.sort(key=lambda one: (_STAGES.index(one[0].stage), one[0].name))
    if as_json:
        typer.echo(json.dumps([_entry(*one) for one in told], indent=1, ensure_ascii=False))
    else:
        typer.echo("\n".join(_lines(told)))
        typer.echo(f"\nOwn ones lie in {own_folder()}; usbio protocols NAME shows one with its sources.")
    _say_troubles(own)


def _say_troubles(own: OwnProtocols) -> None:
    for trouble in own.troubles:
        _say_mistakes(trouble)
    if own.troubles:
        raise typer.Exit(1)


def _say_mistakes(error: UsbioError) -> None:
    from usbio.protocol_file import ProtocolFaulty

    lines = error.lines if isinstance(error, ProtocolFaulty) else ()
    for line in lines:
        say_line(f"usbio: {line}")
    if not lines:
        say_error(error)


def _lines(told: list[tuple[Protocol, str]]) -> Iterator[str]:
    rows = [
        (
            one.name,
            one.stage,
            one.posture.replace("_", " "),
            "+".join(part.view for part in one.parts),
            origin,
        )
        for one, origin in told
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for (one, _), row in zip(told, rows, strict=True):
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join([*cells, one.text("title")])


def _entry(protocol: Protocol, origin: str) -> dict[str, object]:
    return {
        "name": protocol.name,
        "origin": origin,
        "title": protocol.text("title"),
        "stage": protocol.stage,
        "posture": protocol.posture,
        "views": [part.view for part in protocol.parts],
        "languages": protocol.languages,
        "next": protocol.progression.next,
    }


def _show(which: str, as_json: bool) -> None:
    from usbio.protocol_file import protocol_tables

    try:
        protocol = _named(which)
    except CallError:
        raise
    except UsbioError as error:
        _say_mistakes(error)
        raise typer.Exit(1) from error
    if as_json:
        typer.echo(json.dumps(protocol_tables(protocol), indent=1, ensure_ascii=False))
    else:
        typer.echo("\n".join(_whole(protocol)))


def _named(which: str) -> Protocol:
    """A name of a protocol there is goes before a file of that name."""
    from usbio.protocol_library import load_own, own_files, protocol_named, shipped_protocols

    if which in shipped_protocols() or which in own_files() or not _is_file(which):
        return protocol_named(which)
    return load_own(Path(which))


def _is_file(which: str) -> bool:
    path = Path(which)
    return path.suffix.lower() == ".toml" or len(path.parts) > 1 or path.is_file()


def _file_text(name: str) -> str:
    from usbio.protocol_library import protocol_text

    return protocol_text(name)


def _whole(protocol: Protocol) -> Iterator[str]:
    yield f"{protocol.name}: {protocol.text('title')}"
    yield f"{protocol.stage}, {protocol.posture.replace('_', ' ')}, in {', '.join(protocol.languages)}"
    for part in protocol.parts:
        yield f"{part.view}: {part.muscle} {part.quantity}, station {part.station}, {part.direction}"
    yield f"feedback {protocol.schedule.kind}, target {protocol.part.target.kind}"
    breathing = ", breathing in the hold" if protocol.breath.required_in_hold else ""
    yield f"rest {protocol.breath.rest.replace('_', ' ')}{breathing}"
    yield f"next: {', '.join(protocol.progression.next) or 'nothing'}"
    yield from _numbers(protocol)


def _numbers(protocol: Protocol) -> Iterator[str]:
    from usbio.protocol_rows import error_words, reference_words, value_rows

    rows = value_rows(protocol)
    first, second = max(len(row.key) for row in rows), max(len(row.value) for row in rows)
    yield "\nNumbers"
    for row in rows:
        yield f"  {row.key:{first}}  {row.value:>{second}}  {_source(row.source, row.population)}"
    if protocol.error_figures:
        yield "\nErrors of measurement, where there are no own ones"
    for figure in protocol.error_figures:
        yield f"  {error_words(figure)}  {_source(figure.source, figure.population)}"
    if protocol.references:
        yield "\nReferences"
    for one in protocol.references:
        yield f"  {reference_words(one)} [{one.mark}]  {_source(one.source, one.population)}"


def _source(source: str, population: str) -> str:
    return source if population == "none" else f"{source} ({population})"
