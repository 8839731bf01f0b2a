from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from segmentation.results import Picture
from tests.segmentation.traces_by_hand import effort, times
from tests.usbio.scripted_clip import (
    ScriptedClip,
    picture,
    scripted_prepare,
    scripted_start,
    scripted_step,
)
from usbio import analyze, measuring
from usbio.analyze import Extras, analyze_clip, analyze_pair
from usbio.columns import COLUMNS
from usbio.errors import InputError, OutputError
from usbio.measuring import Task
from usbio.outputs import Place
from usbio.setup import IntervalTable, SetupFile

T_S = times(8.0)
UP = effort(T_S, [(3.0, 5.0, 1.0)])
Rows = list[dict[str, str]]
Script = Callable[..., None]

LEFT = [picture(4.0 * (1 + 0.5 * up)) for up in UP]  # rest 4.0, contracted 6.0: 50 %
RIGHT = [picture(5.0 * (1 + 0.2 * up)) for up in UP]  # rest 5.0, contracted 6.0: 20 %
BOTH = [picture(4.0 * (1 + 0.5 * up), 5.0 * (1 + 0.2 * up)) for up in UP]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """Put scripted clips and the tracker that reads them in the place of the real ones."""
    clips: dict[str, ScriptedClip] = {}
    monkeypatch.setattr(analyze, "open_clip", lambda path, fps=None, threads=None: clips[path.name])
    monkeypatch.setattr(measuring, "prepare", scripted_prepare)
    monkeypatch.setattr(measuring, "start", scripted_start)
    monkeypatch.setattr(measuring, "step", scripted_step)

    def add(name: str, pictures: Sequence[Picture], **more: object) -> None:
        clips[name] = ScriptedClip(Path(name), pictures, **more)  # type: ignore[arg-type]  # any of its fields

    return add


def run(
    name: str,
    folder: Path,
    task: Task,
    extras: Extras | None = None,
) -> analyze.ClipReport:
    place = Place(folder, Path(name).stem)
    return analyze_clip(Path(name), place, task, extras or Extras(), lambda done, total: None)


