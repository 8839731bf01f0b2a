"""How far a measurement can be trusted: a chance between 0 and 1, and a status in words."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, isfinite, sqrt

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.border_motion import BorderMatch, BorderReference
from segmentation.edges import InnerEdge
from segmentation.fascia import Fascia, FasciaGrid
from segmentation.results import QUANTITIES, FloatArray, Picture, Status
from segmentation.sector import in_sector
from segmentation.station import median
from segmentation.views import Panel

GOOD_ENOUGH = 0.5  # below this chance a value is `low_quality`
LOST_SHARE = 0.3  # of its first contrast, over the whole width
FAINTEST_GREY = 1.5
SHADOW_SHARE = 0.4  # of the station's columns
EDGE_OF_PICTURE_MM = 0.6
LOST_AGREEMENT = 0.45
LOST_BORDER_AGREEMENT = 0.55  # a border fitted into noise agrees with it by up to 0.5
GOOD_AGREEMENT, AGREEMENT_WIDTH = 0.68, 0.07
WORST_SHARE = 0.2  # of the border: a stretch that fits badly counts
DARK_GREY = 6.0


def judge_layer(
    grid: FasciaGrid,
    bounds: Sequence[Fascia],
    first_contrast_grey: FloatArray,
    edges: tuple[InnerEdge, InnerEdge],
    range_mm: tuple[float, float],
    value_mm: float,
    values_mm: FloatArray,
) -> tuple[Status, float]:
    """Return the status of a layer's thickness and the chance that it is right.

    Parameters
    ----------
    grid : FasciaGrid
        Of this picture.
    bounds : two of Fascia
        The fasciae above and below.
    first_contrast_grey : (2,) array
        Their mean contrast when they were found.
    edges : two of InnerEdge
        Inner edges above and below.
    range_mm : (float, float)
        The station.
    value_mm, values_mm : float and (N,) array
        The thickness, and that of every column of the station.

    Returns
    -------
    Status, float
        The chance is 0 where the status carries no value.

    Examples
    --------
    >>> x_mm = np.arange(0.5, 20.0)
    >>> grid = FasciaGrid(np.zeros((200, 20), np.float32), np.full((200, 20), 40, np.float32), x_mm, 0.1)
    >>> step, grey = np.full(20, 45.0), np.full(20, 30.0)
    >>> edges = tuple(InnerEdge(x_mm, np.full(20, y), step, grey) for y in (8.0, 12.5))
    >>> even = np.full(25, 4.5)
    >>> for contrast in (30.0, 5.0):  # of fasciae that had 30 when they were found
    ...     bounds = [Fascia(np.full(20, y), np.full(20, contrast)) for y in (7.5, 13.0)]
    ...     status, chance = judge_layer(grid, bounds, np.full(2, 30.0), edges, (5.0, 15.0), 4.5, even)
    ...     print(status, round(chance, 2))
    ok 0.98
    lost 0.0
    """
    if _lost(bounds, first_contrast_grey):
        return Status.LOST, 0.0
    if not isfinite(value_mm):
        return Status.NO_BORDER, 0.0
    if _leaves_picture(grid, edges, range_mm):
        return Status.CLIPPED, 0.0
    limits = QUANTITIES["thickness_mm"]
    if not limits.plausible_low <= value_mm <= limits.plausible_high:
        return Status.IMPLAUSIBLE, 0.0
    chance = _chance(edges, range_mm, values_mm)
    if _shadowed(grid, bounds, first_contrast_grey, range_mm):
        return Status.SHADOW, min(chance, 0.4)
    return (Status.OK if chance >= GOOD_ENOUGH else Status.LOW_QUALITY), chance


def _lost(bounds: Sequence[Fascia], first: FloatArray) -> bool:
    return any(
        fascia.contrast_grey.mean() < max(LOST_SHARE * usual, FAINTEST_GREY)
        for fascia, usual in zip(bounds, first, strict=True)
    )


def _leaves_picture(
    grid: FasciaGrid, edges: tuple[InnerEdge, InnerEdge], range_mm: tuple[float, float]
) -> bool:
    upper, lower = edges
    chosen = _station(upper.x_mm, range_mm)
    height_mm = grid.contrast.shape[0] * grid.row_mm
    return (
        median(upper.y_mm[chosen]) < EDGE_OF_PICTURE_MM
        or median(lower.y_mm[chosen]) > height_mm - EDGE_OF_PICTURE_MM
    )


def _station(x_mm: FloatArray, range_mm: tuple[float, float]) -> npt.NDArray[np.bool_]:
    chosen = (x_mm >= range_mm[0]) & (x_mm <= range_mm[1])
    if not chosen.any():
        chosen[np.abs(x_mm - sum(range_mm) / 2).argmin()] = True
    return chosen


def _chance(
    edges: tuple[InnerEdge, InnerEdge], range_mm: tuple[float, float], values_mm: FloatArray
) -> float:
    """Logistic in how clear the fainter edge is and how even the layer looks along the station."""
    chosen = _station(edges[0].x_mm, range_mm)
    step = min(median(edge.step_grey[chosen]) for edge in edges)
    rough = _deviation(values_mm[1:] - values_mm[:-1]) if len(values_mm) > 2 else 0.1
    return 1.0 / (1.0 + exp(-(0.12 * (step - 20.0) - 4.0 * (rough - 0.25))))


def _deviation(values: FloatArray) -> float:
    """Standard deviation, for a tenth of what numpy's costs on a few values."""
    mean = float(values.sum()) / len(values)
    return sqrt(max(float(values @ values) / len(values) - mean**2, 0.0))


