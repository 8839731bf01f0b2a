"""What one window shows: a run, or two of them, the left side's and the right side's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from segmentation.results import SIDES, FloatArray, Side
from segmentation.summary import ErrorFigures
from segmentation.views import View
from usbio.activity import Activity
from usbio.live import LiveRun
from usbio.pair_values import PairBoard, PairValues
from usbio.reading import Comparison, Reading


class ShownValues(Protocol):
    """What a window reads of one run, or of two."""

    @property
    def view(self) -> View | None:
        """What is measured; None until it is known."""
        ...

    @property
    def activity(self) -> Activity:
        """When there was rest and contraction."""
        ...

    @property
    def unconfirmed(self) -> frozenset[Side]:
        """Sides with a border that nobody stood by."""
        ...

    def readings(self) -> tuple[Reading, ...]:
        """Return a reading for every side and muscle."""
        ...

    def comparison(self) -> Comparison | None:
        """Return left against right; None while one side is known."""
        ...

    def traces(self, last_s: float) -> tuple[tuple[Side, FloatArray, FloatArray], ...]:
        """Return side, times and values of the leading muscle over the last seconds."""
        ...

    def refresh_activity(self) -> None:
        """Look for rest and contraction now."""
        ...

    def ask_activity(self) -> None:
        """Look for them beside the thread that asks."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ShownRuns:
    """Runs that are shown, recorded and marked together, and what they say; the window's thread only."""

    runs: tuple[LiveRun[Any], ...]
    values: ShownValues

    @property
    def title(self) -> str:
        """The names of the sources, and the view."""
        if len(self.runs) == 1:
            return self.runs[0].title
        names = " | ".join(run.name for run in self.runs)
        return f"{names} · {self.values.view.title}" if self.values.view is not None else names

    @property
    def about(self) -> str:
        """What the first setup says of the recording."""
        return self.runs[0].about

    @property
    def ended(self) -> bool:
        """True when nothing more comes by itself from any."""
        return all(run.ended for run in self.runs)

    @property
    def paused(self) -> bool:
        """True while the operator wants nothing to be handed on."""
        return all(run.playback.paused for run in self.runs)

    @property
    def confirmed(self) -> frozenset[Side]:
        """Sides whose border somebody stood by."""
        return frozenset[Side]().union(*(run.values.confirmed for run in self.runs))


def one_shown(run: LiveRun[Any]) -> ShownRuns:
    """Show one run alone."""
    return ShownRuns((run,), run.values)


def two_shown(left: LiveRun[Any], right: LiveRun[Any], errors: ErrorFigures | None = None) -> ShownRuns:
    """Show two runs, one a side."""
    board = PairBoard()
    runs = dict(zip(SIDES, (left, right), strict=True))
    for side, run in runs.items():
        run.listen(board.sink(side))
    values = PairValues({side: run.values for side, run in runs.items()}, board, errors)
    return ShownRuns((left, right), values)
