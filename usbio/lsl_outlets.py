"""The streams of one source on the network; everything here belongs to one thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from usbio import __version__
from usbio.stream_channels import Channel
from usbio.stream_plan import Part, StreamPlan

_BUFFER = 360  # hundreds of samples that wait for a receiver that does not take them; then the oldest go
CLOCK_NOTE = "the moment a frame arrived at this computer, on its local_clock(); markers: when it happened"


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """One stream that is offered."""

    of: str  # what the names of all streams of its source begin with
    name: str
    channels: int
    received: bool  # by somebody


class Outlets:
    """Open streams by their plans, and push into them."""

    def __init__(self, lsl: Any) -> None:
        self._lsl = lsl
        self._plans: dict[Part, StreamPlan] = {}  # what is pushed into now
        self._open: dict[StreamPlan, Any] = {}

    def offer(self, plans: Sequence[StreamPlan]) -> None:
        """Offer these. What is open already stays so: whoever receives it notices nothing.

        So does the stream of the other side of the same view, which says nothing meanwhile: a picture that
        shows one side may go back and forth. What measured something else ends.
        """
        self._plans = {plan.part: plan for plan in plans}
        titles = {(plan.part, plan.title) for plan in plans}
        for plan in [plan for plan in self._open if (plan.part, plan.title) not in titles]:
            del self._open[plan]
        for plan in plans:
            if plan not in self._open:
                self._open[plan] = self._lsl.StreamOutlet(self._info(plan), max_buffered=_BUFFER)

    def plan(self, part: Part) -> StreamPlan | None:
        """Return what is pushed into; None where nothing is offered yet."""
        return self._plans.get(part)

    def push(self, part: Part, values: Sequence[float] | Sequence[str], lsl_s: float) -> bool:
        """Send one sample; False where its stream is not offered yet."""
        plan = self._plans.get(part)
        if plan is None:
            return False
        self._open[plan].push_sample(values, lsl_s)
        return True

    def status(self) -> tuple[StreamStatus, ...]:
        """Say what is offered, and whether somebody receives it."""
        return tuple(
            StreamStatus(plan.of, plan.name, len(plan.channels), outlet.have_consumers())
            for plan, outlet in self._open.items()
        )

    def close(self) -> None:
        """Offer nothing more."""
        self._open.clear()
        self._plans.clear()

    def _info(self, plan: StreamPlan) -> Any:
        lsl = self._lsl
        numbers = lsl.cf_string if plan.part == "markers" else lsl.cf_double64
        info = lsl.StreamInfo(
            plan.name, plan.type, len(plan.channels), lsl.IRREGULAR_RATE, numbers, plan.source_id
        )
        told = info.desc()
        told.append_child_value("manufacturer", "usbio")
        told.append_child_value("program_version", __version__)
        if plan.title:
            told.append_child_value("measured", plan.title)
        told.append_child_value("time_stamps", CLOCK_NOTE)
        channels = told.append_child("channels")
        for one in plan.channels:
            channel = channels.append_child("channel")
            for key, value in _described(one).items():
                channel.append_child_value(key, value)
        return info


def _described(channel: Channel) -> dict[str, str]:
    told = {"label": channel.label, "unit": channel.unit or "none", "type": channel.kind}
    if channel.side is not None and channel.muscle is not None:
        told |= {"side": channel.side, "muscle": channel.muscle}
    return told | {"meaning": channel.meaning}
