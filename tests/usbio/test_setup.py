"""The setup file: what is written comes back, and a mistake names file, line, key and the way out."""

from __future__ import annotations

import contextlib
import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.usbio.clips import REAL_DATA
from usbio.errors import CallError, OutputError
from usbio.setup import (
    BorderTable,
    CalibrationTable,
    ImageTable,
    IntervalTable,
    SetupFile,
    SpacingTable,
    StationTable,
    load_setup,
    save_setup,
)

EVERY_KEY = """
[image]
crop_px = [70, 46, 588, 529]        # x, y, width, height
layout = "dual"
side = "left"
image_left = "left"
lateral_edge = "right"
crop_left_px = [0, 46, 400, 529]
crop_right_px = [400, 46, 400, 529]
[measure]
view = "tra"
method = "default"
[calibration]
x_mm_per_px = 0.085
y_mm_per_px = 0.085
for_size_px = [800, 600]
[calibration.left]
x_mm_per_px = 0.08
y_mm_per_px = 0.09
[calibration.right]
x_mm_per_px = 0.1
y_mm_per_px = 0.11
[time]
fps = 30
[acquisition]
subject = "S01"
visit = 2
painful_side = "right"
depth_mm = 55.5
fasting = true
date = 2026-03-04
[[station]]
side = "left"
rule = "range"
x_range_px = [328.0, 540.0]
direction = "perpendicular"
[[station]]
rule = "junction"
offset_mm = 15
[[station]]
rule = "facet"
point_px = [10.5, 20]
[[border]]
side = "left"
muscle = "lm"
frame = 0
points_px = [[213.8, 186.8], [214.0, 180.1], [220.0, 190.0]]
[[border]]
points_px = [
    [1.0, 2.0],
    [3.0, 4.0],
]
edge = "superficial"
[[seed]]
side = "left"
muscle = "tra"
point_px = [430.0, 400.0]
[[interval]]
kind = "rest"
start_s = 0.0
end_s = 1.0
"""


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "setup.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_is_read(tmp_path: Path) -> None:
    setup = load_setup(_file(tmp_path, EVERY_KEY))
    assert setup.image.crop_right_px == (400, 46, 400, 529)
    assert setup.calibration.left == SpacingTable(x_mm_per_px=0.08, y_mm_per_px=0.09)
    assert setup.time.fps == 30.0
    assert setup.acquisition["date"] == datetime.date(2026, 3, 4)
    assert setup.acquisition["fasting"] is True
    assert [station.rule for station in setup.station] == ["range", "junction", "facet"]
    assert setup.border[1].points_px == [(1.0, 2.0), (3.0, 4.0)]
    assert setup.interval[0].kind == "rest"


def test_every_key_may_be_missing(tmp_path: Path) -> None:
    assert load_setup(_file(tmp_path, "")) == SetupFile()


@pytest.mark.parametrize("text", [EVERY_KEY, "", "[time]\nfps = 12.5\n"])
def test_what_is_written_comes_back(tmp_path: Path, text: str) -> None:
    setup = load_setup(_file(tmp_path, text))
    save_setup(tmp_path / "again.toml", setup)
    assert load_setup(tmp_path / "again.toml") == setup
    assert sorted(file.name for file in tmp_path.iterdir()) == ["again.toml", "setup.toml"]


_NUMBERS = st.floats(-1e6, 1e6)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(deadline=None, max_examples=60)  # a disk's time is no property
@given(
    points=st.lists(st.tuples(_NUMBERS, _NUMBERS), min_size=3, max_size=6),
    notes=st.dictionaries(
        _TEXTS, _TEXTS | st.booleans() | st.integers(-(2**60), 2**60) | _NUMBERS, max_size=4
    ),
    x_mm=st.floats(1e-6, 10),
    end_s=st.floats(0.001, 1e6),
)
def test_any_numbers_and_texts_come_back_exactly(
    tmp_path_factory: pytest.TempPathFactory,
    points: list[tuple[float, float]],
    notes: dict[str, str | bool | int | float],
    x_mm: float,
    end_s: float,
) -> None:
    path = tmp_path_factory.mktemp("setup") / "s.toml"
    setup = SetupFile(
        image=ImageTable(side="left"),
        calibration=CalibrationTable(x_mm_per_px=x_mm, y_mm_per_px=x_mm / 3),
        acquisition=dict(notes),
        station=[StationTable(rule="mid")],
        border=[BorderTable(side="left", muscle="lm", points_px=points)],
        interval=[IntervalTable(kind="rest", start_s=0.0, end_s=end_s)],
    )
    save_setup(path, setup)
    assert load_setup(path) == setup


def test_numbers_of_one_list_stand_on_one_line(tmp_path: Path) -> None:
    save_setup(tmp_path / "s.toml", load_setup(_file(tmp_path, EVERY_KEY)))
    text = (tmp_path / "s.toml").read_text()
    assert "crop_px = [70, 46, 588, 529]\n" in text
    assert "    [213.8, 186.8],\n" in text


