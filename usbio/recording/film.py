"""The pictures of a recording as a video, each in the file before the next one is a picture old."""

from __future__ import annotations

import contextlib
import os
from fractions import Fraction

import av
import numpy as np
from av.container import OutputContainer
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream

from segmentation.results import Picture
from usbio.recording.plan import Codec
from usbio.recording.synced_file import SyncedFile
from usbio.video import grey_frame

TICK = Fraction(1, 1000)  # s: what Matroska counts in
# Every picture stands alone and has a checksum in each of four parts, so that damage costs one picture and
# is noticed. Rice coding without contexts is twice as fast as range coding, and as small on ultrasound.
_FFV1 = {"level": "3", "coder": "rice", "context": "0", "slices": "4", "slicecrc": "1"}
_FFV1_WHOLE = {**_FFV1, "slices": "1"}
_LEAST_FOR_SLICES_PX = 64
_H264 = {"preset": "superfast", "crf": "14", "tune": "zerolatency"}
_H264_PICTURES_BETWEEN_KEYS = 15
ENCODER_THREADS = min(4, os.cpu_count() or 1)  # no more than a picture has slices
# Pictures leave the muxer with their cluster: at the latest after this much of the clip.
_MUXER = {"cluster_time_limit": "200", "flush_packets": "1"}


class _QuietFile:
    """What the video library writes to. It never hears of an error: it would crash on the next picture."""

    def __init__(self, file: SyncedFile) -> None:
        self._file = file
        self._told = 0  # where the library believes to stand, once nothing is written any more
        self.error: OSError | None = None
        if file.seekable:
            self.seek = self._seek

    def write(self, data: bytes) -> int:
        if self.error is None:
            try:
                self._file.write(data)
            except OSError as error:
                self.error = error
        return len(data)

    def _seek(self, offset: int, whence: int = 0) -> int:
        if self.error is None:
            try:
                self._told = self._file.seek(offset, whence)
            except OSError as error:
                self.error = error
        return self._told


class Film:
    """A video that is written picture by picture; for one thread.

    ``safe`` pictures lie in the file, whatever happens to the program; after an `OSError` the file is cut to
    just these and takes nothing more.
    """

    def __init__(self, file: SyncedFile, size_px: tuple[int, int], fps: float, codec: Codec) -> None:
        self._file = file
        self._quiet = _QuietFile(file)
        self._codec: Codec = codec
        self._container = av.open(self._quiet, "w", format="matroska", options=_MUXER)
        self._stream = new_stream(self._container, codec, size_px, fps)
        self.pictures = 0
        self.safe = 0
        self._safe_bytes = 0

    def add(self, picture: Picture, stamp_ms: int) -> None:
        """Write one picture; stamps rise."""
        before = self._file.size
        frame = video_frame(picture, self._codec)
        frame.pts, frame.time_base = stamp_ms, TICK
        self._encode(frame)
        if self._file.size > before:
            # What grew the file was the end of a cluster: this picture itself is the first of the next.
            self.safe, self._safe_bytes = self.pictures, self._file.size
        self.pictures += 1

    def close(self) -> None:
        """Write what is left: the last pictures, the index, the length."""
        if self.pictures:
            self._encode(None)
        self._container.close()
        self._check()
        self.safe, self._safe_bytes = self.pictures, self._file.size

    def give_up(self) -> None:
        """Leave what is safe in the file, and touch the encoder never again."""
        self._quiet.error = self._quiet.error or OSError("given up")
        with contextlib.suppress(OSError):
            if self._file.seekable:
                self._file.cut(self._safe_bytes)

    def _encode(self, frame: av.VideoFrame | None) -> None:
        try:
            self._container.mux(self._stream.encode(frame))
        except av.FFmpegError as error:
            self._quiet.error = self._quiet.error or OSError(f"the picture could not be encoded: {error}")
        self._check()

    def _check(self) -> None:
        if self._quiet.error is not None:
            raise self._quiet.error


def new_stream(container: OutputContainer, codec: Codec, size_px: tuple[int, int], fps: float) -> VideoStream:
    """Return the stream that pictures of this size are encoded in."""
    rate = max(Fraction(fps if 0 < fps < 1000 else 30.0).limit_denominator(1001), Fraction(1, 1001))
    stream = container.add_stream(codec, rate=rate)
    lossless = codec == "ffv1"
    stream.width, stream.height = size_px if lossless else tuple(n + n % 2 for n in size_px)
    stream.pix_fmt = "gray" if lossless else "yuv420p"
    context = stream.codec_context
    context.time_base = TICK
    context.color_range = ColorRange.JPEG
    context.gop_size = 1 if lossless else _H264_PICTURES_BETWEEN_KEYS
    context.thread_count, context.thread_type = ENCODER_THREADS, "SLICE"  # those of whole pictures come late
    options = (_FFV1 if min(size_px) >= _LEAST_FOR_SLICES_PX else _FFV1_WHOLE) if lossless else _H264
    stream.options = dict(options)
    return stream


def video_frame(picture: Picture, codec: Codec) -> av.VideoFrame:
    """Return the picture as the encoder takes it: its luma as measured, of full range."""
    if codec == "libx264":
        return grey_frame(picture)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="gray")
    frame.color_range = ColorRange.JPEG
    return frame
