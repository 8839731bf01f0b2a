"""Another kind of tissue: what it changes, what it must not, and that the usual one is drawn as before."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from segmentation.phantom.abdominal_wall import AbdominalWall
from segmentation.phantom.anatomy import Anatomy
from segmentation.phantom.clip import Phantom
from segmentation.phantom.fascicles import clumps, fascicle_lines
from segmentation.phantom.multifidus_transverse import MultifidusTransverse
from segmentation.phantom.other_tissue import with_other_tissue
from segmentation.phantom.scenes import random_clip
from segmentation.phantom.substance import MUSCLE
from segmentation.phantom.tissue_map import TissueMap, from_db
from segmentation.views import ViewName

_ANATOMIES: tuple[Anatomy, ...] = (AbdominalWall(), MultifidusTransverse())


@pytest.mark.parametrize("clumped", [0.2, 0.4, 1.0])
def test_power_of_clumps_has_nearly_the_variance_asked_for(clumped: float) -> None:
    power = clumps((400, 400), clumped, np.random.default_rng(1)) ** 2
    assert power.mean() == pytest.approx(1.0, abs=0.01)
    assert 0.7 * clumped < power.var() < 1.05 * clumped  # what would fall below nought is cut


def test_fascicles_are_lines_as_far_apart_as_asked_for() -> None:
    muscle = replace(MUSCLE, fascicle_mm=2.0, tilt_deg=0.0)
    lines = fascicle_lines((400, 400), muscle, 0.1, np.random.default_rng(2))
    down = (np.diff((lines > 0.05).astype(int), axis=0) == 1).sum(axis=0).mean()
    along = (np.diff((lines > 0.05).astype(int), axis=1) == 1).sum(axis=1).mean()
    assert 5 < down < 12  # 40 mm: a line every 4 mm or so, some of them too faint to see
    assert along < down / 2


def test_a_soft_rise_is_half_way_in_db_at_its_edge() -> None:
    tissue = TissueMap.blank(0.0, 0.0, 2.0, 4.0, 0.1)
    tissue.amplitude[:] = from_db(-40.0)
    tissue.raise_to(tissue.below(np.full(21, 2.0), 0.4), -20.0)
    level_db = 20.0 * np.log10(tissue.amplitude[:, 10])
    assert level_db[[0, 20, 40]] == pytest.approx([-40.0, -30.0, -20.0], abs=0.01)
    assert level_db[19] == pytest.approx(-35.0, abs=0.01)  # a quarter of 0.4 mm before the edge


@pytest.mark.parametrize("plain", _ANATOMIES, ids=lambda anatomy: anatomy.view)
def test_other_tissue_keeps_every_size(plain: Anatomy) -> None:
    other = with_other_tissue(plain, 5)
    assert other == with_other_tissue(plain, 5) != plain
    for body, same in zip(plain.bodies(1.0), other.bodies(1.0), strict=True):
        for name in ("border_mm", "junction_mm", "slide_mm"):
            np.testing.assert_array_equal(getattr(body, name), getattr(same, name))


# If these change, the pictures of every seed change: raise RENDERER and draw the sample clips again.
@pytest.mark.parametrize(
    ("view", "mean", "spread"),
    [("tra", 77.81, 43.88), ("lm-csa", 31.93, 40.87), ("lm-thickness", 34.14, 40.55)],
)
def test_the_usual_tissue_is_drawn_as_ever(view: str, mean: float, spread: float) -> None:
    picture = Phantom(random_clip(cast(ViewName, view), 3)).bmode(0)
    assert picture.mean() == pytest.approx(mean, abs=0.02)  # grey
    assert picture.std() == pytest.approx(spread, abs=0.02)
