"""The measured clip as a film: borders in the colours of the sides, values as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

import cv2
import numpy as np
import numpy.typing as npt

from segmentation.geometry import Roi
from segmentation.results import QUANTITIES, FloatArray, FrameResult, Measurement, Picture, Side
from segmentation.views import View

Colour = tuple[int, int, int]
RgbPicture = npt.NDArray[np.uint8]

SIDE_COLOURS: dict[Side, Colour] = {"left": (0x56, 0xB4, 0xE9), "right": (0xE6, 0x9F, 0x00)}  # RGB, Okabe-Ito
_SHADE: Colour = (0, 0, 0)
_SHIFT = 4  # bits of a pixel: borders are drawn where they are, not where pixels are
_DASH_PX, _GAP_PX = 7.0, 4.0
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_TEXT = 0.55
_LINE_PX = 28


def draw_overlay(picture: Picture, result: FrameResult, view: View) -> RgbPicture:
    """Return the picture in colour with borders, and under it a line of values for each side.

    The right side is dashed, for colour alone tells too few people apart. The values stand under the picture,
    where they hide nothing of it, in a strip whose height depends on the sides alone.
    """
    canvas = np.repeat(picture[:, :, np.newaxis], 3, axis=2)
    for measurement in result.measurements:
        _draw_borders(canvas, measurement)
    sides = list(dict.fromkeys(measurement.side for measurement in result.measurements))
    strip = np.zeros((_LINE_PX * len(sides), picture.shape[1], 3), np.uint8)
    for row, side in enumerate(sides):
        words = [_words(m, view) for m in result.measurements if m.side == side]
        _draw_values(strip, row, f"{side}:  " + "   ".join(words), SIDE_COLOURS[side])
    return np.vstack([canvas, strip])


def in_picture(result: FrameResult, roi: Roi) -> FrameResult:
    """Return a result in pixels of a part of the frame."""
    corner = np.array([roi.x, roi.y], float)
    return replace(result, measurements=tuple(_moved(m, corner) for m in result.measurements))


def _moved(m: Measurement, corner: FloatArray) -> Measurement:
    return replace(
        m,
        border_px=None if m.border_px is None else m.border_px - corner,
        superficial_px=None if m.superficial_px is None else m.superficial_px - corner,
        deep_px=None if m.deep_px is None else m.deep_px - corner,
        caliper_px=None if m.caliper_px is None else m.caliper_px - corner,
    )


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
    for line in _unbroken(points_px):
        for piece in _dashes(line) if dashed else [line]:
            fixed = np.round(piece * (1 << _SHIFT)).astype(np.int32)
            cv2.polylines(canvas, [fixed], False, colour, 1, cv2.LINE_AA, _SHIFT)


def _unbroken(points: FloatArray) -> list[FloatArray]:
    """The stretches of a line between its gaps."""
    known = np.asarray(np.isfinite(points).all(axis=1))
    runs = np.split(np.arange(len(points)), np.flatnonzero(np.diff(known)) + 1)
    return [points[run] for run in runs if len(run) > 1 and known[run[0]]]


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


def _draw_values(strip: RgbPicture, row: int, text: str, colour: Colour) -> None:
    (width, _), _ = cv2.getTextSize(text, _FONT, _TEXT, 1)
    size = min(_TEXT, _TEXT * (strip.shape[1] - 16) / width)
    cv2.putText(strip, text, (8, _LINE_PX * row + 19), _FONT, size, colour, 1, cv2.LINE_AA)


def _words(measurement: Measurement, view: View) -> str:
    quantity = QUANTITIES[view.quantity]
    value = float(getattr(measurement, view.quantity))
    name = measurement.muscle
    if not (measurement.status.carries_value and isfinite(value)):
        return f"{name} {measurement.status.value.replace('_', ' ')}"
    unit = quantity.unit.replace("²", "2")  # the font knows ASCII only
    note = "" if measurement.status == "ok" else f" {measurement.status.value.replace('_', ' ')}"
    return f"{name} {value:.{quantity.decimals}f} {unit}{note}"


def _write(canvas: RgbPicture, text: str, place_px: FloatArray, colour: Colour) -> None:
    if not np.isfinite(place_px).all():
        return
    at = (round(float(place_px[0])) + 8, round(float(place_px[1])))
    cv2.putText(canvas, text, at, _FONT, 0.8, _SHADE, 3, cv2.LINE_AA)
    cv2.putText(canvas, text, at, _FONT, 0.8, colour, 1, cv2.LINE_AA)
