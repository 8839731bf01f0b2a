"""The writer: explicit times, whole files or none, and a full disk that costs nothing that stood there."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from segmentation.results import Picture
from tests.usbio.clips import noise, picture
from usbio.errors import OutputError
from usbio.sources.clip import open_clip
from usbio.video import ClipWriter


def _only_file(folder: Path, name: str) -> bool:
    return [file.name for file in folder.iterdir()] == [name]


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv"])
def test_times_are_written_as_given(tmp_path: Path, name: str) -> None:
    times_s = [0.0, 0.05, 0.055, 0.3, 1.0, 1.7]
    with ClipWriter(tmp_path / name, (64, 48), 30.0) as clip:
        for index, t_s in enumerate(times_s):
            clip.write(picture(index), t_s)
    read_s = [frame.t_s for frame in open_clip(tmp_path / name).frames()]
    tolerance_s = 0.00051 if name == "a.mkv" else 1e-5  # Matroska counts in ms
    assert read_s == pytest.approx(times_s, abs=2 * tolerance_s)
    assert _only_file(tmp_path, name)


def test_grey_clip_is_flagged_full_range(tmp_path: Path) -> None:
    with ClipWriter(tmp_path / "a.mp4", (64, 48), 25.0) as clip:
        clip.write(picture(0), 0.0)
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert next(container.decode(video=0)).format.name == "yuvj420p"


def test_colour_clip_keeps_its_colours(tmp_path: Path) -> None:
    shown = np.zeros((48, 64, 3), np.uint8)
    shown[:, :32] = (230, 159, 0)
    with ClipWriter(tmp_path / "a.mp4", (64, 48), 25.0, grey=False) as clip:
        clip.write(shown, 0.0)
    with av.open(str(tmp_path / "a.mp4")) as container:
        read = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert np.abs(read[24, 16].astype(int) - (230, 159, 0)).max() <= 6  # of 255: video range, 8 bits
    assert read[24, 56].max() <= 6


def test_odd_size_gains_one_row_and_column(tmp_path: Path) -> None:
    with ClipWriter(tmp_path / "a.mp4", (63, 47), 25.0, crf=0) as clip:
        clip.write(picture(0, 63, 47), 0.0)
    read = next(open_clip(tmp_path / "a.mp4").frames()).image
    assert read.shape == (48, 64)
    assert np.array_equal(read[:47, :63], picture(0, 63, 47))


def test_same_pictures_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        with ClipWriter(tmp_path / name, (64, 48), 25.0) as clip:
            for index in range(10):
                clip.write(picture(index), index / 25)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_name_appears_only_when_the_clip_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with ClipWriter(path, (64, 48), 25.0) as clip:
        clip.write(picture(0), 0.0)
        assert not path.exists()
    assert path.exists()
    clip.close()  # a second time is nothing


def _write_all(path: Path, shown: list[Picture], codec: str) -> None:
    height, width = shown[0].shape
    with ClipWriter(path, (width, height), 25.0, codec=codec, crf=0) as clip:
        for index, each in enumerate(shown):
            clip.write(each, index / 25)


def test_fault_in_between_leaves_the_old_clip(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"the old clip")
    with pytest.raises(ValueError, match="came"):
        _write_all(path, [picture(0), picture(1, 32, 32)], "libx264")
    assert path.read_bytes() == b"the old clip"
    assert _only_file(tmp_path, "a.mp4")


def test_mistakes_of_the_caller(tmp_path: Path) -> None:
    with ClipWriter(tmp_path / "a.mp4", (64, 48), 25.0) as clip:
        clip.write(picture(0), 1.0)
        for wrong, t_s in ((picture(0, 48, 48), 2.0), (picture(0).astype(float), 2.0), (picture(0), 1.0)):
            with pytest.raises(ValueError, match="came"):
                clip.write(wrong, t_s)
    with pytest.raises(ValueError, match="closed"):
        clip.write(picture(0), 3.0)
    with pytest.raises(ValueError, match="true time stamps"):
        ClipWriter(tmp_path / "a.avi", (64, 48), 25.0)
    with (
        pytest.raises(ValueError, match="at least one picture"),
        ClipWriter(tmp_path / "b.mp4", (64, 48), 25.0),
    ):
        pass
    assert _only_file(tmp_path, "a.mp4")


def test_folder_that_cannot_hold_the_clip(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for folder in (tmp_path / "file", tmp_path / "nowhere"):
        with pytest.raises(OutputError, match="its folder does not exist"):
            ClipWriter(folder / "a.mp4", (64, 48), 25.0)


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.mkv", "ffv1")])
def test_full_disk_gives_one_line_and_costs_nothing(small_disk: Path, name: str, codec: str) -> None:
    path = small_disk / name
    path.write_bytes(b"the old clip")
    with pytest.raises(OutputError) as caught:
        _write_all(path, noise(10, 160, 120) * 30, codec)
    assert str(caught.value) == f"{path}: the disk is full; free some space or choose another folder"
    assert path.read_bytes() == b"the old clip"
    assert _only_file(small_disk, name)


def test_clip_given_up_takes_nothing_more(tmp_path: Path) -> None:
    clip = ClipWriter(tmp_path / "a.mp4", (64, 48), 25.0)
    clip.write(picture(0), 0.0)
    clip.discard()
    with pytest.raises(ValueError, match="given up"):
        clip.write(picture(1), 1.0)
    clip.close()
    assert list(tmp_path.iterdir()) == []
