"""Clips that need not be looked for: those that come with the program, and what was recorded last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from usbio.errors import UsbioError
from usbio.frames import FrameSource
from usbio.recording.place import JOURNAL, usual_recordings
from usbio.samples import sample_clips
from usbio.sources.clip import open_clip
from usbio.sources.kind import Offer, SourceKind

_NEWEST = 5  # recordings


def _offers() -> Sequence[Offer]:
    return [*(_sample(clip.path, clip.title) for clip in sample_clips()), *_recordings(usual_recordings())]


def _sample(path: Path, title: str) -> Offer:
    try:
        info = open_clip(path).info()
    except UsbioError as error:
        return Offer(_short(path), f"sample clip: {title}", trouble=f"{error.happened}; {error.to_do}")
    rate = f" at {info.fps:g}" if info.fps else ""
    return Offer(_short(path), f"sample clip: {title}", f"{info.width_px}x{info.height_px}{rate}")


def _recordings(folder: Path) -> list[Offer]:
    try:
        found = [path for path in folder.iterdir() if (path / JOURNAL).is_file()]
        found.sort(key=lambda path: (path / JOURNAL).stat().st_mtime, reverse=True)
    except OSError:  # nothing was recorded yet, or not there
        return []
    return [Offer(_short(path), "recording") for path in found[:_NEWEST]]


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _open(address: str, place: str) -> FrameSource:
    return open_clip(Path(place))


CLIPS = SourceKind("clip", "clip, picture, DICOM file, folder or recording", "visit3.mp4", _open, _offers)
