"""Open whatever clip a path names: a video, one picture, DICOM, a folder of pictures, a recording."""

from __future__ import annotations

from math import inf
from pathlib import Path

from usbio.errors import InputError, input_error
from usbio.recording.place import recording_folder
from usbio.sources.clip_info import DICOM_SUFFIXES, ClipInfo, ClipSource, DicomRegion, TimeSource
from usbio.sources.picture_clip import PICTURE_SUFFIXES, open_picture, open_picture_folder
from usbio.sources.recording_clip import open_recording
from usbio.sources.video_clip import open_video_clip

__all__ = ["ClipInfo", "ClipSource", "DicomRegion", "TimeSource", "open_clip"]

_PICTURE_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*")
_RAW_JPEGS = (".mjpg", ".mjpeg")  # a video that starts as a picture does


def open_clip(path: Path, fps: float | None = None, threads: int | None = None) -> ClipSource:
    """Return the clip, with its first picture proven readable.

    ``fps`` serves only clips without time stamps; ``threads`` limits those that decode a video.

    What a file is shows in its first bytes; its name only helps where they do not say.
    """
    if fps is not None and not 0 < fps < inf:
        raise ValueError(f"fps must be above 0, came {fps}")
    recording = recording_folder(path)
    if recording is not None:
        return open_recording(recording, threads)
    head = first_bytes(path)
    suffix = path.suffix.lower()
    if head is None:
        return open_picture_folder(path, fps)
    if head[128:132] == b"DICM" or suffix in DICOM_SUFFIXES:
        from usbio.sources.dicom_clip import open_dicom  # its library takes a quarter of a second to load

        return open_dicom(path, fps)
    if suffix in _RAW_JPEGS:
        return open_video_clip(path, threads)
    if head.startswith(_PICTURE_STARTS) or head[8:12] == b"WEBP" or suffix in PICTURE_SUFFIXES:
        return open_picture(path, fps)
    return open_video_clip(path, threads)


def first_bytes(path: Path) -> bytes | None:
    """Return the first bytes of a file; None for a folder. What is neither, or empty, is refused."""
    try:
        if path.is_dir():
            return None
        if path.exists() and not path.is_file():
            raise InputError(path, "is neither a file nor a folder", "choose a clip")
        with path.open("rb") as file:
            head = file.read(132)
    except OSError as error:
        raise input_error(path, error) from error
    if not head:
        raise InputError(path, "is empty", "copy it again from where it was recorded")
    return head
