"""Depth against time of a whole clip along the station: a column a picture, up to some thousand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, isfinite, nan

import numpy as np
import numpy.typing as npt

from segmentation.mmode import edge_crossings, line_column, station_line
from segmentation.results import FloatArray, FrameResult, Measurement, Muscle, Picture, Side
from segmentation.traces import BoolArray
from segmentation.views import VIEWS, MeasureSetup, Panel
from usbio.frames import Frame

MOST_COLUMNS = 4000
ROWS = 400


@dataclass(frozen=True, slots=True, eq=False)
class DepthTime:
    """Depth against time of one side, oldest column first; N columns."""

    side: Side
    panel: Panel
    line_px: FloatArray | None  # (2, 2), where in the picture; None where there was nothing to lay it through
    image: Picture  # (ROWS, N); 0 before the line is laid
    edges: dict[Muscle, FloatArray]  # (2, N): upper and lower crossing, 0 to 1 along the line, nan where none
    valued: BoolArray  # (N,) whether the leading muscle had a value
    t_s: FloatArray  # (N,) start of each column, nan where the source has no time
    frame: FloatArray  # (N,) number of the first frame of each column
    pictures: int  # averaged in a column

    @property
    def depth_mm(self) -> float:
        """Length of the line."""
        if self.line_px is None:
            return nan
        return hypot(*((self.line_px[1] - self.line_px[0]) * self.panel.calibration.scale))


class MModeRecord:
    """Collect depth against time of every side; a sink of measuring.

    The line is laid through the leading muscle in the first picture that gives its value, and then stands
    still, as the M-mode line of a scanner does. Where the columns are full, neighbours are averaged to one,
    so that an hour takes the memory of two minutes.
    """

    def __init__(self, most_columns: int = MOST_COLUMNS) -> None:
        self._most = most_columns
        self._sides: list[_Side] = []
        self._setup: MeasureSetup | None = None

    def use(self, setup: MeasureSetup) -> None:
        """Say what is measured where, before the first picture."""
        self._setup = setup
        muscles = VIEWS[setup.view].muscles
        self._sides = [_Side(side, p, muscles, self._most) for p in setup.panels for side in p.sides]

    @property
    def setup(self) -> MeasureSetup:
        """What was said to be measured where."""
        if self._setup is None:
            raise ValueError("expected `use` before anything was recorded")
        return self._setup

    def add(self, frame: Frame, result: FrameResult) -> None:
        """Add a column of each side."""
        for side in self._sides:
            side.add(frame, [m for m in result.measurements if m.side == side.name])

    def strips(self) -> tuple[DepthTime, ...]:
        """Return what was collected, in the order of the picture."""
        return tuple(side.strip() for side in self._sides)


class _Side:
    def __init__(self, name: Side, panel: Panel, muscles: Sequence[Muscle], most: int) -> None:
        self.name = name
        self._panel, self._muscles = panel, muscles
        self._line_px: FloatArray | None = None
        self._grey = _Means(most, ROWS)
        self._edges = _Means(most, 2 * len(muscles))
        self._valued = _Means(most, 1)
        self._starts = _Starts(most)

    def add(self, frame: Frame, found: Sequence[Measurement]) -> None:
        lead = next((m for m in found if m.muscle == self._muscles[0]), None)
        valued = lead is not None and lead.status.carries_value
        if self._line_px is None and lead is not None and valued:
            self._line_px = station_line(lead, self._panel.roi)
        edges = np.full((len(self._muscles), 2), nan)
        column: npt.ArrayLike = nan
        if self._line_px is not None:
            column = line_column(frame.image, self._line_px, ROWS)
            for m in found:
                if m.status.carries_value:
                    edges[self._muscles.index(m.muscle)] = edge_crossings(m, self._line_px)
        self._grey.add(column)
        self._edges.add(edges.ravel())
        self._valued.add([1.0 if valued else nan])
        self._starts.add(frame.t_s, frame.index)

    def strip(self) -> DepthTime:
        edges = self._edges.means().reshape(-1, len(self._muscles), 2)
        return DepthTime(
            self.name,
            self._panel,
            self._line_px,
            np.round(np.nan_to_num(self._grey.means())).astype(np.uint8).T,
            {muscle: edges[:, k].T for k, muscle in enumerate(self._muscles)},
            np.isfinite(self._valued.means()[:, 0]),
            *self._starts.of_columns(),
            self._grey.each,
        )


class _Means:
    """Rows of numbers, averaged two by two whenever there are too many; nan counts for nothing."""

    def __init__(self, most: int, width: int) -> None:
        self.each = 1  # rows in a mean
        self._most = most + most % 2
        self._added = 0
        self._sums = np.zeros((0, width), np.float32)
        self._counts = np.zeros((0, width), np.uint32)

    def add(self, row: npt.ArrayLike) -> None:
        at = self._added // self.each
        if at == self._most:
            self._halve()
            at = self._added // self.each
        if at == len(self._sums):
            self._grow()
        known = np.isfinite(row)
        self._sums[at] += np.where(known, row, 0.0)
        self._counts[at] += known
        self._added += 1

    def means(self) -> FloatArray:
        """The mean of each column; nan where fewer than half of its pictures gave a number."""
        n = -(-self._added // self.each)
        of = np.minimum(self.each, self._added - self.each * np.arange(n))[:, np.newaxis]
        sums, counts = self._sums[:n].astype(float), self._counts[:n]
        return np.where(2 * counts >= of, sums / np.maximum(counts, 1), nan)

    def _grow(self) -> None:
        more = min(self._most, max(64, 2 * len(self._sums))) - len(self._sums)
        self._sums = np.pad(self._sums, ((0, more), (0, 0)))
        self._counts = np.pad(self._counts, ((0, more), (0, 0)))

    def _halve(self) -> None:
        self.each *= 2
        for table in (self._sums, self._counts):
            table[: self._most // 2] = table[0::2] + table[1::2]
            table[self._most // 2 :] = 0


class _Starts:
    """Time and number of the first frame of each column."""

    def __init__(self, most: int) -> None:
        self._most = most + most % 2
        self._each = 1
        self._added = 0
        self._t_s: list[float] = []
        self._frame: list[int] = []

    def add(self, t_s: float, frame: int) -> None:
        if self._added == self._most * self._each:
            self._each *= 2
            pairs = zip(self._t_s[0::2], self._t_s[1::2], strict=True)
            self._t_s = [first if isfinite(first) else second for first, second in pairs]
            self._frame = self._frame[0::2]
        if self._added % self._each == 0:
            self._t_s.append(t_s)
            self._frame.append(frame)
        elif not isfinite(self._t_s[-1]):
            self._t_s[-1] = t_s
        self._added += 1

    def of_columns(self) -> tuple[FloatArray, FloatArray]:
        return np.array(self._t_s, float), np.array(self._frame, float)
