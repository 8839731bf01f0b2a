"""A scanner's screen round a B-mode picture: ruler, grey bar, header with a made-up patient."""

from __future__ import annotations

import numpy as np

from segmentation.geometry import Calibration, Roi
from segmentation.phantom.lettering import text_width, write
from segmentation.phantom.looks import ScreenLook
from segmentation.results import Picture


def picture_origin(
    look: ScreenLook, picture_px: tuple[int, int], size_px: tuple[int, int]
) -> tuple[int, int]:
    """Return where the picture's first pixel stands on a screen.

    Parameters
    ----------
    look : ScreenLook
        Its header and the place of the picture.
    picture_px, size_px : (int, int)
        Width and height of the picture and of the screen.

    Returns
    -------
    (int, int)
        x and y in pixels.

    Raises
    ------
    ValueError
        If the picture does not fit.

    Examples
    --------
    >>> from segmentation.phantom.looks import PLAIN_CART
    >>> picture_origin(PLAIN_CART, (600, 500), (800, 600))  # in the middle, below a header of 36 px
    (100, 50)
    """
    room = size_px[0] - picture_px[0], size_px[1] - look.header_px - picture_px[1]
    if min(room) < 0:
        raise ValueError(
            f"expected a picture within {size_px} px below a header of {look.header_px}, came {picture_px}"
        )
    return round(room[0] * look.picture_x), look.header_px + min(14, room[1])


def drawn_screen(
    picture: Picture,
    calibration: Calibration,
    look: ScreenLook,
    size_px: tuple[int, int] = (800, 600),
    first_row_mm: float = 0.0,
) -> Picture:
    """Draw the screen of a look round a B-mode picture.

    Parameters
    ----------
    picture : (h, w) uint8 array
        The B-mode picture.
    calibration : Calibration
        Size of its pixels in mm; the ruler follows it.
    look : ScreenLook
        What to draw.
    size_px : (int, int)
        Width and height of the screen.
    first_row_mm : float
        Depth of the picture's first row; below 0 for a curved array, whose face dips into the picture.

    Returns
    -------
    (H, W) uint8 array
        The screen; the picture stands at `picture_origin`.

    Raises
    ------
    ValueError
        If the picture does not fit.

    Examples
    --------
    Beside a picture with 0.1 mm per pixel, ticks of 5 mm stand 50 pixels apart.

    >>> from segmentation.phantom.looks import PLAIN_CART
    >>> picture = np.full((200, 300), 90, np.uint8)
    >>> screen = drawn_screen(picture, Calibration(0.1, 0.1), PLAIN_CART, (480, 300))
    >>> x, y = picture_origin(PLAIN_CART, (300, 200), (480, 300))
    >>> bool((screen[y : y + 200, x : x + 300] == picture).all())
    True
    >>> (np.flatnonzero(screen[:, x + 299 + PLAIN_CART.ruler_gap_px] == PLAIN_CART.ruler_grey) - y).tolist()
    [0, 50, 100, 150]
    """
    height, width = picture.shape
    x, y = picture_origin(look, (width, height), size_px)
    screen = np.full((size_px[1], size_px[0]), look.background, np.uint8)
    screen[: look.header_px] = look.header_grey
    roi = Roi(x, y, width, height)
    screen[roi.slices] = picture
    _header(screen, look)
    _notes(screen, look, roi, height * calibration.y_mm_per_px + first_row_mm)
    _grey_bar(screen, look)
    _ruler(screen, look, roi, calibration, first_row_mm)
    if look.bottom_ruler:
        _bottom_ruler(screen, look, roi, calibration)
    return screen


def _header(screen: Picture, look: ScreenLook) -> None:
    if look.header and look.header_px:
        write(screen, look.header, (10, look.header_px // 2), "pil", 15, 225)


def _notes(screen: Picture, look: ScreenLook, roi: Roi, depth_mm: float) -> None:
    notes = list(look.notes)
    if look.note == "depth":
        notes.append(f"D {depth_mm / 10:.1f} cm" if look.unit == "cm" else f"Depth {depth_mm:.0f} mm")
    if notes:
        write(screen, "   ".join(notes), (roi.x + roi.width // 2, screen.shape[0] - 12), "pil", 12, 190)


def _grey_bar(screen: Picture, look: ScreenLook) -> None:
    if look.grey_bar == "none":
        return
    x = 14 if look.grey_bar == "left" else screen.shape[1] - 28
    top = look.header_px + 60
    screen[top : top + 192, x : x + 13] = np.linspace(255, 0, 192).astype(np.uint8)[:, None]


def _ruler(
    screen: Picture, look: ScreenLook, roi: Roi, calibration: Calibration, first_row_mm: float
) -> None:
    if look.ruler == "none":
        return
    out = 1 if look.ruler == "right" else -1
    base = roi.x + roi.width - 1 + look.ruler_gap_px if out > 0 else roi.x - look.ruler_gap_px
    depth_mm = first_row_mm + (roi.height - 1) * calibration.y_mm_per_px
    last_label = np.floor(depth_mm / look.label_mm + 1e-6) if look.label_mm else 0
    rows = []
    for number in range(int(np.floor(depth_mm / look.tick_mm + 1e-6)) + 1):
        mm = number * look.tick_mm
        row = round(roi.y + (mm - first_row_mm) / calibration.y_mm_per_px)
        rows.append(row)
        long = abs(mm / look.major_mm - round(mm / look.major_mm)) < 1e-6
        length = look.tick_px[1 if long else 0]
        _tick(screen, look, row, base, length, -out if look.ticks_inward else out)
        share = mm / look.label_mm if look.label_mm else 0.5
        if abs(share - round(share)) < 1e-6 and (mm > 0 or look.zero_shown):
            text = f"{mm / 10:g}" if look.unit == "cm" else f"{mm:g}"
            text += look.unit if look.unit_shown and round(share) == last_label else ""
            _digit(screen, look, row, base + out * (0 if look.ticks_inward else look.tick_px[1]), text, out)
    if look.ruler_line:
        screen[rows[0] : rows[-1] + 1, base] = look.ruler_grey


def _tick(screen: Picture, look: ScreenLook, row: int, base: int, length: int, out: int) -> None:
    low, high = sorted((base, base + out * length))
    screen[row : row + look.tick_thickness_px, max(low, 0) : high + 1] = look.ruler_grey


def _digit(screen: Picture, look: ScreenLook, row: int, edge: int, text: str, out: int) -> None:
    width = text_width(text, look.font, look.font_px)
    x = edge + 5 if out > 0 else edge - 5 - width
    write(screen, text, (x, row), look.font, look.font_px, look.ruler_grey)


def _bottom_ruler(screen: Picture, look: ScreenLook, roi: Roi, calibration: Calibration) -> None:
    row = min(roi.y + roi.height + 4, screen.shape[0] - 4)
    for number in range(int(roi.width * calibration.x_mm_per_px / 10.0) + 1):
        x = round(roi.x + number * 10.0 / calibration.x_mm_per_px)
        screen[row : row + 4, x] = look.ruler_grey