def _shadowed(
    grid: FasciaGrid, bounds: Sequence[Fascia], first: FloatArray, range_mm: tuple[float, float]
) -> bool:
    chosen = _station(grid.x_mm, range_mm)
    faded = np.zeros(int(chosen.sum()), bool)
    for fascia, usual in zip(bounds, first, strict=True):
        faded |= fascia.contrast_grey[chosen] < 0.15 * usual
    if faded.mean() <= SHADOW_SHARE:  # nearly always: the grey between is looked at only where it matters
        return False
    between = _grey_between(grid, bounds)
    dark = between[chosen] < 0.5 * np.median(between)
    return bool((faded & dark).mean() > SHADOW_SHARE)


def _grey_between(grid: FasciaGrid, bounds: Sequence[Fascia]) -> FloatArray:
    rows = grid.grey.shape[0]
    upper, lower = (np.clip(f.y_mm / grid.row_mm, 0, rows - 1).astype(np.intp) for f in bounds)
    lower = np.maximum(lower, upper + 1)
    total = np.cumsum(np.pad(grid.grey, ((1, 0), (0, 0))), axis=0, dtype=np.float64)
    every = np.arange(grid.grey.shape[1])
    return np.asarray((total[lower, every] - total[upper, every]) / (lower - upper), np.float64)


