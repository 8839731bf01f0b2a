"""Finding the fasciae of a picture of which nothing is known yet, one minimal-cost curve after the other."""

from __future__ import annotations

import numpy as np

from segmentation.fascia import Fascia, FasciaGrid, fascia_along
from segmentation.minimal_path import minimal_paths

FASCIA_HALF_WIDTH_MM = 1.2


def find_fasciae(grid: FasciaGrid, most: int = 10, least_contrast_grey: float = 2.5) -> list[Fascia]:
    """Return the bands that cross the whole picture, from the top down.

    One after the other: the best path, then the place it lay on is taken out.

    Parameters
    ----------
    grid : FasciaGrid
        From `segmentation.fascia.fascia_grid`.
    most : int
        How many at the most.
    least_contrast_grey : float
        Mean contrast below which a path is no fascia.

    Returns
    -------
    list of Fascia
        Sorted by mean depth.
    """
    reward = grid.contrast.copy()
    columns = np.arange(reward.shape[1])
    half = round(FASCIA_HALF_WIDTH_MM / grid.row_mm)
    rows = np.arange(reward.shape[0])[:, None]
    found = []
    for _ in range(most):
        path = minimal_paths(reward[None])[0]
        # of the reward, not of the contrast: a path along a band already taken earns nothing
        if float(reward[path, columns].mean()) < least_contrast_grey:
            break
        found.append(fascia_along(grid, path))
        taken = np.abs(rows - path) <= half
        reward[taken] = np.minimum(reward[taken], -3.0)
    return sorted(found, key=lambda fascia: float(fascia.y_mm.mean()))
