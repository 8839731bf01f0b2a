"""How far a measurement can be trusted: a chance between 0 and 1, and a status in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import exp, isfinite

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


def judge_layers(
    grid: FasciaGrid,
    bounds: Sequence[Fascia],
    first_contrast_grey: FloatArray,
    superficial: InnerEdge,
    deep: InnerEdge,
    range_mm: tuple[float, float],
    value_mm: FloatArray,
    values_mm: FloatArray,
) -> list[tuple[Status, float]]:
    """Return the status of each layer's thickness and the chance that it is right.

    Parameters
    ----------
    grid : FasciaGrid
        Of this picture.
    bounds : sequence of L + 1 Fascia
        The fasciae above, between and below L layers.
    first_contrast_grey : (L + 1,) array
        Their mean contrast when they were found.
    superficial, deep : InnerEdge
        Inner edges of the layers, with (L, C) arrays.
    range_mm : (float, float)
        The station.
    value_mm, values_mm : (L,) and (L, N) arrays
        The thickness, and that of every point of the station.

    Returns
    -------
    list of (Status, float)
        One for each layer. The chance is 0 where the status carries no value.

    Examples
    --------
    >>> x_mm = np.arange(0.5, 20.0)
    >>> grid = FasciaGrid(np.zeros((200, 20), np.float32), np.full((200, 20), 40, np.float32), x_mm, 0.1)
    >>> step, grey = np.full((1, 20), 45.0), np.full((1, 20), 30.0)
    >>> edges = [InnerEdge(x_mm, np.full((1, 20), y), step, grey) for y in (8.0, 12.5)]
    >>> value, even = np.array([4.5]), np.full((1, 25), 4.5)
    >>> for contrast in (30.0, 5.0):  # of fasciae that had 30 when they were found
    ...     bounds = [Fascia(np.full(20, y), np.full(20, contrast)) for y in (7.5, 13.0)]
    ...     ((status, chance),) = judge_layers(grid, bounds, np.full(2, 30.0), *edges, (5, 15), value, even)
    ...     print(status, round(chance, 2))
    ok 0.98
    lost 0.0
    """
    lost = _lost(bounds, first_contrast_grey)
    clipped = _leaves_picture(grid, superficial, deep, range_mm)
    chance = _chance(superficial, deep, range_mm, values_mm)
    shadowed = _shadowed(grid, bounds, first_contrast_grey, range_mm)
    limits = QUANTITIES["thickness_mm"]
    judged = []
    for number, value in enumerate(value_mm.tolist()):
        if lost[number]:
            judged.append((Status.LOST, 0.0))
        elif not isfinite(value):
            judged.append((Status.NO_BORDER, 0.0))
        elif clipped[number]:
            judged.append((Status.CLIPPED, 0.0))
        elif not limits.plausible_low <= value <= limits.plausible_high:
            judged.append((Status.IMPLAUSIBLE, 0.0))
        elif shadowed[number]:
            judged.append((Status.SHADOW, min(chance[number], 0.4)))
        else:
            good = chance[number] >= GOOD_ENOUGH
            judged.append((Status.OK if good else Status.LOW_QUALITY, chance[number]))
    return judged


def _lost(bounds: Sequence[Fascia], first: FloatArray) -> list[bool]:
    faint = [
        float(fascia.contrast_grey.mean()) < max(LOST_SHARE * usual, FAINTEST_GREY)
        for fascia, usual in zip(bounds, first.tolist(), strict=True)
    ]
    return [upper or lower for upper, lower in pairwise(faint)]


def _leaves_picture(
    grid: FasciaGrid, superficial: InnerEdge, deep: InnerEdge, range_mm: tuple[float, float]
) -> npt.NDArray[np.bool_]:
    chosen = _station(superficial.x_mm, range_mm)
    height_mm = grid.contrast.shape[0] * grid.row_mm
    above = median(superficial.y_mm[:, chosen]) < EDGE_OF_PICTURE_MM
    return np.asarray(above | (median(deep.y_mm[:, chosen]) > height_mm - EDGE_OF_PICTURE_MM))


def _station(x_mm: FloatArray, range_mm: tuple[float, float]) -> slice:
    """The columns of a station, or the one nearest to it."""
    first, last = np.searchsorted(x_mm, range_mm).tolist()
    if last > first:
        return slice(first, last)
    nearest = int(np.abs(x_mm - sum(range_mm) / 2).argmin())
    return slice(nearest, nearest + 1)


def _chance(
    superficial: InnerEdge, deep: InnerEdge, range_mm: tuple[float, float], values_mm: FloatArray
) -> list[float]:
    """Logistic in how clear the fainter edge is and how even the layer looks along the station."""
    chosen = _station(superficial.x_mm, range_mm)
    step = np.minimum(median(superficial.step_grey[:, chosen]), median(deep.step_grey[:, chosen]))
    rough = 0.1 * np.ones(len(step))
    if values_mm.shape[1] > 2:
        rough = (values_mm[:, 1:] - values_mm[:, :-1]).std(axis=1)
    chance: list[float] = (1.0 / (1.0 + np.exp(-(0.12 * (step - 20.0) - 4.0 * (rough - 0.25))))).tolist()
    return chance


def _shadowed(
    grid: FasciaGrid, bounds: Sequence[Fascia], first: FloatArray, range_mm: tuple[float, float]
) -> list[bool]:
    chosen = _station(grid.x_mm, range_mm)
    faded = [
        fascia.contrast_grey[chosen] < 0.15 * usual
        for fascia, usual in zip(bounds, first.tolist(), strict=True)
    ]
    return [
        _is_shadow(upper | lower, grid, bounds[number : number + 2], chosen)
        for number, (upper, lower) in enumerate(pairwise(faded))
    ]


def _is_shadow(
    faded: npt.NDArray[np.bool_], grid: FasciaGrid, bounds: Sequence[Fascia], chosen: slice
) -> bool:
    if np.count_nonzero(faded) <= SHADOW_SHARE * len(faded):  # nearly always
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
