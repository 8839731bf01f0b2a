"""How far a measurement can be trusted: a chance between 0 and 1, and a status in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, log

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.border_motion import BorderMatch, BorderReference
from segmentation.chance import BORDER, FACET, LAYER, Logistic
from segmentation.edges import InnerEdge
from segmentation.fascia import Fascia, FasciaGrid
from segmentation.results import QUANTITIES, FloatArray, Picture, Status
from segmentation.sector import in_sector
from segmentation.station import median
from segmentation.views import Panel

GOOD_ENOUGH = 0.8  # below this chance a value is `low_quality`
LOST_SHARE = 0.3  # of its first contrast, over the whole width
FAINTEST_GREY = 1.5
SHADOW_SHARE = 0.4  # of the station's columns
EDGE_OF_PICTURE_MM = 0.6
LOST_AGREEMENT = 0.45
LOST_BORDER_AGREEMENT = 0.55  # a border fitted into noise agrees with it by up to 0.5
WORST_SHARE = 0.2  # of the border: a stretch that fits badly counts
DARK_GREY = 6.0
DARKER_SHARE, DARKER_GREY = 0.5, 12.0  # of the grey at the start: less, and by so much, is shadow
UNSHADOWED = 0.75  # quantile of a border: what the whole picture has lost
FADED_SHARE = 0.5  # of a fascia's contrast
SHADOW_BORDER_SHARE = 0.12  # of a closed border
SHADOW_FACET_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Judgement:
    """Status, chance that the value is right, and what that was made from."""

    status: Status
    chance: float = 0.0
    evidence: tuple[float, ...] = ()


def _with_value(model: Logistic, evidence: tuple[float, ...], found_alone: bool, shadowed: bool) -> Judgement:
    chance = model.chance(evidence, found_alone)
    if shadowed:
        return Judgement(Status.SHADOW, chance, evidence)
    return Judgement(Status.OK if chance >= GOOD_ENOUGH else Status.LOW_QUALITY, chance, evidence)


def judge_layers(
    grid: FasciaGrid,
    bounds: Sequence[Fascia],
    first_contrast_grey: FloatArray,
    superficial: InnerEdge,
    deep: InnerEdge,
    range_mm: tuple[float, float],
    value_mm: FloatArray,
    values_mm: FloatArray,
    found_alone: bool = False,
) -> list[Judgement]:
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
    found_alone : bool
        True where nobody pointed at the layers.

    Returns
    -------
    list of Judgement
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
    ...     (one,) = judge_layers(grid, bounds, np.full(2, 30.0), *edges, (5, 15), value, even)
    ...     print(one.status, one.chance > 0.9)
    ok True
    lost False
    """
    lost = _lost(bounds, first_contrast_grey)
    clipped = _leaves_picture(grid, superficial, deep, range_mm)
    evidence = _layer_evidence(
        bounds, first_contrast_grey, superficial, deep, range_mm, value_mm, values_mm, found_alone
    )
    shadowed = _shadowed(grid, bounds, first_contrast_grey, range_mm)
    limits = QUANTITIES["thickness_mm"]
    judged = []
    for number, value in enumerate(value_mm.tolist()):
        if lost[number]:
            judged.append(Judgement(Status.LOST))
        elif not isfinite(value):
            judged.append(Judgement(Status.NO_BORDER))
        elif clipped[number]:
            judged.append(Judgement(Status.CLIPPED))
        elif not limits.plausible_low <= value <= limits.plausible_high:
            judged.append(Judgement(Status.IMPLAUSIBLE))
        else:
            judged.append(_with_value(LAYER, evidence[number], found_alone, shadowed[number]))
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


def _layer_evidence(
    bounds: Sequence[Fascia],
    first: FloatArray,
    superficial: InnerEdge,
    deep: InnerEdge,
    range_mm: tuple[float, float],
    value_mm: FloatArray,
    values_mm: FloatArray,
    found_alone: bool,
) -> list[tuple[float, ...]]:
    """How clear the fainter edge is, how even the layer looks, what is left of its fasciae."""
    chosen = _station(superficial.x_mm, range_mm)
    step = np.minimum(median(superficial.step_grey[:, chosen]), median(deep.step_grey[:, chosen])).tolist()
    count = values_mm.shape[1]
    rough = spread = [0.1] * len(step)
    if count > 2:  # plain sums: means of a few numbers would cost more than they tell
        rough = _deviation(values_mm[:, 1:] - values_mm[:, :-1])
        spread = _deviation(values_mm)
    kept = [
        min(max(float(fascia.contrast_grey.mean()) / max(usual, 1.0), 0.1), 2.0)
        for fascia, usual in zip(bounds, first.tolist(), strict=True)
    ]
    alone = float(found_alone)
    return [
        (
            log(max(step[k], 2.0)),
            min(rough[k], 0.3) if isfinite(rough[k]) else 0.3,
            min(spread[k], 1.5) if isfinite(spread[k]) else 1.5,
            log(min(kept[k], kept[k + 1])),
            log(min(max(value, 0.3), 90.0)) if isfinite(value) else 0.0,
            alone,
        )
        for k, value in enumerate(value_mm.tolist())
    ]


