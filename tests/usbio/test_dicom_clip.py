"""DICOM: luma of every kind of pixel, times from the header, regions as written."""

from __future__ import annotations

import io
from math import isnan
from pathlib import Path

import gdcm
import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from segmentation.geometry import Roi
from tests.usbio.clips import REAL_DATA, dicom, jpeg_dicom, pictures, save_dicom
from usbio.luma import from_rgb
from usbio.sources.clip import ClipSource, open_clip

GREY = np.stack(pictures(3))
RGB = np.repeat(GREY[..., None], 3, axis=3)


def _clip(tmp_path: Path, header: Dataset, fps: float | None = None) -> ClipSource:
    return open_clip(save_dicom(tmp_path / "a.dcm", header), fps)


def _shown(tmp_path: Path, header: Dataset) -> np.ndarray:
    return np.stack([frame.image for frame in _clip(tmp_path, header).frames()])


def test_grey_of_eight_bits_is_taken_as_it_is(tmp_path: Path) -> None:
    assert np.array_equal(_shown(tmp_path, dicom(GREY, "MONOCHROME2")), GREY)


def test_inverted_grey_is_turned(tmp_path: Path) -> None:
    assert np.array_equal(_shown(tmp_path, dicom(GREY, "MONOCHROME1")), 255 - GREY)


def test_twelve_bits_fill_the_range(tmp_path: Path) -> None:
    levels = np.linspace(0, 4095, 64 * 48).reshape(1, 48, 64).astype(np.uint16)
    shown = _shown(tmp_path, dicom(levels, "MONOCHROME2", BitsStored=12, HighBit=11))
    assert np.abs(shown - levels / 4095 * 255).max() <= 0.5  # grey: rounding


def test_window_says_what_is_black_and_white(tmp_path: Path) -> None:
    levels = np.arange(64 * 48, dtype=np.uint16).reshape(1, 48, 64)
    shown = _shown(tmp_path, dicom(levels, "MONOCHROME2", WindowCenter="1000", WindowWidth="500"))
    flat = shown.ravel()
    assert (flat[:745] == 0).all()
    assert (flat[1255:] == 255).all()
    assert flat[1000] == pytest.approx(128, abs=1)  # grey


def test_grey_in_colour_keeps_its_value(tmp_path: Path) -> None:
    assert np.array_equal(_shown(tmp_path, dicom(RGB, "RGB")), GREY)


def test_colour_by_planes(tmp_path: Path) -> None:
    header = dicom(RGB, "RGB")
    header.PlanarConfiguration = 1
    header.PixelData = np.ascontiguousarray(RGB.transpose(0, 3, 1, 2)).tobytes()
    assert np.array_equal(_shown(tmp_path, header), GREY)


def test_luma_of_ybr_is_its_first_part(tmp_path: Path) -> None:
    ybr = np.concatenate([GREY[..., None], np.full((3, 48, 64, 2), 128, np.uint8)], axis=3)
    assert np.array_equal(_shown(tmp_path, dicom(ybr, "YBR_FULL")), GREY)


@pytest.mark.parametrize(("kind", "video"), [("YBR_FULL_422", False), ("YBR_PARTIAL_422", True)])
def test_luma_of_halved_colour_heeds_its_range(tmp_path: Path, kind: str, video: bool) -> None:
    """Two pixels share one pair of colours; of YBR_PARTIAL black is 16 and white 235."""
    luma = np.rint(16 + GREY * (219 / 255)).astype(np.uint8) if video else GREY
    halved = np.full((3, 48, 32, 4), 128, np.uint8)
    halved[..., 0], halved[..., 1] = luma[:, :, ::2], luma[:, :, 1::2]
    header = dicom(RGB, kind)
    header.PixelData = halved.tobytes()
    # grey: 220 levels for 256
    assert np.abs(_shown(tmp_path, header).astype(int) - GREY).max() <= (1 if video else 0)


def test_colour_that_is_only_said_to_be_halved(tmp_path: Path) -> None:
    ybr = np.concatenate([GREY[..., None], np.full((3, 48, 64, 2), 90, np.uint8)], axis=3)
    assert np.array_equal(_shown(tmp_path, dicom(ybr, "YBR_FULL_422")), GREY)


