"""The patient's M-mode: what is cut out, and where the target lies in it."""

from __future__ import annotations

import numpy as np
import pytest

from segmentation.results import FloatArray
from usbio.mmode_strip import DEPTH, Strip
from usbio.patient_strip import thickness_band, thickness_strip


def strip(upper_mm: FloatArray, lower_mm: FloatArray, depth_mm: float = 60.0) -> Strip:
    image = np.repeat(np.arange(DEPTH, dtype=np.uint8)[:, None], len(upper_mm), axis=1)
    edges = np.array([upper_mm, lower_mm]) / depth_mm
    return Strip("left", image, {"tra": edges}, 8.0, np.zeros((2, 2)), depth_mm)


def test_the_target_lies_below_the_edge_that_stays() -> None:
    upper = np.full(320, 30.0)
    lower = np.linspace(34.0, 36.0, 320)
    found = thickness_strip(strip(upper, lower), "tra", (5.0, 6.0), "upper")
    assert found is not None
    rows_mm = found.image[:, 0] * 60.0 / DEPTH  # each row says where it was
    top_mm, high_mm = float(rows_mm[0]), len(rows_mm) * 60.0 / DEPTH
    for part, mm in ((found.upper, upper), (found.lower, lower), (found.band[0], upper + 5.0)):
        assert np.abs(top_mm + part * high_mm - mm).max() < 1e-6  # mm
    assert np.allclose(top_mm + found.band[1] * high_mm, 36.0, atol=1e-6)
    assert 0 < found.upper.min() < found.band[1].max() < 1


def test_a_muscle_on_its_bone_swells_upwards() -> None:
    lower = np.full(320, 45.0)
    found = thickness_strip(strip(lower - 28.0, lower), "tra", (30.0, 32.0), "lower")
    assert found is not None
    assert (found.band[1] < found.band[0]).all()
    assert (found.band[0] < found.upper).all()
    assert (found.upper < found.lower).all()


def test_the_cut_stands_still_while_the_edge_trembles() -> None:
    rng = np.random.default_rng(3)
    cuts = set()
    for _ in range(20):
        upper = np.full(320, 30.2) + rng.normal(0, 0.2, 320)  # mm
        found = thickness_strip(strip(upper, upper + 4.0), "tra", (5.0, 6.0), "upper")
        assert found is not None
        cuts.add((int(found.image[0, 0]), len(found.image)))
    assert len(cuts) == 1


def test_a_gap_stays_a_gap_and_what_was_never_seen_has_no_strip() -> None:
    upper = np.full(320, 30.0)
    upper[100:200] = np.nan
    found = thickness_strip(strip(upper, upper + 4.0), "tra", (5.0, 6.0), "upper")
    assert found is not None
    assert np.isnan(found.band[0]).sum() == 100
    assert thickness_strip(strip(upper, np.full(320, np.nan)), "tra", (5.0, 6.0), "upper") is None
    assert thickness_strip(strip(upper, upper + 4.0), "io", (5.0, 6.0), "upper") is None


def test_the_thicknesses_of_a_band() -> None:
    # rest 4 mm, target 5 mm: level 0.8 is 4.8 mm, level 1.2 is 5.2 mm
    assert thickness_band(4.0, 5.0, (0.8, 1.2)) == pytest.approx((4.8, 5.2))
    # a muscle that is to become thinner
    assert thickness_band(5.0, 4.0, (0.8, 1.2)) == pytest.approx((3.8, 4.2))
    with pytest.raises(ValueError, match="above 0 mm"):
        thickness_band(float("nan"), 5.0, (0.8, 1.2))
