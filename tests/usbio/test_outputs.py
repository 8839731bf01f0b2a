from __future__ import annotations

from pathlib import Path

import pytest

from usbio.errors import CallError, OutputError
from usbio.outputs import Place, Results, places, prove_writable


def test_results_go_beside_the_clip() -> None:
    assert places([Path("/a/clip.mp4"), Path("/b/clip.mp4")], None) == [
        Place(Path("/a"), "clip"),
        Place(Path("/b"), "clip"),
    ]


def test_only_clips_of_one_name_keep_their_folders() -> None:
    clips = [Path("/data/s1/left.mp4"), Path("/data/s2/left.avi"), Path("/data/s1/right.mp4")]
    assert places(clips, Path("/out")) == [
        Place(Path("/out/s1"), "left"),
        Place(Path("/out/s2"), "left"),
        Place(Path("/out"), "right"),
    ]


def test_a_folder_of_pictures_has_its_name_as_stem(tmp_path: Path) -> None:
    folder = tmp_path / "visit.1"
    folder.mkdir()
    assert places([folder], None) == [Place(tmp_path, "visit.1")]


@pytest.mark.parametrize(
    "clips",
    [
        ["/a/clip.mp4", "/a/clip.avi"],
        ["/a/clip.mp4", "/a/../a/clip.mp4"],  # named twice
        ["/a/x/clip.mp4", "/a/clip.mp4", "/a/x/clip.mov"],
    ],
)
def test_two_inputs_to_one_name_are_refused(clips: list[str]) -> None:
    for out in (None, Path("/out")):
        with pytest.raises(CallError, match="would write the same files"):
            places([Path(clip) for clip in clips], out)


def test_results_appear_all_at_once(tmp_path: Path) -> None:
    with Results(Place(tmp_path, "clip")) as results:
        with results.open(".json") as file:
            file.write("{}")
        assert not (tmp_path / "clip.json").exists()
        results.commit()
    assert [path.name for path in tmp_path.iterdir()] == ["clip.json"]


def test_nothing_is_left_of_results_that_failed(tmp_path: Path) -> None:
    (tmp_path / "clip.json").write_text("old", encoding="utf-8")

    def failing() -> None:
        with Results(Place(tmp_path, "clip")) as results, results.open(".json") as file:
            file.write("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        failing()
    assert [path.name for path in tmp_path.iterdir()] == ["clip.json"]
    assert (tmp_path / "clip.json").read_text(encoding="utf-8") == "old"


def test_what_exists_is_refused(tmp_path: Path) -> None:
    place = Place(tmp_path, "clip")
    place.refuse_existing([".json"])
    place.path(".json").touch()
    with pytest.raises(OutputError, match=r"clip\.json: exists already; add --force"):
        place.refuse_existing([".summary.csv", ".json"])


def test_a_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    prove_writable(tmp_path / "new" / "deeper")
    assert list((tmp_path / "new" / "deeper").iterdir()) == []


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match="is not a folder"):
            prove_writable(folder)
