"""Bone: a bright face, rough, with nothing but shadow behind."""

from __future__ import annotations

import numpy as np

from segmentation.phantom.probe import Probe
from segmentation.phantom.scatterers import Scatterers, sheet, together
from segmentation.phantom.substance import SHEET_UNIT
from segmentation.phantom.tissue_map import clouds, from_db
from segmentation.results import FloatArray


def bone_face(
    line_mm: FloatArray, probe: Probe, rng: np.random.Generator, level_db: FloatArray | float = 0.0
) -> Scatterers:
    """Return the echo of a bone's face ``(N, 2)``, a point every 0.1 mm: a mirror and a glow behind it."""
    # so strong an echo begins on the screen well before the face
    x, z = line_mm[:, 0], line_mm[:, 1] + 3.0 * probe.bloom_mm
    rough_db = level_db + 3.0 * clouds((3, len(x)), rng, 25.0, 0.5)[1]
    groups = [sheet(x, z, 2.0 * SHEET_UNIT * from_db(rough_db), rng, 0.03)]
    for depth in np.arange(0.1, 1.4, 0.12):
        strength = 1.5 * SHEET_UNIT * from_db(rough_db - 4.0 - 8.0 * depth) * rng.standard_normal(len(x))
        groups.append(sheet(x, z + depth, strength, rng, 0.05))
    return together(*groups)


def evenly(line_mm: FloatArray, step_mm: float = 0.1) -> FloatArray:
    """Return a line ``(N, 2)`` with its points at equal distances."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line_mm, axis=0).T))])
    place = np.arange(0.0, along[-1], step_mm)
    return np.stack([np.interp(place, along, line_mm[:, k]) for k in (0, 1)], axis=-1)
