"""Tissue in layers: boundaries over x, and scatterers that keep their place between two of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from segmentation.phantom.scanner import Shadow
from segmentation.phantom.scatterers import Scatterers
from segmentation.results import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """Boundaries at one moment, the skin first; every layer moves sideways as its two boundaries do."""

    x_mm: FloatArray  # (N,), evenly spaced
    depth_mm: FloatArray  # (boundaries, N), never decreasing downwards
    shift_mm: FloatArray  # (boundaries,)

    def at(self, boundary: FloatArray, x_mm: FloatArray) -> FloatArray:
        """Return the depth of boundaries, by number, at x."""
        step = self.x_mm[1] - self.x_mm[0]
        place = np.clip((x_mm - self.x_mm[0]) / step, 0.0, len(self.x_mm) - 1.001)
        left = place.astype(np.int64)
        share = place - left
        row = np.asarray(boundary, dtype=np.int64)
        return np.asarray(self.depth_mm[row, left] * (1.0 - share) + self.depth_mm[row, left + 1] * share)


class LayeredMotion:
    """Moves scatterers with the layers they lie in.

    Parameters
    ----------
    rest : Layers
        The layers at rest, with no shift.
    scatterers : Scatterers
        Their places at rest.
    """

    def __init__(self, rest: Layers, scatterers: Scatterers) -> None:
        self._x = scatterers.x_mm
        depths = np.stack([rest.at(np.full(len(scatterers), k), self._x) for k in range(len(rest.depth_mm))])
        self._layer = np.clip((scatterers.z_mm[None, :] >= depths).sum(axis=0) - 1, 0, len(depths) - 2)
        upper = np.take_along_axis(depths, self._layer[None, :], 0)[0]
        lower = np.take_along_axis(depths, self._layer[None, :] + 1, 0)[0]
        self._share = (scatterers.z_mm - upper) / np.maximum(lower - upper, 1e-6)

    def moved(self, now: Layers) -> tuple[FloatArray, FloatArray]:
        """Return x and z of every scatterer at the moment of ``now``."""
        shift = now.shift_mm
        x = self._x + shift[self._layer] * (1.0 - self._share) + shift[self._layer + 1] * self._share
        upper, lower = now.at(self._layer, x), now.at(self._layer + 1, x)
        return x, upper + self._share * (lower - upper)


class LayeredTissue:
    """Layers as scatterers in front of a probe.

    Parameters
    ----------
    layers : callable
        Boundaries over x at a time, or at rest for None.
    x_mm : (N,) array
        The x that they are asked for.
    scatterers : Scatterers
        Their places at rest.
    sign : int
        -1 where the picture is the mirror of the layers' x.
    bone : callable, optional
        Shadows at a time, in the x of the picture.
    """

    def __init__(
        self,
        layers: Callable[[FloatArray, float | None], Layers],
        x_mm: FloatArray,
        scatterers: Scatterers,
        sign: int = 1,
        bone: Callable[[float], tuple[Shadow, ...]] | None = None,
    ) -> None:
        self.scatterers = scatterers
        self._layers, self._x, self._sign, self._bone = layers, x_mm, sign, bone
        self._motion = LayeredMotion(layers(x_mm, None), scatterers)

    def moved(self, t_s: float) -> tuple[FloatArray, FloatArray]:
        """Return x and z of every scatterer at a time, mm."""
        x, z = self._motion.moved(self._layers(self._x, t_s))
        return self._sign * x, z

    def shadows(self, t_s: float) -> tuple[Shadow, ...]:
        """Return what stops sound at a time."""
        return () if self._bone is None else self._bone(t_s)
