from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from segmentation.minimal_path import minimal_paths
from segmentation.results import FloatArray


def earned(reward: FloatArray, path: tuple[int, ...], bend_cost: float) -> float:
    bends = sum((after - before) ** 2 for before, after in pairwise(path))
    return float(sum(reward[row, column] for column, row in enumerate(path)) - bend_cost * bends)


@pytest.mark.parametrize("columns", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("steepest", [1, 2])
def test_no_other_path_earns_more(columns: int, steepest: int) -> None:
    reward = np.random.default_rng(columns).normal(0.0, 3.0, (3, 4, columns)).astype(np.float32)
    found = minimal_paths(reward, steepest_rows=steepest, bend_cost=0.5)
    assert found.shape == (3, columns)
    for picture, path in zip(reward, found.tolist(), strict=True):
        allowed = [
            other
            for other in product(range(4), repeat=columns)
            if all(abs(b - a) <= steepest for a, b in pairwise(other))
        ]
        assert tuple(path) in allowed
        best = max(earned(picture, other, 0.5) for other in allowed)
        assert earned(picture, tuple(path), 0.5) == pytest.approx(best, abs=1e-4)  # grey, in float32


def test_maps_are_searched_each_for_itself() -> None:
    reward = np.random.default_rng(0).normal(0.0, 3.0, (4, 30, 41)).astype(np.float32)
    together = minimal_paths(reward)
    alone = [minimal_paths(one[None])[0].tolist() for one in reward]
    assert together.tolist() == alone


def test_a_mirrored_map_has_the_mirrored_path() -> None:
    reward = np.random.default_rng(1).normal(0.0, 3.0, (1, 30, 40)).astype(np.float32)
    assert minimal_paths(reward[:, :, ::-1])[0, ::-1].tolist() == minimal_paths(reward)[0].tolist()
