"""What is offered to other programs: three streams of a source, their names, what makes them known again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from segmentation.views import VIEWS, MeasureSetup
from usbio.stream_channels import ARRIVAL, Channel, measured_channels, sides_of

Part = Literal["measurements", "frames", "markers"]
TYPES: dict[Part, str] = {"measurements": "Ultrasound", "frames": "FrameIndex", "markers": "Markers"}
_MARKER = Channel("marker", "marker", "", "what was marked, or what happened to the recording or the setup")

ANY_USBIO = "usbio@"  # what every source id of this program begins with, on whatever machine


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """One stream before it is opened. Equal plans are one stream, also when the program begins again."""

    part: Part
    of: str  # what the names of all streams of its source begin with
    name: str
    source_id: str  # receivers look for it when a stream has gone: other channels must bear another one
    channels: tuple[Channel, ...]
    title: str = ""  # what is measured, in words

    @property
    def type(self) -> str:
        """The content type by which receivers choose."""
        return TYPES[self.part]


def own_prefix(host: str) -> str:
    """Return what the source id of everything begins with that this program offers on a machine."""
    return f"{ANY_USBIO}{host}/"


def stream_plans(source: str, host: str, measure: MeasureSetup, place: str = "") -> tuple[StreamPlan, ...]:
    """Return the streams of a source: measurements, frames and markers.

    Source and side stand in the name of the measurements, so that one side is never taken for the other.
    ``place`` tells two sources apart that are streamed at once, one a side: they may be called the same.
    """
    sides = sides_of(measure)
    side = sides[0] if len(sides) == 1 else "both"
    view = VIEWS[measure.view]

    whose = f"usbio {source} {place}".strip()

    def _plan(
        part: Part, channels: tuple[Channel, ...], shows: str, more: str = "", title: str = ""
    ) -> StreamPlan:
        name = " ".join(filter(None, ("usbio", source, shows, part)))
        source_id = "/".join(filter(None, (own_prefix(host) + source, shows, part, more)))
        return StreamPlan(part, whose, name, source_id, channels, title)

    return (
        _plan("measurements", measured_channels(measure), side, view.name, view.title),
        _plan("frames", ARRIVAL, place),
        _plan("markers", (_MARKER,), place),
    )
