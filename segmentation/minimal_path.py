"""The best left-to-right path through a map of rewards."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

STEEPEST_ROWS = 4  # rows per column: 0.6 mm on 0.75 mm of the fascia grid, 39 degrees
BEND_COST = 1.0


def minimal_paths(
    reward: npt.NDArray[np.float32], steepest_rows: int = STEEPEST_ROWS, bend_cost: float = BEND_COST
) -> npt.NDArray[np.intp]:
    """Return, for each of K reward maps, the row of the best left-to-right path in every column.

    Parameters
    ----------
    reward : (K, R, C) float array
        What a path earns at each place.
    steepest_rows : int
        Largest change of row between neighbouring columns.
    bend_cost : float
        Paid for a change of row, times its square.

    Returns
    -------
    (K, C) int array
        Rows of the paths.

    Notes
    -----
    Dynamic programming over columns; Amini, Weymouth, Jain 1990, doi:10.1109/34.57681.

    Examples
    --------
    >>> import numpy as np
    >>> picture = np.zeros((1, 5, 3), np.float32)
    >>> picture[0, [1, 2, 2], [0, 1, 2]] = 10
    >>> minimal_paths(picture).tolist()
    [[1, 2, 2]]
    """
    n_maps, rows, columns = reward.shape
    shifts = np.arange(-steepest_rows, steepest_rows + 1)
    cost = (bend_cost * shifts.astype(np.float32) ** 2)[:, None, None]
    total = reward[:, :, 0].copy()
    back = np.empty((columns, n_maps, rows), np.int8)
    padded = np.full((n_maps, rows + 2 * steepest_rows), -1e9, np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(padded, rows, axis=1)  # follows `padded`
    for column in range(1, columns):
        padded[:, steepest_rows : steepest_rows + rows] = total
        candidates = windows.transpose(1, 0, 2) - cost
        best = candidates.argmax(axis=0)
        back[column] = best
        total = candidates.max(axis=0) + reward[:, :, column]
    path = np.empty((n_maps, columns), np.intp)
    every = np.arange(n_maps)
    path[:, -1] = total.argmax(axis=1)
    for column in range(columns - 1, 0, -1):
        path[:, column - 1] = path[:, column] + shifts[back[column, every, path[:, column]]]
    return path
