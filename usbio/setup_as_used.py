"""The setup file of a run as it was measured: what was found is written beside what was given."""

from __future__ import annotations

from pathlib import Path

from segmentation.geometry import Roi
from segmentation.views import MeasureSetup, Panel
from usbio.setup import CalibrationTable, ImageTable, MeasureTable, SetupFile, SpacingTable


def setup_as_used(setup: SetupFile, measure: MeasureSetup) -> SetupFile:
    """Return a setup that repeats a run exactly: crop, sides and spacing as they were used."""
    one = len(measure.panels) == 1
    image = _single(setup, measure.panels[0]) if one else _dual(setup, measure)
    calibration = _spacing(measure.panels[0]) if one else _spacings(measure)
    calibration = calibration.model_copy(update={"for_size_px": measure.frame_size_px})
    named = MeasureTable(view=measure.view, method=setup.measure.method)
    return setup.model_copy(update={"image": image, "calibration": calibration, "measure": named})


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
