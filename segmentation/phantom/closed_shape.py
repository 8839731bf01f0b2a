"""A muscle with a closed border that swells towards some directions, and how its surroundings give way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from segmentation.results import FloatArray

_ANGLES = np.linspace(-np.pi, np.pi, 241)[:-1]


@dataclass(frozen=True, slots=True, eq=False)
class ClosedShape:
    """A border as radius over angle round a centre; angle 0 points along +x, pi/2 deeper."""

    centre_mm: tuple[float, float]
    radius_mm: FloatArray  # (240,) at rest
    growth: FloatArray  # (240,) share of the swelling that each direction takes

    @classmethod
    def through(
        cls,
        landmarks_mm: FloatArray,
        towards_rad: float | None = None,
        centre_mm: tuple[float, float] | None = None,
    ) -> ClosedShape:
        """Return the smooth border through points ``(N, 2)``, swelling evenly or towards a direction.

        Raises
        ------
        ValueError
            If the border cannot be seen whole from its centre.
        """
        closed = np.vstack([landmarks_mm, landmarks_mm[:1]])
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
        dense = CubicSpline(along, closed, bc_type="periodic")(np.linspace(0.0, along[-1], 2001)[:-1])
        centre = dense.mean(axis=0) if centre_mm is None else np.asarray(centre_mm)
        angle = np.arctan2(*(dense - centre).T[::-1])
        turn = np.diff(np.unwrap(angle))
        if not (np.all(turn > 0) or np.all(turn < 0)):
            raise ValueError("expected a border seen whole from its centre, came one that folds")
        order = np.argsort(angle)
        radius = np.interp(_ANGLES, angle[order], np.hypot(*(dense - centre).T)[order], period=2 * np.pi)
        return cls((float(centre[0]), float(centre[1])), radius, _lobe(towards_rad))

    @property
    def area_mm2(self) -> float:
        """Area at rest."""
        return float(0.5 * np.mean(self.radius_mm**2) * 2 * np.pi)

    def swelling_mm(self, area_ratio: float) -> float:
        """Return how far the border must move, where it moves most, for the area to grow by a ratio."""
        a, b = 0.5 * np.mean(self.growth**2), np.mean(self.radius_mm * self.growth)
        c = 0.5 * np.mean(self.radius_mm**2) * (1.0 - area_ratio)
        return float((-b + np.sqrt(b * b - 4.0 * a * c)) / (2.0 * a))

    def border_mm(self, swelling_mm: float = 0.0) -> FloatArray:
        """Return the ``(240, 2)`` border."""
        radius = self.radius_mm + swelling_mm * self.growth
        direction = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=-1)
        return np.asarray(self.centre_mm + radius[:, None] * direction)

    def polar(self, x_mm: FloatArray, z_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return for points the distance outside the border along the ray, and the angle."""
        dx, dz = x_mm - self.centre_mm[0], z_mm - self.centre_mm[1]
        angle = np.arctan2(dz, dx)
        return np.hypot(dx, dz) - self._over(self.radius_mm, angle), angle

    def inside_mm(self, x_mm: FloatArray, z_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return for points the distance to the border, above 0 inside, and the slope angle of its normal.

        Good near the border, where it is asked for: the border counts as straight there.
        """
        outside, angle = self.polar(x_mm, z_mm)
        steep = np.arctan(np.gradient(self.radius_mm, _ANGLES[1] - _ANGLES[0]) / self.radius_mm)
        lean = self._over(steep, angle)
        return -outside * np.cos(lean), angle - lean

    def yielding(self, x_mm: FloatArray, z_mm: FloatArray, reach_mm: float) -> tuple[FloatArray, FloatArray]:
        """Return the displacement of points in x and z per mm of swelling.

        Inside it grows evenly from the centre to the border, its fascia goes along unthinned, beyond it dies
        away over ``reach_mm``.
        """
        outside, angle = self.polar(x_mm, z_mm)
        radius = self._over(self.radius_mm, angle)
        beyond = np.exp(-np.maximum(outside - 1.5, 0.0) / reach_mm)
        share = np.where(outside < 0, np.maximum(1.0 + outside / radius, 0.0), beyond)
        share = share * self._over(self.growth, angle)
        return share * np.cos(angle), share * np.sin(angle)

    @staticmethod
    def _over(values: FloatArray, angle: FloatArray) -> FloatArray:
        place = (angle + np.pi) * (len(values) / (2 * np.pi))
        return np.asarray(np.interp(place, np.arange(len(values) + 1.0), np.append(values, values[0])))


def _lobe(towards_rad: float | None) -> FloatArray:
    if towards_rad is None:
        return np.ones_like(_ANGLES)
    return np.asarray(((1.0 + np.cos(_ANGLES - towards_rad)) / 2.0) ** 1.5)
