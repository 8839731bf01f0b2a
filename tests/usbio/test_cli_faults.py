"""What goes wrong in a clinic, through the command itself: one clear line, the right code, nothing lost."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.usbio.command_line import RESULTS, Captured, command, endings, errors
from tests.usbio.layer_clips import (
    SETUP,
    cut,
    layer_pictures,
    write_dicom,
    write_mp4_with_index_last,
    write_video,
)
from usbio.cli import main


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good clip, a setup file, and everything that can be wrong with a clip."""
    folder = tmp_path_factory.mktemp("clips")
    pictures = layer_pictures()
    write_video(folder / "good.mp4", pictures)
    write_video(folder / "second.mp4", pictures[:20])
    (folder / "setup.toml").write_text(SETUP, encoding="utf-8")
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("this is no clip\n" * 50, encoding="utf-8")
    (folder / "random.avi").write_bytes(np.random.default_rng(1).bytes(20_000))
    cut(write_video(folder / "whole.mkv", layer_pictures(60)), 0.5, "half.mkv")
    cut(write_mp4_with_index_last(folder / "last.mp4", pictures), 0.6, "no_index.mp4")
    cut(write_dicom(folder / "whole.dcm", pictures), 0.6, "cut.dcm")
    (folder / "no_pictures").mkdir()
    (folder / "no_pictures" / "notes.txt").write_text("nothing here", encoding="utf-8")
    return folder


def call(clips: Path, *arguments: str | Path, side: str | None = "left") -> int:
    given = ["analyze", *map(str, arguments), "--setup", str(clips / "setup.toml")]
    return main([*given, *(["--side", side] if side else [])])


def test_a_good_clip(clips: Path, tmp_path: Path, capsys: Captured) -> None:
    assert call(clips, clips / "good.mp4", "--out", tmp_path, "--overlay", "--borders") == 0
    assert endings(tmp_path, "good") == RESULTS | {".overlay.mp4", ".borders.jsonl"}
    assert errors(capsys) == []


def test_a_good_clip_gives_the_same_bytes_again(clips: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert (
            call(clips, clips / "good.mp4", "--out", tmp_path / name, "--overlay", "--borders", "--mmode")
            == 0
        )
    for path in (tmp_path / "a").iterdir():
        if path.name != "good.run.json":
            assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_quiet_says_nothing(clips: Path, tmp_path: Path, capsys: Captured) -> None:
    assert call(clips, clips / "good.mp4", "--out", tmp_path, "--quiet") == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "name",
    ["empty.mp4", "text.mp4", "random.avi", "no_index.mp4", "cut.dcm", "no_pictures", "missing.mp4"],
)
def test_a_bad_input_is_one_line_and_the_good_ones_are_done(
    clips: Path, tmp_path: Path, capsys: Captured, name: str
) -> None:
    assert call(clips, clips / name, clips / "good.mp4", "--out", tmp_path) == 1
    (line,) = errors(capsys)
    assert line.startswith("usbio: ")
    assert name in line
    assert "; " in line  # what happened; what to do
    assert "error of the program" not in line
    assert endings(tmp_path, "good") == RESULTS
    assert len(list(tmp_path.iterdir())) == len(RESULTS)  # nothing of the bad one, no temporary file


def test_a_clip_cut_half_way_keeps_the_frames_before_the_break(
    clips: Path, tmp_path: Path, capsys: Captured
) -> None:
    assert call(clips, clips / "half.mkv", "--out", tmp_path) == 1
    (line,) = errors(capsys)
    assert "half.mkv" in line
    assert "error of the program" not in line
    frames = (tmp_path / "half.frames.csv").read_text(encoding="utf-8").splitlines()
    assert 5 < len(frames) - 1 < 60
    assert endings(tmp_path, "half") == RESULTS


@pytest.mark.parametrize("below", ["good.mp4", "good.mp4/deeper"])
def test_an_output_folder_that_cannot_be(clips: Path, capsys: Captured, below: str) -> None:
    assert call(clips, clips / "good.mp4", "--out", clips / below) == 1
    (line,) = errors(capsys)
    assert "is not a folder; choose another folder" in line


def test_an_output_folder_without_the_right_to_write(clips: Path, capsys: Captured) -> None:
    if not Path("/proc/self").exists():
        pytest.skip("no /proc, where not even root may make a folder")
    assert call(clips, clips / "good.mp4", "--out", "/proc/results") == 1
    (line,) = errors(capsys)
    assert line.startswith("usbio: /proc/results: ")


