from __future__ import annotations

import os
import subprocess
import sys
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


def _written(place: Place, text: str, *, replace: bool) -> None:
    with Results(place, replace) as results:
        for ending in (".frames.csv", ".json"):
            with results.open(ending) as file:
                file.write(text)
        results.commit()


def test_without_replacing_only_what_is_missing_is_added(tmp_path: Path) -> None:
    place = Place(tmp_path, "clip")
    _written(place, "old", replace=True)
    place.path(".json").unlink()
    _written(place, "new", replace=False)
    assert place.path(".frames.csv").read_text(encoding="utf-8") == "old"
    assert place.path(".json").read_text(encoding="utf-8") == "new"
    _written(place, "newest", replace=True)
    assert {path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {"newest"}


@pytest.mark.parametrize(("stands", "first"), [(False, "clip.json"), (True, "clip.frames.csv")])
def test_the_sidecar_vouches_for_what_stands_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stands: bool, first: str
) -> None:
    place = Place(tmp_path, "clip")
    if stands:
        _written(place, "old", replace=True)
    named: list[str] = []
    real = Path.replace

    def noted(part: Path, final: Path) -> Path:
        named.append(final.name)
        return real(part, final)

    monkeypatch.setattr(Path, "replace", noted)
    _written(place, "new", replace=True)
    assert named[0] == first
    assert len(named) == 2


def test_what_a_dead_process_left_is_swept(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    dead, own = int(done.stdout), os.getpid()
    left = [f".clip.borders.{dead}.part.jsonl", f"..clip.overlay.{dead}.part.{dead}.part.mp4"]
    others = [f".clip.borders.{own}.part.jsonl", f".other.json.{dead}.part", "clip.json", f".clip.{dead}.csv"]
    for name in [*left, *others]:
        (tmp_path / name).touch()
    Place(tmp_path, "clip").sweep()
    assert {path.name for path in tmp_path.iterdir()} == set(others)
    Place(tmp_path, "clip").sweep(own)
    assert {path.name for path in tmp_path.iterdir()} == set(others[1:])
