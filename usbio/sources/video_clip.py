"""A video file as a source."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from usbio.decoding import decode, open_video, picture_stream
from usbio.frames import Frame
from usbio.sources.clip_info import ClipInfo


@dataclass(frozen=True, slots=True)
class VideoClip:
    """A video (mp4, avi, mkv, mov, wmv, gif, ...) with the time stamps of its container."""

    path: Path
    _info: ClipInfo
    threads: int | None = None  # that may decode it; None leaves them to FFmpeg

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def info(self) -> ClipInfo:
        """Say what the container declares; the size is that of the first picture as shown."""
        return self._info

    def frames(self) -> Generator[Frame]:
        """Yield the pictures; a clip that breaks off raises `ClipDamaged` after the last good one."""
        with closing(decode(self.path, self.threads)) as pictures:
            for picture in pictures:
                yield Frame(picture.index, picture.t_s, time.perf_counter(), picture.image)


def open_video_clip(path: Path, threads: int | None = None) -> VideoClip:
    """Return the video, its first picture decoded once to be sure."""
    with open_video(path) as container:
        stream = picture_stream(container, path)
        declared, rate = stream.frames or None, stream.average_rate
    with closing(decode(path)) as pictures:
        height, width = next(pictures).image.shape
    info = ClipInfo(width, height, declared, float(rate) if rate else None, "container")
    return VideoClip(path, info, threads)