def test_results_are_never_overwritten_without_force(clips: Path, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "good.summary.csv").write_text("mine", encoding="utf-8")
    assert call(clips, clips / "good.mp4", clips / "second.mp4", "--out", tmp_path) == 1
    (line,) = errors(capsys)
    assert "good.summary.csv: exists already; add --force" in line
    assert (tmp_path / "good.summary.csv").read_text(encoding="utf-8") == "mine"
    assert endings(tmp_path, "good") == {".summary.csv"}
    assert endings(tmp_path, "second") == RESULTS
    assert call(clips, clips / "good.mp4", "--out", tmp_path, "--force") == 0
    assert (tmp_path / "good.summary.csv").read_text(encoding="utf-8").startswith("side,muscle,")


def test_no_side_is_an_incomplete_call(clips: Path, tmp_path: Path, capsys: Captured) -> None:
    assert call(clips, clips / "good.mp4", "--out", tmp_path, side=None) == 2
    (line,) = errors(capsys)
    assert "--side" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        ("[calibration]\nx_mm_per_px = -1\n", "x_mm_per_px"),
        ("[image]\ncrop = [0, 0, 10, 10]\n", "crop"),
        ("[image\n", "line 1"),
    ],
)
def test_a_setup_file_with_a_mistake(
    clips: Path, tmp_path: Path, capsys: Captured, mistake: str, words: str
) -> None:
    setup = tmp_path / "wrong.toml"
    setup.write_text(mistake, encoding="utf-8")
    arguments = ["--setup", str(setup), "--view", "layer", "--side", "left", "--out", str(tmp_path / "out")]
    assert main(["analyze", str(clips / "good.mp4"), *arguments]) == 2
    (line,) = errors(capsys)
    assert "wrong.toml" in line
    assert words in line
    assert not (tmp_path / "out").exists()


def test_an_unknown_method(clips: Path, tmp_path: Path, capsys: Captured) -> None:
    setup = tmp_path / "magic.toml"
    setup.write_text(SETUP.replace('view = "layer"', 'view = "layer"\nmethod = "magic"'), encoding="utf-8")
    arguments = ["--setup", str(setup), "--side", "left", "--out", str(tmp_path / "out")]
    assert main(["analyze", str(clips / "good.mp4"), *arguments]) == 2
    (line,) = errors(capsys)
    assert "magic" in line
    assert list((tmp_path / "out").iterdir()) == []


def test_a_missing_setup_file(clips: Path, capsys: Captured) -> None:
    assert main(["analyze", str(clips / "good.mp4"), "--setup", str(clips / "no.toml")]) == 2
    (line,) = errors(capsys)
    assert "no.toml" in line


WRONG_CALLS = {
    "": "no command given",
    "analyse": "analyse",
    "analyze": "no clip given",
    "analyze good.mp4": "no view given",
    "analyze good.mp4 --view foot": "there is no view foot",
    "analyze good.mp4 --view layer --side up": "there is no side up",
    "analyze missing.mp4 --view layer": "nobody says whose side it shows",
    "analyze good.mp4 --sdie left": "--sdie",
    "analyze good.mp4 --view": "--view",
    "analyze --left good.mp4 --view layer": "give both --left and --right",
    "analyze --left a.mp4 --right b.mp4 c.mp4 --view layer": "beside a pair",
    "analyze --left a.mp4 --right b.mp4 --side left --view layer": "--side",
    "analyze sim:tra --view tra": "is not a clip",
    "analyze a.mp4 a.avi --view layer": "would write the same files",
    "analyze a.mp4 ./a.mp4 --view layer --out x": "is named twice",
    "analyze a.png a.mmode.png --view layer --side left --mmode": "both an input and a result",
    "analyze a.mp4 a.overlay.mp4 --view layer --side left --overlay": "both an input and a result",
}


@pytest.mark.parametrize("arguments", WRONG_CALLS)
def test_a_wrong_call_is_one_line_and_code_2(
    arguments: str, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments.split()) == 2
    (line,) = errors(capsys)
    assert line.startswith("usbio: ")
    assert WRONG_CALLS[arguments] in line
    assert list(tmp_path.iterdir()) == []


def test_clips_of_one_name_keep_their_folders(clips: Path, tmp_path: Path) -> None:
    content = (clips / "second.mp4").read_bytes()
    for folder in ("visit1", "visit2"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "second.mp4").write_bytes(content)
    inputs = [tmp_path / folder / "second.mp4" for folder in ("visit1", "visit2")]
    assert call(clips, *inputs, clips / "good.mp4", "--out", tmp_path / "out") == 0
    assert endings(tmp_path / "out" / "visit1", "second") == RESULTS
    assert endings(tmp_path / "out" / "visit2", "second") == RESULTS
    assert endings(tmp_path / "out", "good") == RESULTS


