"""Errors of measurement from the literature, shipped as data with their sources."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from functools import cache
from importlib import resources
from math import sqrt
from typing import Any

from segmentation.indices import Z95
from segmentation.results import Muscle
from segmentation.summary import ErrorFigure, ErrorFigures
from usbio.protocol import Protocol


@cache
def literature_errors() -> ErrorFigures:
    """Return the shipped figures by muscle and quantity, each labelled as literature."""
    text = resources.files("usbio").joinpath("error_figures.toml").read_text(encoding="utf-8")
    return {(entry["muscle"], entry["quantity"]): _figure(entry) for entry in tomllib.loads(text)["figure"]}


def protocol_errors(protocol: Protocol) -> ErrorFigures:
    """Return the figures that hold for what a protocol trains: its own go before the shipped ones."""
    own: dict[tuple[Muscle, str], ErrorFigure] = {
        (row.muscle, row.quantity): _figure(asdict(row)) for row in protocol.error_figures
    }
    return {**literature_errors(), **own}


def _figure(entry: dict[str, Any]) -> ErrorFigure:
    sem = entry.get("sem") or entry["mdc95"] / (Z95 * sqrt(2.0))
    return ErrorFigure(float(sem), f"literature, not own: {entry['source']} ({entry['population']})")
