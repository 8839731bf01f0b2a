"""A call made again: what stands of the same clip, setup and version is kept, anything else is refused."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.usbio.command_line import RESULTS, Captured, command, endings, errors, started, until
from tests.usbio.layer_clips import SETUP, cut, layer_pictures, write_video
from usbio import fingerprint, sidecar
from usbio.cli import main


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sound clips, one that breaks off, and their results."""
    folder = tmp_path_factory.mktemp("made")
    pictures = layer_pictures()
    write_video(folder / "a.mp4", pictures)
    write_video(folder / "b.mp4", pictures[:20])
    cut(write_video(folder / "whole.mkv", layer_pictures(60)), 0.5, "half.mkv")
    (folder / "whole.mkv").unlink()
    (folder / "setup.toml").write_text(SETUP, encoding="utf-8")
    assert analyze(folder, "a.mp4", "b.mp4", "half.mkv") == 1
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy to work in."""
    return Path(shutil.copytree(made, tmp_path / "clips"))


def analyze(folder: Path, *more: str) -> int:
    clips = [str(folder / one) for one in more if not one.startswith("-")]
    options = [one for one in more if one.startswith("-")]
    return main(["analyze", *clips, *options, "--setup", str(folder / "setup.toml"), "--side", "left"])


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_stands_is_not_made_again(folder: Path, capsys: Captured) -> None:
    before = content(folder)
    assert analyze(folder, "a.mp4", "b.mp4") == 0
    said = capsys.readouterr()
    assert said.out == "2 of 2 clips stood already\n"
    assert said.err == ""
    assert content(folder) == before  # not even the date of the run


def test_a_clip_that_breaks_off_is_said_again(folder: Path, capsys: Captured) -> None:
    before = content(folder)
    assert analyze(folder, "half.mkv", "a.mp4") == 1
    said = capsys.readouterr()
    assert said.out == "2 of 2 clips stood already\n"
    (line,) = said.err.splitlines()
    assert "half.mkv: breaks off after" in line
    assert content(folder) == before


def test_only_what_is_missing_is_measured(folder: Path, capsys: Captured) -> None:
    for ending in RESULTS:
        (folder / f"b{ending}").unlink()
    assert analyze(folder, "a.mp4", "b.mp4") == 0
    assert "1 of 2 clips stood already" in capsys.readouterr().out
    assert endings(folder, "b") == RESULTS | {".mp4"}


@pytest.mark.parametrize("lost", [".summary.csv", ".frames.csv", ".run.json"])
def test_results_of_which_some_are_missing_are_completed(folder: Path, lost: str) -> None:
    before = content(folder)
    (folder / f"a{lost}").unlink()
    assert analyze(folder, "a.mp4") == 0
    after = content(folder)
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} <= {"a.run.json"}


def test_a_file_without_a_byte_is_made_again(folder: Path) -> None:
    before = content(folder)
    (folder / "a.repetitions.csv").write_bytes(b"")
    assert analyze(folder, "a.mp4") == 0
    assert content(folder) == before


def test_an_overlay_asked_for_later_is_added(folder: Path) -> None:
    before = content(folder)
    assert analyze(folder, "a.mp4", "--overlay", "--borders", "--mmode", "--experimental") == 0
    after = content(folder)
    assert after.keys() - before.keys() == {
        "a.overlay.mp4",
        "a.borders.jsonl",
        "a.mmode.png",
        "a.experimental.csv",
    }
    assert all(after[name] == before[name] for name in before)


def another_clip(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_video(folder / "a.mp4", layer_pictures(30))


def another_setup(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "setup.toml").write_text(SETUP.replace("0.2", "0.25"), encoding="utf-8")


def another_version(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (fingerprint, sidecar):
        monkeypatch.setattr(module, "__version__", "9.9.9")


def another_ending(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(folder / "a.mp4", folder / "new.mp4")
    (folder / "a.mp4").unlink()
    (folder / "new.mp4").rename(folder / "a.mov")


@pytest.mark.parametrize("change", [another_clip, another_setup, another_version, another_ending])
def test_results_of_another_input_are_refused(
    folder: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, change: object
) -> None:
    assert callable(change)
    change(folder, monkeypatch)
    clip = "a.mov" if (folder / "a.mov").exists() else "a.mp4"
    before = content(folder)
    assert analyze(folder, clip) == 1
    (line,) = errors(capsys)
    assert "a.frames.csv: exists already, from another clip, setup or version; add --force" in line
    assert content(folder) == before
    assert analyze(folder, clip, "--force") == 0
    assert content(folder)["a.json"] != before["a.json"]
    assert analyze(folder, clip) == 0


def test_how_a_setup_file_is_written_does_not_count(folder: Path, capsys: Captured) -> None:
    (folder / "setup.toml").write_text(f"# a word\n{SETUP}\n# another\n", encoding="utf-8")
    assert analyze(folder, "a.mp4") == 0
    assert capsys.readouterr().out == "1 of 1 clip stood already\n"


@pytest.mark.parametrize("text", [b"", b"no json", b"[1]", b"\xff\xfe"])
def test_a_sidecar_that_is_none_is_refused(folder: Path, capsys: Captured, text: bytes) -> None:
    (folder / "a.json").write_bytes(text)
    assert analyze(folder, "a.mp4") == 1
    (line,) = errors(capsys)
    assert "exists already" in line


def test_a_pair_that_stands(folder: Path, capsys: Captured) -> None:
    pair = ["--left", str(folder / "a.mp4"), "--right", str(folder / "b.mp4"), "--out", str(folder / "out")]
    call = ["analyze", *pair, "--setup", str(folder / "setup.toml")]
    assert main(call) == 0
    before = content(folder / "out")
    capsys.readouterr()
    assert main(call) == 0
    assert capsys.readouterr() == ("2 of 2 clips stood already\n", "")
    (folder / "out" / "a+b.summary.csv").unlink()
    (folder / "out" / "b.frames.csv").unlink()
    assert main(call) == 0
    after = content(folder / "out")
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} <= {"b.run.json", "a+b.run.json"}
    write_video(folder / "b.mp4", layer_pictures(30))
    capsys.readouterr()
    assert main(call) == 1
    assert "a+b.summary.csv: exists already, from another clip" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="no process is killed there in this way")
def test_a_killed_run_goes_on_where_it_was(folder: Path, tmp_path: Path) -> None:
    long_clip = write_video(folder / "c.mp4", layer_pictures(20) * 60)
    clips = [folder / "a.mp4", long_clip, folder / "b.mp4"]
    out = tmp_path / "out"
    more = ["--setup", str(folder / "setup.toml"), "--side", "left", "--borders", "--out", str(out)]
    call = ["analyze", *map(str, clips), *more]

    running = started(*call)
    until(running, lambda: any(path.stat().st_size for path in out.glob(".c.borders.*")))
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=60)
    assert endings(out, "a") == RESULTS | {".borders.jsonl"}
    assert endings(out, "c") == endings(out, "b") == set()

    again = subprocess.run(command(*call), capture_output=True, text=True, timeout=120, check=False)
    assert again.returncode == 0
    assert "1 of 3 clips stood already" in again.stdout
    for stem in "abc":
        assert endings(out, stem) == RESULTS | {".borders.jsonl"}
    assert not list(out.glob(".*"))  # nothing is left of the run that was killed


def test_an_interruption_between_names_is_completed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sidecar has its name first, so that the others are known to be missing."""
    named: list[str] = []
    real = Path.replace

    def stopped(part: Path, final: Path) -> Path:
        if len(named) == 2:
            raise KeyboardInterrupt
        named.append(final.name)
        return real(part, final)

    call = ["analyze", str(folder / "a.mp4"), "--setup", str(folder / "setup.toml"), "--side", "left"]
    monkeypatch.setattr(Path, "replace", stopped)
    assert main([*call, "--out", str(tmp_path / "out")]) == 130
    monkeypatch.undo()
    assert named[0] == "a.json"
    assert set(content(tmp_path / "out")) == set(named)
    assert main([*call, "--out", str(tmp_path / "out")]) == 0
    assert endings(tmp_path / "out", "a") == RESULTS
