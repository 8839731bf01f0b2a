"""Drawn phantom pictures, kept: a clip that was drawn once plays from disk the next time."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import platformdirs

from segmentation.phantom.clip import RENDERER, Phantom
from segmentation.results import Picture
from usbio.errors import OutputError, UsbioError
from usbio.sources.clip import open_clip
from usbio.video import ClipWriter

KEPT_BYTES = 2_000_000_000


def cache_folder() -> Path:
    """Return where renders are kept: ``USBIO_CACHE_DIR``, else the user's cache."""
    chosen = os.environ.get("USBIO_CACHE_DIR")
    return (Path(chosen) if chosen else platformdirs.user_cache_path("usbio")) / "phantom"


def cached_path(phantom: Phantom) -> Path:
    """Return where the render of a phantom is kept: named by all its numbers and by the renderer."""
    words = f"{RENDERER} {phantom.plan!r}"
    return cache_folder() / f"{hashlib.sha256(words.encode()).hexdigest()[:32]}.mkv"


def pictures(phantom: Phantom) -> Generator[Picture]:
    """Yield every picture of a phantom, from the cache where it lies there, else drawn and kept.

    The cache is a convenience: where it cannot be written or is damaged, pictures are drawn.
    """
    path = cached_path(phantom)
    done = 0
    if path.is_file():
        for picture in _kept(path):
            yield picture
            done += 1
    if done == 0:
        yield from _drawn_and_kept(phantom, path)
    else:
        yield from (phantom.picture(index) for index in range(done, len(phantom)))


def _kept(path: Path) -> Generator[Picture]:
    with contextlib.suppress(UsbioError), closing(open_clip(path).frames()) as frames:
        for frame in frames:
            if frame is not None:
                yield frame.image


def _drawn_and_kept(phantom: Phantom, path: Path) -> Generator[Picture]:
    keeper = _keeper(phantom, path)
    try:
        for index in range(len(phantom)):
            picture = phantom.picture(index)
            keeper = _keep(keeper, picture, index / phantom.plan.fps)
            yield picture
        if keeper is not None:
            with contextlib.suppress(OutputError):
                keeper.close()
    finally:
        if keeper is not None:
            keeper.discard()  # nothing where it was closed: a clip given up half-way is not kept
    _make_room(path.parent)


def _keeper(phantom: Phantom, path: Path) -> ClipWriter | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return ClipWriter(path, phantom.size_px, phantom.plan.fps, codec="ffv1")
    except (OSError, OutputError):
        return None


def _keep(keeper: ClipWriter | None, picture: Picture, t_s: float) -> ClipWriter | None:
    if keeper is None:
        return None
    try:
        keeper.write(picture, t_s)
    except OutputError:
        return None
    return keeper


def _make_room(folder: Path) -> None:
    """Remove the oldest renders beyond `KEPT_BYTES`."""
    with contextlib.suppress(OSError):
        found = sorted(((p.stat().st_mtime, p.stat().st_size, p) for p in folder.glob("*.mkv")), reverse=True)
        total = 0
        for _, size, path in found:
            total += size
            if total > KEPT_BYTES:
                path.unlink(missing_ok=True)
