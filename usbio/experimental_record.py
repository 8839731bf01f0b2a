"""Collects what the experimental quantities need, picture by picture: some numbers a picture, no picture."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from math import nan

import numpy as np

from segmentation.experimental import (
    Finding,
    flexion_findings,
    kept_traces,
    onset_findings,
    tissue_findings,
)
from segmentation.results import FrameResult, Measurement, Side
from segmentation.timing import Timing
from segmentation.tissue_motion import TissueKey, TissueState, start_tissue, step_tissue
from segmentation.views import VIEWS, MeasureSetup, Panel, PictureEdge
from usbio.frame_log import FrameLog
from usbio.frames import Frame

FLEXION = "flexion"


class ExperimentalRecord:
    """A sink of measuring; every side has its own reference, the first picture with a value."""

    def __init__(self) -> None:
        self._sides: list[_Side] = []
        self._setup: MeasureSetup | None = None

    def use(self, setup: MeasureSetup) -> None:
        """Say what is measured where, before the first picture."""
        self._setup = setup
        self._sides = [_Side(setup, panel, side) for panel in setup.panels for side in panel.sides]

    def add(self, frame: Frame, result: FrameResult) -> None:
        """Take one picture and what was measured in it."""
        for side in self._sides:
            side.add(frame, result)

    def findings(self, log: FrameLog, timing: Timing, task: object) -> Iterator[Finding]:
        """Yield all rows; ``task`` is what the setup file says under [acquisition]."""
        if self._setup is None:
            return
        view = VIEWS[self._setup.view]
        muscle = view.muscles[0]
        for side in self._sides:
            traces = kept_traces(log.t_s, log.new_picture, side.values)
            yield from tissue_findings(side.name, muscle, traces, timing)
            strain = np.array(side.strain, float).reshape(-1, 3)
            new = np.array(log.new_picture, bool)
            yield from onset_findings(side.name, muscle, log.t_s[new], strain[new], timing)
            if str(task).strip().lower() == FLEXION and view.quantity == "thickness_mm":
                thickness = log.trace((side.name, muscle), "thickness_mm")
                yield from flexion_findings(side.name, muscle, thickness, timing)


class _Side:
    def __init__(self, setup: MeasureSetup, panel: Panel, side: Side) -> None:
        self.name = side
        self.values: dict[TissueKey, array[float]] = {}
        self.strain = array("d")
        self._setup, self._panel = setup, panel
        self._state: TissueState | None = None
        self._frames = 0

    def add(self, frame: Frame, result: FrameResult) -> None:
        measurement = result.of(self.name, VIEWS[self._setup.view].muscles[0])
        found: dict[TissueKey, float] = {}
        strain = np.full(3, nan)
        if measurement is not None and result.new_picture and measurement.status.carries_value:
            self._state = self._state or self._started(frame, measurement)
            if self._state is not None:
                self._state, tissue = step_tissue(self._state, frame.image, measurement)
                found, strain = dict(tissue.values), tissue.strain
        for key in found:
            self.values.setdefault(key, array("d", [nan] * self._frames))
        for key, kept in self.values.items():
            kept.append(found.get(key, nan))
        self.strain.extend(strain)
        self._frames += 1

    def _started(self, frame: Frame, measurement: Measurement) -> TissueState | None:
        panel = self._panel
        return start_tissue(
            self._setup.view, panel.roi, panel.calibration, measurement, frame.image, self._lateral_edge()
        )

    def _lateral_edge(self) -> PictureEdge | None:
        """In a two-sided picture away from its middle; else as the setup file says, of a single picture."""
        if len(self._panel.sides) == 2:
            return "left" if self._panel.sides[0] == self.name else "right"
        return self._setup.lateral_edge if len(self._setup.panels) == 1 else None
