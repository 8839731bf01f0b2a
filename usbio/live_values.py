"""What is read off a run: values for the eye, rest and contraction, left against right."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from math import inf

from segmentation.results import FloatArray, Side
from segmentation.summary import ErrorFigures
from segmentation.timing import Mark
from segmentation.views import View
from usbio.activity import Activity, find_activity
from usbio.held_side import HeldSide
from usbio.history import History
from usbio.reading import Comparison, Reading, compare_sides, readings
from usbio.sample import Sample

_REST_OF_TIME = 9.0  # times as long as it took, nothing is looked for again: a slow machine keeps the rest


class LiveValues:
    """The newest sample and what came before it, as a window shows them; belongs to the window's thread.

    ``history`` is a sink of the pipeline. Where a picture shows one side, the other side's last values may be
    ``held`` beside it.
    """

    def __init__(self, errors: ErrorFigures | None = None) -> None:
        self.errors = errors
        self.history = History()
        self.activity = Activity()
        self.view: View | None = None
        self.marks: Sequence[Mark] = ()
        self.confirmed: frozenset[Side] = frozenset()
        self.sample: Sample | None = None
        self.held: HeldSide | None = None
        self.silent_s = 0.0  # since the newest picture of a device that gives none any more; else 0
        self._began = 0
        self._looking: threading.Thread | None = None
        self._look_again_s = -inf

    def begin(self) -> None:
        """Forget what was measured; a held side stays."""
        self._began += 1
        self.history.clear()
        self.activity, self.sample = Activity(), None

    def stop(self, timeout_s: float = 1.0) -> None:
        """Wait for whoever still looks for rest and contraction."""
        if self._looking is not None:
            self._looking.join(timeout_s)

    def readings(self) -> tuple[Reading, ...]:
        """Return the values of the newest sample that was taken, then those of the held side."""
        return (*self.own_readings(), *self._held_readings())

    def own_readings(self) -> tuple[Reading, ...]:
        """Return the values of the newest sample that was taken."""
        if self.sample is None or self.view is None:
            return ()
        found = readings(self.sample, self.history, self.activity, self.view)
        return tuple(replace(one, age_s=self.silent_s) for one in found) if self.silent_s else found

    def _held_readings(self) -> tuple[Reading, ...]:
        if self.held is None or self.sample is None:
            return ()
        return self.held.at(self.sample.frame.arrived_s)

    def comparison(self) -> Comparison | None:
        """Return left against right; None while one side is known."""
        return compare_sides(self.readings(), self.view, self.errors) if self.view is not None else None

    @property
    def unconfirmed(self) -> frozenset[Side]:
        """Sides with a border that was found automatically and that nobody stood by."""
        return frozenset(r.side for r in self.own_readings() if r.border_source == "auto") - self.confirmed

    def traces(self, last_s: float) -> tuple[tuple[Side, FloatArray, FloatArray], ...]:
        """Return side, times and values of the leading muscle over the last seconds."""
        view = self.view
        if view is None:
            return ()
        sides = [side for side, muscle in self.history.keys if muscle == view.muscles[0]]
        return tuple(
            (side, *self.history.trace(side, view.muscles[0], view.quantity, last_s)) for side in sides
        )

    def refresh_activity(self) -> None:
        """Look for rest and contraction in the values so far; tens of milliseconds once they are many."""
        self._look()

    def ask_activity(self) -> None:
        """Look for them beside the thread that asks: `activity` changes once that is done."""
        alive = self._looking is not None and self._looking.is_alive()
        if not alive and time.perf_counter() >= self._look_again_s:
            self._looking = threading.Thread(target=self._look, name="activity", daemon=True)
            self._looking.start()

    def _look(self) -> None:
        if self.view is not None:
            began_s, began = time.perf_counter(), self._began
            found = find_activity(self.history, self.view, self.marks)
            now_s = time.perf_counter()
            self._look_again_s = now_s + _REST_OF_TIME * (now_s - began_s)
            if began == self._began:  # else the values were those of the run before
                self.activity = found
