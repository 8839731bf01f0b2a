from __future__ import annotations

import numpy as np
import pytest

from segmentation.fascia import Fascia
from segmentation.layers import Inside, choose_abdominal_wall
from segmentation.results import FloatArray

X_MM = np.linspace(0.4, 49.6, 66)
STATION = (17.0, 33.0)


def band(at_mm: FloatArray | float, contrast_grey: FloatArray | float = 20.0) -> Fascia:
    ones = np.ones(len(X_MM))
    return Fascia(at_mm * ones, contrast_grey * ones)


def wall(*others: Fascia) -> tuple[list[Fascia], list[Fascia]]:
    """The four fasciae of a wall whose TrA has run out left of 16 mm, and all bands from the top down."""
    deep = 26.0 + 4.0 * np.clip((X_MM - 16.0) / 10.0, 0.0, 1.0)
    four = [band(8.0), band(14.0), band(26.0), band(deep, np.where(X_MM < 16.0, 0.0, 12.0))]
    return four, sorted([*four, *others], key=lambda fascia: float(fascia.y_mm.mean()))


def chosen(fasciae: list[Fascia], inside: tuple[Inside, ...] = ()) -> list[Fascia]:
    numbers = choose_abdominal_wall(fasciae, X_MM, STATION, inside)
    assert numbers is not None
    return [fasciae[number] for number in numbers]


def test_the_skin_is_not_the_fascia_above_the_oblique() -> None:
    four, fasciae = wall(band(1.8, 38.0))
    assert chosen(fasciae) == four


def test_a_line_of_fascicles_that_leaves_a_fascia_is_not_taken_for_it() -> None:
    # bright while it runs along the fascia between IO and TrA, faint in the muscle
    along = band(26.0 - np.clip(X_MM - 16.0, 0.0, 8.0), np.where(X_MM < 16.0, 30.0, 6.0))
    four, fasciae = wall(along)
    assert chosen(fasciae) == four


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_muscle_that_runs_out_at_one_side_is_chosen_by_the_other(mirrored: bool) -> None:
    four, fasciae = wall(band(40.0, 9.0))
    if mirrored:
        flipped = {id(f): Fascia(f.y_mm[::-1], f.contrast_grey[::-1]) for f in fasciae}
        four, fasciae = [flipped[id(f)] for f in four], [flipped[id(f)] for f in fasciae]
    assert chosen(fasciae) == four


def test_a_seed_decides_against_what_looks_likelier() -> None:
    _, fasciae = wall(band(40.0, 18.0))
    assert chosen(fasciae)[3].y_mm[-1] == 30.0
    assert chosen(fasciae, (Inside(2, 30.0, 35.0),))[3].y_mm[-1] == 40.0


def test_no_wall_where_no_four_bands_lie_apart() -> None:
    assert choose_abdominal_wall([band(8.0), band(8.4), band(14.0), band(26.0)], X_MM, STATION) is None
    assert choose_abdominal_wall([], X_MM, STATION) is None