def judge_border(
    picture: Picture,
    panel: Panel,
    mask: npt.NDArray[np.bool_] | None,
    reference: BorderReference,
    match: BorderMatch,
    area_cm2: float,
) -> tuple[Status, float]:
    """Return the status of an area and the chance that it is right.

    Parameters
    ----------
    picture : (H, W) uint8 array
        Whole frame.
    panel : Panel
        The B-mode picture.
    mask : (roi.height, roi.width) bool array or None
        True where echoes can be.
    reference : BorderReference
        The border where it was set.
    match : BorderMatch
        The border now.
    area_cm2 : float
        Inside it.

    Returns
    -------
    Status, float
        The chance is 0 where the status carries no value.

    Examples
    --------
    >>> from segmentation.border_motion import border_reference
    >>> from segmentation.geometry import Calibration, Roi
    >>> panel = Panel(Roi(0, 0, 300, 300), Calibration(0.1, 0.1), ("left",))
    >>> picture = np.random.default_rng(1).integers(20, 200, (300, 300)).astype(np.uint8)
    >>> square = np.array([[5.0, 5.0], [25.0, 5.0], [25.0, 25.0], [5.0, 25.0]])
    >>> reference = border_reference(picture, panel.roi, panel.calibration, square)
    >>> for agreement, x_mm in ((0.9, 0.0), (0.4, 0.0), (0.9, 10.0)):  # found again, not found, half outside
    ...     match = BorderMatch(reference.points_mm + (x_mm, 0.0), np.full(96, agreement))
    ...     print(judge_border(picture, panel, None, reference, match, 4.0)[0])
    ok
    lost
    clipped
    """
    agreement = float(match.agreement.mean())
    if agreement < LOST_BORDER_AGREEMENT or cv2.mean(picture[panel.roi.slices][::4])[0] < DARK_GREY:
        return Status.LOST, 0.0
    if _outside(panel, mask, match.points_mm) > 0.03:
        return Status.CLIPPED, 0.0
    limits = QUANTITIES["area_cm2"]
    if not limits.plausible_low <= area_cm2 <= limits.plausible_high or _torn(reference, area_cm2):
        return Status.IMPLAUSIBLE, 0.0
    rank = int(WORST_SHARE * (len(match.agreement) - 1))
    worst = float(np.partition(match.agreement, rank)[rank])
    chance = 1.0 / (1.0 + exp(-(0.5 * (agreement + worst) - GOOD_AGREEMENT) / AGREEMENT_WIDTH))
    return (Status.OK if chance >= GOOD_ENOUGH else Status.LOW_QUALITY), chance


def _outside(panel: Panel, mask: npt.NDArray[np.bool_] | None, points_mm: FloatArray) -> float:
    """Share of a border's points that lie where no echoes can be."""
    if mask is None:
        at = points_mm / panel.calibration.scale
        held = ((at >= 0) & (at < (panel.roi.width, panel.roi.height))).all(axis=1)
        return float(1.0 - held.mean())
    return float(1.0 - in_sector(panel, mask, *points_mm.T).mean())


def _torn(reference: BorderReference, area_cm2: float) -> bool:
    """The area doubled or halved, as no contraction does."""
    return not 0.4 < area_cm2 / reference.area_cm2 < 2.5


def judge_facet(
    agreement: float,
    contrast_grey: float,
    first_contrast_grey: float,
    edge: InnerEdge,
    x_mm: float,
    value_mm: float,
) -> tuple[Status, float]:
    """Return the status of multifidus thickness and the chance that it is right.

    Parameters
    ----------
    agreement : float
        Of the facet's patch with the picture on which it was named, -1 to 1.
    contrast_grey, first_contrast_grey : float
        Mean contrast of the fascia, now and when it was found.
    edge : InnerEdge
        Inner edge of the fascia.
    x_mm : float
        Column of the facet.
    value_mm : float
        The thickness.

    Returns
    -------
    Status, float
        The chance is 0 where the status carries no value.

    Examples
    --------
    >>> edge = InnerEdge(np.array([0.0, 40.0]), np.full(2, 10.0), np.full(2, 50.0), np.full(2, 20.0))
    >>> for agreement, value_mm in ((0.9, 28.0), (0.9, 128.0), (0.3, 28.0)):
    ...     status, chance = judge_facet(agreement, 25.0, 30.0, edge, 20.0, value_mm)
    ...     print(status, round(chance, 2))
    ok 1.0
    implausible 0.0
    lost 0.0
    """
    if agreement < LOST_AGREEMENT or contrast_grey < max(LOST_SHARE * first_contrast_grey, FAINTEST_GREY):
        return Status.LOST, 0.0
    limits = QUANTITIES["thickness_mm"]
    if not limits.plausible_low <= value_mm <= limits.plausible_high:
        return Status.IMPLAUSIBLE, 0.0
    step = float(np.interp(x_mm, edge.x_mm, edge.step_grey))
    chance = 1.0 / (1.0 + exp(-(0.12 * (step - 20.0) + 12.0 * (agreement - 0.7))))
    return (Status.OK if chance >= GOOD_ENOUGH else Status.LOW_QUALITY), chance
