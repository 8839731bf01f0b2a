"""Clips by chance: a view and a seed give a plan, within ranges that the caller sets."""

from __future__ import annotations

from dataclasses import replace
from typing import cast, get_args

import numpy as np

from segmentation.phantom.abdominal_wall import AbdominalWall
from segmentation.phantom.anatomy import Anatomy
from segmentation.phantom.chance import Scene
from segmentation.phantom.clip import ClipPlan
from segmentation.phantom.multifidus_parasagittal import MultifidusParasagittal
from segmentation.phantom.multifidus_transverse import MultifidusTransverse
from segmentation.phantom.muscle_contour import MuscleContour
from segmentation.phantom.muscle_layer import MuscleLayer
from segmentation.phantom.probe import CURVED, LINEAR, Probe
from segmentation.phantom.ranges import ORDINARY, Ranges
from segmentation.phantom.substance import FAT, TOUGH_FASCIA, FasciaLook
from segmentation.results import SIDES, Side
from segmentation.views import PictureEdge, ViewName


def random_clip(
    view: ViewName,
    seed: int,
    ranges: Ranges = ORDINARY,
    *,
    side: Side | None = None,
    seconds: float = 8.0,
    fps: float | None = None,
) -> ClipPlan:
    """Return the plan of a clip.

    Parameters
    ----------
    view : str
        One of the five views.
    seed : int
        Decides everything that is left to chance.
    ranges : Ranges
        What chance may do.
    side : "left" or "right", optional
        Side of a one-sided picture, or the side on the left of a two-sided one; by chance where missing.
    seconds : float
        Length of the clip.
    fps : float, optional
        Pictures a second; one of ``ranges.fps`` where missing.

    Returns
    -------
    ClipPlan
        To be drawn by `Phantom`.

    Raises
    ------
    ValueError
        If there is no such view.

    Examples
    --------
    >>> plan = random_clip("tra", 3, side="right", seconds=5.0)
    >>> plan.anatomy.sides, plan == random_clip("tra", 3, side="right", seconds=5.0)
    (('right',), True)
    """
    if view not in get_args(ViewName):
        raise ValueError(f"expected one of {get_args(ViewName)}, came {view!r}")
    scene = Scene(np.random.default_rng((seed, *view.encode())), ranges, seconds)
    chosen = side if side is not None else SIDES[scene.rng.integers(2)]
    anatomy, probe, depth_mm = _SCENES[view](scene, chosen)
    return scene.plan(anatomy, probe, depth_mm, seed, fps)


def _wall(scene: Scene, side: Side) -> tuple[Anatomy, Probe, float]:
    near, fascia = scene.near, scene.draw("fascia")
    tra, size = scene.activation(), scene.draw("size")
    lateral = "right" if scene.rng.random() < scene.ranges.mirrored_chance else "left"
    plan = AbdominalWall(
        side=side,
        lateral=cast(PictureEdge, lateral),
        tra=tra,
        io=tra.scaled(near(0.45, 0.5)),
        eo=tra.scaled(near(0.2, 0.8)),
        breathing=scene.breathing(),
        fat_mm=6.0 * scene.draw("fat"),
        eo_mm=near(6.0, 0.2) * size,
        io_mm=near(8.5, 0.2) * size,
        tra_mm=near(3.7, 0.22) * size,
        fascia_mm=(0.9 * fascia, 0.8 * fascia, 0.7 * fascia, 0.9 * fascia),
        fascia_looks=tuple(scene.fascia(FasciaLook(leaves=n)) for n in (3, 3, 2, 3)),
        muscle=scene.muscle(),
        fat=replace(FAT, level_db=near(-33.0, 0.08)),
        slope=scene.draw("slope"),
        bow_mm=near(-0.6, 1.8),
        end_mm=near(-15.0, 0.15),
        taper_mm=near(6.0, 0.25),
        tra_gain=near(0.75, 0.3),
        io_gain=near(0.22, 0.4),
        slide_mm=near(6.5, 0.35),
    )
    return plan, LINEAR, 45.0 * scene.draw("depth")


