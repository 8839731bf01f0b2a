"""What tissue looks like to ultrasound: muscle with its perimysium, fat with its septa, skin, bowel."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from segmentation.phantom.fascicles import clumps, fascicle_lines
from segmentation.phantom.scatterers import Scatterers, sheet, together
from segmentation.phantom.tissue_map import TissueMap, clouds, from_db
from segmentation.results import FloatArray


@dataclass(frozen=True, slots=True)
class Streaks:
    """Perimysium: short bright lines in a muscle."""

    per_cm2: float = 6.0
    length_mm: tuple[float, float] = (3.0, 11.0)
    tilt_deg: float = 3.0
    tilt_spread_deg: float = 4.0


def streaked(tissue: TissueMap, streaks: Streaks, rng: np.random.Generator) -> FloatArray:
    """Return a cover of short lines strewn over the whole map.

    Parameters
    ----------
    tissue : TissueMap
        Its size counts.
    streaks : Streaks
        How many, how long, how steep.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    (rows, columns) array
        0 to 1.

    Examples
    --------
    >>> tissue = TissueMap.blank(0.0, 0.0, 20.0, 20.0)
    >>> few, many = (streaked(tissue, Streaks(n), np.random.default_rng(1)) for n in (3.0, 12.0))
    >>> bool(many.mean() > 2 * few.mean()), bool(many.max() <= 1.0)
    (True, True)
    """
    rows, columns = tissue.amplitude.shape
    lines = np.zeros((rows, columns), np.float32)
    for _ in range(rng.poisson(streaks.per_cm2 * tissue.area_mm2 / 100.0)):
        half = rng.uniform(*streaks.length_mm) / tissue.step_mm / 2.0
        angle = np.deg2rad(rng.normal(streaks.tilt_deg, streaks.tilt_spread_deg))
        centre = rng.random(2) * (columns, rows)
        reach = half * np.array([np.cos(angle), np.sin(angle)])
        strength = float(rng.uniform(0.35, 1.0))
        ends = [tuple(int(v) for v in np.round((centre + s * reach) * 16)) for s in (-1, 1)]
        cv2.line(lines, ends[0], ends[1], strength, 1, cv2.LINE_8, shift=4)
    return np.asarray(np.clip(cv2.GaussianBlur(lines, (0, 0), 0.8) * 2.0, 0.0, 1.0), dtype=float)


@dataclass(frozen=True, slots=True)
class Substance:
    """Echo level and texture; levels in dB against a full-white echo."""

    level_db: float
    grain_db: float = 3.0  # standard deviation of the fine texture
    along_mm: float = 1.6
    across_mm: float = 0.22
    tilt_deg: float = 0.0
    patches_db: float = 2.0  # standard deviation of the coarse texture
    streaks: Streaks | None = None
    streak_db: float = 14.0
    clumped: float = 0.0  # how unlike neighbouring scatterers are; above 0 speckle is K-distributed
    fascicle_mm: float = 0.0  # of a bundle between long lines, drawn instead of streaks; 0: none

    def brighter(self, change_db: float) -> Substance:
        """Return the same substance at another level."""
        return replace(self, level_db=self.level_db + change_db)


SKIN = Substance(-15.0, grain_db=2.0, along_mm=3.0, across_mm=0.15)
FAT = Substance(
    -33.0,
    grain_db=3.0,
    along_mm=1.2,
    across_mm=0.3,
    streaks=Streaks(3.0, (6.0, 22.0), 0.0, 5.0),
    streak_db=14.0,
)
MUSCLE = Substance(-41.0, streaks=Streaks(), streak_db=16.0)
BOWEL = Substance(-34.0, grain_db=5.0, along_mm=2.2, across_mm=0.6, patches_db=5.0)


def paint(tissue: TissueMap, cover: FloatArray, substance: Substance, rng: np.random.Generator) -> None:
    """Paint a substance with its texture where a cover says so.

    Parameters
    ----------
    tissue : TissueMap
        Painted on.
    cover : (rows, columns) array
        0 to 1.
    substance : Substance
        Level and texture.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    None

    Examples
    --------
    >>> tissue = TissueMap.blank(0.0, 0.0, 20.0, 20.0)
    >>> below = tissue.below(np.full(201, 10.0))
    >>> paint(tissue, below, SKIN, np.random.default_rng(1))
    >>> level_db = 20 * np.log10(np.median(tissue.amplitude[105:]))
    >>> float(tissue.amplitude[:95].max()), round(float(level_db))
    (0.0, -15)
    """
    rows, columns = (np.flatnonzero(cover.any(axis=axis)) for axis in (1, 0))
    if len(rows) == 0:
        return
    down, across = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    tissue, cover = tissue.part(down, across), cover[down, across]
    shape, step = tissue.amplitude.shape, tissue.step_mm
    tilt = float(np.deg2rad(substance.tilt_deg))
    level = substance.level_db + substance.grain_db * clouds(
        shape, rng, substance.along_mm / step, substance.across_mm / step, tilt
    )
    level += substance.patches_db * clouds(shape, rng, 3.0 / step, 2.0 / step)
    amplitude = from_db(level)
    if substance.streaks is not None and not substance.fascicle_mm:
        lines = streaked(tissue, substance.streaks, rng)
        amplitude = amplitude + lines * float(from_db(substance.level_db + substance.streak_db))
    tissue.paint(cover, with_grain(amplitude, substance, step, rng))


def with_grain(
    amplitude: FloatArray, substance: Substance, step_mm: float, rng: np.random.Generator
) -> FloatArray:
    """Return an amplitude with the fascicles and clumps of a substance that has any.

    Parameters
    ----------
    amplitude : (rows, columns) array
        Of the substance without them.
    substance : Substance
        Its ``fascicle_mm`` and ``clumped``.
    step_mm : float
        Of the map.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    (rows, columns) array
        The same array where the substance has neither.

    Examples
    --------
    >>> even, rng = np.ones((200, 200)), np.random.default_rng(1)
    >>> clumped = with_grain(even, replace(MUSCLE, clumped=0.2), 0.1, rng)
    >>> with_grain(even, MUSCLE, 0.1, rng) is even, round(float((clumped**2).var()), 1)
    (True, 0.2)
    """
    if substance.fascicle_mm > 0:
        lines = fascicle_lines(amplitude.shape, substance, step_mm, rng)
        amplitude = amplitude + lines * float(from_db(substance.level_db + substance.streak_db))
    if substance.clumped > 0:
        amplitude = amplitude * clumps(amplitude.shape, substance.clumped, rng)
    return amplitude


@dataclass(frozen=True, slots=True)
class FasciaLook:
    """How a fascia answers: a diffuse band with bright leaves in it."""

    level_db: float = -14.0
    leaves: int = 3
    leaf_db: float = -6.0
    fade_db: float = 2.5  # slow change of brightness along it (standard deviation)
    fade_mm: float = 6.0
    soft_mm: float = 0.0  # over which it rises from the muscle, half-way at its edge; 0: at once

    def fainter(self, change_db: float) -> FasciaLook:
        """Return the same fascia with another level."""
        return replace(self, level_db=self.level_db - change_db, leaf_db=self.leaf_db - change_db)


def lay_fascia(
    tissue: TissueMap,
    upper_mm: FloatArray,
    lower_mm: FloatArray,
    look: FasciaLook,
    rng: np.random.Generator,
) -> Scatterers:
    """Paint a band between two curves of the map and return its leaves as sheets.

    It is as wide as the fascia itself: on the screen the pulse spreads it over a little of the muscle.

    Parameters
    ----------
    tissue : TissueMap
        Painted on.
    upper_mm, lower_mm : (columns,) arrays
        Its two faces, in mm of depth.
    look : FasciaLook
        How it answers.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Scatterers
        Steady, between the two curves.

    Examples
    --------
    >>> tissue = TissueMap.blank(0.0, 0.0, 20.0, 20.0)
    >>> upper_mm = np.full(201, 8.0)
    >>> leaf = lay_fascia(tissue, upper_mm, upper_mm + 1.5, PLAIN_FASCIA, np.random.default_rng(1))
    >>> painted = np.flatnonzero(tissue.amplitude.any(axis=1)) * tissue.step_mm
    >>> painted[[0, -1]].round(1).tolist(), bool(((leaf.z_mm > 8.0) & (leaf.z_mm < 9.5)).all())
    ([8.0, 9.5], True)
    """
    along = np.ascontiguousarray(clouds((3, len(upper_mm)), rng, look.fade_mm / tissue.step_mm, 0.5)[1])
    fade_db = look.fade_db * along
    level_db = (look.level_db + fade_db)[None, :]
    if look.soft_mm > 0:
        tissue.raise_to(tissue.between(upper_mm, lower_mm, look.soft_mm), level_db)
    else:
        tissue.paint(tissue.between(upper_mm, lower_mm), from_db(level_db))
    return leaves(tissue.x_mm, upper_mm, lower_mm, look, fade_db, rng)


PLAIN_FASCIA = FasciaLook()
THIN_FASCIA = FasciaLook(leaves=2)
TOUGH_FASCIA = FasciaLook(-13.0, 3, -5.0)

SHEET_PER_MM = 20.0
SHEET_UNIT = 0.09  # strength of one scatterer of a sheet whose echo is as bright as full-white tissue


def leaves(
    x_mm: FloatArray,
    upper_mm: FloatArray,
    lower_mm: FloatArray,
    look: FasciaLook,
    fade_db: FloatArray,
    rng: np.random.Generator,
) -> Scatterers:
    """Return the bright leaves between two curves as sheets of scatterers, evenly spaced, waving a little.

    Parameters
    ----------
    x_mm : (columns,) array
        Columns of the curves.
    upper_mm, lower_mm : (columns,) arrays
        The faces of the fascia, in mm of depth.
    look : FasciaLook
        How many leaves, and how bright.
    fade_db : (columns,) array
        Change of brightness along the fascia.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Scatterers
        Twenty a mm on every leaf; without strength where the fascia is thinner than 0.15 mm.

    Examples
    --------
    >>> x_mm, rng = np.arange(0.0, 10.1, 0.1), np.random.default_rng(1)
    >>> made = leaves(x_mm, 0 * x_mm, 0 * x_mm + 2.0, FasciaLook(leaves=2), 0 * x_mm, rng)
    >>> [round(float(leaf.mean()), 1) for leaf in np.split(made.z_mm, 2)]
    [0.5, 1.4]
    """
    dense = np.arange(x_mm[0], x_mm[-1], 1.0 / SHEET_PER_MM)
    upper, thick = np.interp(dense, x_mm, upper_mm), np.interp(dense, x_mm, lower_mm - upper_mm)
    level = look.leaf_db + np.interp(dense, x_mm, fade_db)
    groups = []
    for leaf in range(look.leaves):
        wave = clouds((3, len(dense)), rng, 3.0 * SHEET_PER_MM, 0.5)[1]
        swell = clouds((3, len(dense)), rng, 2.0 * SHEET_PER_MM, 0.5)[1]
        share = np.clip((leaf + 0.7) / (look.leaves + 0.4) + 0.04 * wave, 0.15, 0.85)
        strength = SHEET_UNIT * from_db(level + 2.5 * swell) * (thick > 0.15)
        groups.append(sheet(dense, upper + share * thick, strength, rng))
    return together(*groups)