@pytest.mark.parametrize(
    ("syntax", "grey_off"),
    [
        ("RLELossless", 0),
        ("JPEGLosslessProcess14", 0),
        ("JPEGLosslessProcess14_1", 0),  # what most scanners and archives mean by lossless
        ("JPEGLSLossless", 0),
        ("JPEGLSNearLossless", 2),
        ("JPEG2000Lossless", 0),
        ("JPEG2000", 2),
    ],
)
@pytest.mark.parametrize("colour", [False, True])
def test_packed_pictures_are_true(tmp_path: Path, syntax: str, grey_off: int, colour: bool) -> None:
    tinted = np.stack([GREY, 255 - GREY, GREY // 2], axis=3)
    source = save_dicom(
        tmp_path / "raw.dcm", dicom(tinted if colour else GREY, "RGB" if colour else "MONOCHROME2")
    )
    shown = np.stack([frame.image for frame in open_clip(_packed(source, syntax)).frames()])
    truth = np.stack([from_rgb(picture) for picture in tinted]) if colour else GREY
    assert np.abs(shown.astype(int) - truth).max() <= grey_off


def _packed(source: Path, syntax: str) -> Path:
    """A copy of a DICOM file, packed by another program."""
    reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
    reader.SetFileName(str(source))
    assert reader.Read()
    change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, syntax)))
    change.SetInput(reader.GetImage())
    assert change.Change()
    packed = source.with_name("packed.dcm")
    writer.SetFileName(str(packed))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return packed


def test_jpeg_cine_gives_luma_without_the_detour_over_rgb(tmp_path: Path) -> None:
    packed = []
    for shown in GREY:
        file = io.BytesIO()
        Image.fromarray(shown).convert("RGB").save(file, "jpeg", quality=95)
        packed.append(file.getvalue())
    read = _shown(tmp_path, jpeg_dicom(packed, (48, 64), "YBR_FULL_422"))
    expected = [np.asarray(Image.open(io.BytesIO(jpeg)).convert("L")) for jpeg in packed]
    assert np.abs(read.astype(int) - np.stack(expected)).max() <= 2  # grey: two ways to round


@pytest.mark.parametrize(("bits", "scale"), [(16, 256), (16, 257), (16, 1), (8, 1)])
def test_palette(tmp_path: Path, bits: int, scale: int) -> None:
    """Entries of 16 bits hold 16 or, from some makers, 8; the palette here turns grey over."""
    header = dicom(GREY, "PALETTE COLOR")
    entries = (255 - np.arange(256)) * scale
    for colour in ("Red", "Green", "Blue"):
        setattr(header, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, bits])
        table = entries.astype(np.uint16 if bits == 16 else np.uint8).tobytes()
        setattr(header, f"{colour}PaletteColorLookupTableData", table)
    assert np.array_equal(_shown(tmp_path, header), 255 - GREY)


@pytest.mark.parametrize(
    ("elements", "times_s"),
    [
        ({"FrameTime": "33.333"}, [0, 0.033333, 0.066666]),
        ({"CineRate": "20"}, [0, 0.05, 0.1]),
        ({"FrameTime": "50", "CineRate": "7"}, [0, 0.05, 0.1]),
        ({"FrameTimeVector": ["0", "40", "60"]}, [0, 0.04, 0.1]),
        ({"FrameTimeVector": ["5", "40", "60"]}, [0, 0.04, 0.1]),
        (
            {"FrameTimeVector": ["0", "40", "60"], "FrameTime": "10", "FrameIncrementPointer": 0x00181065},
            [0, 0.04, 0.1],
        ),
        ({"FrameTimeVector": ["0", "40", "60"], "FrameTime": "10"}, [0, 0.01, 0.02]),
        ({"FrameTimeVector": ["0", "40"], "CineRate": "20"}, [0, 0.05, 0.1]),  # too short to be true
        ({"FrameTime": "0", "CineRate": "20"}, [0, 0.05, 0.1]),
        ({"RecommendedDisplayFrameRate": "25"}, [0, 0.04, 0.08]),
        ({"CineRate": "20", "RecommendedDisplayFrameRate": "25"}, [0, 0.05, 0.1]),
    ],
)
def test_times_come_from_the_header(
    tmp_path: Path, elements: dict[str, object], times_s: list[float]
) -> None:
    clip = _clip(tmp_path, dicom(GREY, "MONOCHROME2", **elements), fps=1.0)
    assert clip.info().time_source == "dicom"
    assert [frame.t_s for frame in clip.frames()] == pytest.approx(times_s, abs=1e-6)


