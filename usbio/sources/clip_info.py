"""What is known of a clip before its pictures are read."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from segmentation.geometry import Roi
from usbio.frames import Frame

TimeSource = Literal["container", "dicom", "setup", "none", "recording"]

DICOM_SUFFIXES = (".dcm", ".dicom", ".ima")


@dataclass(frozen=True, slots=True)
class DicomRegion:
    """One item of a DICOM file's SequenceOfUltrasoundRegions, as written there and not judged.

    The standard counts the last column and row as inside, so ``roi.width`` is ``MaxX1 - MinX0 + 1``; makers
    who write the size instead give a region that is one pixel too large for the picture.
    """

    roi: Roi
    x_units: int  # PhysicalUnitsXDirection: 0 none, 3 cm, 4 seconds, ...
    y_units: int
    x_delta: float  # PhysicalDeltaX: units per pixel; nan where the file does not say
    y_delta: float
    data_type: (
        int  # RegionDataType: 1 tissue, 2 colour flow, 10 ECG trace, ...; -1 where the file does not say
    )
    spatial_format: (
        int  # RegionSpatialFormat: 1 2D, 2 M-mode, 4 graphics, ...; -1 where the file does not say
    )


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """Size, length and times of a clip; the regions only where it is DICOM."""

    width_px: int
    height_px: int
    declared_frames: int | None  # what the file says, which a cut file does not keep
    fps: float | None
    time_source: TimeSource
    regions: tuple[DicomRegion, ...] = ()


class ClipSource(Protocol):
    """A `FrameSource` with an end: a file or a folder. Every run of `frames` gives the same frames."""

    @property
    def path(self) -> Path:
        """The file or folder."""
        ...

    @property
    def name(self) -> str:
        """What the operator calls it."""
        ...

    def info(self) -> ClipInfo:
        """Say what is known without reading all pictures."""
        ...

    def frames(self) -> Generator[Frame]:
        """Yield frames of one run."""
        ...
