"""Open whatever clip a path names: a video, one picture, DICOM, a folder of pictures."""

from __future__ import annotations

from pathlib import Path

from usbio.sources.clip_info import ClipInfo, ClipSource, DicomRegion, TimeSource

__all__ = ["ClipInfo", "ClipSource", "DicomRegion", "TimeSource", "open_clip"]


def open_clip(path: Path, fps: float | None = None) -> ClipSource:
    """Return the clip, with its first picture proven readable. ``fps`` serves only clips without time stamps."""
    raise NotImplementedError
