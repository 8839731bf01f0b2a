"""The measured clip as a film: borders in the colours of the sides, values as text."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.results import QUANTITIES, FloatArray, FrameResult, Measurement, Picture, Side
from segmentation.views import View

Colour = tuple[int, int, int]
RgbPicture = npt.NDArray[np.uint8]

SIDE_COLOURS: dict[Side, Colour] = {"left": (0x56, 0xB4, 0xE9), "right": (0xE6, 0x9F, 0x00)}  # RGB, Okabe-Ito
_SHADE: Colour = (0, 0, 0)
_SHIFT = 4  # bits of a pixel: borders are drawn where they are, not where pixels are
_DASH_PX, _GAP_PX = 7.0, 4.0
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def draw_overlay(picture: Picture, result: FrameResult, view: View) -> RgbPicture:
    """Return the picture in colour with borders and values; the right side is dashed, never colour alone."""
    canvas = np.repeat(picture[:, :, np.newaxis], 3, axis=2)
    for measurement in result.measurements:
        _draw_borders(canvas, measurement)
    for line, measurement in enumerate(result.measurements):
        _draw_value(canvas, line, measurement, view)
    return canvas


def border_lines(measurement: Measurement) -> Iterator[tuple[str, FloatArray]]:
    """Yield name and points of every border, closed ones as SIDE_MUSCLE, layers by their two inner edges."""
    name = f"{measurement.side}_{measurement.muscle}"
    if measurement.border_px is not None:
        yield name, measurement.border_px
    if measurement.superficial_px is not None:
        yield f"{name}_superficial", measurement.superficial_px
    if measurement.deep_px is not None:
        yield f"{name}_deep", measurement.deep_px


def _draw_borders(canvas: RgbPicture, measurement: Measurement) -> None:
    colour = SIDE_COLOURS[measurement.side]
    dashed = measurement.side == "right"
    if measurement.border_px is not None:
        closed = np.vstack([measurement.border_px, measurement.border_px[:1]])
        _draw_line(canvas, closed, colour, dashed)
        _write(canvas, measurement.side[0].upper(), measurement.border_px.mean(axis=0), colour)
    for edge in (measurement.superficial_px, measurement.deep_px, measurement.caliper_px):
        if edge is not None:
            _draw_line(canvas, edge, colour, dashed)


def _draw_line(canvas: RgbPicture, points_px: FloatArray, colour: Colour, dashed: bool) -> None:
    points = points_px[np.isfinite(points_px).all(axis=1)]
    if len(points) < 2:
        return
    for piece in _dashes(points) if dashed else [points]:
        fixed = np.round(piece * (1 << _SHIFT)).astype(np.int32)
        cv2.polylines(canvas, [fixed], False, colour, 1, cv2.LINE_AA, _SHIFT)


def _dashes(points: FloatArray) -> list[FloatArray]:
    """The line cut into dashes of even length along itself."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    starts = np.arange(0.0, along[-1], _DASH_PX + _GAP_PX)
    pieces = []
    for start in starts:
        at = np.append(
            np.arange(start, min(start + _DASH_PX, along[-1]), 1.0), min(start + _DASH_PX, along[-1])
        )
        pieces.append(np.column_stack([np.interp(at, along, points[:, axis]) for axis in (0, 1)]))
    return pieces


def _draw_value(canvas: RgbPicture, line: int, measurement: Measurement, view: View) -> None:
    place = np.array([10.0, 22.0 + 22.0 * line])
    _write(canvas, _words(measurement, view), place, SIDE_COLOURS[measurement.side])


def _words(measurement: Measurement, view: View) -> str:
    quantity = QUANTITIES[view.quantity]
    value = float(getattr(measurement, view.quantity))
    name = f"{measurement.side[0].upper()} {measurement.muscle}"
    if not (measurement.status.carries_value and isfinite(value)):
        return f"{name} {measurement.status.value.replace('_', ' ')}"
    unit = quantity.unit.replace("²", "2")  # the font knows ASCII only
    note = "" if measurement.status == "ok" else f" {measurement.status.value.replace('_', ' ')}"
    return f"{name} {value:.{quantity.decimals}f} {unit}{note}"


def _write(canvas: RgbPicture, text: str, place_px: FloatArray, colour: Colour) -> None:
    if not np.isfinite(place_px).all():
        return
    at = (round(float(place_px[0])), round(float(place_px[1])))
    cv2.putText(canvas, text, at, _FONT, 0.55, _SHADE, 3, cv2.LINE_AA)
    cv2.putText(canvas, text, at, _FONT, 0.55, colour, 1, cv2.LINE_AA)
