"""The M-mode strip: one line of the picture over the last seconds, with the tracked edges on it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from math import hypot, isnan, nan

import numpy as np

from segmentation.mmode import edge_crossings, line_column, station_line
from segmentation.results import FloatArray, Measurement, Muscle, Picture, Side
from segmentation.views import MeasureSetup, Panel
from usbio.sample import Sample

SPAN_S = 8.0
COLUMN_S = 0.025
DEPTH = 240
_GAP_S = 0.25  # a longer silence stays blank instead of being bridged


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """Depth against time along one line, oldest column first."""

    side: Side
    image: Picture  # (DEPTH, columns)
    edges: dict[Muscle, FloatArray]  # (2, columns): upper and lower crossing, 0 to 1 along the line
    end_s: float  # time of the newest column
    line_px: FloatArray  # (2, 2), where in the picture
    depth_mm: float  # length of the line


class StripRecorder:
    """Collect one strip a side; a sink of the pipeline, read by the window.

    The line is laid through the muscle where it is first found and then stands still in the picture, as the
    M-mode line of a scanner does. Written by the measure thread, read by any.
    """

    def __init__(self, span_s: float = SPAN_S) -> None:
        self._columns = round(span_s / COLUMN_S)
        self._lock = threading.Lock()
        self._tracks: dict[Side, _Track] = {}
        self._setup: MeasureSetup | None = None
        self._run = 0

    def use(self, setup: MeasureSetup) -> None:
        """Say where the panels are; strips begin anew."""
        with self._lock:
            self._setup = setup
            self._tracks.clear()

    def __call__(self, sample: Sample) -> None:
        """Add the columns of one sample."""
        with self._lock:
            if sample.run != self._run:
                self._run = sample.run
                self._tracks.clear()
            if self._setup is None or sample.result is None or isnan(sample.frame.t_s):
                return
            for panel in self._setup.panels:
                for side in panel.sides:
                    found = [m for m in sample.result.measurements if m.side == side]
                    self._add(side, panel, found, sample)

    def strips(self) -> tuple[Strip, ...]:
        """Return what was collected, in picture order."""
        with self._lock:
            return tuple(track.strip() for track in self._tracks.values())

    def _add(self, side: Side, panel: Panel, found: list[Measurement], sample: Sample) -> None:
        track = self._tracks.get(side)
        if track is None:
            line_px = station_line(found[0], panel.roi) if found else None
            if line_px is None:
                return
            dx, dy = (line_px[1] - line_px[0]) * panel.calibration.scale
            track = self._tracks[side] = _Track(side, line_px, hypot(dx, dy), self._columns)
        if sample.picture is not None:
            track.add(sample.frame.t_s, sample.picture, found)


class _Track:
    def __init__(self, side: Side, line_px: FloatArray, depth_mm: float, columns: int) -> None:
        self._side = side
        self._line_px = line_px
        self._depth_mm = depth_mm
        self._image = np.zeros((DEPTH, columns), dtype=np.uint8)
        self._edges: dict[Muscle, FloatArray] = {}
        self._last = -1  # number of the newest column since time 0

    def add(self, t_s: float, picture: Picture, found: list[Measurement]) -> None:
        column = int(t_s / COLUMN_S + 1e-6)  # 0.6 s is column 24, whatever 0.6 / 0.025 rounds to
        fresh = column - self._last if self._last >= 0 else 1
        if fresh <= 0:
            return
        self._last = column
        bridged = fresh if fresh * COLUMN_S <= _GAP_S else 1
        self._image = _shifted(self._image, fresh, 0)
        self._image[:, -bridged:] = line_column(picture, self._line_px, DEPTH)[:, None]
        for m in found:
            old = self._edges.get(m.muscle, np.full((2, self._image.shape[1]), nan))
            self._edges[m.muscle] = _shifted(old, fresh, nan)
            self._edges[m.muscle][:, -bridged:] = edge_crossings(m, self._line_px)[:, None]

    def strip(self) -> Strip:
        edges = {muscle: table.copy() for muscle, table in self._edges.items()}
        end_s = (self._last + 1) * COLUMN_S
        return Strip(self._side, self._image.copy(), edges, end_s, self._line_px, self._depth_mm)


def _shifted(table: np.ndarray, by: int, blank: float) -> np.ndarray:
    moved = np.full_like(table, blank)
    if by < table.shape[1]:
        moved[:, :-by] = table[:, by:]
    return moved
