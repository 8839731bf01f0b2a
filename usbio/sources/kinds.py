"""Every kind of device that an address can name: a new one is one file and one line here."""

from __future__ import annotations

from usbio.sources.kind import SourceKind
from usbio.sources.sim_address import SIMULATOR

BUILT_IN: tuple[SourceKind, ...] = (SIMULATOR,)


def kind_of(prefix: str) -> SourceKind | None:
    """Return the kind with this prefix, or None where there is none."""
    return next((kind for kind in BUILT_IN if kind.prefix == prefix), None)
