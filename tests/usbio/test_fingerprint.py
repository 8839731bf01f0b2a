"""What makes two inputs the same: their content and what is asked of them, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.usbio.clips import pictures, write_folder
from usbio.errors import InputError
from usbio.fingerprint import clip_hash, fingerprint, task_hash
from usbio.setup import ImageTable, SetupFile
from usbio.task import Task


def test_bytes_count_and_place_does_not(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(b"the same")
    assert clip_hash(tmp_path / "a.mp4") == clip_hash(tmp_path / "b.mp4")
    (tmp_path / "b.mp4").write_bytes(b"the sane")
    assert clip_hash(tmp_path / "a.mp4") != clip_hash(tmp_path / "b.mp4")


def test_a_known_hash() -> None:
    """So that results made today are still known tomorrow."""
    assert task_hash(Task("tra", side="left")) == "92d4a8f7ea26b35607703ac6e33d07b7"


def test_a_folder_is_its_pictures_and_their_names(tmp_path: Path) -> None:
    one = write_folder(tmp_path / "one", pictures(3))
    two = write_folder(tmp_path / "two", pictures(3))
    (two / "notes.txt").write_text("another word")  # no picture: does not count
    assert clip_hash(one) == clip_hash(two)
    (two / "scan 3.png").rename(two / "scan 4.png")
    assert clip_hash(one) != clip_hash(two)
    (two / "scan 4.png").unlink()
    assert clip_hash(one) != clip_hash(two)


@pytest.mark.parametrize(
    "other",
    [
        Task("tra", side="right"),
        Task("layer", side="left"),
        Task("tra", image_left="left"),
        Task("tra", SetupFile(image=ImageTable(crop_px=(0, 0, 10, 10))), side="left"),
        Task("tra", SetupFile(acquisition={"subject": "S01"}), side="left"),
    ],
)
def test_everything_asked_counts(other: Task) -> None:
    assert task_hash(other) != task_hash(Task("tra", side="left"))


def test_a_missing_clip_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        fingerprint(tmp_path / "no.mp4", Task("tra"))
