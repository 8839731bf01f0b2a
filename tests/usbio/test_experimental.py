from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from segmentation.results import Picture
from tests.segmentation.stretched import SIZE, SPACING, deformed, grain
from tests.segmentation.traces_by_hand import effort, times
from tests.usbio.scripted_clip import ScriptedClip, picture, scripted_prepare, scripted_start, scripted_step
from usbio import analyze, measuring
from usbio.analyze import Extras, analyze_clip
from usbio.columns import COLUMNS
from usbio.outputs import Place
from usbio.setup import (
    BorderTable,
    CalibrationTable,
    ImageTable,
    IntervalTable,
    MeasureTable,
    SetupFile,
)
from usbio.task import Task
from usbio.video import ClipWriter

Rows = list[dict[str, str]]
STARTS_S = 0.6
SQUARE = [(80.0, 60.0), (160.0, 60.0), (160.0, 140.0), (80.0, 140.0)]
MARKS = [
    IntervalTable(kind="rest", start_s=0.0, end_s=0.5),
    IntervalTable(kind="contraction", start_s=0.5, end_s=0.9),
]


def run(clip: Path, folder: Path, task: Task, extras: Extras) -> Rows:
    place = Place(folder, clip.stem)
    analyze_clip(clip, place, task, extras, lambda done, total: None)
    with place.path(".experimental.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def setup_of(view: str) -> SetupFile:
    return SetupFile(
        image=ImageTable(crop_px=(0, 0, *SIZE), side="left", lateral_edge="right"),
        measure=MeasureTable(view=view),  # type: ignore[arg-type]  # a view's name
        calibration=CalibrationTable(x_mm_per_px=SPACING.x_mm_per_px, y_mm_per_px=SPACING.y_mm_per_px),
        border=[BorderTable(side="left", points_px=SQUARE)],
        interval=MARKS,
    )


def stretching(folder: Path, fps: float, repeats: int = 1) -> Path:
    """A clip that begins to stretch by 60 % a second at 0.6 s; a grabber may repeat its pictures."""
    clip, shown = folder / f"clip_{fps:g}_{repeats}.mp4", grain()
    with ClipWriter(clip, SIZE, fps, crf=10) as writer:
        for k in range(round(0.9 * fps)):
            drawn = k // repeats * repeats
            now = deformed(shown, 0.0, 0.0, (0.0, 0.6 * max(drawn / fps - STARTS_S, 0.0)))
            noise = np.random.default_rng(drawn).normal(0.0, 2.0, now.shape)  # a scanner's: each is a new one
            writer.write(np.clip(now + noise, 0, 255).astype(np.uint8), k / fps)
    return clip


def test_onset_in_a_clip_of_a_hundred_pictures_a_second(tmp_path: Path) -> None:
    setup = setup_of("lm-csa")
    found = run(stretching(tmp_path, 100.0), tmp_path, Task("lm-csa", setup), Extras(experimental=True))
    (onset,) = [row for row in found if row["quantity"] == "onset_after_cue_s"]
    assert float(onset["value"]) == pytest.approx(STARTS_S + 0.01 - 0.5, abs=0.0101)  # s: one picture
    assert float(onset["trial_band"]) == pytest.approx(0.01, abs=1e-4)
    assert "against the marked start; plus or minus one picture" in onset["note"]
    zones = {row["zone"] for row in found if row["muscle"] == "lm"}
    assert zones == {"whole", "superficial", "deep"}
    assert {row["muscle"] for row in found if row["zone"] == "beside"} == {"longissimus"}


def test_a_grabber_that_repeats_pictures_has_too_few_new_ones(tmp_path: Path) -> None:
    clip = stretching(tmp_path, 60.0, repeats=3)
    found = run(clip, tmp_path, Task("lm-csa", setup_of("lm-csa")), Extras(experimental=True))
    (onset,) = [row for row in found if row["quantity"] == "onset_after_cue_s"]
    assert onset["value"] == ""
    assert onset["note"] == "refused: 20 new pictures a second, and onset needs 60"


T_S = times(12.0)
WAYS = effort(T_S, [(3.0, 5.0, 1.0), (8.0, 10.0, 1.0)])
BENDING = [picture(25.0 / 3 * (1 + 0.2 * way)) for way in WAYS]
Script = Callable[[str, list[Picture]], None]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """Put a scripted clip and the tracker that reads it in the place of the real ones."""
    clips: dict[str, ScriptedClip] = {}
    monkeypatch.setattr(analyze, "open_clip", lambda path, fps=None, threads=None: clips[path.name])
    monkeypatch.setattr(measuring, "prepare", scripted_prepare)
    monkeypatch.setattr(measuring, "start", scripted_start)
    monkeypatch.setattr(measuring, "step", scripted_step)

    def add(name: str, pictures: list[Picture], fps: float | None = 25.0) -> None:
        clips[name] = ScriptedClip(Path(name), pictures, fps)

    return add


def test_bending_is_told_by_phases_where_the_task_says_so(script: Script, tmp_path: Path) -> None:
    script("clip.mp4", BENDING)
    setup = SetupFile(acquisition={"task": "flexion", "subject": "S01"})
    found = run(
        Path("clip.mp4"), tmp_path, Task("lm-thickness", setup, side="left"), Extras(experimental=True)
    )
    bend = [row for row in found if row["bend_phase"]]
    assert [row["bend_phase"] for row in bend] == ["start", "way_down", "end_range", "way_up"]
    assert bend[2]["note"].endswith("it falls back")
    assert float(bend[2]["value"]) == pytest.approx(25.0 / 3, abs=0.05)  # mm
    assert float(bend[1]["change_percent"]) > 10.0
    assert bend[0]["subject"] == "S01"  # as in every table


def test_another_task_has_no_phases(script: Script, tmp_path: Path) -> None:
    script("clip.mp4", BENDING)
    found = run(Path("clip.mp4"), tmp_path, Task("lm-thickness", side="left"), Extras(experimental=True))
    assert not any(row["bend_phase"] for row in found)


def test_without_time_stamps_onset_is_refused(script: Script, tmp_path: Path) -> None:
    script("clip.mp4", BENDING[:20], None)  # type: ignore[call-arg]
    found = run(Path("clip.mp4"), tmp_path, Task("lm-thickness", side="left"), Extras(experimental=True))
    assert [row["note"] for row in found if row["quantity"].startswith("onset")] == [
        "refused: the clip has no time stamps"
    ]


def test_off_by_default_and_the_sidecar_tells_its_columns_either_way(script: Script, tmp_path: Path) -> None:
    script("clip.mp4", BENDING[:50])
    for name, extras in (("off", Extras()), ("on", Extras(experimental=True))):
        (tmp_path / name).mkdir()
        place = Place(tmp_path / name, "clip")
        analyze_clip(
            Path("clip.mp4"), place, Task("lm-thickness", side="left"), extras, lambda done, total: None
        )
        assert place.path(".experimental.csv").exists() == (name == "on")
    off, on = ((tmp_path / name / "clip.json").read_bytes() for name in ("off", "on"))
    assert off == on  # the extra can be added later beside a sidecar that stands
    told = json.loads(on)
    assert told["tables"]["experimental"] == [column.name for column in COLUMNS["experimental"]]
    header = (tmp_path / "on" / "clip.experimental.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == ",".join(told["tables"]["experimental"])
    assert np.all([told["columns"][name]["meaning"] for name in told["tables"]["experimental"]])
