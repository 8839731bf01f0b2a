"""What a DICOM header says of times and of regions."""

from __future__ import annotations

from itertools import accumulate
from math import isfinite, nan
from typing import Any

from pydicom.dataset import Dataset

from segmentation.geometry import Roi
from usbio.sources.clip_info import DicomRegion

_FRAME_TIME_VECTOR = 0x00181065


def frame_times_s(header: Dataset, count: int) -> list[float] | None:
    """Return the time of every frame, the first 0, or None where the header gives none that can hold."""
    vector = _vector_times_s(header, count)
    if vector is not None and header.get("FrameIncrementPointer") == _FRAME_TIME_VECTOR:
        return vector
    step_ms = _number(header, "FrameTime")
    if step_ms > 0:
        return [index * step_ms / 1000 for index in range(count)]
    if vector is not None:
        return vector
    for keyword in ("CineRate", "RecommendedDisplayFrameRate"):
        rate_hz = _number(header, keyword)
        if rate_hz > 0:
            return [index / rate_hz for index in range(count)]
    return None


def _vector_times_s(header: Dataset, count: int) -> list[float] | None:
    """Times from steps in ms, each since the frame before."""
    try:
        given: Any = header.get("FrameTimeVector") or []
        steps_ms = [float(step) for step in (given if hasattr(given, "__len__") else [given])]
    except (TypeError, ValueError):
        return None
    if len(steps_ms) != count or not all(isfinite(step) and step >= 0 for step in steps_ms):
        return None
    return [time_ms / 1000 for time_ms in accumulate([0.0, *steps_ms[1:]])]


def ultrasound_regions(header: Dataset) -> tuple[DicomRegion, ...]:
    """Return the regions in the file's order, those without a place left out."""
    regions = (_region(item) for item in header.get("SequenceOfUltrasoundRegions") or ())
    return tuple(region for region in regions if region is not None)


def _region(item: Dataset) -> DicomRegion | None:
    edges = [_number(item, f"RegionLocation{edge}") for edge in ("MinX0", "MinY0", "MaxX1", "MaxY1")]
    if not all(isfinite(edge) for edge in edges):
        return None
    left, top, right, bottom = (int(edge) for edge in edges)
    return DicomRegion(
        roi=Roi(left, top, right - left + 1, bottom - top + 1),
        x_units=_whole(item, "PhysicalUnitsXDirection", 0),
        y_units=_whole(item, "PhysicalUnitsYDirection", 0),
        x_delta=_number(item, "PhysicalDeltaX"),
        y_delta=_number(item, "PhysicalDeltaY"),
        data_type=_whole(item, "RegionDataType", -1),
        spatial_format=_whole(item, "RegionSpatialFormat", -1),
    )


def _whole(item: Dataset, keyword: str, otherwise: int) -> int:
    value = _number(item, keyword)
    return int(value) if isfinite(value) else otherwise


def _number(item: Dataset, keyword: str) -> float:
    try:
        value = item.get(keyword)
        return nan if value is None else float(value)
    except (TypeError, ValueError):
        return nan
