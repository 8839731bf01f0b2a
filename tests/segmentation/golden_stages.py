"""Every stage of measuring on the sample clips, as a few numbers each: which stage moved when a value did.

`python -m tests.segmentation.golden_stages` writes the numbers anew, after a change that is meant.
"""

from __future__ import annotations

import json
from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np

from segmentation.border_motion import border_reference, follow_border
from segmentation.edges import Flank, inner_edges
from segmentation.facet import find_facet
from segmentation.fascia import fascia_grid
from segmentation.fascia_search import find_fasciae
from segmentation.fascia_strength import strength
from segmentation.geometry import polygon_area_cm2
from segmentation.results import FrameResult, Picture
from segmentation.ruler import Ruler, find_ruler
from segmentation.screen import find_picture
from segmentation.tracking import start, step
from segmentation.views import MeasureSetup, ViewName
from usbio.preparation import prepare
from usbio.setup import ImageTable, SetupFile, load_setup
from usbio.sources.clip import open_clip

CLIPS = Path(__file__).parents[2] / "sample_clips"
NUMBERS = Path(__file__).with_suffix(".json")
PICTURES = 40  # from rest into the contraction
Stages = dict[str, list[float]]


def stages() -> Stages:
    """The numbers of every stage."""
    wall, wall_setup = _clip("tra_left", "tra")
    return {
        **_screen(wall[0]),
        **_fasciae(wall[0], wall_setup),
        **_borders(),
        **_facet(),
        "tracking tra": _tracked(wall, wall_setup),
        "tracking tra, side only": _tracked(*_clip("tra_left", "tra", side_only=True)),
        "tracking lm-csa": _tracked(*_clip("lm_csa", "lm-csa")),
        "tracking lm-csa, side only": _tracked(*_clip("lm_csa", "lm-csa", side_only=True)),
        "tracking lm-thickness": _tracked(*_clip("lm_thickness_left", "lm-thickness")),
        "tracking layer": _tracked(*_clip("layer_left", "layer")),
        "tracking contour": _tracked(*_clip("contour_left", "contour")),
    }


def _clip(stem: str, view: ViewName, side_only: bool = False) -> tuple[list[Picture], MeasureSetup]:
    setup = load_setup(CLIPS / f"{stem}.toml")
    if side_only:
        setup = SetupFile(image=ImageTable(side=setup.image.side, image_left=setup.image.image_left))
    with closing(open_clip(CLIPS / f"{stem}.mp4").frames()) as frames:
        pictures = [frame.image for frame in islice(frames, PICTURES) if frame is not None]
    return pictures, prepare(view, setup, pictures[0], name=stem).measure


def _screen(picture: Picture) -> Stages:
    box = find_picture(picture)
    assert box is not None
    ruler = find_ruler(picture, box)
    assert isinstance(ruler, Ruler)
    return {
        "picture found": [box.x, box.y, box.width, box.height],
        "ruler": [1000 * ruler.y_mm_per_px, ruler.tick_mm],
    }


def _fasciae(picture: Picture, setup: MeasureSetup) -> Stages:
    panel = setup.panels[0]
    grid = fascia_grid(picture, panel.roi, panel.calibration)
    found = find_fasciae(grid)
    flanks = [Flank(fascia.y_mm, below) for fascia in found for below in (True, False)]
    edges = inner_edges(picture, panel.roi, panel.calibration, grid.x_mm, flanks)
    return {
        "fascia grid": [float(grid.contrast.mean()), float(grid.contrast.std()), float(grid.grey.mean())],
        "fasciae found": [float(fascia.y_mm.mean()) for fascia in found],
        "strength of fasciae": [strength(fascia) for fascia in found],
        "inner edges": [float(np.median(edge.y_mm)) for edge in edges],
    }


def _borders() -> Stages:
    pictures, setup = _clip("lm_csa", "lm-csa")
    panel, given = setup.panels[0], setup.borders[0]
    corner = np.array([panel.roi.x, panel.roi.y]) - 0.5
    drawn_mm = (given.points_px - corner) * panel.calibration.scale
    reference = border_reference(pictures[0], panel.roi, panel.calibration, drawn_mm)
    match = follow_border(
        pictures[-1], panel.roi, panel.calibration, reference, reference.points_mm, lost=False
    )
    areas = [
        polygon_area_cm2(points / panel.calibration.scale, panel.calibration)
        for points in (reference.points_mm, match.points_mm)
    ]
    return {"border followed": [*areas, float(match.agreement.mean())]}


def _facet() -> Stages:
    pictures, setup = _clip("lm_thickness_left", "lm-thickness")
    panel = setup.panels[0]
    apex = find_facet(fascia_grid(pictures[0], panel.roi, panel.calibration))
    assert apex is not None
    return {"facet found": list(apex)}


def _tracked(pictures: list[Picture], setup: MeasureSetup) -> list[float]:
    state = start(setup, pictures[0])
    results: list[FrameResult] = []
    for number, picture in enumerate(pictures):
        state, result = step(state, picture, number / 25.0)
        results.append(result)
    return [
        value
        for result in (results[0], results[-1])
        for m in result.measurements
        for value in (m.thickness_mm, m.area_cm2, m.slide_mm, m.echo_intensity_grey, m.quality)
        if np.isfinite(value)
    ]


def main() -> None:
    rounded = {name: [round(value, 5) for value in values] for name, values in stages().items()}
    NUMBERS.write_text(json.dumps(rounded, indent=1) + "\n")


if __name__ == "__main__":
    main()
