"""Decoded DICOM pixels to full-range luma."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_windowing

from segmentation.results import Picture
from usbio.luma import from_rgb, from_video_range

Pixels = npt.NDArray[Any]


def dicom_luma(pixels: Pixels, layout: Mapping[str, Any], header: Dataset) -> Picture:
    """Return the luma of one decoded frame; ``layout`` says how its decoder left the pixels."""
    kind = layout["photometric_interpretation"]
    kind = str(getattr(kind, "value", kind))
    bits = int(layout["bits_stored"])
    if kind == "PALETTE COLOR":
        return from_rgb(_eight_bits(apply_color_lut(pixels, header), _palette_bits(header)))
    if kind.startswith("MONOCHROME"):
        grey = _window(pixels, header, bits)
        return 255 - grey if kind == "MONOCHROME1" else grey
    pixels = _eight_bits(pixels, bits)
    if kind.startswith("YBR_FULL"):
        return pixels[..., 0]
    if kind.startswith("YBR_PARTIAL"):
        return from_video_range(np.ascontiguousarray(pixels[..., 0]))
    return from_rgb(pixels)  # RGB, and JPEG 2000, whose decoder gives RGB


def has_halved_colour(header: Dataset) -> bool:
    """Say whether two pixels share one pair of colours in pictures that are not packed."""
    kind, bits = header.get("PhotometricInterpretation"), header.get("BitsAllocated")
    return kind in ("YBR_FULL_422", "YBR_PARTIAL_422") and bits == 8


def halved_colour_luma(header: Dataset, count: int) -> Iterator[Picture]:
    """Yield the luma of pictures with halved colour: pydicom knows one of the two kinds, and its first frame.

    Some makers say so of pictures whose colour is not halved: their length tells.
    """
    rows, columns, data = int(header.Rows), int(header.Columns), header.PixelData
    whole = len(data) >= count * rows * columns * 3
    length = rows * columns * (3 if whole else 2)
    if len(data) < count * length:
        raise ValueError(f"expected {count * length} bytes, came {len(data)}")
    for index in range(count):
        pixels = np.frombuffer(data, np.uint8, length, index * length)
        luma = pixels[::3] if whole else pixels.reshape(-1, 4)[:, :2]
        luma = np.ascontiguousarray(luma).reshape(rows, columns)
        yield from_video_range(luma) if header.PhotometricInterpretation == "YBR_PARTIAL_422" else luma


def _eight_bits(pixels: Pixels, bits: int) -> Picture:
    return np.asarray(pixels >> max(0, bits - 8), np.uint8)


def _palette_bits(header: Dataset) -> int:
    """Return 8 or 16: some makers write values of 8 bits into entries of 16."""
    colours = ("Red", "Green", "Blue")
    if header.RedPaletteColorLookupTableDescriptor[2] <= 8:
        return 8
    tables = [header.get(f"{colour}PaletteColorLookupTableData") for colour in colours]
    if any(table is None for table in tables):
        return 16
    return 16 if max(np.frombuffer(table, np.uint16).max() for table in tables if table) > 255 else 8


def _window(pixels: Pixels, header: Dataset, bits: int) -> Picture:
    """Grey as the file says it is to be shown: through its window, else over all its bits."""
    signed = bool(header.get("PixelRepresentation", 0))
    low = -(2.0 ** (bits - 1)) if signed else 0.0
    high = low + 2.0**bits - 1
    values = np.asarray(pixels, np.float64)
    if header.get("WindowWidth") is not None:
        slope, intercept = float(header.get("RescaleSlope", 1)), float(header.get("RescaleIntercept", 0))
        low, high = slope * low + intercept, slope * high + intercept
        values = np.asarray(apply_windowing(apply_modality_lut(pixels, header), header), np.float64)
    return np.clip(np.rint((values - low) * (255 / (high - low))), 0, 255).astype(np.uint8)