def test_times_of_a_header_that_gives_none(tmp_path: Path) -> None:
    header = dicom(GREY, "MONOCHROME2")
    assert all(isnan(frame.t_s) for frame in _clip(tmp_path, header).frames())
    given = _clip(tmp_path, header, fps=10.0)
    assert given.info().time_source == "setup"
    assert [frame.t_s for frame in given.frames()] == pytest.approx([0, 0.1, 0.2])


def _region(**elements: object) -> Dataset:
    item = Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return item


def test_regions_come_as_written(tmp_path: Path) -> None:
    place = {
        "RegionLocationMinX0": 2,
        "RegionLocationMinY0": 3,
        "RegionLocationMaxX1": 11,
        "RegionLocationMaxY1": 7,
    }
    whole = _region(
        RegionSpatialFormat=1,
        RegionDataType=1,
        PhysicalUnitsXDirection=3,
        PhysicalUnitsYDirection=4,
        PhysicalDeltaX=0.01,
        PhysicalDeltaY=0.02,
        **place,
    )
    header = dicom(GREY, "MONOCHROME2")
    header.SequenceOfUltrasoundRegions = Sequence([whole, _region(**place), _region(RegionDataType=1)])
    first, bare = _clip(tmp_path, header).info().regions  # the one without a place is left out
    assert first.roi == Roi(2, 3, 10, 5)  # the last column and row belong to it
    assert (first.x_units, first.y_units, first.x_delta, first.y_delta) == (3, 4, 0.01, 0.02)
    assert (first.data_type, first.spatial_format) == (1, 1)
    assert (bare.x_units, bare.data_type, bare.spatial_format) == (0, -1, -1)
    assert isnan(bare.x_delta)


def test_name_without_an_ending_is_known_by_its_content(tmp_path: Path) -> None:
    path = save_dicom(tmp_path / "IM_0001", dicom(GREY, "MONOCHROME2"))
    assert sum(1 for _ in open_clip(path).frames()) == 3


def _real(name: str) -> ClipSource:
    path = REAL_DATA / "screens" / f"{name}.dcm"
    if not path.exists():
        pytest.skip(f"no real data at {path} (USBIO_REAL_DATA)")
    return open_clip(path)


@pytest.mark.parametrize(
    ("name", "size_px", "frames", "regions"),
    [
        ("gdcm-US-ALOKA-16", (640, 480), 1, 3),
        ("examples_palette", (800, 350), 1, 2),
        ("examples_ybr_color", (320, 240), 30, 1),
        ("sonoque_axial-lateral-resolution-2020", (2083, 1455), 1, 1),
    ],
)
def test_real_dicom(name: str, size_px: tuple[int, int], frames: int, regions: int) -> None:
    clip = _real(name)
    info = clip.info()
    assert (info.width_px, info.height_px) == size_px
    assert (info.declared_frames, len(info.regions)) == (frames, regions)
    shown = list(clip.frames())
    assert len(shown) == frames
    assert shown[0].image.shape == (size_px[1], size_px[0])
    assert int(shown[0].image.max()) - int(shown[0].image.min()) > 150  # grey: a picture, not a blank


def test_real_regions_and_times() -> None:
    aloka = _real("gdcm-US-ALOKA-16").info()
    left, right, _ = aloka.regions
    assert left.roi.x + left.roi.width == right.roi.x  # side by side without a gap
    assert left.x_delta * 10 == pytest.approx(0.3827, abs=1e-4)  # mm per pixel, from cm
    cine = _real("examples_ybr_color")
    assert [frame.t_s for frame in cine.frames()][-1] == pytest.approx(29 * 0.033333, abs=1e-4)  # s