def test_a_pair(clips: Path, tmp_path: Path, capsys: Captured) -> None:
    pair: list[str | Path] = [
        "--left",
        clips / "good.mp4",
        "--right",
        clips / "second.mp4",
        "--out",
        tmp_path,
    ]
    assert call(clips, *pair, side=None) == 0
    assert endings(tmp_path, "good+second") == {".summary.csv", ".json", ".run.json"}
    text = (tmp_path / "good+second.summary.csv").read_text(encoding="utf-8")
    assert "both,layer,size_asymmetry_signed_percent" in text
    capsys.readouterr()
    (tmp_path / "good+second.json").write_text("{}", encoding="utf-8")
    assert call(clips, *pair, side=None) == 1
    (line,) = errors(capsys)
    assert "good+second.summary.csv: exists already" in line


def test_half_a_pair_is_still_written(clips: Path, tmp_path: Path, capsys: Captured) -> None:
    pair: list[str | Path] = ["--left", clips / "good.mp4", "--right", clips / "empty.mp4", "--out", tmp_path]
    assert call(clips, *pair, side=None) == 1
    assert len(errors(capsys)) == 1
    assert endings(tmp_path, "good") == RESULTS
    assert len(list(tmp_path.iterdir())) == len(RESULTS)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 100 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "usbio-test", str(disk)]
    try:
        made = subprocess.run(mount, capture_output=True, text=True, timeout=10, check=False)
    except OSError as error:
        pytest.skip(f"no small disk to fill: {error}")
    if made.returncode != 0:
        pytest.skip(f"no small disk to fill: {made.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], timeout=10, check=True)


@pytest.mark.parametrize("more", [(), ("--overlay", "--borders", "--mmode", "--experimental")])
def test_a_full_disk(clips: Path, small_disk: Path, capsys: Captured, more: tuple[str, ...]) -> None:
    assert call(clips, clips / "second.mp4", "--out", small_disk) == 0
    before = {path.name: path.read_bytes() for path in small_disk.iterdir()}
    filling = small_disk / "filling"
    try:
        filling.write_bytes(bytes(200_000))
    except OSError:
        assert filling.stat().st_size > 0
    capsys.readouterr()
    assert call(clips, clips / "good.mp4", "--out", small_disk, *more) == 1
    (line,) = errors(capsys)
    assert line.startswith(f"usbio: {small_disk / 'good'}.") or str(small_disk) in line
    assert "the disk is full; free some space or choose another folder" in line
    filling.unlink()
    assert {path.name: path.read_bytes() for path in small_disk.iterdir()} == before


def test_a_bug_is_one_line_and_a_log(
    clips: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    from usbio import measuring
    from usbio.cli import console

    def broken(*_: object) -> None:
        raise ValueError("expected a fascia, came a fish")

    monkeypatch.setattr(console, "_log_file", lambda: tmp_path / "usbio.log")
    monkeypatch.setattr(measuring, "start", broken)
    assert call(clips, clips / "good.mp4", "--out", tmp_path / "out") == 1
    (line,) = errors(capsys)
    assert "came a fish" in line
    assert str(tmp_path / "usbio.log") in line
    assert "Traceback" in (tmp_path / "usbio.log").read_text(encoding="utf-8")


def test_the_command_itself_never_shows_a_traceback(clips: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        command("analyze", clips / "text.mp4", "--view", "layer", "--side", "left", "--out", tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_crop_that_fits_most_clips_costs_only_the_others(
    clips: Path, tmp_path: Path, capsys: Captured
) -> None:
    picture = layer_pictures()[0]
    height, width = picture.shape
    small = tmp_path / "small.png"
    Image.fromarray(picture[: height // 2, : width // 2]).save(small)
    setup = tmp_path / "crop.toml"
    setup.write_text(
        f"[image]\ncrop_px = [0, 0, {width}, {height}]\n[calibration]\nx_mm_per_px = 0.1\ny_mm_per_px = 0.1\n"
    )
    inputs = [str(clips / "second.mp4"), str(small), str(clips / "good.mp4")]
    more = ["--view", "layer", "--side", "left", "--setup", str(setup), "--out", str(tmp_path / "out")]
    assert main(["analyze", *inputs, *more]) == 1
    (line,) = errors(capsys)
    assert "small.png, [image] crop_px" in line
    assert endings(tmp_path / "out", "good") == RESULTS
    assert main(["analyze", str(small), *more]) == 2  # alone it is the call


def test_a_clip_of_one_picture_is_counted(clips: Path, tmp_path: Path, capsys: Captured) -> None:
    one = write_video(tmp_path / "one.mp4", layer_pictures()[:1])
    assert call(clips, one, "--out", tmp_path / "out") == 0
    said = capsys.readouterr()
    assert "one.mp4: 1 of 1 frames measured" in said.err
    assert "one.mp4: 1 frame, 0 repetitions" in said.out
