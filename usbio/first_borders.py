"""Where every border was first seen, so that a border that was confirmed can be written to a setup file."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from segmentation.results import FloatArray, Measurement, Muscle, Side, Status
from usbio.sample import Sample
from usbio.setup import BorderTable, GivenSource, PointPx

MOST_POINTS = 48  # fewer than 60: so a closed border is read again as a curve through its points
Edge = Literal["superficial", "deep"]
_BROKEN = (Status.LOST, Status.NO_BORDER)


@dataclass(frozen=True, slots=True)
class FirstBorder:
    """A border on the first picture it was seen in without being lost since."""

    frame: int  # of the clip
    measurement: Measurement


class FirstBorders:
    """A sink of the pipeline that remembers the first border of each side and muscle.

    Whoever confirms a border stands by all it was followed from. So the border of the first picture is
    written, with that picture's number in the clip, and not the border of the picture on the screen: from
    there `analyze` follows it against the same reference picture as the live run did, whichever frames the
    live run dropped, and rest before the confirmation is measured with it as well.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._first: dict[tuple[Side, Muscle], FirstBorder] = {}
        self._run = 0

    def __call__(self, sample: Sample) -> None:
        """Keep what is first seen, and forget what is lost."""
        with self._lock:
            if sample.run != self._run:
                self._first.clear()
                self._run = sample.run
            for m in sample.result.measurements if sample.result is not None else ():
                if m.status in _BROKEN:
                    self._first.pop((m.side, m.muscle), None)
                elif m.status.carries_value:
                    self._first.setdefault((m.side, m.muscle), FirstBorder(sample.frame.index, m))

    def of(self, sides: frozenset[Side]) -> tuple[FirstBorder, ...]:
        """Return the automatic borders of these sides."""
        with self._lock:
            found = tuple(self._first.values())
        return tuple(
            f for f in found if f.measurement.side in sides and f.measurement.border_source == "auto"
        )

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._first.clear()


def border_tables(first: FirstBorder) -> Iterator[BorderTable]:
    """Yield the tables of the setup file that give this border."""
    m = first.measurement
    curves: tuple[tuple[FloatArray | None, Edge | None], ...] = (
        (m.border_px, None),
        (m.superficial_px, "superficial"),
        (m.deep_px, "deep"),
    )
    for curve, edge in curves:
        if curve is not None:
            points = _thinned(curve, closed=edge is None)
            yield BorderTable(
                side=m.side,
                muscle=m.muscle,
                frame=first.frame,
                points_px=points,
                edge=edge,
                source=given_source(m),
            )


def given_source(m: Measurement) -> GivenSource | None:
    """Return who stands by a border that is given from now on; an automatic one was confirmed just now."""
    return (
        "confirmed" if m.border_source == "auto" else None if m.border_source == "traced" else m.border_source
    )


def _thinned(points_px: FloatArray, closed: bool) -> list[PointPx]:
    known = points_px[np.isfinite(points_px).all(axis=1)]
    if len(known) > MOST_POINTS:
        chosen = np.linspace(0, len(known) if closed else len(known) - 1, MOST_POINTS, endpoint=not closed)
        known = known[chosen.round().astype(np.intp)]
    return [(round(x, 2), round(y, 2)) for x, y in known.tolist()]
