"""Gates: the probe moved or was pressed since rest, or something lies over the muscle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from statistics import median

import numpy as np
import numpy.typing as npt

from segmentation.contact import ContactPlan
from segmentation.covered import covered_share
from segmentation.results import Measurement, Side, Status
from segmentation.views import Panel

SHIFT_LIMIT_MM = 4.0
"""Displacement of the whole picture against rest, from which on a value is ``moved``."""
PRESSURE_LIMIT_MM, PRESSURE_LIMIT_SHARE = 1.5, 0.25
"""How much nearer tissue may come against rest, in mm and as a share of the subcutaneous thickness at rest.

Beyond both a value is ``moved``. Over the abdominal wall and limbs it is the subcutaneous thickness itself;
multifidus thins the fat over it when it swells, so there it is the depth of what lies below the muscle.
"""
COVERED_LIMIT = 0.1
"""Share of a muscle's border under a menu, from which on it is ``lost``."""
NEAR_SHARE = 0.15  # of the picture's width to either side of a caliper
REST_PICTURES = 8


@dataclass(frozen=True, slots=True)
class Depths:
    """How deep things lie in one picture, from the skin."""

    subcutaneous_mm: float
    pressed_mm: float  # what comes nearer when the probe is pressed


def depths(m: Measurement, panel: Panel) -> Depths:
    """Return the depths that tell of pressure.

    Parameters
    ----------
    m : Measurement
        As measured.
    panel : Panel
        The B-mode picture.

    Returns
    -------
    Depths
        nan where they were not seen.

    Examples
    --------
    >>> from segmentation.geometry import Calibration, Roi
    >>> panel = Panel(Roi(0, 0, 300, 300), Calibration(0.1, 0.1), ("left",))
    >>> caliper = np.array([[50.0, 100.0], [50.0, 250.0]])
    >>> for muscle in ("lm", "layer"):
    ...     found = Measurement("left", muscle, Status.OK, 0.9, subcutaneous_mm=10.0, caliper_px=caliper)
    ...     print(depths(found, panel).pressed_mm)
    25.0
    10.0
    """
    if m.muscle not in ("lm", "contour") or m.caliper_px is None:
        return Depths(m.subcutaneous_mm, m.subcutaneous_mm)
    below_px = float(m.caliper_px[1, 1]) - panel.roi.y
    return Depths(m.subcutaneous_mm, below_px * panel.calibration.y_mm_per_px)


@dataclass(frozen=True, slots=True)
class RestDepth:
    """The depths of the first pictures, by side."""

    first: tuple[tuple[Side, Depths], ...] = ()

    def of(self, side: Side) -> Depths:
        """Return the medians of the first pictures; nan where nothing was seen."""
        seen = [one for whose, one in self.first if whose == side]
        if not seen:
            return Depths(nan, nan)
        return Depths(median(d.subcutaneous_mm for d in seen), median(d.pressed_mm for d in seen))

    def with_picture(self, found: Sequence[tuple[Measurement, Depths]]) -> RestDepth:
        """Return what is known after one more picture, of each side's first muscle that shows it."""
        more = []
        for side in dict.fromkeys(m.side for m, _ in found):
            known = sum(whose == side for whose, _ in self.first)
            one = next((d for m, d in found if m.side == side and _says(m, d)), None)
            if known < REST_PICTURES and one is not None:
                more.append((side, one))
        return RestDepth((*self.first, *more)) if more else self


NOTHING_SEEN = RestDepth()


def _says(m: Measurement, depth: Depths) -> bool:
    return m.status is Status.OK and isfinite(depth.subcutaneous_mm) and isfinite(depth.pressed_mm)


def gated(m: Measurement, now: Depths, rest: Depths) -> Measurement:
    """Return a measurement, ``moved`` where the probe did since rest.

    Parameters
    ----------
    m : Measurement
        With ``probe_shift_mm``, as far as it is known.
    now, rest : Depths
        In this picture and at rest; nan where they are not known.

    Returns
    -------
    Measurement
        The value stays: it is right for what the picture shows, but not of the same place or under the same
        pressure as rest.

    References
    ----------
    .. [1] Ishida H, Watanabe S (2012). PMID 22517245: a probe pressed with 0.5 to 4 N changes thickness

    Examples
    --------
    >>> for shift_mm, over_mm in ((1.0, 8.0), (9.0, 8.0), (1.0, 5.0)):
    ...     m = Measurement("left", "tra", Status.OK, 0.9, probe_shift_mm=shift_mm)
    ...     print(gated(m, Depths(over_mm, over_mm), Depths(8.2, 8.2)).status)
    ok
    moved
    moved
    """
    if m.status not in (Status.OK, Status.LOW_QUALITY):
        return m
    pressed_mm = abs(now.pressed_mm - rest.pressed_mm)
    pressed = pressed_mm > max(PRESSURE_LIMIT_MM, PRESSURE_LIMIT_SHARE * rest.subcutaneous_mm)
    return replace(m, status=Status.MOVED) if pressed or m.probe_shift_mm > SHIFT_LIMIT_MM else m


def under_cover(m: Measurement, plan: ContactPlan, places: npt.NDArray[np.bool_]) -> bool:
    """Say whether something lies over a muscle's border, edges or caliper.

    Parameters
    ----------
    m : Measurement
        As measured.
    plan : ContactPlan
        Of the panel.
    places : (h, w) bool array
        From `segmentation.covered.covered_places`.

    Returns
    -------
    bool

    Examples
    --------
    >>> from segmentation.contact import contact_plan
    >>> from segmentation.geometry import Calibration, Roi
    >>> plan = contact_plan(Panel(Roi(0, 0, 300, 300), Calibration(0.1, 0.1), ("left",)), None)
    >>> left_half = np.tile(np.arange(75) < 37, (75, 1))
    >>> for x in (40.0, 250.0):
    ...     m = Measurement("left", "layer", Status.OK, 0.9, caliper_px=np.array([[x, 50.0], [x, 90.0]]))
    ...     print(under_cover(m, plan, left_half))
    True
    False
    """
    if m.caliper_px is not None:
        along = np.linspace(0.0, 1.0, 9)[:, None]
        through = m.caliper_px[0] + along * (m.caliper_px[1] - m.caliper_px[0])
        edges = [edge for edge in (m.superficial_px, m.deep_px) if edge is not None and len(edge) > 2]
        near = [
            edge[np.abs(edge[:, 0] - through[:, 0].mean()) < NEAR_SHARE * plan.roi.width] for edge in edges
        ]
        if max(covered_share(plan, places, points) for points in (through, *near)) > COVERED_LIMIT:
            return True
    return m.border_px is not None and covered_share(plan, places, m.border_px) > COVERED_LIMIT
