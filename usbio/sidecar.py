"""The JSON beside the tables: what every column means and how the numbers came about."""

from __future__ import annotations

import datetime
import json
import platform
from collections.abc import Mapping, Sequence

from segmentation.timing import Timing
from segmentation.views import MeasureSetup
from usbio import __version__
from usbio.columns import COLUMNS, SCHEMA_VERSION, Column, TableName
from usbio.setup import SetupFile
from usbio.tables import acquisition_columns

Json = dict[str, object]


def sidecar(
    source: str | Mapping[str, str],
    tables: Sequence[TableName],
    setup: SetupFile,
    timing: Timing | None,
    **more: object,
) -> Json:
    """Return what belongs beside the tables, the same for the same input: no date, path or machine."""
    acquisition = setup.acquisition
    columns = {column.name: column for table in tables for column in COLUMNS[table]}
    copied = {
        name: value for table in tables for name, value in acquisition_columns(table, acquisition).items()
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "program_version": __version__,
        "source": source,
        "columns": {name: _meaning(column) for name, column in columns.items()}
        | {name: {"meaning": "from [acquisition] of the setup file", "unit": ""} for name in copied},
        "tables": {
            table: [*(c.name for c in COLUMNS[table]), *acquisition_columns(table, acquisition)]
            for table in tables
        },
        "setup": _without_folders(setup),
        "rules": _rules(timing),
        **more,
    }


def calibration(measure: MeasureSetup, source: str) -> Json:
    """Return the spacing used; for a dual picture with two spacings also that of each side."""
    first = measure.panels[0].calibration
    found: Json = {"x_mm_per_px": first.x_mm_per_px, "y_mm_per_px": first.y_mm_per_px, "source": source}
    if any(panel.calibration != first for panel in measure.panels):
        for panel in measure.panels:
            spacing = panel.calibration
            found["_and_".join(panel.sides)] = {
                "x_mm_per_px": spacing.x_mm_per_px,
                "y_mm_per_px": spacing.y_mm_per_px,
            }
    return found


def run_notes(started: datetime.datetime, frames: int, seconds: float) -> Json:
    """Return what differs between runs of the same input: date, machine and speed."""
    return {
        "schema_version": SCHEMA_VERSION,
        "program_version": __version__,
        "date": started.astimezone().isoformat(timespec="seconds"),
        "machine": {
            "system": platform.system(),
            "release": platform.release(),
            "processor": platform.machine(),
            "python": platform.python_version(),
        },
        "ms_per_frame": round(seconds * 1000.0 / frames, 3) if frames else None,
        "seconds": round(seconds, 3),
    }


def as_text(content: Json) -> str:
    """Return the bytes that stand in the file, as text. A nan would be no JSON and is our bug."""
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _meaning(column: Column) -> Json:
    return {"meaning": column.meaning, "unit": column.unit}


def _without_folders(setup: SetupFile) -> Json:
    """The setup in full, but of a model the file's name alone: where it lies differs between machines."""
    found: Json = setup.model_dump(mode="json", exclude_none=True)
    if setup.measure.model is not None:
        found["measure"] = {**found["measure"], "method": setup.measure.model.name}  # type: ignore[dict-item]
    return found


def _rules(timing: Timing | None) -> Json:
    if timing is None:
        return {"rest": "no frames", "contraction": "no frames"}
    return {"rest": timing.rest_rule, "contraction": timing.contracted_rule}
