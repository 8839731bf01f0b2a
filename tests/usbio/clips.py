"""Small clips with known pictures, for the tests of reading."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ExplicitVRLittleEndian,
    JPEGBaseline8Bit,
    UltrasoundMultiFrameImageStorage,
    generate_uid,
)

from segmentation.results import Picture

WIDTH, HEIGHT = 64, 48
FPS = 25.0
REAL_DATA = Path(os.environ.get("USBIO_REAL_DATA", Path(__file__).parents[3] / "shared" / "real"))


def picture(index: int, width: int = WIDTH, height: int = HEIGHT) -> Picture:
    """A smooth ramp with a dark bar whose place tells the index."""
    ramp = np.linspace(40, 220, width)[None, :] + np.linspace(0, 30, height)[:, None]
    ramp[:, (2 * index) % width : (2 * index) % width + 4] = 10
    return ramp.astype(np.uint8)


def pictures(count: int) -> list[Picture]:
    return [picture(index) for index in range(count)]


def noise(count: int, width: int = WIDTH, height: int = HEIGHT) -> list[Picture]:
    """Pictures that do not compress, so that half the bytes are about half the clip."""
    rng = np.random.default_rng(7)
    return [rng.integers(0, 256, (height, width), np.uint8) for _ in range(count)]


def write_video(
    path: Path,
    shown: list[Picture],
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    options: dict[str, str] | None = None,
    muxer: dict[str, str] | None = None,
    full_range: bool = False,
    sound: bool = False,
) -> Path:
    """Write by PyAV, without the project's own writer, at a constant 25 pictures a second."""
    with av.open(str(path), "w", options=muxer or {}) as container:
        stream = cast(VideoStream, container.add_stream(codec, rate=25, options=options or {}))
        stream.height, stream.width = shown[0].shape
        stream.pix_fmt = pix_fmt
        stream.bit_rate = 4_000_000
        if full_range:
            stream.codec_context.color_range = ColorRange.JPEG
        audio = container.add_stream("pcm_s16le", rate=8000, layout="mono") if sound else None
        for index, grey in enumerate(shown):
            frame = av.VideoFrame.from_ndarray(grey, format="gray")
            frame = frame.reformat(
                format=pix_fmt, dst_color_range=ColorRange.JPEG if full_range else ColorRange.MPEG
            )
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if audio is not None:  # longer than the pictures, as a microphone that stops last
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 8000 * 3), np.int16), "s16", "mono")
            silence.sample_rate, silence.pts = 8000, 0
            container.mux(cast(Any, audio).encode(silence))
            container.mux(cast(Any, audio).encode(None))
    return path


def write_folder(folder: Path, shown: list[Picture]) -> Path:
    """Pictures 1, 2, ... 10: by the alphabet 10 would come before 2."""
    folder.mkdir()
    for index, grey in enumerate(shown):
        Image.fromarray(grey).save(folder / f"scan {index + 1}.png")
    (folder / "notes.txt").write_text("not a picture")
    return folder


def dicom(pixels: npt.NDArray[Any], kind: str, **elements: Any) -> Dataset:
    """A DICOM data set: pixels are (frames, rows, columns) or (frames, rows, columns, 3)."""
    header = Dataset()
    header.file_meta = FileMetaDataset()
    header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    header.file_meta.MediaStorageSOPClassUID = header.SOPClassUID = UltrasoundMultiFrameImageStorage
    header.file_meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID = generate_uid()
    header.Rows, header.Columns = pixels.shape[1:3]
    header.NumberOfFrames = len(pixels)
    header.SamplesPerPixel = 3 if pixels.ndim == 4 else 1
    header.PhotometricInterpretation = kind
    if pixels.ndim == 4:
        header.PlanarConfiguration = 0
    bits = pixels.dtype.itemsize * 8
    header.BitsAllocated, header.BitsStored, header.HighBit, header.PixelRepresentation = (
        bits,
        bits,
        bits - 1,
        0,
    )
    header.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    for keyword, value in elements.items():
        setattr(header, keyword, value)
    return header


def jpeg_dicom(jpegs: list[bytes], shape: tuple[int, int], kind: str, **elements: Any) -> Dataset:
    """A cine of JPEG pictures, in colour."""
    header = dicom(np.zeros((len(jpegs), *shape, 3), np.uint8), kind, **elements)
    header.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    header.PixelData = encapsulate(jpegs)
    header["PixelData"].is_undefined_length = True
    return header


def save_dicom(path: Path, header: Dataset) -> Path:
    header.save_as(path, enforce_file_format=True)
    return path


def cut(path: Path, share: float = 0.5) -> Path:
    """A copy that broke off."""
    whole = path.read_bytes()
    broken = path.with_name(f"cut_{path.name}")
    broken.write_bytes(whole[: int(len(whole) * share)])
    return broken


def is_open(path: Path) -> bool:
    """True where this process holds the file; only Linux tells, elsewhere it is False."""
    held = Path("/proc/self/fd")
    if not held.exists():
        return False
    targets = []
    for link in held.iterdir():
        try:
            targets.append(link.readlink())
        except OSError:
            continue  # closed between the listing and the look
    return any(target == path or path in target.parents for target in targets)
