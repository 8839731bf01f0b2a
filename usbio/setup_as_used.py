"""The setup file of a run as it was measured: what was found is written beside what was given."""

from __future__ import annotations

from pathlib import Path

from segmentation.geometry import Roi
from segmentation.results import Side
from segmentation.views import MeasureSetup, Panel, PictureEdge, ViewName
from usbio.first_borders import FirstBorder, border_tables, given_source
from usbio.setup import (
    BorderTable,
    CalibrationTable,
    ImageTable,
    MeasureTable,
    SetupFile,
    SpacingTable,
    StationTable,
)


def setup_as_used(setup: SetupFile, measure: MeasureSetup) -> SetupFile:
    """Return a setup that repeats a run exactly: crop, sides and spacing as they were used."""
    one = len(measure.panels) == 1
    image = _single(setup, measure.panels[0]) if one else _dual(setup, measure)
    calibration = _spacing(measure.panels[0]) if one else _spacings(measure)
    calibration = calibration.model_copy(update={"for_size_px": measure.frame_size_px})
    named = MeasureTable(view=measure.view, method=setup.measure.method)
    return setup.model_copy(update={"image": image, "calibration": calibration, "measure": named})


def with_borders(setup: SetupFile, view: ViewName, confirmed: tuple[FirstBorder, ...]) -> SetupFile:
    """Return the setup with these borders given; of a facet it is the apex, which is a station."""
    if view == "lm-thickness":
        stations = [_facet_station(setup, first) for first in confirmed]
        sides = {station.side for station in stations}
        kept = [table for table in setup.station if table.side not in sides]
        return setup.model_copy(update={"station": [*stations, *kept]})
    tables: list[BorderTable] = [table for first in confirmed for table in border_tables(first)]
    given = {(table.side, table.muscle, table.frame) for table in tables}
    kept_borders = [table for table in setup.border if (table.side, table.muscle, table.frame) not in given]
    return setup.model_copy(update={"border": [*kept_borders, *tables]})


def without_places(setup: SetupFile) -> SetupFile:
    """Return what a setup says apart from its pixels: whose side, which view, and about whom."""
    image = ImageTable(layout=setup.image.layout, side=setup.image.side, image_left=setup.image.image_left)
    if image.layout == "single":
        image = ImageTable(
            side=setup.image.side, image_left=setup.image.image_left
        )  # two may stand there now
    empty: dict[str, object] = {"station": [], "border": [], "seed": [], "keep": []}
    return setup.model_copy(update={"image": image, "calibration": CalibrationTable(), **empty})


def for_other_side(setup: SetupFile, side: Side) -> SetupFile:
    """Return the setup of the same picture once the probe lies on the other side, which is this one.

    What was drawn or marked belongs to the side before; where a layer is measured holds for both.
    """
    edges: dict[PictureEdge, PictureEdge] = {"left": "right", "right": "left"}
    given = setup.image.lateral_edge
    image = setup.image.model_copy(
        update={"side": side, "image_left": None, "lateral_edge": edges[given] if given else None}
    )
    stations = [table for table in setup.station if table.rule != "facet" and table.side in (None, side)]
    gone: dict[str, object] = {"border": [], "seed": [], "interval": []}
    return setup.model_copy(update={"image": image, "station": stations, **gone})


def _facet_station(setup: SetupFile, first: FirstBorder) -> StationTable:
    m = first.measurement
    assert m.caliper_px is not None  # a thickness that was measured has one
    x_px, y_px = m.caliper_px[1].tolist()
    before = next((table for table in setup.station if table.side in (None, m.side)), StationTable())
    apex = (round(x_px, 2), round(y_px, 2))
    return StationTable(
        side=m.side, rule="facet", point_px=apex, direction=before.direction, source=given_source(m)
    )


def free_path(folder: Path, stem: str) -> Path:
    """Return a name for a setup file that nothing has yet."""
    for number in range(1, 1000):
        path = folder / (f"{stem}.toml" if number == 1 else f"{stem}-{number}.toml")
        if not path.exists():
            return path
    raise ValueError(f"a thousand setups of {stem} in {folder}")


def _single(setup: SetupFile, panel: Panel) -> ImageTable:
    both = len(panel.sides) == 2
    return setup.image.model_copy(
        update={
            "crop_px": _crop(panel.roi),
            "side": None if both else panel.sides[0],
            "image_left": panel.sides[0] if both else None,
        }
    )


def _dual(setup: SetupFile, measure: MeasureSetup) -> ImageTable:
    crops = {f"crop_{panel.sides[0]}_px": _crop(panel.roi) for panel in measure.panels}
    return setup.image.model_copy(update={"layout": "dual", **crops})


def _crop(roi: Roi) -> tuple[int, int, int, int]:
    return roi.x, roi.y, roi.width, roi.height


def _spacing(panel: Panel) -> CalibrationTable:
    used = panel.calibration
    return CalibrationTable(x_mm_per_px=used.x_mm_per_px, y_mm_per_px=used.y_mm_per_px)


def _spacings(measure: MeasureSetup) -> CalibrationTable:
    tables = {
        panel.sides[0]: SpacingTable(
            x_mm_per_px=panel.calibration.x_mm_per_px, y_mm_per_px=panel.calibration.y_mm_per_px
        )
        for panel in measure.panels
    }
    return CalibrationTable(left=tables.get("left"), right=tables.get("right"))
