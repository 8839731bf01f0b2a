"""From pixels of the whole frame to pixels of the picture alone, and back.

What is measured live and what is recorded is the picture without the screen around it; its first pixel is
(0, 0). Whole pixels are shifted, so every number measured is the same in both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from segmentation.geometry import Roi
from segmentation.results import FloatArray
from segmentation.views import GivenBorder, MeasureSetup, Panel, Seed, Station
from usbio.setup import BorderTable, CropPx, ImageTable, PointPx, SeedTable, SetupFile, StationTable

_DECIMALS = 6  # of a pixel: a shift there and back gives the same number


def measure_in_picture(measure: MeasureSetup, roi: Roi) -> MeasureSetup:
    """Return what is measured in a picture that is this part of the frame."""
    return replace(
        measure,
        panels=tuple(_panel(panel, roi) for panel in measure.panels),
        frame_size_px=(roi.width, roi.height),
        stations=tuple(_station(station, roi) for station in measure.stations),
        borders=tuple(_border(border, roi) for border in measure.borders),
        seeds=tuple(_seed(seed, roi) for seed in measure.seeds),
    )


def setup_in_picture(setup: SetupFile, roi: Roi) -> SetupFile:
    """Return the setup of a picture that is this part of the frame; what lay outside is left out."""
    moved = _moved(setup, -roi.x, -roi.y, (roi.width, roi.height))
    masks = [box for box in (_inside(one, roi) for one in moved.image.mask_px or ()) if box is not None]
    image = moved.image.model_copy(update={"mask_px": masks or None})
    return moved.model_copy(update={"image": image, "keep": []})


def setup_in_frame(setup: SetupFile, roi: Roi, whole: SetupFile) -> SetupFile:
    """Return the setup of the whole frame; masks, allowed regions and size are those of ``whole``."""
    size = whole.calibration.for_size_px
    moved = _moved(setup, roi.x, roi.y, size)
    image = moved.image.model_copy(update={"mask_px": whole.image.mask_px})
    return moved.model_copy(update={"image": image, "keep": whole.keep})


def _panel(panel: Panel, roi: Roi) -> Panel:
    own = panel.roi
    return replace(panel, roi=Roi(own.x - roi.x, own.y - roi.y, own.width, own.height))


def _station(station: Station, roi: Roi) -> Station:
    across = station.x_range_px
    point = station.point_px
    return replace(
        station,
        x_range_px=None if across is None else (across[0] - roi.x, across[1] - roi.x),
        point_px=None if point is None else (point[0] - roi.x, point[1] - roi.y),
    )


def _border(border: GivenBorder, roi: Roi) -> GivenBorder:
    points: FloatArray = border.points_px - np.array([roi.x, roi.y], float)
    points.setflags(write=False)
    return replace(border, points_px=points)


def _seed(seed: Seed, roi: Roi) -> Seed:
    return replace(seed, point_px=(seed.point_px[0] - roi.x, seed.point_px[1] - roi.y))


def _moved(setup: SetupFile, dx: int, dy: int, size_px: tuple[int, int] | None) -> SetupFile:
    calibration = setup.calibration.model_copy(update={"for_size_px": size_px})
    return setup.model_copy(
        update={
            "image": _image(setup.image, dx, dy),
            "calibration": calibration,
            "station": [_station_table(table, dx, dy) for table in setup.station],
            "border": [_border_table(table, dx, dy) for table in setup.border],
            "seed": [_seed_table(table, dx, dy) for table in setup.seed],
        }
    )


def _image(image: ImageTable, dx: int, dy: int) -> ImageTable:
    crops = {key: getattr(image, key) for key in ("crop_px", "crop_left_px", "crop_right_px")}
    moved = {key: _box(crop, dx, dy) for key, crop in crops.items() if crop is not None}
    masks = [_box(box, dx, dy) for box in image.mask_px or ()]
    return image.model_copy(update={**moved, "mask_px": masks or None})


def _box(box: CropPx, dx: int, dy: int) -> CropPx:
    return box[0] + dx, box[1] + dy, box[2], box[3]


def _inside(box: CropPx, roi: Roi) -> CropPx | None:
    """The part of a box that lies in a picture of this size."""
    x, y = max(box[0], 0), max(box[1], 0)
    right, bottom = min(box[0] + box[2], roi.width), min(box[1] + box[3], roi.height)
    return (x, y, right - x, bottom - y) if right > x and bottom > y else None


def _station_table(table: StationTable, dx: int, dy: int) -> StationTable:
    across, point = table.x_range_px, table.point_px
    return table.model_copy(
        update={
            "x_range_px": None if across is None else tuple(round(x + dx, _DECIMALS) for x in across),
            "point_px": None if point is None else _point(point, dx, dy),
        }
    )


def _border_table(table: BorderTable, dx: int, dy: int) -> BorderTable:
    return table.model_copy(update={"points_px": _points(table.points_px, dx, dy)})


def _seed_table(table: SeedTable, dx: int, dy: int) -> SeedTable:
    return table.model_copy(update={"point_px": _point(table.point_px, dx, dy)})


def _points(points: Iterable[PointPx], dx: int, dy: int) -> list[PointPx]:
    return [_point(point, dx, dy) for point in points]


def _point(point: PointPx, dx: int, dy: int) -> PointPx:
    return round(point[0] + dx, _DECIMALS), round(point[1] + dy, _DECIMALS)
