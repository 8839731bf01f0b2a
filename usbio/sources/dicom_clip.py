"""A DICOM file, one picture or a cine, as a source."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID, ImplicitVRLittleEndian

from segmentation.results import Picture
from usbio.errors import ClipDamaged, InputError, input_error
from usbio.frames import Frame
from usbio.luma import published
from usbio.sources.clip_info import DICOM_SUFFIXES, ClipInfo, TimeSource
from usbio.sources.dicom_header import frame_times_s, ultrasound_regions
from usbio.sources.dicom_pixels import dicom_luma, halved_colour_luma, has_halved_colour
from usbio.sources.quiet import silence_picture_libraries

_PIXEL_DATA = b"\xe0\x7f\x10\x00"  # its tag in the usual byte order
_USUAL = "pillow"
_AGAIN = "copy it again from where it came"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DicomClip:
    """A DICOM file with the times and regions of its header. A cut file yields nothing."""

    path: Path
    fps: float | None
    _info: ClipInfo

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def info(self) -> ClipInfo:
        """Say what the header declares."""
        return self._info

    def frames(self) -> Generator[Frame]:
        """Yield the pictures."""
        header = _read(self.path)
        times_s, _ = _times(header, self._info.declared_frames or 1, self.fps)
        index = -1
        for index, picture in enumerate(_pictures(self.path, header)):
            t_s = times_s[index] if index < len(times_s) else nan
            yield Frame(index, t_s, time.perf_counter(), published(picture))
        declared = self._info.declared_frames or 1
        if index + 1 < declared:
            raise ClipDamaged(self.path, f"holds {index + 1} of {declared} pictures", _AGAIN)


def open_dicom(path: Path, fps: float | None) -> DicomClip:
    """Return the DICOM clip, its first picture decoded once to be sure."""
    header = _read(path)
    height, width = next(_pictures(path, header)).shape
    declared = _frame_count(header)
    times_s, time_source = _times(header, declared, fps)
    rate = (declared - 1) / times_s[-1] if len(times_s) > 1 and times_s[-1] > 0 else None
    regions = ultrasound_regions(header)
    return DicomClip(path, fps, ClipInfo(width, height, declared, rate, time_source, regions))


def _times(header: Dataset, count: int, fps: float | None) -> tuple[list[float], TimeSource]:
    if (times_s := frame_times_s(header, count)) is not None:
        return times_s, "dicom"
    if fps is not None:
        return [index / fps for index in range(count)], "setup"
    return [nan] * count, "none"


def _frame_count(header: Dataset) -> int:
    try:
        return max(1, int(header.get("NumberOfFrames") or 1))
    except (TypeError, ValueError):
        return 1


def _read(path: Path) -> Dataset:
    silence_picture_libraries()
    try:
        header = dcmread(path, force=path.suffix.lower() in DICOM_SUFFIXES)
    except InvalidDicomError as error:
        raise InputError(path, "is not a DICOM file", "choose another file") from error
    except OSError as error:
        if error.errno is None:  # the end of the file came too early
            raise _broken(path) from error
        raise input_error(path, error) from error
    except Exception as error:  # a foreign parser on damaged bytes fails in any way it likes
        _log.debug("reading %s failed", path, exc_info=True)
        raise _broken(path) from error
    if "PixelData" not in header:
        raise _broken(path) if _PIXEL_DATA in path.read_bytes() else _without_pictures(path, header)
    return header


def _pictures(path: Path, header: Dataset) -> Iterator[Picture]:
    silence_picture_libraries()
    try:
        decoder = get_decoder(_transfer_syntax(header))
        if not decoder.is_encapsulated and has_halved_colour(header):
            yield from halved_colour_luma(header, _frame_count(header))
            return
        # What Pillow reads it goes on reading; GDCM is for JPEG-LS and lossless JPEG.
        packed_by = _USUAL if _USUAL in decoder.available_plugins else ""
        for pixels, layout in decoder.iter_array(header, raw=True, decoding_plugin=packed_by):
            yield dicom_luma(pixels, layout, header)
    except NotImplementedError as error:
        happened = f"its pictures are packed as {_transfer_syntax(header).name}, which cannot be read"
        raise InputError(path, happened, "export it again uncompressed or as JPEG") from error
    except Exception as error:  # a foreign decoder on damaged bytes fails in any way it likes
        _log.debug("decoding %s failed", path, exc_info=True)
        raise _broken(path) from error


def _transfer_syntax(header: Dataset) -> UID:
    meta: Any = getattr(header, "file_meta", None)
    return UID(getattr(meta, "TransferSyntaxUID", None) or ImplicitVRLittleEndian)


def _broken(path: Path) -> InputError:
    return InputError(path, "breaks off or is damaged inside", _AGAIN)


def _without_pictures(path: Path, header: Dataset) -> InputError:
    if getattr(header, "preamble", None) is None:  # only its name said DICOM
        return InputError(path, "is not a DICOM file", "choose another file")
    if not len(header):
        return _broken(path)
    return InputError(path, "is a DICOM file without pictures", "choose one with pictures, or copy it again")
