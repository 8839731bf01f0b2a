"""Phantom clips as files, the cache of drawn pictures, and the sample clips that ship."""

from __future__ import annotations

import csv
import json
import re
from contextlib import closing
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pytest

from segmentation.phantom.clip import Phantom
from segmentation.phantom.scenes import random_clip
from segmentation.results import Picture, Side
from segmentation.views import ViewName
from usbio.cli import main
from usbio.errors import OutputError
from usbio.frames import Frame
from usbio.render_cache import cached_path, pictures
from usbio.setup import load_setup
from usbio.simulate import TRUTH_COLUMNS, SimulatedFiles, default_stem, setup_file, simulate
from usbio.sources.clip import open_clip

_SAMPLES: dict[str, ViewName] = {
    "lm_csa": "lm-csa",
    "lm_thickness_left": "lm-thickness",
    "tra_left": "tra",
    "tra_right": "tra",
    "layer_left": "layer",
    "contour_left": "contour",
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("USBIO_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_clip_truth_borders_and_setup_are_written(tmp_path: Path) -> None:
    heard: list[tuple[int, int | None]] = []
    written = simulate(
        "layer", tmp_path, seed=4, side="right", seconds=0.2, on_frame=lambda *done: heard.append(done)
    )
    assert [path.name for path in written] == [
        f"layer_right{ending}" for ending in (".mp4", ".truth.csv", ".truth.borders.jsonl", ".toml")
    ]
    assert heard == [(n, 5) for n in range(1, 6)]
    phantom = Phantom(random_clip("layer", 4, side="right", seconds=0.2, fps=25.0))
    assert [frame.t_s for frame in _decoded(written.clip)] == pytest.approx([0.0, 0.04, 0.08, 0.12, 0.16])
    rows = list(csv.DictReader(written.truth.read_text(encoding="utf-8").splitlines()))
    assert tuple(rows[0]) == TRUTH_COLUMNS
    assert [row["frame"] for row in rows] == ["0", "1", "2", "3", "4"]
    assert float(rows[3]["thickness_mm"]) == pytest.approx(phantom.truth(3).muscles[0].thickness_mm, abs=1e-4)
    assert rows[0]["area_cm2"] == ""
    lines = [json.loads(line) for line in written.borders.read_text(encoding="utf-8").splitlines()]
    assert set(lines[4]["borders"]) == {"right_layer_superficial", "right_layer_deep"}
    setup = load_setup(written.setup)
    assert setup == setup_file(phantom.setup)
    assert setup.image.side == "right"
    assert setup.measure.view == "layer"


def test_a_two_sided_setup_names_the_side_on_the_left_and_both_borders() -> None:
    setup = setup_file(Phantom(random_clip("lm-csa", 1, side="right")).setup)
    assert (setup.image.side, setup.image.image_left) == (None, "right")
    assert [border.side for border in setup.border] == ["right", "left"]


def test_files_are_replaced_only_by_force(tmp_path: Path) -> None:
    simulate("layer", tmp_path, seconds=0.1)
    before = (tmp_path / "layer_left.truth.csv").read_bytes()
    with pytest.raises(OutputError, match="exists already"):
        simulate("layer", tmp_path, seconds=0.1, seed=2)
    assert (tmp_path / "layer_left.truth.csv").read_bytes() == before
    simulate("layer", tmp_path, seconds=0.1, seed=2, force=True)
    assert (tmp_path / "layer_left.truth.csv").read_bytes() != before


def test_the_command_writes_and_says_what_is_wrong(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "contour", "--out", str(tmp_path), "--seconds", "0.1", "--quiet"]) == 0
    assert (tmp_path / "contour_left.toml").is_file()
    assert main(["simulate", "knee", "--out", str(tmp_path)]) == 2
    assert main(["simulate", "tra", "--side", "both", "--out", str(tmp_path)]) == 2
    assert main(["simulate", "tra", "--name", "a/b", "--out", str(tmp_path)]) == 2
    assert main(["simulate", "tra", "--out", str(tmp_path / "contour_left.toml" / "x")]) == 1
    assert main(["simulate", "tra", "--out", str(tmp_path / "contour_left.toml")]) == 1
    assert main(["simulate", "tra", "--out", str(tmp_path), "--seconds", "-1"]) == 2
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 6
    assert "contour_left.toml: is not a folder" in lines[4]
    assert "'--seconds': it must be greater" in lines[5]
    assert all(re.match(r"usbio: .+: .+; .+", line) for line in lines)


def test_drawn_pictures_are_kept_to_the_bit() -> None:
    phantom = _Counted(random_clip("layer", 1, seconds=0.1, fps=25.0))
    first = list(pictures(phantom))
    assert phantom.drawn == [0, 1]
    again = list(pictures(phantom))
    assert phantom.drawn == [0, 1]
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_another_plan_is_another_render() -> None:
    plan = random_clip("layer", 1, seconds=0.1)
    assert cached_path(Phantom(plan)) == cached_path(Phantom(random_clip("layer", 1, seconds=0.1)))
    assert cached_path(Phantom(plan)) != cached_path(Phantom(replace(plan, soften_px=0.6)))


def test_a_render_given_up_half_way_is_not_kept(cache: Path) -> None:
    phantom = _Counted(random_clip("layer", 1, seconds=0.1, fps=25.0))
    with closing(pictures(phantom)) as half:
        next(half)
    assert list((cache / "phantom").iterdir()) == []


def test_a_damaged_cache_is_drawn_anew(cache: Path) -> None:
    phantom = _Counted(random_clip("layer", 1, seconds=0.1, fps=25.0))
    first = list(pictures(phantom))
    cached_path(phantom).write_bytes(b"no clip")
    assert np.array_equal(list(pictures(phantom))[1], first[1])
    assert np.array_equal(list(pictures(phantom))[1], first[1])


def test_a_cache_that_cannot_be_written_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("USBIO_CACHE_DIR", str(tmp_path / "file"))
    assert len(list(pictures(_Counted(random_clip("layer", 1, seconds=0.1, fps=25.0))))) == 2


@pytest.mark.parametrize("stem", _SAMPLES)
def test_sample_clips_are_small_and_tell_the_truth_of_their_command(stem: str) -> None:
    with as_file(files("sample_clips")) as folder:
        sample = SimulatedFiles.named(folder, stem)
        phantom = _sample(folder, stem)
        assert sample.clip.stat().st_size <= 3_000_000
        assert load_setup(sample.setup) == setup_file(phantom.setup)
        rows = list(csv.DictReader(sample.truth.read_text(encoding="utf-8").splitlines()))
        for row in rows[:: len(rows) // 7]:
            told_of = {(m.side, m.muscle): m for m in phantom.truth(int(row["frame"])).muscles}
            truth = next(m for key, m in told_of.items() if key == (row["side"], row["muscle"]))
            assert row["activation"] == f"{truth.activation:.4f}"
            for name in ("thickness_mm", "area_cm2"):
                told = getattr(truth, name)
                assert row[name] == ("" if np.isnan(told) else f"{told:.4f}")


@pytest.mark.parametrize("stem", ["lm_csa", "tra_left"])
def test_sample_clips_show_what_their_command_draws(stem: str) -> None:
    with as_file(files("sample_clips")) as folder:
        phantom = _sample(folder, stem)
        shown = {frame.index: frame.image for frame in _decoded(folder / f"{stem}.mp4")}
    assert len(shown) == len(phantom)
    for index in (0, 65, 199):
        drawn = phantom.picture(index)[phantom.roi.slices].astype(float)
        decoded = shown[index][phantom.roi.slices].astype(float)
        assert np.abs(drawn - decoded).mean() < 5.0  # grey levels, what the codec takes
        assert np.corrcoef(drawn.ravel(), decoded.ravel())[0, 1] > 0.98


class _Counted(Phantom):
    """A phantom that remembers which pictures it drew."""

    @property
    def drawn(self) -> list[int]:
        drawn: list[int] = self.__dict__.setdefault("_drawn", [])
        return drawn

    def picture(self, index: int) -> Picture:
        self.drawn.append(index)
        return super().picture(index)


def _sample(folder: Path, stem: str) -> Phantom:
    """The phantom of the command that the README of the samples gives."""
    for line in (folder / "README.md").read_text(encoding="utf-8").splitlines():
        found = re.match(r"\s+usbio simulate (\S+)\s+--side (left|right)\s+--seed (\d+)", line)
        if found and found[1] == _SAMPLES[stem]:
            side: Side = "left" if found[2] == "left" else "right"
            if default_stem(_SAMPLES[stem], side) == stem:
                plan = random_clip(_SAMPLES[stem], int(found[3]), side=side, seconds=8.0, fps=25.0)
                return Phantom(plan)
    raise AssertionError(f"the README of the sample clips gives no command for {stem}")


def _decoded(path: Path) -> list[Frame]:
    with closing(open_clip(path).frames()) as frames:
        return [frame for frame in frames if frame is not None]
