"""Two runs at once, one a side: measured in parallel, read side by side as one is."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace

from segmentation.results import SIDES, FloatArray, Side
from segmentation.summary import ErrorFigures
from segmentation.traces import Span
from segmentation.views import View
from usbio.activity import Activity
from usbio.held_side import moment_of
from usbio.live_values import LiveValues
from usbio.pairing import Pair, Pairing
from usbio.pipeline import Sink
from usbio.reading import Comparison, Reading, compare_sides
from usbio.sample import Sample


class PairBoard:
    """Where both measure threads lay what they measured; the newest pair can be asked for on any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pairing = Pairing()

    def sink(self, side: Side) -> Sink:
        """Return what lays down the samples of one side."""

        def _lay(sample: Sample) -> None:
            if sample.result is not None:
                moment = moment_of(side, sample)
                with self._lock:
                    self._pairing, _ = self._pairing.step(moment)

        return _lay

    @property
    def pair(self) -> Pair | None:
        """The newest of both sides; None while only one was measured."""
        with self._lock:
            return self._pairing.pair


class PairValues:
    """What two runs say together, as `LiveValues` says it of one; belongs to the window's thread."""

    def __init__(
        self, values: Mapping[Side, LiveValues], board: PairBoard, errors: ErrorFigures | None
    ) -> None:
        self._values, self._board, self._errors = values, board, errors

    @property
    def view(self) -> View | None:
        """What is measured, on the left first."""
        return self._values["left"].view or self._values["right"].view

    @property
    def unconfirmed(self) -> frozenset[Side]:
        """Sides with a border that nobody stood by."""
        return self._values["left"].unconfirmed | self._values["right"].unconfirmed

    @property
    def activity(self) -> Activity:
        """When there was rest and contraction, on the left's time; of the right where the left has none."""
        left, right = (self._values[side].activity for side in SIDES)
        if left.timing is not None:
            return left
        later_s = self._later_s()
        rests = tuple(_later(span, later_s) for span in right.rests)
        contractions = tuple(_later(span, later_s) for span in right.contractions)
        return Activity(rests, contractions, right.muscles, right.timing)

    def readings(self) -> tuple[Reading, ...]:
        """Return the values of both sides; those of a side that stands still are held, with their age."""
        pair = self._board.pair
        return tuple(
            replace(one, age_s=max(pair.age_s(side), one.age_s)) if pair is not None else one
            for side in SIDES
            for one in self._values[side].own_readings()
            if one.side == side
        )

    def comparison(self) -> Comparison | None:
        """Return left against right; None while one side is known."""
        return compare_sides(self.readings(), self.view, self._errors) if self.view is not None else None

    def traces(self, last_s: float) -> tuple[tuple[Side, FloatArray, FloatArray], ...]:
        """Return both sides on the time of the left one."""
        later_s = {"left": 0.0, "right": self._later_s()}
        return tuple(
            (side, t_s + later_s[side], found)
            for side in SIDES
            for of_side, t_s, found in self._values[side].traces(last_s)
            if of_side == side
        )

    def refresh_activity(self) -> None:
        """Look for rest and contraction on both sides."""
        for values in self._values.values():
            values.refresh_activity()

    def ask_activity(self) -> None:
        """Look for them beside the thread that asks."""
        for values in self._values.values():
            values.ask_activity()

    def _later_s(self) -> float:
        """How much later the right side's time began than the left's."""
        left, right = (self._values[side].sample for side in SIDES)
        if left is None or right is None:
            return 0.0
        return _began_s(right) - _began_s(left)


def _began_s(sample: Sample) -> float:
    return sample.frame.arrived_s - sample.frame.t_s


def _later(span: Span, by_s: float) -> Span:
    return Span(span.start_s + by_s, span.end_s + by_s)
