"""The M-mode of a clip as a picture: depth against time, tracked edges, rest and contraction, with words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from segmentation.results import Muscle
from segmentation.station import station_for
from segmentation.timing import Timing
from segmentation.traces import Span
from segmentation.views import VIEWS, MeasureSetup, Station
from usbio.lettering import LINE_PX, Colour, Pen, width_px, wrapped, write
from usbio.mmode_axis import Axis, axis_of, ticks
from usbio.mmode_record import DepthTime

RgbPicture = npt.NDArray[np.uint8]

MUSCLE_COLOURS: dict[Muscle, Colour] = {  # Okabe-Ito
    "lm": (0x56, 0xB4, 0xE9),
    "tra": (0xE6, 0x9F, 0x00),
    "io": (0x00, 0xC8, 0x93),
    "eo": (0xE0, 0x8C, 0xBC),
    "layer": (0x56, 0xB4, 0xE9),
    "contour": (0x56, 0xB4, 0xE9),
}
REST: Colour = (0x5B, 0x8F, 0xC7)
CONTRACTION: Colour = (0xF0, 0xE4, 0x42)
ARTEFACT: Colour = (0x9A, 0x9A, 0x9A)
NO_VALUE: Colour = (0xD5, 0x5E, 0x00)
_WINDOW: Colour = (0x1C, 0x1C, 0x1C)
_BLANK: Colour = (0x38, 0x2E, 0x2A)  # no picture: not the black of a shadow
_TEXT: Colour = (0xEC, 0xEC, 0xEC)
_ON_BAR: Colour = (0, 0, 0)

LEFT_PX, RIGHT_PX, MARGIN_PX = 66, 34, 10
LEAST_PX, MOST_PX = 900, 4000
BAR_PX, NO_VALUE_PX, AXIS_PX = 20, 6, 30


@dataclass(frozen=True, slots=True)
class Caption:
    """What the picture says of the clip."""

    clip: str
    measure: MeasureSetup
    timing: Timing | None


def draw_mmode(strips: Sequence[DepthTime], caption: Caption) -> RgbPicture:
    """Return the picture: what is seen, a strip for every side on one time axis, and the legend."""
    axis = axis_of(strips[0].t_s, strips[0].frame)
    width = min(max(len(axis.starts), LEAST_PX), MOST_PX)
    whole = LEFT_PX + width + RIGHT_PX
    head = wrapped(_head(strips[0], caption), whole - 2 * MARGIN_PX, "     ")
    parts = [_lines(head, whole)]
    for strip in strips:
        parts.append(_lines(wrapped(_about(strip, caption.measure), whole - 2 * MARGIN_PX), whole))
        parts.append(_strip(strip, axis, caption.timing, width))
    parts += [_time_axis(axis, width), _legend(strips, caption, axis, whole)]
    return np.vstack(parts)


def _head(strip: DepthTime, caption: Caption) -> list[str]:
    view = VIEWS[caption.measure.view]
    averaged = "one column a frame" if strip.pictures == 1 else f"mean of {strip.pictures} frames a column"
    return [caption.clip, f"M-mode of {view.title} ({view.name})", averaged]


def _about(strip: DepthTime, measure: MeasureSetup) -> list[str]:
    spacing = strip.panel.calibration
    words = [
        strip.side.upper(),
        f"station: {_station_words(station_for(measure.stations, strip.side), measure)}",
    ]
    if strip.line_px is None:
        words.append("no picture gave a value to lay the line through")
    else:
        (x0, y0), (x1, y1) = strip.line_px
        words.append(f"line ({x0:.0f}, {y0:.0f}) to ({x1:.0f}, {y1:.0f}) px, {strip.depth_mm:.1f} mm")
    return [*words, f"spacing {spacing.x_mm_per_px:.4f} x {spacing.y_mm_per_px:.4f} mm a pixel"]


def _station_words(station: Station, measure: MeasureSetup) -> str:
    if measure.view in ("lm-csa", "contour"):
        return "straight down through the middle of the border"
    if measure.view == "lm-thickness":
        return f"apex of the facet, {station.direction}"
    where = {
        "range": "middle of the range x " + " to ".join(f"{x:.0f}" for x in station.x_range_px or ()) + " px",
        "junction": f"{station.offset_mm or 0.0:.0f} mm from the junction",
        "mid": "middle third of the picture",
        "facet": "apex of the facet",
    }
    return f"{where[station.rule]}, {station.direction}"


def _strip(strip: DepthTime, axis: Axis, timing: Timing | None, width: int) -> RgbPicture:
    """Bars of rest and contraction, the picture with its edges, and where no value was carried."""
    rows = len(strip.image)
    shown = axis.columns(width)
    canvas = _plate(BAR_PX + rows + NO_VALUE_PX + 4, LEFT_PX + width + RIGHT_PX)
    picture = np.repeat(strip.image[:, np.maximum(shown, 0), np.newaxis], 3, axis=2)
    picture[:, shown < 0] = _BLANK
    marks = list(_marks(timing)) if axis.in_seconds else []
    for mark in marks:
        _draw_limits(picture, mark, axis)
    for muscle, edges in strip.edges.items():
        for edge in edges:
            _draw_edge(picture, edge[np.maximum(shown, 0)], shown, MUSCLE_COLOURS[muscle])
    columns = slice(LEFT_PX, LEFT_PX + width)
    canvas[BAR_PX : BAR_PX + rows, columns] = picture
    missing = (shown < 0) | ~strip.valued[np.maximum(shown, 0)]
    canvas[BAR_PX + rows : BAR_PX + rows + NO_VALUE_PX, columns][:, missing] = NO_VALUE
    return _lettered(canvas, strip, marks, axis, width)


def _lettered(
    canvas: RgbPicture, strip: DepthTime, marks: Sequence[_Bar], axis: Axis, width: int
) -> RgbPicture:
    image = Image.fromarray(canvas)
    pen = ImageDraw.Draw(image)
    for mark in marks:
        _draw_bar(pen, mark, axis, width)
    rows = len(strip.image)
    for depth_mm in ticks(0.0, strip.depth_mm, rows // 45) if strip.line_px is not None else []:
        y = BAR_PX + depth_mm / strip.depth_mm * (rows - 1)
        pen.line([(LEFT_PX - 6, y), (LEFT_PX - 1, y)], fill=_TEXT)
        words = f"{depth_mm:g} mm" if depth_mm == 0 else f"{depth_mm:g}"
        write(pen, (LEFT_PX - 9, min(max(y, BAR_PX + 8), BAR_PX + rows - 8)), words, _TEXT, "rm")
    return np.array(image)


@dataclass(frozen=True, slots=True)
class _Bar:
    span: Span
    colour: Colour
    words: tuple[str, ...]  # the longest that fits is written
    limits: bool  # drawn over the picture


def _marks(timing: Timing | None) -> Iterator[_Bar]:
    if timing is None:
        return
    for span in timing.rest or ():
        yield _Bar(span, REST, ("rest", "R"), False)
    for one in timing.repetitions:
        n = one.number
        yield _Bar(one.contraction, CONTRACTION, (f"contraction {n}", f"contr. {n}", f"{n}"), True)
    for span in timing.spans("artefact"):
        yield _Bar(span, ARTEFACT, ("artefact", "A"), False)


def _inside(mark: _Bar, axis: Axis, width: int) -> tuple[int, int]:
    ends = (axis.x_px(mark.span.start_s, width), axis.x_px(mark.span.end_s, width))
    first, last = (round(min(max(x, 0.0), width - 1.0)) for x in ends)
    return first, last


def _draw_limits(picture: RgbPicture, mark: _Bar, axis: Axis) -> None:
    """Dotted lines where a contraction begins and ends."""
    if mark.limits:
        for x in _inside(mark, axis, picture.shape[1]):
            picture[np.arange(len(picture)) % 8 < 3, x] = mark.colour


def _draw_bar(pen: Pen, mark: _Bar, axis: Axis, width: int) -> None:
    first, last = _inside(mark, axis, width)
    if last < first or mark.span.end_s < axis.low or mark.span.start_s > axis.high:
        return
    pen.rectangle((LEFT_PX + first, 1, LEFT_PX + last, BAR_PX - 3), fill=mark.colour)
    words = next((word for word in mark.words if width_px(word) <= last - first - 4), None)
    if words is not None:
        write(pen, (LEFT_PX + (first + last) / 2, BAR_PX / 2 - 1), words, _ON_BAR, "mm")


def _draw_edge(
    picture: RgbPicture, depth: npt.NDArray[np.float64], shown: npt.NDArray[np.int64], colour: Colour
) -> None:
    """A thin line: in each column the pixel of its edge, and the way up or down to that of the last."""
    rows = len(picture)
    last: int | None = None
    for x in range(picture.shape[1]):
        if shown[x] < 0 or not np.isfinite(depth[x]):
            last = None
            continue
        y = round(float(depth[x]) * (rows - 1))
        low, high = (y, y) if last is None else (min(y, last), max(y, last))
        picture[low : high + 1, x] = colour
        last = y


def _time_axis(axis: Axis, width: int) -> RgbPicture:
    image = Image.fromarray(_plate(AXIS_PX, LEFT_PX + width + RIGHT_PX))
    pen = ImageDraw.Draw(image)
    unit = " s" if axis.in_seconds else ""
    for value in ticks(axis.low, axis.high, width // 90):
        x = LEFT_PX + axis.x_px(value, width)
        pen.line([(x, 0), (x, 5)], fill=_TEXT)
        write(pen, (x, 16), f"{value:.6g}{unit}", _TEXT, "mm")
    return np.array(image)


def _legend(strips: Sequence[DepthTime], caption: Caption, axis: Axis, whole: int) -> RgbPicture:
    """Coloured keys with words, wrapped; then what was not found."""
    view = VIEWS[caption.measure.view]
    keys = [(MUSCLE_COLOURS[muscle], f"edges of {muscle}") for muscle in view.muscles]
    keys += [(REST, "rest (R): where it is the mean of"), (CONTRACTION, "contraction, from onset to end")]
    keys += [(ARTEFACT, "artefact (A)")] if caption.timing and caption.timing.spans("artefact") else []
    keys += [(NO_VALUE, f"no value of {view.muscles[0]}"), (_BLANK, "no picture")]
    places, x, y = [], MARGIN_PX, 0
    for colour, words in keys:
        length = 22 + round(width_px(words)) + 24
        if x > MARGIN_PX and x + length > whole:
            x, y = MARGIN_PX, y + LINE_PX
        places.append((x, y, colour, words))
        x += length
    image = Image.fromarray(_plate(y + LINE_PX, whole))
    pen = ImageDraw.Draw(image)
    for x, y, colour, words in places:
        pen.rectangle((x, y + 5, x + 15, y + 16), fill=colour, outline=_TEXT)
        write(pen, (x + 22, y + LINE_PX / 2), words, _TEXT)
    said = [
        f"horizontal: {axis.name}",
        "vertical: depth along the line, mm",
        *_not_found(caption.timing, axis),
    ]
    return np.vstack([np.array(image), _lines(wrapped(said, whole - 2 * MARGIN_PX, "     "), whole)])


def _not_found(timing: Timing | None, axis: Axis) -> list[str]:
    if not axis.in_seconds:
        return ["rest and contraction are not known without time stamps"]
    return [] if timing is not None and timing.repetitions else ["no contraction was found"]


def _lines(lines: Sequence[str], whole: int) -> RgbPicture:
    image = Image.fromarray(_plate(LINE_PX * len(lines) + 4, whole))
    pen = ImageDraw.Draw(image)
    for k, line in enumerate(lines):
        write(pen, (MARGIN_PX, LINE_PX * (k + 0.5) + 2), line, _TEXT)
    return np.array(image)


def _plate(height: int, width: int) -> RgbPicture:
    return np.full((height, width, 3), _WINDOW, np.uint8)
