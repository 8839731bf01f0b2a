"""The tissue at rest as a map of echo amplitude, and the brushes that paint it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from segmentation.results import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class TissueMap:
    """Amplitude on an even grid; row is depth, column is x. Brushes write into ``amplitude``."""

    x0_mm: float
    z0_mm: float
    step_mm: float
    amplitude: FloatArray  # (rows, columns)

    @classmethod
    def blank(
        cls, x0_mm: float, z0_mm: float, width_mm: float, depth_mm: float, step_mm: float = 0.1
    ) -> TissueMap:
        """Return an empty map."""
        shape = (round(depth_mm / step_mm) + 1, round(width_mm / step_mm) + 1)
        return cls(x0_mm, z0_mm, step_mm, np.zeros(shape))

    @property
    def x_mm(self) -> FloatArray:
        """``(columns,)`` x of the grid."""
        return self.x0_mm + self.step_mm * np.arange(float(self.amplitude.shape[1]))

    @property
    def z_mm(self) -> FloatArray:
        """``(rows,)`` depth of the grid."""
        return self.z0_mm + self.step_mm * np.arange(float(self.amplitude.shape[0]))

    @property
    def width_mm(self) -> float:
        """Extent in x."""
        return float(self.step_mm * (self.amplitude.shape[1] - 1))

    @property
    def depth_mm(self) -> float:
        """Extent in depth."""
        return float(self.step_mm * (self.amplitude.shape[0] - 1))

    @property
    def area_mm2(self) -> float:
        """Area covered."""
        return self.width_mm * self.depth_mm

    def part(self, rows: slice, columns: slice) -> TissueMap:
        """Return a part of the map; painting it paints the whole."""
        x0 = self.x0_mm + self.step_mm * (columns.start or 0)
        z0 = self.z0_mm + self.step_mm * (rows.start or 0)
        return TissueMap(x0, z0, self.step_mm, self.amplitude[rows, columns])

    def round_about(self, points_mm: FloatArray, margin_mm: float) -> TissueMap:
        """Return the part that holds points ``(N, 2)`` and a margin."""
        low, high = points_mm.min(axis=0) - margin_mm, points_mm.max(axis=0) + margin_mm
        corner = np.array([self.x0_mm, self.z0_mm])
        first = np.maximum(((low - corner) / self.step_mm).astype(int), 0)
        last = np.maximum(((high - corner) / self.step_mm).astype(int) + 2, first + 2)
        return self.part(slice(int(first[1]), int(last[1])), slice(int(first[0]), int(last[0])))

    def at(self, x_mm: FloatArray, z_mm: FloatArray) -> FloatArray:
        """Return the amplitude at points, linear between grid points, the border value outside."""
        return sampled(self.amplitude, (x_mm - self.x0_mm) / self.step_mm, (z_mm - self.z0_mm) / self.step_mm)

    def paint(self, cover: FloatArray, amplitude: FloatArray | float) -> None:
        """Blend an amplitude in where ``cover`` (rows, columns), 0 to 1, says so."""
        self.amplitude[:] = self.amplitude * (1.0 - cover) + cover * amplitude

    def raise_to(self, share: FloatArray, level_db: FloatArray | float) -> None:
        """Bring the level in dB a share (rows, columns), 0 to 1, of the way to another level."""
        here_db = 20.0 * np.log10(np.maximum(self.amplitude, 1e-6))
        changed = share > 0
        self.amplitude[:] = np.where(
            changed, from_db(here_db * (1.0 - share) + share * level_db), self.amplitude
        )

    def between(self, upper_mm: FloatArray, lower_mm: FloatArray, soft_mm: float | None = None) -> FloatArray:
        """Return the cover of the layer between two curves ``(columns,)``; half at the curves themselves."""
        return self.below(upper_mm, soft_mm) * (1.0 - self.below(lower_mm, soft_mm))

    def below(self, curve_mm: FloatArray, soft_mm: float | None = None) -> FloatArray:
        """Return the cover of everything deeper than a curve ``(columns,)``, rising over one step or more."""
        return soft_step((self.z_mm[:, None] - curve_mm[None, :]) / (soft_mm or self.step_mm))


def soft_step(x: FloatArray) -> FloatArray:
    """Return 0 below -0.5, 1 above 0.5, a straight line between.

    Parameters
    ----------
    x : array
        Of any shape.

    Returns
    -------
    array of the same shape

    Examples
    --------
    >>> soft_step(np.array([-2.0, -0.25, 0.0, 2.0])).tolist()
    [0.0, 0.25, 0.5, 1.0]
    """
    return np.clip(x + 0.5, 0.0, 1.0)


def sampled(field: FloatArray, column: FloatArray, row: FloatArray) -> FloatArray:
    """Return a field at fractional columns and rows, linear between, the border value outside.

    Parameters
    ----------
    field : (rows, columns) array
        At least 2 by 2.
    column, row : arrays of one shape
        Where to look; the first grid point is 0.

    Returns
    -------
    array of that shape

    Examples
    --------
    >>> field = np.array([[0.0, 10.0], [20.0, 30.0]])
    >>> sampled(field, np.array([0.5, 0.5, 9.0]), np.array([0.0, 0.5, 0.0])).round(1).tolist()
    [5.0, 15.0, 10.0]
    """
    rows, columns = field.shape
    c = np.clip(column, 0.0, columns - 1.001)
    r = np.clip(row, 0.0, rows - 1.001)
    ci, ri = c.astype(np.int64), r.astype(np.int64)
    c, r = c - ci, r - ri
    start = ri * columns + ci
    flat = field.ravel()
    top = flat[start] * (1.0 - c) + flat[start + 1] * c
    bottom = flat[start + columns] * (1.0 - c) + flat[start + columns + 1] * c
    return np.asarray(top * (1.0 - r) + bottom * r)


def clouds(
    shape: tuple[int, int], rng: np.random.Generator, along_px: float, across_px: float, tilt_rad: float = 0.0
) -> FloatArray:
    """Return a random field with mean 0 and standard deviation 1, longer in one direction.

    Parameters
    ----------
    shape : (rows, columns)
        Size of the field.
    rng : numpy.random.Generator
        Source of chance.
    along_px, across_px : float
        Standard deviation of the smoothing along and across the direction.
    tilt_rad : float
        The direction against x, positive pointing deeper to the right.

    Returns
    -------
    (rows, columns) array
        The field.

    Examples
    --------
    >>> field = clouds((200, 300), np.random.default_rng(1), along_px=12.0, across_px=2.0)
    >>> down, along = (float(abs(np.diff(field, axis=axis)).mean()) for axis in (0, 1))
    >>> round(float(field.std()), 3), 5 < down / along < 7  # it changes six times as fast downwards
    (1.0, True)
    """
    level = abs(tilt_rad) < 1e-3
    # a smooth field needs no fine grid
    thin_x = max(1, int((along_px if level else min(along_px, across_px)) / 3.0))
    thin_y = max(1, int((across_px if level else min(along_px, across_px)) / 3.0))
    along, across = along_px / thin_x, across_px / thin_y
    beside_x, beside_y = int(3 * along) + 3, int(3 * (across if level else along)) + 3
    rows, columns = -(-shape[0] // thin_y) + 2 * beside_y, -(-shape[1] // thin_x) + 2 * beside_x
    noise = rng.standard_normal((rows, columns), dtype=np.float32)
    if level:
        smooth = cv2.GaussianBlur(noise, (0, 0), sigmaX=along, sigmaY=across)
    else:
        smooth = cv2.filter2D(noise, -1, _tilted_kernel(along, across, tilt_rad))
    field = smooth[beside_y : rows - beside_y, beside_x : columns - beside_x]
    if thin_x > 1 or thin_y > 1:
        field = cv2.resize(field, None, fx=thin_x, fy=thin_y, interpolation=cv2.INTER_CUBIC)
    field = field[: shape[0], : shape[1]]
    return np.asarray((field - field.mean()) / field.std(), dtype=float)


def _tilted_kernel(along_px: float, across_px: float, tilt_rad: float) -> FloatArray:
    half = int(2.5 * along_px) + 1
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(float)
    along = x * np.cos(tilt_rad) + y * np.sin(tilt_rad)
    across = y * np.cos(tilt_rad) - x * np.sin(tilt_rad)
    kernel = np.exp(-0.5 * ((along / along_px) ** 2 + (across / across_px) ** 2))
    return np.asarray(kernel / kernel.sum())


def from_db(level_db: FloatArray | float) -> FloatArray:
    """Return the amplitude of a level in dB.

    Parameters
    ----------
    level_db : array or float
        Level against amplitude 1.

    Returns
    -------
    array of the same shape

    Examples
    --------
    >>> from_db(np.array([0.0, -6.0, -20.0])).round(3).tolist()
    [1.0, 0.501, 0.1]
    """
    return np.asarray(10.0 ** (np.asarray(level_db) / 20.0))
