"""The best left-to-right path through a map of rewards that does not turn sharply."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FORBIDDEN = -1e9


def smooth_path(
    reward: npt.NDArray[np.float32], steepest_rows: int, turn_cost: float
) -> npt.NDArray[np.intp]:
    """Return the row of the best left-to-right path in every column; turning costs, a slope does not.

    What a path may do in the next column depends on its slope, so that it goes straight on through a gap
    instead of going over to another band, and a slanted band is as good as a level one.

    Parameters
    ----------
    reward : (R, C) float array
        What a path earns at each place.
    steepest_rows : int
        Largest change of row between neighbouring columns.
    turn_cost : float
        Paid whenever the slope changes by a row per column, and it changes by no more than that.

    Returns
    -------
    (C,) int array
        Rows of the path.

    Notes
    -----
    Dynamic programming over columns, with slope and row as the state; Amini, Weymouth, Jain 1990,
    doi:10.1109/34.57681, whose energy has the same two terms.

    Examples
    --------
    >>> import numpy as np
    >>> picture = np.zeros((6, 5), np.float32)
    >>> picture[[0, 1, 3, 4], [0, 1, 3, 4]] = 10
    >>> picture[0, 2] = 4
    >>> smooth_path(picture, steepest_rows=2, turn_cost=3.0).tolist()
    [0, 1, 2, 3, 4]
    """
    rows, columns = reward.shape
    slopes = 2 * steepest_rows + 1
    # one more slope and `steepest_rows` more rows on either side that no path can enter
    total = np.full((columns, slopes + 2, rows + 2 * steepest_rows), FORBIDDEN, np.float32)
    inner = total[:, 1:-1, steepest_rows : steepest_rows + rows]
    inner[0] = reward[:, 0]
    ways = _ways(total, slopes, rows, steepest_rows)
    turned = np.empty((slopes, rows), np.float32)
    for column in range(1, columns):
        flatter, straight, steeper = ways[column - 1]
        np.maximum(flatter, steeper, out=turned)
        turned -= np.float32(turn_cost)
        np.maximum(turned, straight, out=turned)
        np.add(turned, reward[:, column], out=inner[column])
    cost = np.array([turn_cost, 0.0, turn_cost], np.float32)
    slope, row = np.unravel_index(int(inner[-1].argmax()), (slopes, rows))
    path = np.empty(columns, np.intp)
    path[-1] = row
    for column in range(columns - 1, 0, -1):
        turn = int((ways[column - 1, :, slope, row] - cost).argmax()) - 1
        row -= slope - steepest_rows
        slope += turn
        path[column - 1] = row
    return path


def _ways(
    total: npt.NDArray[np.float32], slopes: int, rows: int, steepest_rows: int
) -> npt.NDArray[np.float32]:
    """Follow `total`: [column, turn, slope, row] is the total from which that place is reached."""
    by_column, by_slope, by_row = total.strides
    return np.lib.stride_tricks.as_strided(
        total[:, :, 2 * steepest_rows :],
        (len(total), 3, slopes, rows),
        (by_column, by_slope, by_slope - by_row, by_row),
        writeable=False,
    )
