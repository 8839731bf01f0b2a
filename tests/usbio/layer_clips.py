"""Small real files: a muscle between two bright fasciae that thickens once, as video, picture or DICOM."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, UltrasoundMultiFrameImageStorage, generate_uid
from scipy import ndimage

from segmentation.results import Picture
from usbio.video import ClipWriter

WIDTH, HEIGHT, FPS = 160, 120, 20.0
MM_PER_PX = 0.2
TOP_PX, REST_PX = 40.0, 30.0  # first fascia, and the gap below it

SETUP = f"""
[image]
crop_px = [0, 0, {WIDTH}, {HEIGHT}]
[measure]
view = "layer"
[calibration]
x_mm_per_px = {MM_PER_PX}
y_mm_per_px = {MM_PER_PX}
"""


def layer_pictures(n: int = 40) -> list[Picture]:
    """Rest, a contraction in the middle, rest; the same speckle in every picture."""
    rng = np.random.default_rng(7)
    speckle = ndimage.gaussian_filter(rng.rayleigh(22.0, (HEIGHT, WIDTH)), (0.8, 1.6))
    held = (np.arange(n) >= n // 3) & (np.arange(n) < 2 * n // 3)
    return [_layers(speckle, REST_PX + 12.0 * bool(one)) for one in held]


def write_video(path: Path, pictures: list[Picture], crf: float = 18.0) -> Path:
    with ClipWriter(path, (WIDTH, HEIGHT), FPS, crf=crf) as writer:
        for k, picture in enumerate(pictures):
            writer.write(picture, k / FPS)
    return path


def write_mp4_with_index_last(path: Path, pictures: list[Picture]) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=int(FPS))
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for picture in pictures:
            grey = np.repeat(picture[:, :, np.newaxis], 3, axis=2)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def write_dicom(path: Path, pictures: list[Picture]) -> Path:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UltrasoundMultiFrameImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["layer clip"])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(str(path), Dataset(), file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    data.Modality = "US"
    data.Rows, data.Columns, data.NumberOfFrames = HEIGHT, WIDTH, len(pictures)
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 8, 8, 7, 0
    data.FrameTime = 1000.0 / FPS
    data.PixelData = np.stack(pictures).tobytes()
    data.save_as(path, enforce_file_format=True)
    return path


def cut(path: Path, share: float, name: str) -> Path:
    """The first share of a file, as a broken copy leaves it."""
    content = path.read_bytes()
    part = path.with_name(name)
    part.write_bytes(content[: int(len(content) * share)])
    return part


def _layers(speckle: np.ndarray[tuple[int, ...], np.dtype[np.float64]], gap_px: float) -> Picture:
    y = np.arange(HEIGHT, dtype=float)[:, np.newaxis]
    bright = sum(
        190.0 * np.exp(-(((y - at) / 1.8) ** 2)) for at in (14.0, TOP_PX - 2.0, TOP_PX + gap_px + 2.0)
    )
    return np.clip(speckle + bright, 0, 255).astype(np.uint8)
