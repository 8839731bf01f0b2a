"""usbio sources: what can be opened now, and why something cannot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from usbio.cli.console import log_to_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usbio.sources.listing import Listed

_MOST_ALIGNED = 60  # a longer address stands out of its column


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(sources)


def sources(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")] = False,
) -> None:
    """List everything that can be opened now, what it delivers, and why something cannot.

    What stands first in a line is typed: usbio-gui ADDRESS.
    """
    log_to_file()
    from usbio.sources.clip_offers import CLIPS
    from usbio.sources.listing import list_sources

    found = list_sources(also=[CLIPS])
    typer.echo(as_rows(found) if as_json else as_words(found))


def as_words(found: Sequence[Listed]) -> str:
    """Return a line for each offer, then how each kind is typed."""
    offers = [offer for listed in found for offer in listed.offers]
    first = _width([offer.address for offer in offers])
    second = _width([offer.title for offer in offers])
    lines = [
        f"{offer.address:{first}}  {offer.title:{second}}  "
        + (f"cannot be opened: {offer.trouble}" if offer.trouble else offer.delivers)
        for offer in offers
    ]
    kinds = [listed.kind for listed in found if not listed.kind.example.endswith(":")]
    typed = _width([kind.example for kind in kinds])
    lines += ["", "What is not in the list is typed like this:"]
    lines += [f"  {kind.example:{typed}}  {kind.title}" for kind in kinds]
    return "\n".join(line.rstrip() for line in lines)


def as_rows(found: Sequence[Listed]) -> str:
    """Return the same as one JSON array."""
    rows = [
        {
            "kind": listed.kind.prefix,
            "address": offer.address,
            "title": offer.title,
            "delivers": offer.delivers,
            "trouble": offer.trouble,
        }
        for listed in found
        for offer in listed.offers
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False)


def _width(words: Sequence[str]) -> int:
    return max((len(word) for word in words if len(word) <= _MOST_ALIGNED), default=0)
