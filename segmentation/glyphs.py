"""How digits and unit letters look: drawn from strokes, and from the fonts that travel with the libraries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from segmentation.results import FloatArray

PATCH_HEIGHT_PX = 20
PATCH_WIDTH_PX = 16

DIGITS = "0123456789"
# Letters that look like a digit (O, I, l, S, Z, B) stay out: they would only make a digit doubtful.
_OTHERS = "ADEFGHJKLMNPRTUVWXYabcdefhkmnpqrtuvwxy%:/+-()"
UNITS = ("cm", "mm")
# What may stand where a unit does and is as low: it must be told from one.
_NO_UNITS = ("em", "nm", "ms", "sec", "rn", "nn", "ca", "ns", "m", "on", "us", "xx")
UNIT_WIDTH_PX = 52  # of a unit's patch: two letters of PATCH_HEIGHT_PX

Polyline = FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Templates:
    """What a glyph is compared with: rows of ``patches``, grouped by ``names``."""

    names: tuple[str, ...]
    patches: FloatArray  # (T, PATCH_HEIGHT_PX * PATCH_WIDTH_PX), each of mean 0 and length 1
    starts: npt.NDArray[np.intp]  # (len(names),) first row of each name; its rows stand together


def glyph_patch(ink: FloatArray) -> FloatArray:
    """Return a glyph in the form in which glyphs are compared.

    Parameters
    ----------
    ink : (H, W) array
        Brightness above the background, cut to the glyph's box.

    Returns
    -------
    (PATCH_HEIGHT_PX * PATCH_WIDTH_PX,) array
        The glyph at one height with its proportions kept, softened, of mean 0 and length 1, so that the
        product of two patches is their correlation.

    Examples
    --------
    >>> import numpy as np
    >>> bar = glyph_patch(np.ones((10, 2)))
    >>> bool(abs(bar @ bar - 1) < 1e-9)
    True
    """
    return _patch(ink, PATCH_WIDTH_PX)


def unit_patch(ink: FloatArray) -> FloatArray:
    """Return a unit's letters in the form in which units are compared; as `glyph_patch`, but broader.

    Parameters
    ----------
    ink : (H, W) array
        Brightness above the background, cut to the box of the letters.

    Returns
    -------
    (PATCH_HEIGHT_PX * UNIT_WIDTH_PX,) array
        Of mean 0 and length 1.

    Examples
    --------
    >>> import numpy as np
    >>> letters = np.tile([1.0, 0.0, 1.0, 0.0, 1.0], (4, 4))
    >>> round(float(unit_patch(letters) @ unit_patch(200 * letters)), 3)  # how bright it is does not matter
    1.0
    """
    return _patch(ink, UNIT_WIDTH_PX)


def _patch(ink: FloatArray, patch_width: int) -> FloatArray:
    height, width = ink.shape
    wide = int(np.clip(round(PATCH_HEIGHT_PX * width / height), 2, patch_width))
    shrinking = height > PATCH_HEIGHT_PX
    mode = cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    scaled = cv2.resize(np.asarray(ink, np.float32), (wide, PATCH_HEIGHT_PX), interpolation=mode)
    canvas = np.zeros((PATCH_HEIGHT_PX, patch_width), np.float32)
    left = (patch_width - wide) // 2
    canvas[:, left : left + wide] = scaled
    soft = cv2.GaussianBlur(canvas, (0, 0), 1.0, borderType=cv2.BORDER_CONSTANT).astype(np.float64).ravel()
    soft -= soft.mean()
    length = float(np.linalg.norm(soft))
    return soft / length if length > 0 else soft


@lru_cache(maxsize=1)
def templates() -> Templates:
    """Return every template; they are drawn once, from strokes and from fonts, at sizes of 8 to 26 px.

    Returns
    -------
    Templates
        Of the digits, and of letters and signs that must not be taken for them.

    Examples
    --------
    >>> set(DIGITS) <= set(templates().names)
    True
    """
    return _stacked([*_stroke_glyphs(), *_font_glyphs((*DIGITS, *_OTHERS))], PATCH_WIDTH_PX)


@lru_cache(maxsize=1)
def unit_templates() -> Templates:
    """Return the templates of ``cm`` and ``mm`` and of what must not be taken for them.

    Returns
    -------
    Templates
        With patches as of `unit_patch`.

    Examples
    --------
    >>> known = unit_templates()
    >>> set(UNITS) < set(known.names), known.patches.shape[1] == PATCH_HEIGHT_PX * UNIT_WIDTH_PX
    (True, True)
    """
    return _stacked(_font_glyphs((*UNITS, *_NO_UNITS)), UNIT_WIDTH_PX)


def _stacked(glyphs: list[tuple[str, FloatArray]], patch_width: int) -> Templates:
    named = sorted(glyphs, key=lambda glyph: glyph[0])
    patches = np.stack([_patch(ink, patch_width) for _, ink in named])
    names, starts = np.unique([name for name, _ in named], return_index=True)
    patches.setflags(write=False)
    return Templates(tuple(names.tolist()), patches, starts)


def tight(ink: FloatArray) -> FloatArray:
    """Return the part of a drawing inside the box of its ink at half brightness.

    Parameters
    ----------
    ink : (H, W) array
        Brightness above the background, above 0 somewhere.

    Returns
    -------
    (h, w) array
        A view of ``ink``.

    Examples
    --------
    >>> import numpy as np
    >>> tight(np.array([[0, 0, 0, 0], [0, 9, 0, 2], [0, 9, 7, 0]])).tolist()
    [[9, 0], [9, 7]]
    """
    strong = ink >= 0.5 * ink.max()
    rows, columns = np.flatnonzero(strong.any(axis=1)), np.flatnonzero(strong.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _stroke_glyphs() -> list[tuple[str, FloatArray]]:
    found = []
    for digit, shapes in _SHAPES.items():
        for shape in shapes:
            for proportion in (0.5, 0.62, 0.74):
                for weight in (0.09, 0.15, 0.22):
                    found += [(digit, tight(_drawn(shape, size, proportion, weight))) for size in (9, 16)]
    return found


def _drawn(shape: list[Polyline], height_px: int, proportion: float, weight: float) -> FloatArray:
    """Draw polylines of the unit square eight times too large, then shrink: smooth edges at any size."""
    tall = height_px * 8
    pen = max(1, round(weight * tall))
    span = np.array([proportion * tall, tall]) - pen
    canvas = np.zeros((tall + 16, int(proportion * tall) + 16), np.uint8)
    for line in shape:
        points = np.round(line * span + pen / 2 + 8).astype(np.int32)
        cv2.polylines(canvas, [points.reshape(-1, 1, 2)], False, 255, pen)
    size = (canvas.shape[1] // 8, canvas.shape[0] // 8)
    return cv2.resize(canvas, size, interpolation=cv2.INTER_AREA).astype(np.float64)


def _arc(cx: float, cy: float, rx: float, ry: float, start_deg: float, end_deg: float) -> Polyline:
    """Part of an ellipse, clockwise on the screen from 0 (right) over 90 (below)."""
    angle = np.radians(np.linspace(start_deg, end_deg, 24))
    return np.column_stack([cx + rx * np.cos(angle), cy + ry * np.sin(angle)])


def _lines(*points: tuple[float, float]) -> Polyline:
    return np.array(points)


def _box_ring(top: float, bottom: float) -> Polyline:
    """A rounded rectangle, as the 0 of narrow screen fonts."""
    r = 0.3
    corners = [
        _arc(1 - r, top + r * 0.6, r, r * 0.6, -90, 0),
        _arc(1 - r, bottom - r * 0.6, r, r * 0.6, 0, 90),
        _arc(r, bottom - r * 0.6, r, r * 0.6, 90, 180),
        _arc(r, top + r * 0.6, r, r * 0.6, 180, 270),
    ]
    ring = np.concatenate(corners)
    return np.concatenate([ring, ring[:1]])


_RING = _arc(0.5, 0.5, 0.5, 0.5, 0, 360)
_SIX = [
    np.concatenate([_arc(0.55, 0.5, 0.5, 0.5, -50, -150), _lines((0.0, 0.66))]),
    _arc(0.5, 0.68, 0.5, 0.32, 0, 360),
]
_SIX_STRAIGHT = [_lines((0.72, 0.0), (0.1, 0.52)), _arc(0.5, 0.68, 0.5, 0.32, 0, 360)]


def _turned(shape: list[Polyline]) -> list[Polyline]:
    return [1.0 - line for line in shape]


_SHAPES: dict[str, list[list[Polyline]]] = {
    "0": [
        [_RING],
        [_box_ring(0.0, 1.0)],
        [_RING, _lines((0.2, 0.72), (0.8, 0.28))],
        [_RING, _lines((0.5, 0.46), (0.5, 0.54))],
    ],
    "1": [
        [_lines((0.15, 0.22), (0.6, 0.0), (0.6, 1.0))],
        [_lines((0.25, 0.12), (0.55, 0.0), (0.55, 1.0))],
        [_lines((0.1, 0.15), (0.55, 0.0), (0.55, 1.0)), _lines((0.05, 1.0), (1.0, 1.0))],
    ],
    "2": [
        [np.concatenate([_arc(0.5, 0.28, 0.48, 0.28, 190, 390), _lines((0.0, 1.0), (1.0, 1.0))])],
        [np.concatenate([_arc(0.48, 0.3, 0.5, 0.3, 210, 410), _lines((0.05, 1.0), (1.0, 1.0))])],
    ],
    "3": [
        [_arc(0.48, 0.26, 0.45, 0.26, 200, 450), _arc(0.46, 0.74, 0.52, 0.26, 270, 520)],
        [_lines((0.05, 0.0), (0.95, 0.0), (0.45, 0.4)), _arc(0.45, 0.7, 0.53, 0.3, 270, 510)],
    ],
    "4": [
        [_lines((0.75, 1.0), (0.75, 0.0), (0.0, 0.7), (1.0, 0.7))],
        [_lines((0.5, 0.0), (0.0, 0.72), (1.0, 0.72)), _lines((0.72, 0.42), (0.72, 1.0))],
    ],
    "5": [
        [
            np.concatenate(
                [_lines((0.92, 0.0), (0.15, 0.0), (0.08, 0.45)), _arc(0.46, 0.68, 0.52, 0.32, 220, 510)]
            )
        ],
        [np.concatenate([_lines((0.9, 0.0), (0.1, 0.0), (0.1, 0.42)), _arc(0.42, 0.7, 0.56, 0.3, 265, 500)])],
    ],
    "6": [_SIX, _SIX_STRAIGHT],
    "7": [
        [_lines((0.0, 0.0), (1.0, 0.0), (0.3, 1.0))],
        [_lines((0.0, 0.0), (1.0, 0.0), (0.55, 0.45), (0.35, 1.0))],
    ],
    "8": [[_arc(0.5, 0.25, 0.43, 0.25, 0, 360), _arc(0.5, 0.73, 0.5, 0.27, 0, 360)]],
    "9": [_turned(_SIX), _turned(_SIX_STRAIGHT)],
}


def _font_glyphs(texts: tuple[str, ...]) -> list[tuple[str, FloatArray]]:
    found = []
    fonts = [ImageFont.load_default(size) for size in (9, 11, 14, 18, 26)]
    for text in texts:
        drawings: list[FloatArray] = [_pillow(text, font) for font in fonts]
        drawings += [_opencv(text, face, scale) for face, scale in _FACES]
        for drawing in drawings:
            ink = tight(drawing)
            found.append((text, ink))
            if text in (*DIGITS, *UNITS) and ink.shape[0] >= 9:  # a bold cut of the same font
                bold: FloatArray = cv2.dilate(drawing, np.ones((1, 2))).astype(np.float64)
                found.append((text, tight(bold)))
    return found


_FACES = (
    (cv2.FONT_HERSHEY_SIMPLEX, 0.35),
    (cv2.FONT_HERSHEY_SIMPLEX, 0.5),
    (cv2.FONT_HERSHEY_SIMPLEX, 0.8),
    (cv2.FONT_HERSHEY_DUPLEX, 0.5),
    (cv2.FONT_HERSHEY_DUPLEX, 0.8),
    (cv2.FONT_HERSHEY_PLAIN, 0.9),
)


def _opencv(text: str, face: int, scale: float) -> FloatArray:
    canvas = np.zeros((48, 96), np.uint8)
    cv2.putText(canvas, text, (8, 34), face, scale, 255, 1, cv2.LINE_AA)
    return canvas.astype(np.float64)


def _pillow(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> FloatArray:
    canvas = Image.new("L", (96, 48))
    ImageDraw.Draw(canvas).text((4, 2), text, fill=255, font=font)
    return np.array(canvas, dtype=np.float64)
