"""The fine build of muscle: bundles of fibres between perimysium, and scatterers that lie in clumps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from segmentation.phantom.tissue_map import clouds
from segmentation.results import FloatArray

if TYPE_CHECKING:
    from segmentation.phantom.substance import Substance

_LINE_SHARE = 0.12  # of the field's spread: how near to nought still belongs to a line
_LENGTH = 8.0  # of a bundle against its width
_CLUMP_STEPS = 1.3  # size of a clump in steps of the map


def fascicle_lines(
    shape: tuple[int, int], substance: Substance, step_mm: float, rng: np.random.Generator
) -> FloatArray:
    """Return the cover of the perimysium between long bundles.

    The lines are where a random field, stretched along the fibres, passes through nought: they run on, part
    and join as those of a pennate muscle do, and shine unevenly along their way. Across the fibres they stand
    about two bundles of ``fascicle_mm`` apart.

    Parameters
    ----------
    shape : (rows, columns)
        Size of the map.
    substance : Substance
        Its ``fascicle_mm`` and ``tilt_deg``.
    step_mm : float
        Of the map.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    (rows, columns) array
        0 to 1.

    Examples
    --------
    >>> from segmentation.phantom.substance import Substance
    >>> muscle = Substance(-40.0, fascicle_mm=1.5)
    >>> lines = fascicle_lines((150, 150), muscle, 0.1, np.random.default_rng(1))
    >>> change = [float(abs(np.diff(lines, axis=axis)).mean()) for axis in (0, 1)]
    >>> change[0] > 2 * change[1]  # lines run along the columns' direction, x
    True
    """
    across = substance.fascicle_mm / 2.0 / step_mm
    tilt = float(np.deg2rad(substance.tilt_deg))
    field = clouds(shape, rng, _LENGTH * across, across, tilt)
    shine = np.clip(0.6 + 0.5 * clouds(shape, rng, 2.0 / step_mm, 1.0 / step_mm), 0.0, 1.0)
    return np.asarray(np.clip(1.0 - np.abs(field) / _LINE_SHARE, 0.0, 1.0) * shine)


def clumps(shape: tuple[int, int], clumped: float, rng: np.random.Generator) -> FloatArray:
    """Return a factor (rows, columns) with mean square 1 that makes the echo K-distributed.

    Parameters
    ----------
    shape : (rows, columns)
        Size of the field.
    clumped : float
        Variance of the power against its mean squared: 0 for scatterers strewn evenly; about 1 for muscle
        with fat between its bundles. A quarter of it is lost at 1, for power cannot fall below 0.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    (rows, columns) array
        Factor of the amplitude.

    References
    ----------
    .. [1] Jakeman E, Pusey PN (1976). A model for non-Rayleigh sea echo. doi:10.1109/TAP.1976.1141451

    Examples
    --------
    >>> factor = clumps((200, 200), 0.2, np.random.default_rng(1))
    >>> round(float((factor**2).mean()), 3), round(float((factor**2).var()), 1)
    (1.0, 0.2)
    """
    grains = rng.gamma(1.0 / clumped, clumped, shape).astype(np.float32)
    power = cv2.GaussianBlur(grains, (0, 0), _CLUMP_STEPS).astype(float)
    # smoothing takes most of the variance away: put back what was asked for
    spread = np.sqrt(clumped) / max(power.std(), 1e-6)
    power = np.maximum(1.0 + (power - power.mean()) * spread, 0.02)
    return np.asarray(np.sqrt(power / power.mean()))
