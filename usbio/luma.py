"""Any picture to full-range luma: (H, W) uint8, 0 black to 255 white, contiguous and read-only."""

from __future__ import annotations

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.reformatter import ColorRange

from segmentation.results import Picture

# Video keeps black at 16 and white at 235 (ITU-R BT.601); bit-identical to FFmpeg's own conversion.
_FROM_VIDEO_RANGE: Picture = np.clip(np.rint((np.arange(256) - 16) * (255 / 219)), 0, 255).astype(np.uint8)


def from_video_range(luma: Picture) -> Picture:
    """Stretch 16-235 to 0-255."""
    return np.asarray(cv2.LUT(luma, _FROM_VIDEO_RANGE), np.uint8)


def from_rgb(rgb: Picture) -> Picture:
    """Weigh (H, W, 3) red, green and blue as ITU-R BT.601 does; a grey pixel keeps its value."""
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY), np.uint8)


def from_bgr(bgr: Picture) -> Picture:
    """Weigh (H, W, 3) blue, green and red, as OpenCV gives its pictures, in the same way."""
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(bgr), cv2.COLOR_BGR2GRAY), np.uint8)


def from_frame(frame: av.VideoFrame) -> Picture:
    """Take the luma of a decoded video frame, heeding the range that the stream declares."""
    kind = frame.format
    first = kind.components[0]
    if kind.is_rgb or kind.has_palette:
        return from_rgb(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))
    if first.bits != 8 or not (kind.is_planar or kind.name == "gray"):
        return np.asarray(frame.to_ndarray(format="gray"), np.uint8)
    plane = frame.planes[0]
    luma = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
    return luma.copy() if _is_full_range(frame) else from_video_range(luma)


def _is_full_range(frame: av.VideoFrame) -> bool:
    if frame.color_range in (ColorRange.MPEG, ColorRange.JPEG):
        return frame.color_range == ColorRange.JPEG
    return frame.format.name == "gray" or frame.format.name.startswith("yuvj")


def published(luma: npt.NDArray[np.uint8]) -> Picture:
    """Seal a picture: it goes to several threads and is never written to again."""
    luma = np.ascontiguousarray(luma)
    luma.setflags(write=False)
    return luma
