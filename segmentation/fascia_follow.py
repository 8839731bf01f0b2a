"""Following fasciae from picture to picture: each is found anew near where it was."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from segmentation.fascia import Fascia, FasciaGrid, fasciae_along
from segmentation.minimal_path import minimal_paths
from segmentation.resampling import Float32Array, blurred
from segmentation.results import FloatArray
from segmentation.station import median

FURTHEST_BESIDE_MM = 15.0
WIDER_MM = 4.0  # a muscle may have become since the last picture
PULL_GREY_PER_MM2 = 4.0
SMOOTHED_MM = 2.25
STRONGEST_PULL_GREY = 12.0
MERGED_MM, MERGED_SHARE = 1.0, 0.6
NO_BRIGHTER = 1.25  # times what the fascia has where it is known
ANOTHER_MM = 1.5
LEAST_GREY = 2.5
BARE_MM = 0.6  # from the middle of a fascia to bare muscle
THICK_MM = 2.0
TOO_BRIGHT, TOO_BRIGHT_FROM_GREY = 1.0, 12.0


def follow_fasciae(
    grid: FasciaGrid,
    before: list[Fascia],
    reach_mm: float = 3.0,
    pull_grey_per_mm2: float = PULL_GREY_PER_MM2,
) -> list[Fascia]:
    """Return the same bands in the next picture.

    Each is found anew near where it was, so errors do not add up over time; the pull towards the old place
    keeps a curve from hopping to its neighbour.

    Parameters
    ----------
    grid : FasciaGrid
        Of the new picture, of the same size as before.
    before : list of Fascia
        In the last picture (or where they are expected).
    reach_mm : float
        How far a band may have moved.
    pull_grey_per_mm2 : float
        Contrast that a band must gain to be looked for 1 mm away.

    Returns
    -------
    list of Fascia
        In the order of ``before``.

    References
    ----------
    .. [1] Amini AA, Weymouth TE, Jain RC (1990). doi:10.1109/34.57681: curves by dynamic programming

    Examples
    --------
    >>> from segmentation.fascia import fascia_grid
    >>> from segmentation.geometry import Calibration, Roi
    >>> picture = np.full((200, 200), 60, np.uint8)
    >>> picture[55:61] = 120  # a band at 5.8 mm, which was at 5 mm
    >>> grid = fascia_grid(picture, Roi(0, 0, 200, 200), Calibration(0.1, 0.1))
    >>> before = Fascia(np.full(len(grid.x_mm), 5.0), np.full(len(grid.x_mm), 20.0))
    >>> round(float(follow_fasciae(grid, [before])[0].y_mm.mean()), 1)
    5.8
    """
    rows = grid.contrast.shape[0]
    reach = round(reach_mm / grid.row_mm)
    offsets = np.arange(-reach, reach + 1)
    # smoothed, or the roughness of one picture's speckle is handed on to the next
    column_mm = float(grid.x_mm[1] - grid.x_mm[0])
    old_mm = blurred(np.stack([f.y_mm for f in before]), SMOOTHED_MM / column_mm, 0.0)
    centre = np.round(old_mm / grid.row_mm - 0.5).astype(np.intp)
    index = centre[:, None, :] + offsets[None, :, None]
    inside = (index >= 0) & (index < rows)
    reward = np.where(inside, _read(grid.contrast, index), np.float32(-20.0))
    pull = (pull_grey_per_mm2 * (offsets * grid.row_mm) ** 2).astype(np.float32)
    path = minimal_paths(reward - pull[:, None], steepest_rows=3)
    at = np.clip(np.take_along_axis(index, path[:, None, :], axis=1)[:, 0], 0, rows - 1)
    return fasciae_along(grid, at)


def follow_beside(
    grid: FasciaGrid,
    anchor: Fascia,
    before: Fascia,
    below: bool = True,
    held_mm: tuple[float, float] | None = None,
    next_one: Fascia | None = None,
) -> Fascia:
    """Return the band beside another one, which may run into it: the fasciae of a muscle that tapers out.

    The search is for the distance from ``anchor``; at distance 0 both are one band. So the curve lies on
    something real at every column, and where it meets the other one is where the muscle ends.

    Parameters
    ----------
    grid : FasciaGrid
        Of the new picture.
    anchor : Fascia
        The other band, already found in this picture.
    before : Fascia
        The band in the last picture.
    below : bool
        True for the band below the anchor, False for the one above.
    held_mm : (float, float), optional
        In the first picture: only between these columns is ``before`` known to lie on the fascia. There the
        curve is held to it, elsewhere it is free.
    next_one : Fascia, optional
        The band on the other side of the one looked for, which it does not reach.

    Returns
    -------
    Fascia

    References
    ----------
    .. [1] Amini AA, Weymouth TE, Jain RC (1990). doi:10.1109/34.57681: curves by dynamic programming

    Examples
    --------
    >>> from segmentation.fascia import fascia_grid
    >>> from segmentation.geometry import Calibration, Roi
    >>> picture = np.full((200, 200), 60, np.uint8)
    >>> picture[47:53] = picture[97:103] = 120  # bands at 5 and at 10 mm, which was at 9 mm
    >>> grid = fascia_grid(picture, Roi(0, 0, 200, 200), Calibration(0.1, 0.1))
    >>> flat, grey = np.ones(len(grid.x_mm)), np.full(len(grid.x_mm), 20.0)
    >>> anchor, before = Fascia(5.0 * flat, grey), Fascia(9.0 * flat, grey)
    >>> round(float(follow_beside(grid, anchor, before).y_mm.mean()), 1)
    10.0
    """
    rows = len(grid.contrast)
    sign = 1 if below else -1
    first = np.round(anchor.y_mm / grid.row_mm - 0.5).astype(np.intp)
    gap_mm = sign * (before.y_mm - anchor.y_mm)
    furthest_mm = FURTHEST_BESIDE_MM
    if held_mm is None:
        furthest_mm = min(furthest_mm, float(gap_mm.max()) + WIDER_MM)
    away = np.arange(round(furthest_mm / grid.row_mm) + 1)
    index = first[None, :] + sign * away[:, None]
    reward = _read(grid.contrast, index)
    reward[(index < 0) | (index >= rows)] = -20.0
    if next_one is not None:
        room_mm = np.maximum(np.abs(next_one.y_mm - anchor.y_mm) - ANOTHER_MM, MERGED_MM)
        reward[away[:, None] * grid.row_mm > room_mm] = -20.0
    moved_mm = (away[:, None] * grid.row_mm - gap_mm).astype(np.float32)
    pull = PULL_GREY_PER_MM2 * moved_mm**2
    bend_cost = 0.25
    if held_mm is None:
        pull = np.minimum(pull, STRONGEST_PULL_GREY)  # or a junction could not travel
    else:
        known = (grid.x_mm >= held_mm[0]) & (grid.x_mm <= held_mm[1])
        pull = np.where(known[None, :], 10.0 * pull, 0.0)
        # nor may a brighter neighbour draw it over: nothing earns much more than the fascia itself
        reward = np.minimum(reward, NO_BRIGHTER * _typical_grey(grid, before, known))
        bend_cost = 0.5
    # one band must not earn as much as two: a fascia that is there is preferred to the one beside it
    reward[away * grid.row_mm < MERGED_MM] *= MERGED_SHARE
    if below:
        reward -= _too_bright(grid, index, gap_mm)
    path = minimal_paths((reward - pull).astype(np.float32)[None], steepest_rows=6, bend_cost=bend_cost)[0]
    return fasciae_along(grid, np.clip(first + sign * path, 0, rows - 1)[None])[0]


def _read(values: Float32Array, index: npt.NDArray[np.intp]) -> Float32Array:
    """Return ``values[index[..., c], c]`` of every column; beyond the last row that of the last."""
    rows, columns = values.shape
    inside = np.minimum(np.maximum(index, 0), rows - 1)
    at = inside * columns + np.arange(columns)
    return np.asarray(values.ravel().take(at), np.float32)  # twice as quick as by two indices


def _too_bright(grid: FasciaGrid, index: npt.NDArray[np.intp], gap_mm: FloatArray) -> FloatArray:
    """Return what a curve at each distance pays for brightness between it and its neighbour.

    Between the two lies muscle. Past the muscle's end lies what is behind it, mostly brighter, and a curve
    that strays into it would hide where the muscle ends.
    """
    bare = round(BARE_MM / grid.row_mm)
    total = np.cumsum(_read(grid.grey, index), axis=0)
    far = np.arange(len(index)) - bare  # the last row that is no longer the fascia itself
    between = (total[np.maximum(far, 0)] - total[bare]) / np.maximum(far - bare, 1)[:, None]
    usual = np.clip(np.round(gap_mm / grid.row_mm).astype(np.intp), 0, len(index) - 1)
    thick = gap_mm > THICK_MM
    if not thick.any():
        return np.zeros(index.shape)
    level = np.float32(median(between[usual, np.arange(index.shape[1])][thick]))
    paid = TOO_BRIGHT * np.clip(between - level - TOO_BRIGHT_FROM_GREY, 0.0, None)
    return np.where(far[:, None] > bare, paid, 0.0)


def _typical_grey(grid: FasciaGrid, fascia: Fascia, columns: npt.NDArray[np.bool_]) -> np.float32:
    rows = np.clip(np.round(fascia.y_mm / grid.row_mm - 0.5).astype(np.intp), 0, len(grid.contrast) - 1)
    along = grid.contrast[rows, np.arange(len(rows))]
    return np.float32(max(float(np.median(along[columns])), LEAST_GREY) if columns.any() else np.inf)
