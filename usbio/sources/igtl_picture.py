"""From an OpenIGTLink IMAGE message to a grey picture, the size of its pixels, its time and its number."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import nan

import numpy as np
import numpy.typing as npt
from pyigtl import ImageMessage

from segmentation.results import Picture
from usbio.luma import from_rgb, published
from usbio.sent_spacing import SentSpacing
from usbio.sources.igtl_link import Message

_BY = "OpenIGTLink server"
_COUNTED = "FrameNumber"  # as PLUS calls it among the fields of a picture
_COLOURS = (3, 4)


class NotShown(Exception):  # noqa: N818 - the reader says it in the operator's words
    """A message that holds no picture that can be shown; its words say what it holds."""


@dataclass(frozen=True, slots=True, eq=False)
class SentPicture:
    """A picture as the server sent it."""

    pixels: npt.NDArray[np.generic]  # (H, W) or (H, W, colours)
    spacing: SentSpacing
    stamp_s: float  # on the server's clock; nan where it says nothing
    number: int | None  # the server's own count; None where it has none


def sent_picture(message: Message) -> SentPicture:
    """Unpack a message of the kind IMAGE."""
    image = ImageMessage()
    try:
        image.unpack(message.fields, message.body)
    except NotImplementedError:
        raise NotShown("only a part of a picture") from None
    except (ValueError, KeyError, IndexError, UnicodeDecodeError, TypeError, struct.error):
        raise NotShown("a picture that contradicts its own description") from None
    pixels, axes = _slice(image.image)
    lengths_mm = np.linalg.norm(image.ijk_to_world_matrix[:3, :3], axis=0)
    x_mm, y_mm = (float(lengths_mm[axis]) for axis in axes)
    stamp_s = float(image.timestamp)
    return SentPicture(pixels, SentSpacing(x_mm, y_mm, _BY), stamp_s or nan, _number(image))


def _slice(voxels: npt.NDArray[np.generic]) -> tuple[npt.NDArray[np.generic], tuple[int, int]]:
    """The picture of a volume of one slice, and its axes to the right and down: 0 is i, 1 j, 2 k."""
    thin = [axis for axis in (0, 1, 2) if voxels.shape[axis] == 1]
    if not thin or voxels.size == 0:
        raise NotShown("a volume of " + " x ".join(map(str, voxels.shape[2::-1])) + " voxels")
    down, right = (axis for axis in (0, 1, 2) if axis != thin[0])  # arrays count k, j, i
    return voxels.squeeze(thin[0]), (2 - right, 2 - down)


def _number(image: ImageMessage) -> int | None:
    said = str(image.metadata.get(_COUNTED, ""))
    if said.isdecimal():
        return int(said)
    return int(image.message_id) or None


class Luma:
    """Makes grey pictures of 8 bits of what is sent; what is deeper keeps one scale as long as it can.

    Of 16 bits a scanner may use 10 or 12. So many are taken as the largest value so far needs, so that the
    same tissue is shown alike from picture to picture.
    """

    def __init__(self) -> None:
        self._bits = 8

    def of(self, pixels: npt.NDArray[np.generic]) -> Picture:
        """Return a picture as all others are."""
        grey = self._eight_bits(pixels)
        if grey.ndim == 2:
            return published(grey)
        if grey.shape[2] not in _COLOURS:
            raise NotShown(f"pictures of {grey.shape[2]} values a pixel")
        return published(from_rgb(grey[:, :, :3]))

    def _eight_bits(self, pixels: npt.NDArray[np.generic]) -> Picture:
        kind = pixels.dtype
        if kind == np.uint8:
            return np.asarray(pixels, np.uint8)
        if kind.kind not in "iu" or kind.itemsize > 2:
            raise NotShown(f"pixels of the kind {kind.name}, where 8 or 16 bits can be shown")
        seen = np.maximum(pixels.astype(np.int32), 0)
        self._bits = max(self._bits, int(seen.max()).bit_length())
        return (seen >> (self._bits - 8)).astype(np.uint8)