def test_mark_and_line_ends_of_windows(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_bytes(b'\xef\xbb\xbf[image]\r\nside = "left"\r\n')
    assert load_setup(tmp_path / "s.toml").image.side == "left"


MISTAKES = [
    ('[image]\nside = "lft"', 'line 2, [image] side: "lft" is not one of', '"left" or "right"'),
    ("[image]\n\ncrop = [1, 2, 3, 4]", "line 3, [image] crop: there is no such key", '"crop_px"'),
    ("[image]\nfps = 30", "line 2, [image] fps: there is no such key", "belongs in [time]"),
    ("fps = 30", "line 1, fps: there is no such key", "belongs in [time]"),
    ("[imge]\nx = 1", "line 1, imge: there is no such key", '"image"'),
    ("[image]\ncrop_px = [1, 2, 3]", "line 2, [image] crop_px: has too few values (3)", "all"),
    ("[image]\ncrop_px = [1, 2, 3, 4, 5]", "line 2, [image] crop_px: has too many values (5)", "give 4"),
    ("[image]\ncrop_px = [1.5, 2, 3, 4]", "line 2, [image] crop_px: 1.5 is not a whole number", "write"),
    ("[image]\ncrop_px = [-1, 2, 3, 4]", "line 2, [image] crop_px: -1 is out of range", "at least 0"),
    ("[image]\ncrop_px = [1, 2, 0, 4]", "line 2, [image] crop_px: 0 is out of range", "greater than 0"),
    ("[image]\ncrop_left_px = [0, 0, 9, 9]", "line 1, [image]: crop_left_px", 'layout = "dual"'),
    ('[measure]\nview = "lm"', 'line 2, [measure] view: "lm" is not one of', '"lm-csa"'),
    ("[calibration]\nx_mm_per_px = 0.1", "line 1, [calibration]: x_mm_per_px and y_mm_per_px", "mend"),
    ("[calibration]\nx_mm_per_px = 0\ny_mm_per_px = 1", "line 2, [calibration] x_mm_per_px: 0 is", "0"),
    ('[calibration]\nx_mm_per_px = "a"\ny_mm_per_px = 1', 'x_mm_per_px: "a" is not a number', "write"),
    ("[calibration.left]\nx_mm_per_px = 0.1", "line 1, [calibration.left] y_mm_per_px: is missing", "add"),
    ("[calibration.left]\nx_mm_per_p = 0.1", "line 2, [calibration.left] x_mm_per_p: there", '"x_mm_per_px"'),
    ("[time]\nfps = 0", "line 2, [time] fps: 0 is out of range", "greater than 0"),
    ("[time]\nfps = true", "line 2, [time] fps: true is not a number", "write a number"),
    ("[time]\nfps = nan", "line 2, [time] fps: NaN is out of range", "finite"),
    ('[acquisition]\nsubject = ["a"]', "line 2, [acquisition] subject", "text in quotes"),
    ('[station]\nrule = "mid"', "line 1, [station]: stands in single brackets", "[[station]]"),
    ('[[image]]\nside = "left"', "line 1, [image]: stands in double brackets", "[image]"),
    (
        '[[station]]\nrule = "mid"\n\n[[station]]\nrule = "range"',
        'line 4, [[station]] number 2: rule = "range" needs x_range_px',
        "mend",
    ),
    ("[[border]]\npoints_px = [[1, 2], [3, 4]]", "line 1, [[border]]: points_px has 2 points", "mend"),
    ('[[border]]\nside = "left"', "line 1, [[border]] points_px: is missing", "add"),
    (
        '[[interval]]\nkind = "rest"\nstart_s = 2\nend_s = 1',
        "line 1, [[interval]]: end_s 1.0 must come after",
        "mend",
    ),
    ('[image\nside = "left"', "line 1: is not TOML", "key = value"),
    ("[image]\nside = left", "line 2: is not TOML", "quotes"),
    ('[image]\nside = "left"\nside = "right"', "line 3: is not TOML", "key = value"),
    ("image = 5", "line 1, [image]: 5 is not a table", "brackets"),
]


@pytest.mark.parametrize(("text", "said", "way_out"), MISTAKES)
def test_mistake_names_file_line_key_and_way_out(tmp_path: Path, text: str, said: str, way_out: str) -> None:
    path = _file(tmp_path, text)
    with pytest.raises(CallError) as caught:
        load_setup(path)
    line = str(caught.value)
    assert line.startswith(f"{path}, line ")
    assert said in line
    assert way_out in caught.value.to_do + caught.value.happened
    assert "\n" not in line
    assert "pydantic" not in line.lower()


def test_several_mistakes_name_the_first_and_count_the_others(tmp_path: Path) -> None:
    with pytest.raises(CallError) as caught:
        load_setup(_file(tmp_path, '[time]\nfps = -5\n[image]\nside = "up"\nlayout = "both"'))
    assert "line 2, [time] fps" in str(caught.value)
    assert "2 more" in str(caught.value)


def test_files_that_are_no_setup(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"\x00\xff\xfe\x80" * 100)
    for path in (tmp_path / "clip.mp4", tmp_path / "nowhere.toml", tmp_path):
        with pytest.raises(CallError) as caught:
            load_setup(path)
        assert str(path) in str(caught.value)


def test_setup_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError, match="its folder does not exist"):
        save_setup(tmp_path / "file" / "s.toml", SetupFile())


def test_full_disk_keeps_the_old_setup(small_disk: Path) -> None:
    path = small_disk / "s.toml"
    save_setup(path, SetupFile(image=ImageTable(side="left")))
    filling = (small_disk / "filling").open("wb", buffering=0)
    with filling, contextlib.suppress(OSError):
        while True:
            filling.write(bytes(4096))
    with pytest.raises(OutputError, match="the disk is full"):
        save_setup(path, SetupFile(image=ImageTable(side="right")))
    assert load_setup(path).image.side == "left"
    assert sorted(file.name for file in small_disk.iterdir()) == ["filling", "s.toml"]


def test_setups_of_another_maker_are_read() -> None:
    folder = REAL_DATA.parent / "other_phantom"
    if not folder.exists():
        pytest.skip(f"no clips of another maker at {folder} (USBIO_REAL_DATA)")
    setups = [load_setup(path) for path in sorted(folder.glob("*.toml"))]
    assert [len(setup.border) for setup in setups] == [2, 0]
