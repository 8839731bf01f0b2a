"""How much a curve looks like a fascia, and which of the curves found are surely one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segmentation.fascia import Fascia

ROUGH_MM = 0.5
LEAST_SEEN = 0.3  # of the columns
MOST_CLEAR = 5
CLEAR_SHARE = 0.3  # of the strongest one's strength


def strength(fascia: Fascia) -> float:
    """Return how much a curve looks like a fascia, in grey.

    The mean contrast, less where the curve wanders: fascicles and speckle give short bright pieces that a
    path can only join in steps.

    Parameters
    ----------
    fascia : Fascia
        From `segmentation.fascia_search.find_fasciae`.

    Returns
    -------
    float
        0 or more.

    Examples
    --------
    >>> import numpy as np
    >>> straight = Fascia(np.full(50, 12.0), np.full(50, 20.0))
    >>> wandering = Fascia(12.0 + np.arange(50) % 2, np.full(50, 20.0))
    >>> round(strength(straight), 3), strength(wandering) < 0.7 * strength(straight)
    (20.0, True)
    """
    seen = fascia.contrast_grey != 0  # beside a fan there is nothing, neither bright nor dark
    if seen.mean() < LEAST_SEEN:
        seen[:] = True
    y_mm, contrast = fascia.y_mm[seen], fascia.contrast_grey[seen]
    x = np.linspace(-1.0, 1.0, len(y_mm))
    smooth = np.polynomial.polynomial.polyval(x, np.polynomial.polynomial.polyfit(x, y_mm, 3))
    rough_mm = float(np.sqrt(np.mean((y_mm - smooth) ** 2)))
    # the lower third tells a band that is there from one that is there in places
    steady = float(contrast.mean() + np.quantile(contrast, 0.3)) / 2.0
    return max(steady, 0.0) * float(np.exp(-0.5 * (rough_mm / ROUGH_MM) ** 2))


def clear_fasciae(fasciae: Sequence[Fascia]) -> list[Fascia]:
    """Return those that are surely fasciae: the few that are not much weaker than the strongest.

    Parameters
    ----------
    fasciae : sequence of Fascia
        From `segmentation.fascia_search.find_fasciae`.

    Returns
    -------
    list of Fascia
        At most five, in the order they came in.

    Examples
    --------
    >>> import numpy as np
    >>> bands = [Fascia(np.full(50, 5.0 * k), np.full(50, grey)) for k, grey in enumerate((30.0, 5.0, 12.0))]
    >>> [float(band.y_mm[0]) for band in clear_fasciae(bands)]
    [0.0, 10.0]
    """
    strong = [strength(fascia) for fascia in fasciae]
    if not strong:
        return []
    least = max(CLEAR_SHARE * max(strong), sorted(strong)[-MOST_CLEAR:][0])
    return [fascia for fascia, s in zip(fasciae, strong, strict=True) if s >= least]
