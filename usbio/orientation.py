"""Turn a decoded picture as its container says it is to be shown."""

from __future__ import annotations

import struct
from typing import cast

import av
from av.sidedata.sidedata import SideData

from segmentation.results import Picture


def upright(picture: Picture, frame: av.VideoFrame) -> Picture:
    """Apply the display matrix of a frame: quarter turns and mirrors, so that left and right are as shown.

    ``frame.rotation`` gives an angle only and takes a mirrored picture for one on its head.
    """
    matrix = cast("SideData | None", frame.side_data.get("DISPLAYMATRIX"))
    if matrix is None:
        return picture
    across_x, down_x, _, across_y, down_y = struct.unpack("=5i", bytes(memoryview(matrix))[:20])
    turned = across_x == 0 and down_y == 0  # columns become rows
    mirrored, on_its_head = (across_y < 0, down_x < 0) if turned else (across_x < 0, down_y < 0)
    picture = picture.T if turned else picture
    return picture[:: -1 if on_its_head else 1, :: -1 if mirrored else 1]
