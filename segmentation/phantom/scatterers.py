"""Scatterers: points fixed in the tissue that send sound back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from segmentation.phantom.tissue_map import TissueMap
from segmentation.results import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Scatterers:
    """Where they lie at rest and how strongly they answer; all arrays ``(N,)``.

    The answer of one is ``steady + passing * cos(rate * y + phase)`` for a probe that stands ``y`` mm out of
    its plane: with ``rate`` drawn from a normal distribution the speckle of two planes correlates as
    ``exp(-(dy / width)**2 / 2)``, as it does for a beam with a Gaussian profile across the plane.
    """

    x_mm: FloatArray
    z_mm: FloatArray
    steady: FloatArray
    passing: FloatArray
    rate_per_mm: FloatArray
    phase_rad: FloatArray

    def strength(self, out_of_plane_mm: float) -> FloatArray:
        """Return the answer of every scatterer for a plane this far off."""
        return self.steady + self.passing * np.cos(self.rate_per_mm * out_of_plane_mm + self.phase_rad)

    def mirrored(self) -> Scatterers:
        """Return the same with left and right exchanged."""
        return replace(self, x_mm=-self.x_mm)

    def __len__(self) -> int:
        return len(self.x_mm)


def filled(tissue: TissueMap, rng: np.random.Generator, per_mm2: float, slice_width_mm: float) -> Scatterers:
    """Strew scatterers evenly over a tissue map, each as strong as the map says.

    Parameters
    ----------
    tissue : TissueMap
        Amplitude over x and z at rest.
    rng : numpy.random.Generator
        Source of chance.
    per_mm2 : float
        Scatterers per mm²; ten or more in a resolution cell make fully developed speckle.
    slice_width_mm : float
        Distance out of plane over which speckle loses its likeness (standard deviation).

    Returns
    -------
    Scatterers
        Only those with an amplitude above 0.

    References
    ----------
    .. [1] Wagner RF et al. (1983). Statistics of speckle in ultrasound B-scans. doi:10.1109/T-SU.1983.31404

    Examples
    --------
    >>> tissue = TissueMap.blank(0.0, 0.0, 10.0, 10.0)
    >>> tissue.paint(tissue.below(np.full(101, 5.0)), 1.0)  # the deeper half
    >>> strewn = filled(tissue, np.random.default_rng(1), 40.0, 1.2)
    >>> bool(abs(len(strewn) / (40.0 * 50.0) - 1.0) < 0.06), bool(strewn.z_mm.min() > 4.9)
    (True, True)
    """
    count = int(per_mm2 * tissue.area_mm2)
    x = tissue.x0_mm + rng.random(count) * tissue.width_mm
    z = tissue.z0_mm + rng.random(count) * tissue.depth_mm
    amplitude = tissue.at(x, z)
    seen = amplitude > 1e-6
    x, z, amplitude = x[seen], z[seen], amplitude[seen]
    passing = np.sqrt(2.0) * amplitude * rng.standard_normal(len(x))
    return Scatterers(
        x,
        z,
        np.zeros(len(x)),
        passing,
        rng.standard_normal(len(x)) / slice_width_mm,
        rng.random(len(x)) * 2 * np.pi,
    )


def sheet(
    x_mm: FloatArray,
    z_mm: FloatArray,
    amplitude: FloatArray | float,
    rng: np.random.Generator,
    rough_mm: float = 0.01,
) -> Scatterers:
    """Lay scatterers on a line; they answer together, so the echo is strongest where sound meets it squarely.

    Parameters
    ----------
    x_mm, z_mm : (N,) array
        The line, closely spaced against the beam width.
    amplitude : (N,) array or float
        Strength, the same sign throughout.
    rng : numpy.random.Generator
        Source of chance.
    rough_mm : float
        Standard deviation of the depth: roughness takes away from the mirror.

    Returns
    -------
    Scatterers
        Steady out of plane, as a sheet is.

    Examples
    --------
    >>> x_mm = np.arange(0.0, 10.0, 0.05)
    >>> fascia = sheet(x_mm, np.full(200, 12.0), 0.09, np.random.default_rng(1))
    >>> bool((fascia.strength(0.0) == fascia.strength(3.0)).all()), round(float(fascia.z_mm.std()), 2)
    (True, 0.01)
    """
    n = len(x_mm)
    z = z_mm + rough_mm * rng.standard_normal(n)
    zero = np.zeros(n)
    return Scatterers(
        np.asarray(x_mm, float), z, np.broadcast_to(amplitude, n).astype(float), zero, zero, zero
    )


def together(*groups: Scatterers) -> Scatterers:
    """Return all scatterers as one group.

    Parameters
    ----------
    *groups : Scatterers
        At least one.

    Returns
    -------
    Scatterers
        In the order given.

    Raises
    ------
    ValueError
        If there is no group.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> upper, lower = (sheet(np.arange(3.0), np.full(3, z), 1.0, rng, 0.0) for z in (5.0, 9.0))
    >>> together(upper, lower).z_mm.tolist()
    [5.0, 5.0, 5.0, 9.0, 9.0, 9.0]
    """
    names = ("x_mm", "z_mm", "steady", "passing", "rate_per_mm", "phase_rad")
    return Scatterers(*(np.concatenate([getattr(g, name) for g in groups]) for name in names))