def _deviation(values: FloatArray) -> list[float]:
    away = values - (values.sum(axis=1) / values.shape[1])[:, None]
    found: list[float] = np.sqrt((away * away).sum(axis=1) / values.shape[1]).tolist()
    return found


def _shadowed(
    grid: FasciaGrid, bounds: Sequence[Fascia], first: FloatArray, range_mm: tuple[float, float]
) -> list[bool]:
    chosen = _station(grid.x_mm, range_mm)
    faded = [
        fascia.contrast_grey[chosen] < FADED_SHARE * usual
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
    found_alone: bool = False,
) -> Judgement:
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
    found_alone : bool
        True where nobody pointed at the muscle.

    Returns
    -------
    Judgement
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
    ...     print(judge_border(picture, panel, None, reference, match, 4.0).status)
    ok
    lost
    clipped
    """
    agreement = float(match.agreement.mean())
    if agreement < LOST_BORDER_AGREEMENT or cv2.mean(picture[panel.roi.slices][::4])[0] < DARK_GREY:
        return Judgement(Status.LOST)
    if _outside(panel, mask, match.points_mm) > 0.03:
        return Judgement(Status.CLIPPED)
    limits = QUANTITIES["area_cm2"]
    if not limits.plausible_low <= area_cm2 <= limits.plausible_high or _torn(reference, area_cm2):
        return Judgement(Status.IMPLAUSIBLE)
    rim = match.agreement if match.rim is None else match.rim
    grown, dark = abs(log(area_cm2 / reference.area_cm2)), _dark_share(reference, match)
    evidence = (
        _worst(match.agreement),
        _worst(rim),
        float(rim.mean()),
        min(grown, 0.8),
        dark,
        float(found_alone),
    )
    return _with_value(BORDER, evidence, found_alone, dark > SHADOW_BORDER_SHARE)


def _worst(values: FloatArray) -> float:
    """What a stretch of a fifth of the border does not reach."""
    rank = int(WORST_SHARE * (len(values) - 1))
    return float(np.partition(values, rank)[rank])


def _dark_share(reference: BorderReference, match: BorderMatch) -> float:
    """Share of a border that is far darker than where it was set, while the rest is not."""
    if match.grey is None:
        return 0.0
    kept = match.grey / np.maximum(reference.grey, 1.0)
    rank = int(UNSHADOWED * (len(kept) - 1))
    usual = float(np.partition(kept, rank)[rank])
    dark = (kept < DARKER_SHARE * usual) & (match.grey < usual * reference.grey - DARKER_GREY)
    return float(dark.mean())


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
    strength_grey: float = 20.0,
    grey_share: float = 1.0,
    found_alone: bool = False,
) -> Judgement:
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
    strength_grey : float
        How clearly the fascia stood out from end to end where it was found.
    grey_share : float
        Grey between facet and fascia, as a share of what it was at the start.
    found_alone : bool
        True where nobody pointed at the facet.

    Returns
    -------
    Judgement
        The chance is 0 where the status carries no value.

    Examples
    --------
    >>> edge = InnerEdge(np.linspace(0.0, 40.0, 9), *(np.full(9, value) for value in (10.0, 50.0, 20.0)))
    >>> for agreement, value_mm in ((0.9, 28.0), (0.9, 128.0), (0.3, 28.0)):
    ...     one = judge_facet(agreement, 25.0, 30.0, edge, 20.0, value_mm)
    ...     print(one.status, one.chance > 0.9)
    ok True
    implausible False
    lost False
    """
    if agreement < LOST_AGREEMENT or contrast_grey < max(LOST_SHARE * first_contrast_grey, FAINTEST_GREY):
        return Judgement(Status.LOST)
    limits = QUANTITIES["thickness_mm"]
    if not limits.plausible_low <= value_mm <= limits.plausible_high:
        return Judgement(Status.IMPLAUSIBLE)
    step = float(np.interp(x_mm, edge.x_mm, edge.step_grey))
    evidence = (
        log(max(step, 2.0)),
        min(_unevenness_mm(edge, x_mm), 0.4),
        log(min(max(strength_grey, 2.0), 40.0)),
        agreement,
        float(found_alone),
    )
    return _with_value(FACET, evidence, found_alone, grey_share < SHADOW_FACET_SHARE)


def _unevenness_mm(edge: InnerEdge, x_mm: float) -> float:
    """How much the fascia's edge bends to and fro about a column: a fascia is smooth, speckle is not."""
    at = int(np.searchsorted(edge.x_mm, x_mm))
    near = edge.y_mm[max(0, at - 3) : at + 3]
    return float(np.abs(near[2:] - 2 * near[1:-1] + near[:-2]).mean()) if len(near) > 2 else 0.4
