"""How scanners draw their screens: ruler, digits, bars, text. Ten looks, and room for more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from segmentation.phantom.lettering import Font

RulerSide = Literal["left", "right", "none"]


@dataclass(frozen=True, slots=True)
class ScreenLook:
    """How one maker draws the screen."""

    name: str = "plain cart"
    ruler: RulerSide = "right"
    tick_mm: float = 5.0  # distance of all ticks
    major_mm: float = 10.0  # of the long ones
    label_mm: float = 10.0  # of the digits
    unit: Literal["cm", "mm"] = "cm"  # of the digits
    unit_shown: bool = False  # the unit written at the last digit
    zero_shown: bool = True
    ticks_inward: bool = False  # drawn from the line of the ruler towards the picture
    ruler_line: bool = False
    ruler_gap_px: int = 12
    tick_px: tuple[int, int] = (6, 12)  # short, long
    tick_thickness_px: int = 1
    font: Font = "pil"
    font_px: int = 12
    ruler_grey: int = 220
    background: int = 0
    header_px: int = 36
    header_grey: int = 30
    header: str = "DOE^JANE  ID 004217  F/41Y  20-11-2026"
    notes: tuple[str, ...] = ("MI 1.1", "TIs 0.4")
    note: str = "depth"  # "depth": the imaging depth is written among the notes
    grey_bar: RulerSide = "left"
    bottom_ruler: bool = False
    picture_x: float = 0.5  # place of the picture in the room left beside it, 0 left to 1 right


PLAIN_CART = ScreenLook()
LOOKS: tuple[ScreenLook, ...] = (
    PLAIN_CART,
    ScreenLook(
        name="left ruler in mm",
        ruler="left",
        unit="mm",
        tick_mm=5,
        label_mm=10,
        font="simplex",
        font_px=11,
        grey_bar="right",
        header="DOE^JANE 004217",
        header_grey=0,
        ruler_line=True,
    ),
    ScreenLook(
        name="ten mm ticks",
        tick_mm=10,
        unit="cm",
        unit_shown=True,
        font="duplex",
        font_px=12,
        tick_thickness_px=2,
        header_grey=60,
        header_px=44,
    ),
    ScreenLook(
        name="end labels",
        ruler="left",
        tick_mm=10,
        label_mm=50,
        unit="mm",
        ruler_line=True,
        ticks_inward=True,
        background=51,
        header_px=42,
        header_grey=60,
        ruler_gap_px=90,
        bottom_ruler=True,
        font="pil",
        font_px=13,
    ),
    ScreenLook(
        name="millimetre comb",
        tick_mm=1,
        major_mm=10,
        label_mm=10,
        unit="cm",
        tick_px=(4, 10),
        font="plain",
        font_px=11,
        ruler_gap_px=4,
        zero_shown=False,
    ),
    ScreenLook(
        name="coarse digits",
        ruler="right",
        tick_mm=2.5,
        major_mm=10,
        label_mm=10,
        unit="cm",
        font="simplex",
        font_px=16,
        tick_thickness_px=2,
        tick_px=(5, 9),
        ruler_grey=180,
        zero_shown=False,
        ruler_gap_px=80,
    ),
    ScreenLook(
        name="handheld",
        ruler="right",
        tick_mm=5,
        label_mm=20,
        unit="mm",
        header_px=0,
        header="",
        notes=(),
        note="",
        grey_bar="none",
        font="pil",
        font_px=14,
        ruler_gap_px=6,
        ruler_grey=255,
    ),
    ScreenLook(
        name="half labels",
        ruler="left",
        tick_mm=5,
        major_mm=5,
        label_mm=5,
        unit="mm",
        font="pil",
        font_px=11,
        grey_bar="left",
        ruler_gap_px=8,
        tick_px=(8, 8),
        header="DOE^JANE 41Y  MSK",
        background=16,
    ),
    ScreenLook(
        name="numbers every two",
        ruler="right",
        tick_mm=10,
        major_mm=20,
        label_mm=20,
        unit="cm",
        font="duplex",
        font_px=13,
        tick_px=(7, 14),
        header_grey=20,
        ruler_gap_px=20,
        unit_shown=True,
    ),
    ScreenLook(
        name="no digits",
        ruler="right",
        tick_mm=10,
        label_mm=0,
        unit="cm",
        note="",
        notes=("MI 0.9",),
        ruler_gap_px=10,
    ),
)
