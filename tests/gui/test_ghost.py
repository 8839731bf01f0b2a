"""The picture of the last visit lies over the live one where its tissue is, whatever the depth was."""

from __future__ import annotations

import numpy as np
import pytest

from gui.ghost import SHARE, Ghost, with_ghost
from segmentation.geometry import Calibration


@pytest.mark.parametrize("ratio", [1, 2], ids=["usual screen", "fine screen"])
def test_a_bright_line_lies_at_its_depth_though_the_depth_was_another(ratio: int) -> None:
    """20 mm deep: in row 200 at 0.1 mm, in row 100 at 0.2 mm; in the middle across."""
    then = np.zeros((400, 300), np.uint8)
    then[198:203, 148:153] = 255
    now = np.zeros((300 * ratio, 400 * ratio), np.uint8)
    shown = with_ghost(now, Ghost(then, Calibration(0.1, 0.1)), Calibration(0.2, 0.2), (300, 400))
    rows, columns = np.nonzero(shown > 40)
    assert rows.mean() / ratio == pytest.approx(100.0, abs=1.0)  # px
    assert columns.mean() / ratio == pytest.approx(200.0, abs=1.0)
    assert shown.max() == pytest.approx(255 * SHARE, abs=25)


def test_the_live_picture_is_seen_through_it() -> None:
    live = np.full((100, 100), 200, np.uint8)
    spacing = Calibration(0.1, 0.1)
    shown = with_ghost(live, Ghost(np.zeros((100, 100), np.uint8), spacing), spacing, (100, 100))
    assert shown.mean() == pytest.approx(200 * (1 - SHARE), abs=1.0)
