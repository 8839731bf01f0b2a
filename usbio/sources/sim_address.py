"""`sim:VIEW?OPTION=VALUE&…`: which simulated scanner an address names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from segmentation.results import SIDES
from segmentation.views import VIEWS, ViewName
from usbio.errors import CallError
from usbio.sources.kind import Offer, SourceKind
from usbio.sources.options import number, one_of, read_options, whole_number
from usbio.sources.sim import SimSource

_OPTIONS = {
    "fps": number(1, 120),
    "flash": one_of(**{"0": False, "1": True}),
    "seed": whole_number(),
    "side": one_of(**{side: side for side in SIDES}),
    "speed": number(0.1, 20),
}


def open_simulated(address: str, place: str) -> SimSource:
    """Return the simulator that ``VIEW?OPTION=VALUE&…`` names."""
    view, _, options = place.partition("?")
    for known in get_args(ViewName):
        if view == known:
            return SimSource(known, **read_options(address, "the simulator", options, _OPTIONS))
    raise CallError(address, "there is no such view", f"choose one of {', '.join(get_args(ViewName))}")


def _offers() -> Sequence[Offer]:
    return [
        Offer(f"sim:{name}", f"simulated {view.title.lower()}", "800x600 at 25")
        for name, view in VIEWS.items()
    ]


SIMULATOR = SourceKind("sim", "simulated scanner", "sim:tra", open_simulated, _offers)
