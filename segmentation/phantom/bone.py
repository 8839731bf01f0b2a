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
    """Return the echo of a bone's face: a mirror and a glow behind it.

    Parameters
    ----------
    line_mm : (N, 2) array
        The face, a point every 0.1 mm; see `evenly`.
    probe : Probe
        Says how far before the face so strong an echo begins.
    rng : numpy.random.Generator
        Source of chance.
    level_db : (N,) array or float
        Brighter or fainter than usual.

    Returns
    -------
    Scatterers
        All behind the face, down to about 1.5 mm.

    Examples
    --------
    >>> from segmentation.phantom.probe import LINEAR
    >>> line_mm = evenly(np.array([[-10.0, 30.0], [10.0, 30.0]]))
    >>> echo = bone_face(line_mm, LINEAR, np.random.default_rng(1))
    >>> bool(echo.z_mm.min() > 30.0), bool(echo.z_mm.max() < 32.0)
    (True, True)
    """
    # so strong an echo begins on the screen well before the face
    x, z = line_mm[:, 0], line_mm[:, 1] + 3.0 * probe.bloom_mm
    rough_db = level_db + 3.0 * clouds((3, len(x)), rng, 25.0, 0.5)[1]
    groups = [sheet(x, z, 2.0 * SHEET_UNIT * from_db(rough_db), rng, 0.03)]
    for depth in np.arange(0.1, 1.4, 0.12):
        strength = 1.5 * SHEET_UNIT * from_db(rough_db - 4.0 - 8.0 * depth) * rng.standard_normal(len(x))
        groups.append(sheet(x, z + depth, strength, rng, 0.05))
    return together(*groups)


def evenly(line_mm: FloatArray, step_mm: float = 0.1) -> FloatArray:
    """Return a line with its points at equal distances.

    Parameters
    ----------
    line_mm : (M, 2) array
        Corners of the line.
    step_mm : float
        Distance between the points.

    Returns
    -------
    (N, 2) array

    Examples
    --------
    >>> evenly(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]), 0.5).tolist()
    [[0.0, 0.0], [0.5, 0.0], [1.0, 0.0], [1.0, 0.5]]
    """
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line_mm, axis=0).T))])
    place = np.arange(0.0, along[-1], step_mm)
    return np.stack([np.interp(place, along, line_mm[:, k]) for k in (0, 1)], axis=-1)
