"""What one window shows: a run, or two of them, the left side's and the right side's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

from segmentation.results import SIDES, FloatArray, Side
from segmentation.summary import ErrorFigures
from segmentation.views import View
from usbio.activity import Activity
from usbio.choice import Choice
from usbio.errors import CallError
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


def for_other_side(shown: ShownRuns, choice: Choice) -> Choice:
    """Return what is opened beside a run that shows one side: the other side, of the same view."""
    run = shown.runs[0]
    if len(shown.runs) > 1 or run.side is None or run.view is None:
        raise CallError(
            choice.address, "has no side to stand beside", "open a source that shows one side first"
        )
    return replace(choice, side="right" if run.side == "left" else "left", view=run.view.name)


def beside_words(shown: ShownRuns | None) -> str:
    """Say what could be opened beside what is shown; "" where nothing could."""
    if shown is None or len(shown.runs) > 1 or shown.runs[0].side is None:
        return ""
    run = shown.runs[0]
    other = "right" if run.side == "left" else "left"
    return f"beside {run.name} ({run.side}), for the {other} side   F6"


def beside(shown: ShownRuns, other: LiveRun[Any], errors: ErrorFigures | None = None) -> ShownRuns:
    """Show another run beside one that goes on, each on its side."""
    run = shown.runs[0]
    return two_shown(run, other, errors) if run.side == "left" else two_shown(other, run, errors)


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
