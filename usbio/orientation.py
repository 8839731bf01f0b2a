"""Turn a decoded picture as its container says it is to be shown."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import cast

import av
from av.sidedata.sidedata import SideData

from segmentation.results import Picture


@dataclass(frozen=True, slots=True)
class Orientation:
    """What is done to a decoded picture, so that left and right are as shown."""

    turned: bool = False  # columns become rows
    mirrored: bool = False
    on_its_head: bool = False

    def applied(self, picture: Picture) -> Picture:
        """Return the picture as shown."""
        picture = picture.T if self.turned else picture
        return picture[:: -1 if self.on_its_head else 1, :: -1 if self.mirrored else 1]


def orientation(frame: av.VideoFrame) -> Orientation:
    """Return what the display matrix of a frame asks for.

    ``frame.rotation`` gives an angle only and takes a mirrored picture for one on its head.
    """
    matrix = cast("SideData | None", frame.side_data.get("DISPLAYMATRIX"))
    if matrix is None:
        return Orientation()
    across_x, down_x, _, across_y, down_y = struct.unpack("=5i", bytes(memoryview(matrix))[:20])
    turned = across_x == 0 and down_y == 0
    mirrored, on_its_head = (across_y < 0, down_x < 0) if turned else (across_x < 0, down_y < 0)
    return Orientation(turned, mirrored, on_its_head)


class Orientations:
    """The same for the frames of a run.

    To look into a frame's side data ties it to itself, and its memory is only freed, with that of some
    hundred others, when Python next looks for such loops. So it is done for the first frame, and where the
    angle changes.
    """

    def __init__(self) -> None:
        self._angle: int | None = None
        self._last = Orientation()

    def of(self, frame: av.VideoFrame) -> Orientation:
        """Return what is done to this frame."""
        if frame.rotation != self._angle:
            self._angle, self._last = frame.rotation, orientation(frame)
        return self._last