def _back(scene: Scene, side: Side) -> tuple[Anatomy, Probe, float]:
    near = scene.near
    course = scene.activation()
    weak = float(scene.rng.uniform(0.35, 0.9))
    atrophy = scene.draw("atrophy")
    left_is_weak = bool(scene.rng.random() < 0.5)
    other = course.scaled(weak)
    plan = MultifidusTransverse(
        left=other if left_is_weak else course,
        right=course if left_is_weak else other,
        image_left=side,
        breathing=scene.breathing(),
        fat_mm=13.0 * scene.draw("fat"),
        size=1.04 * scene.draw("size"),
        left_atrophy=atrophy if left_is_weak else 0.0,
        right_atrophy=0.0 if left_is_weak else atrophy,
        left_infiltration=scene.draw("infiltration"),
        right_infiltration=scene.draw("infiltration"),
        left_gain=near(0.14, 0.3),
        right_gain=near(0.14, 0.3),
        unlike=float(scene.rng.uniform(-1.0, 1.0)),
        fascia_mm=1.2 * scene.draw("fascia"),
        border_mm=0.8 * scene.draw("fascia"),
        fascia_look=scene.fascia(TOUGH_FASCIA),
        muscle=scene.muscle(),
        fat=replace(FAT, level_db=near(-33.0, 0.08)),
    )
    return plan, CURVED, (plan.fat_mm + 58.0 * plan.size) * float(np.sqrt(scene.draw("depth")))


def _facets(scene: Scene, side: Side) -> tuple[Anatomy, Probe, float]:
    near, size = scene.near, scene.draw("size")
    middle = float(scene.rng.uniform(-6.0, 6.0))
    plan = MultifidusParasagittal(
        side=side,
        effort=scene.activation(),
        breathing=scene.breathing(),
        fat_mm=8.0 * scene.draw("fat"),
        fascia_mm=1.2 * scene.draw("fascia"),
        muscle_mm=near(26.0, 0.08) * size,
        facets_mm=(middle - near(30.0, 0.08), middle, middle + near(29.0, 0.08)),
        hump_mm=near(7.0, 0.25),
        hump_width_mm=near(8.0, 0.15),
        bone_slope=float(scene.rng.uniform(-0.06, 0.06)),
        fascia_slope=0.5 * scene.draw("slope"),
        gain=near(0.18, 0.4),
        outward=float(scene.rng.uniform(0.2, 0.8)),
        fascia_look=scene.fascia(TOUGH_FASCIA),
        muscle=scene.muscle(),
        fat=replace(FAT, level_db=near(-33.0, 0.08)),
    )
    depth_mm = plan.fat_mm + plan.muscle_mm * (1.0 + plan.gain) + 22.0
    return plan, CURVED, depth_mm * float(np.sqrt(scene.draw("depth")))


def _layer(scene: Scene, side: Side) -> tuple[Anatomy, Probe, float]:
    near, fascia = scene.near, scene.draw("fascia")
    slope = scene.draw("slope")
    rising = -1.0 if scene.rng.random() < scene.ranges.mirrored_chance else 1.0
    place = float(scene.rng.uniform(-10.0, 10.0))
    plan = MuscleLayer(
        side=side,
        effort=scene.activation(),
        breathing=scene.breathing(),
        fat_mm=4.0 * scene.draw("fat"),
        muscle_mm=near(17.0, 0.25) * scene.draw("size"),
        fascia_mm=(fascia, near(fascia, 0.3)),
        fascia_looks=(scene.fascia(), scene.fascia()),
        slope=rising * slope,
        converging=rising * scene.draw("slope") * 0.8,
        bow_mm=float(scene.rng.uniform(-0.8, 1.0)),
        fibre_deg=rising * near(15.0, 0.3),
        gain=near(0.12, 0.5) * float(scene.rng.choice((-0.7, 1.0))),
        pull_mm=rising * near(3.0, 0.6),
        station_mm=(place - 7.0, place + 7.0),
        muscle=scene.muscle(),
        fat=replace(FAT, level_db=near(-33.0, 0.08)),
    )
    return plan, LINEAR, 42.0 * scene.draw("depth")


def _contour(scene: Scene, side: Side) -> tuple[Anatomy, Probe, float]:
    near, size, rng = scene.near, scene.draw("size"), scene.rng
    fat = 5.0 * scene.draw("fat")
    half_depth = near(10.0, 0.15) * size
    plan = MuscleContour(
        side=side,
        effort=scene.activation(),
        breathing=scene.breathing(),
        fat_mm=fat,
        centre_mm=(float(rng.uniform(-3.0, 3.0)), fat + 5.0 + half_depth),
        half_width_mm=near(14.5, 0.12) * size,
        half_depth_mm=half_depth,
        turn_deg=float(rng.uniform(-15.0, 15.0)),
        lumps=(float(rng.uniform(-0.06, 0.06)), float(rng.uniform(-0.035, 0.035))),
        gain=near(0.14, 0.4),
        fascia_mm=scene.draw("fascia"),
        fascia_look=scene.fascia(),
        muscle=scene.muscle(),
        fat=replace(FAT, level_db=near(-33.0, 0.08)),
    )
    return plan, LINEAR, 40.0 * scene.draw("depth")


_SCENES = {"tra": _wall, "lm-csa": _back, "lm-thickness": _facets, "layer": _layer, "contour": _contour}