def rows(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def only(found: Rows, **where: str) -> dict[str, str]:
    (row,) = [row for row in found if all(row[key] == value for key, value in where.items())]
    return row


def test_two_sides_in_one_picture(script: Script, tmp_path: Path) -> None:
    script("clip.mp4", BOTH)
    run("clip.mp4", tmp_path, Task("lm-csa"))

    frames = rows(tmp_path / "clip.frames.csv")
    assert len(frames) == len(T_S) * 3
    assert [row["side"] for row in frames[:3]] == ["left", "right", "both"]
    assert frames[0]["area_cm2"] == "4.00000"
    assert frames[0]["thickness_mm"] == ""  # what does not apply is empty, never 0
    assert frames[2]["asymmetry_percent"] == "20.000"  # (5 - 4) / 5
    assert frames[3]["time_s"] == "0.04"
    assert {row["phase"] for row in frames} == {"rest", "contraction", "transition"}

    repetitions = rows(tmp_path / "clip.repetitions.csv")
    left = only(repetitions, side="left", quantity="area_cm2")
    assert float(left["change_percent"]) == pytest.approx(50.0, abs=0.01)  # %
    assert left["decision"] == "contracted"
    assert left["repetition"] == "1"

    summary = rows(tmp_path / "clip.summary.csv")
    signed = only(summary, side="both", quantity="size_asymmetry_signed_percent")
    assert float(signed["rest_value"]) == pytest.approx(20.0, abs=0.01)  # %
    assert float(signed["contracted_value"]) == pytest.approx(0.0, abs=0.01)  # %
    activation = only(summary, side="both", quantity="activation_asymmetry_points")
    assert float(activation["change_absolute"]) == pytest.approx(-30.0, abs=0.02)  # points
    assert "literature" in signed["error_source"]


def test_columns_are_the_contract(script: Script, tmp_path: Path) -> None:
    script("clip.mp4", BOTH[:5])
    run("clip.mp4", tmp_path, Task("lm-csa"))
    expected = {
        "frames": "frame,time_s,new_picture,phase,repetition,marker,side,muscle,"
        "thickness_mm,area_cm2,relative_thickness_percent,slide_mm,echo_intensity_grey,asymmetry_percent,"
        "subcutaneous_mm,probe_shift_mm,quality,status,border_source,value_kind,value_age_s",
        "repetitions": "side,muscle,quantity,unit,repetition,rest_start_s,rest_end_s,rest_value,rest_sd,"
        "contraction_start_s,contraction_end_s,contracted_value,change_absolute,change_percent,"
        "contraction_ratio,hold_s,decision,breath,n_pictures,ok_fraction,border_source",
        "summary": "side,muscle,quantity,unit,n_repetitions,n_pictures,n_ok,rest_value,rest_sd,"
        "contracted_value,contracted_sd,change_absolute,change_percent,sem,mdc95,"
        "error_source,rest_rule,contracted_rule",
    }
    for table, header in expected.items():
        written = (tmp_path / f"clip.{table}.csv").read_bytes()
        assert written.split(b"\n")[0].decode().startswith(header)
        assert b"\r" not in written
        assert written.endswith(b"\n")


def test_the_sidecar_tells_every_column(script: Script, tmp_path: Path) -> None:
    script("clip.mp4", BOTH)
    run("clip.mp4", tmp_path, Task("lm-csa"))
    told = json.loads((tmp_path / "clip.json").read_text(encoding="utf-8"))
    for table in told["tables"]:
        for column in COLUMNS[table]:
            assert told["columns"][column.name]["meaning"]
    assert told["calibration"] == {"x_mm_per_px": 0.1, "y_mm_per_px": 0.2, "source": "setup"}
    assert told["frames"] == {"read": 200, "new": 200, "measured": 200, "refused": {}}
    assert told["time_source"] == "container"
    assert told["schema_version"] == 1
    assert "steadiest second" in told["rules"]["rest"]
    assert told["setup"]["measure"]["view"] == "lm-csa"
    assert "date" in json.loads((tmp_path / "clip.run.json").read_text(encoding="utf-8"))


def test_the_same_input_gives_the_same_bytes(script: Script, tmp_path: Path) -> None:
    script("clip.mp4", BOTH)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        run("clip.mp4", tmp_path / name, Task("lm-csa"), Extras(overlay=True, borders=True, mmode=True))
    first = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    again = {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
    assert len(first) == 8
    for name in first:
        assert name == "clip.run.json" or first[name] == again[name], name


def test_preferential_activation_is_a_quantity_of_its_own(script: Script, tmp_path: Path) -> None:
    # rest 4 / (4 + 9 + 7) = 0.2; contracted 6 / 22 = 0.272727; difference 0.072727
    script("clip.mp4", LEFT)
    run("clip.mp4", tmp_path, Task("tra", side="left"))
    row = only(rows(tmp_path / "clip.repetitions.csv"), quantity="preferential_activation")
    assert (row["muscle"], row["unit"]) == ("tra", "fraction")
    assert float(row["rest_value"]) == pytest.approx(0.2, abs=1e-4)
    assert float(row["change_absolute"]) == pytest.approx(0.07273, abs=1e-4)
    assert row["change_percent"] == ""
    # each thickness is sure to 1 % of rest: 0.04, 0.09, 0.07 mm; slopes at rest 0.04, -0.01, -0.01,
    # contracted 16/484, -6/484, -6/484: sqrt(0.0016² + 0.0009² + 0.0007² + 0.00132² + 0.00112² + 0.00087²)
    assert float(row["change_se"]) == pytest.approx(0.00275, abs=5e-5)
    io = only(rows(tmp_path / "clip.repetitions.csv"), muscle="io", quantity="thickness_mm")
    assert io["decision"] == "not_contracted"
    assert io["change_percent"] == ""
    assert io["contraction_start_s"] == row["contraction_start_s"]  # TrA sets the timing


def test_marked_intervals_of_the_setup_are_used(script: Script, tmp_path: Path) -> None:
    script("clip.mp4", LEFT)
    marks = [
        IntervalTable(kind="rest", start_s=0.0, end_s=1.0),
        IntervalTable(kind="contraction", start_s=2.8, end_s=5.2),
        IntervalTable(kind="artefact", start_s=6.0, end_s=7.0),
    ]
    run("clip.mp4", tmp_path, Task("layer", SetupFile(interval=marks), side="left"))
    found = rows(tmp_path / "clip.frames.csv")
    assert [found[k]["phase"] for k in (10, 40, 100, 160)] == ["rest", "", "contraction", "artefact"]
    summary = only(rows(tmp_path / "clip.summary.csv"), quantity="thickness_mm")
    assert summary["rest_rule"] == "mean over 1 marked rest interval"
    assert float(summary["rest_value"]) == pytest.approx(4.0, abs=1e-6)


def test_a_mark_beyond_the_clip_is_said(script: Script, tmp_path: Path) -> None:
    script("clip.mp4", LEFT)
    marks = [IntervalTable(kind="contraction", start_s=200.0, end_s=202.5)]
    run("clip.mp4", tmp_path, Task("layer", SetupFile(interval=marks), side="left"))
    notes = json.loads((tmp_path / "clip.json").read_bytes())["notes"]
    assert "the contraction marked from 200 to 202.5 s holds no picture and was left out" in notes


def test_acquisition_stands_in_every_table(script: Script, tmp_path: Path) -> None:
    script("clip.mp4", BOTH)
    setup = SetupFile(acquisition={"subject": "S01", "side": "x", "painful_side": "right"})
    run("clip.mp4", tmp_path, Task("lm-csa", setup))
    for table in ("frames", "repetitions", "summary"):
        found = rows(tmp_path / f"clip.{table}.csv")
        assert all(row["subject"] == "S01" and row["acquisition_side"] == "x" for row in found)
        assert {row["side"] for row in found} >= {"left", "right"}
    painful = only(rows(tmp_path / "clip.summary.csv"), quantity="painful_minus_other_percent")
    assert float(painful["rest_value"]) == pytest.approx(20.0, abs=0.01)


def test_frames_of_another_size_are_refused(script: Script, tmp_path: Path) -> None:
    odd = np.zeros((10, 10), np.uint8)
    script("clip.mp4", [*LEFT[:50], odd, odd, *LEFT[50:]])
    report = run("clip.mp4", tmp_path, Task("layer", side="left"))
    assert report.frames["refused"] == {"other_size": 2}
    numbers = [int(row["frame"]) for row in rows(tmp_path / "clip.frames.csv")]
    assert 50 not in numbers
    assert 52 in numbers


def test_a_clip_of_another_size_alone_is_an_error(script: Script, tmp_path: Path) -> None:
    script("clip.mp4", [np.zeros((10, 10), np.uint8)] * 3)
    with pytest.raises(InputError, match="10 x 10 pixels, the setup is for 32 x 24"):
        run("clip.mp4", tmp_path, Task("layer", side="left"), Extras(overlay=True, borders=True, mmode=True))
    assert list(tmp_path.iterdir()) == []


def test_lost_frames_leave_empty_cells(script: Script, tmp_path: Path) -> None:
    script("clip.mp4", [*BOTH[:20], *[picture(0.0, 5.0)] * 3, *BOTH[20:]])
    run("clip.mp4", tmp_path, Task("lm-csa"))
    left, right, both = rows(tmp_path / "clip.frames.csv")[60:63]
    assert (left["status"], left["area_cm2"]) == ("lost", "")
    assert (right["status"], right["area_cm2"]) == ("ok", "5.00000")
    assert (both["status"], both["asymmetry_percent"]) == ("lost", "")


def test_a_clip_that_breaks_off_keeps_what_came_before(script: Script, tmp_path: Path) -> None:
    script("clip.mkv", LEFT, fail_at=120)
    report = run("clip.mkv", tmp_path, Task("layer", side="left"), Extras(True, True, mmode=True))
    assert (tmp_path / "clip.mmode.png").is_file()
    assert report.damaged is not None
    assert len(rows(tmp_path / "clip.frames.csv")) == 120
    told = json.loads((tmp_path / "clip.json").read_text(encoding="utf-8"))
    assert told["broken_off"] == "breaks off after 120 pictures"
    assert len((tmp_path / "clip.borders.jsonl").read_text(encoding="utf-8").splitlines()) == 120


def test_a_clip_that_breaks_off_at_once_leaves_nothing(script: Script, tmp_path: Path) -> None:
    script("clip.mkv", LEFT, fail_at=0)
    with pytest.raises(InputError, match="breaks off"):
        run("clip.mkv", tmp_path, Task("layer", side="left"), Extras(borders=True))
    assert list(tmp_path.iterdir()) == []


def test_a_clip_without_time_stamps_has_means_and_no_times(script: Script, tmp_path: Path) -> None:
    script("stills", LEFT[:5], fps=None)
    run("stills", tmp_path, Task("layer", side="left"), Extras(overlay=True, mmode=True))
    assert (tmp_path / "stills.mmode.png").is_file()
    found = rows(tmp_path / "stills.frames.csv")
    assert {row["time_s"] for row in found} == {""}
    assert {row["phase"] for row in found} == {""}
    summary = only(rows(tmp_path / "stills.summary.csv"), quantity="thickness_mm")
    assert summary["rest_value"] == "4.0000"
    assert summary["rest_rule"].startswith("no time stamps")
    assert rows(tmp_path / "stills.repetitions.csv") == []


def test_a_single_picture(script: Script, tmp_path: Path) -> None:
    script("still.png", BOTH[:1])
    run("still.png", tmp_path, Task("lm-csa"))
    signed = only(rows(tmp_path / "still.summary.csv"), quantity="size_asymmetry_signed_percent")
    assert float(signed["rest_value"]) == pytest.approx(20.0, abs=0.01)
    assert signed["contracted_value"] == ""


def test_borders_are_named_as_users_expect(script: Script, tmp_path: Path) -> None:
    script("clip.mp4", BOTH[:3])
    run("clip.mp4", tmp_path, Task("lm-csa"), Extras(borders=True))
    lines = (tmp_path / "clip.borders.jsonl").read_text(encoding="utf-8").splitlines()
    first = json.loads(lines[0])
    assert first["frame"] == 0
    assert list(first["borders"]) == ["left_lm", "right_lm"]
    assert first["borders"]["left_lm"][0] == [4.0, 4.0]


def test_a_pair_compares_rest_with_rest_and_contraction_with_contraction(
    script: Script, tmp_path: Path
) -> None:
    script("a.mp4", LEFT)
    script("b.mp4", RIGHT)
    left = run("a.mp4", tmp_path, Task("tra", side="left"))
    right = run("b.mp4", tmp_path, Task("tra", side="right"))
    analyze_pair(left, right, Place(tmp_path, "a+b"))
    found = rows(tmp_path / "a+b.summary.csv")
    signed = only(found, side="both", muscle="tra", quantity="size_asymmetry_signed_percent")
    assert float(signed["rest_value"]) == pytest.approx(20.0, abs=0.01)  # %
    assert float(signed["contracted_value"]) == pytest.approx(0.0, abs=0.01)  # %
    activation = only(found, side="both", muscle="tra", quantity="activation_asymmetry_points")
    assert float(activation["change_absolute"]) == pytest.approx(-30.0, abs=0.02)  # points
    assert {row["side"] for row in found} == {"left", "right", "both"}
    told = json.loads((tmp_path / "a+b.json").read_text(encoding="utf-8"))
    assert told["source"] == {"left": "a.mp4", "right": "b.mp4"}


def test_a_failure_while_writing_leaves_the_old_results(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script("clip.mp4", LEFT)
    run("clip.mp4", tmp_path, Task("layer", side="left"))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(analyze, "write_table", full)
    with pytest.raises(OutputError, match=r"clip\.frames\.csv: the disk is full"):
        run("clip.mp4", tmp_path, Task("layer", side="left"))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
