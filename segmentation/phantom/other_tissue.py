"""Another body: the same anatomy with muscle, fasciae and fat that answer in another way.

Muscle here is built of long branching bundles and clumps instead of short streaks; fasciae shade off into the
muscle instead of ending at once, some of two sheets with a gap between, some one diffuse band.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from segmentation.phantom.anatomy import Anatomy
from segmentation.phantom.substance import FasciaLook, Substance


def with_other_tissue(anatomy: Anatomy, seed: int) -> Anatomy:
    """Return an anatomy of the same shapes and motion in another kind of tissue.

    Parameters
    ----------
    anatomy : Anatomy
        Any plan of this package.
    seed : int
        Decides everything that is left to chance.

    Returns
    -------
    Anatomy
        Of the same type; sizes, motion and stations are those that came.

    Examples
    --------
    >>> from segmentation.phantom.abdominal_wall import AbdominalWall
    >>> plain = AbdominalWall()
    >>> other = with_other_tissue(plain, 4)
    >>> other.bodies(0.0)[0].slide_mm == plain.bodies(0.0)[0].slide_mm, other.muscle == plain.muscle
    (True, False)
    """
    rng = np.random.default_rng((seed, 23))
    changed: dict[str, Any] = {}
    for field in fields(anatomy):  # type: ignore[arg-type]  # every anatomy is a dataclass
        value = getattr(anatomy, field.name)
        if isinstance(value, FasciaLook):
            changed[field.name] = _fascia(value, rng)
        elif isinstance(value, tuple) and value and isinstance(value[0], FasciaLook):
            changed[field.name] = tuple(_fascia(look, rng) for look in value)
        elif isinstance(value, Substance):
            changed[field.name] = _muscle(value, rng) if field.name == "muscle" else _fat(value, rng)
    return replace(anatomy, **changed)  # type: ignore[type-var]  # as above


def _muscle(muscle: Substance, rng: np.random.Generator) -> Substance:
    fine = bool(rng.random() < 0.5)
    grain_db = rng.uniform(0.8, 2.0) if fine else rng.uniform(5.0, 6.0)
    return replace(
        muscle,
        level_db=float(rng.uniform(-43.0, -38.5)),
        grain_db=float(grain_db),
        across_mm=float(rng.uniform(0.12, 0.18) if fine else rng.uniform(0.3, 0.42)),
        patches_db=float(rng.uniform(0.5, 3.0)),
        streak_db=float(rng.uniform(9.0, 15.0)),
        clumped=float(rng.uniform(0.4, 1.4)),
        fascicle_mm=float(rng.uniform(1.4, 3.2)),
    )


def _fat(fat: Substance, rng: np.random.Generator) -> Substance:
    return replace(
        fat,
        level_db=fat.level_db + float(rng.uniform(-2.0, 3.0)),
        across_mm=float(rng.uniform(0.2, 0.5)),
        clumped=float(rng.uniform(0.2, 0.8)),
    )


def _fascia(look: FasciaLook, rng: np.random.Generator) -> FasciaLook:
    """Two sheets with a gap, or one diffuse band; either shades off into the muscle."""
    double = bool(rng.random() < 0.5)
    return replace(
        look,
        level_db=look.level_db - (6.0 if double else 0.0) + float(rng.uniform(-1.0, 1.0)),
        leaves=2 if double else 1,
        leaf_db=look.leaf_db + (1.0 if double else -6.0),
        fade_mm=float(rng.uniform(3.0, 5.0) if double else rng.uniform(8.0, 14.0)),
        soft_mm=float(rng.uniform(0.15, 0.45)),
    )
