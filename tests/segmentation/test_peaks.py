from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import find_peaks

from segmentation.peaks import peaks


@pytest.mark.parametrize("steps", [3, 12, 0])
def test_the_peaks_of_random_curves_are_those_of_scipy(steps: int) -> None:
    """``steps``: few levels make flat tops, and peaks of one height."""
    draw, found = np.random.default_rng(5), 0
    for length in range(1, 200):
        curve = draw.normal(size=length)
        curve = np.round(curve * steps / 4) if steps else curve
        for prominence in (0.0, 0.5, 1.0, 2.0):
            theirs, _ = find_peaks(curve, prominence=prominence)
            assert peaks(curve, prominence) == theirs.tolist()
            found += len(theirs)
    assert found > 1000


def test_what_is_not_known_is_no_peak_and_ends_the_way_down() -> None:
    curve = np.array([0.0, 1.0, np.nan, 5.0, 2.0, 4.0, 0.0])
    theirs, _ = find_peaks(curve, prominence=1.0)
    assert peaks(curve, 1.0) == theirs.tolist() == [5]
