"""One picture, a picture of several pages, or a folder of numbered pictures as a source."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from math import nan
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from segmentation.results import Picture
from usbio.errors import ClipDamaged, InputError, input_error
from usbio.frames import Frame
from usbio.luma import from_rgb, published
from usbio.sources.clip_info import ClipInfo
from usbio.sources.quiet import silence_picture_libraries

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PictureClip:
    """Pictures in files. They have no times of their own: a rate from the setup file gives them."""

    path: Path
    files: tuple[Path, ...]
    fps: float | None
    _info: ClipInfo

    @property
    def name(self) -> str:
        """The name of the file or folder."""
        return self.path.name

    def info(self) -> ClipInfo:
        """Say the size of the first readable picture."""
        return self._info

    def frames(self) -> Generator[Frame]:
        """Yield the pictures; those of a folder that cannot be read leave a gap and are named at the end."""
        refused: list[InputError] = []
        index = 0
        for file in self.files:
            try:
                for picture in _pages(file):
                    yield self._frame(index, picture)
                    index += 1
            except InputError as error:
                refused.append(error)
                index += 1
        if refused:
            raise self._incomplete(refused)

    def _frame(self, index: int, picture: Picture) -> Frame:
        t_s = nan if self.fps is None else index / self.fps
        return Frame(index, t_s, time.perf_counter(), published(picture))

    def _incomplete(self, refused: list[InputError]) -> InputError:
        first = refused[0]
        if len(self.files) == 1:
            return first
        happened = f"{len(refused)} of its {len(self.files)} pictures were left out"
        return ClipDamaged(
            self.path, f"{happened} ({Path(first.what).name} {first.happened})", "mend or remove them"
        )


def open_picture(path: Path, fps: float | None) -> PictureClip:
    """Return one picture, read once to be sure."""
    return _open(path, (path,), fps)


def open_picture_folder(path: Path, fps: float | None) -> PictureClip:
    """Return the pictures of a folder in natural order: 2 before 10."""
    return _open(path, tuple(picture_files(path)), fps)


def picture_files(path: Path) -> list[Path]:
    """Return the files of a folder that hold pictures, in natural order."""
    try:
        files = [file for file in path.iterdir() if file.suffix.lower() in PICTURE_SUFFIXES]
    except OSError as error:
        raise input_error(path, error) from error
    # Names with a dot in front are what a Mac leaves beside each picture on a foreign disk.
    files = sorted((file for file in files if not file.name.startswith(".")), key=_natural)
    if not files:
        kinds = ", ".join(suffix[1:] for suffix in PICTURE_SUFFIXES)
        raise InputError(path, "is a folder without pictures", f"choose one that holds {kinds}, or one file")
    return files


def _open(path: Path, files: tuple[Path, ...], fps: float | None) -> PictureClip:
    refused: InputError | None = None
    for file in files:
        try:
            height, width = next(_pages(file)).shape
        except InputError as error:
            refused = refused or error
            continue
        count = _page_count(file) if len(files) == 1 else len(files)
        info = ClipInfo(width, height, count, fps, "none" if fps is None else "setup")
        return PictureClip(path, files, fps, info)
    assert refused is not None
    raise refused


def _natural(file: Path) -> tuple[list[int | str], str]:
    parts = re.split(r"([0-9]+)", file.name.casefold())
    return [int(part) if n % 2 else part for n, part in enumerate(parts)], file.name


def _page_count(file: Path) -> int:
    with Image.open(file) as image:
        return getattr(image, "n_frames", 1) if image.format == "TIFF" else 1


def _pages(file: Path) -> Iterator[Picture]:
    silence_picture_libraries()
    page = 0
    try:
        with Image.open(file) as image:
            while True:
                image.seek(page)
                if image.mode == "F":
                    raise InputError(file, "holds real numbers, not greys", "export it again as png")
                yield _luma(ImageOps.exif_transpose(image))
                page += 1
                if image.format != "TIFF" or page >= getattr(image, "n_frames", 1):
                    return
    except InputError:
        raise
    except UnidentifiedImageError as error:
        raise InputError(file, "is not a picture that can be read", "export it again as png") from error
    except Image.DecompressionBombError as error:
        raise InputError(file, "is too large for a picture", "check the file") from error
    except OSError as error:
        if error.errno is not None:
            raise input_error(file, error) from error
        raise _broken(file) from error
    except Exception as error:  # a foreign decoder on damaged bytes fails in any way it likes
        _log.debug("decoding %s failed", file, exc_info=True)
        raise _broken(file) from error


def _luma(image: Image.Image) -> Picture:
    if image.mode in ("L", "LA"):
        return np.array(image.getchannel(0))
    if image.mode == "1":
        return np.array(image.convert("L"))
    if image.mode.startswith("I"):
        sixteen_bits = np.clip(np.array(image, np.int64), 0, 65535)
        return np.asarray(sixteen_bits >> 8, np.uint8)
    return from_rgb(np.array(image.convert("RGB")))


def _broken(file: Path) -> InputError:
    return InputError(file, "breaks off or is damaged", "copy it again from where it came")
