"""A muscle in its compartment: the closed shape filled with muscle, its fascia round it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmentation.phantom.closed_shape import ClosedShape
from segmentation.phantom.probe import Probe
from segmentation.phantom.scatterers import Scatterers, sheet, together
from segmentation.phantom.substance import SHEET_PER_MM, SHEET_UNIT, FasciaLook, Substance, paint
from segmentation.phantom.tissue_map import TissueMap, clouds, from_db, soft_step
from segmentation.results import FloatArray

_ASLANT_DB = 5.0


@dataclass(frozen=True, slots=True)
class Compartment:
    """What a closed muscle looks like."""

    muscle: Substance
    fascia: FasciaLook
    fascia_mm: float
    infiltration: float = 0.0  # share of the muscle taken by fat


def lay_compartment(
    tissue: TissueMap, shape: ClosedShape, look: Compartment, probe: Probe, rng: np.random.Generator
) -> Scatterers:
    """Paint a muscle and its fascia, and return the leaves of the fascia as sheets.

    The fascia is set back by what the probe spreads it, along the beam and across: see `Probe.bloom_mm`.

    Parameters
    ----------
    tissue : TissueMap
        Painted on.
    shape : ClosedShape
        Border of the muscle at rest.
    look : Compartment
        Muscle and fascia.
    probe : Probe
        Says how far echoes spread.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Scatterers
        Steady, on rings just outside the border.

    Examples
    --------
    >>> from segmentation.phantom.probe import LINEAR
    >>> from segmentation.phantom.substance import MUSCLE, PLAIN_FASCIA
    >>> angle = np.arange(12) * 2 * np.pi / 12
    >>> shape = ClosedShape.through(10.0 + 5.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    >>> tissue = TissueMap.blank(0.0, 0.0, 20.0, 20.0, step_mm=0.2)
    >>> look = Compartment(MUSCLE, PLAIN_FASCIA, fascia_mm=1.0)
    >>> rim = lay_compartment(tissue, shape, look, LINEAR, np.random.default_rng(1))
    >>> away = np.hypot(rim.x_mm - 10.0, rim.z_mm - 10.0)
    >>> bool(away.min() > 5.0), bool(away.max() < 6.5)
    (True, True)
    """
    tissue = tissue.round_about(shape.border_mm(), 3.0)
    inside, normal = shape.inside_mm(tissue.x_mm[None, :], tissue.z_mm[:, None])
    across = float(probe.beam_width_mm(np.array([shape.centre_mm[1]]))[0])
    inside = inside + np.hypot(probe.bloom_mm * np.sin(normal), across * np.cos(normal))
    cover = soft_step(inside / tissue.step_mm)
    paint(tissue, cover, look.muscle, rng)
    if look.infiltration > 0:
        _infiltrate(tissue, inside, look, rng)
    # sound that meets a wall at a slant is thrown aside
    fade_db = look.fascia.fade_db * clouds(tissue.amplitude.shape, rng, 30.0, 30.0)
    fade_db = fade_db - _ASLANT_DB * np.cos(normal) ** 2
    if look.fascia.soft_mm > 0:
        soft = look.fascia.soft_mm
        ring = soft_step((inside + look.fascia_mm) / soft) * (1.0 - soft_step(inside / soft))
        tissue.raise_to(ring, look.fascia.level_db + fade_db)
    else:
        ring = soft_step((inside + look.fascia_mm) / tissue.step_mm) * (1.0 - cover)
        tissue.paint(ring, from_db(look.fascia.level_db + fade_db))
    return _leaves(shape, look, probe, rng)


def _infiltrate(tissue: TissueMap, inside: FloatArray, look: Compartment, rng: np.random.Generator) -> None:
    cloud = clouds(tissue.amplitude.shape, rng, 14.0, 7.0)
    deep = np.clip(inside / 2.0, 0.0, 1.0)  # none at the very border
    fat = np.clip((cloud - np.quantile(cloud, 1.0 - look.infiltration)) / 0.5, 0.0, 1.0) * deep
    tissue.paint(0.8 * fat, from_db(look.muscle.level_db + 9.0))


def _leaves(shape: ClosedShape, look: Compartment, probe: Probe, rng: np.random.Generator) -> Scatterers:
    border = shape.border_mm()
    closed = np.vstack([border, border[:1]])
    ray = (closed - shape.centre_mm) / np.append(shape.radius_mm, shape.radius_mm[0])[:, None]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    dense = np.arange(0.0, along[-1], 1.0 / SHEET_PER_MM)
    groups = []
    for share in (0.3, 0.7):
        wave = 0.06 * clouds((3, len(dense)), rng, 60.0, 0.5)[1]
        swell_db = look.fascia.fade_db * clouds((3, len(dense)), rng, 80.0, 0.5)[1]
        out = probe.bloom_mm + look.fascia_mm * (share + wave)
        x, z = (
            np.interp(dense, along, closed[:, k]) + np.interp(dense, along, ray[:, k]) * out for k in (0, 1)
        )
        groups.append(sheet(x, z, SHEET_UNIT * from_db(look.fascia.leaf_db + swell_db), rng))
    return together(*groups)
