from __future__ import annotations

from math import nan
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segmentation.geometry import Calibration, Roi
from segmentation.results import SIDES, FrameResult, Measurement, Side, Status
from segmentation.timing import Mark, Repetition, Timing
from segmentation.traces import Span
from segmentation.views import MeasureSetup, Panel
from tests.fakes import oval
from usbio.frames import Frame
from usbio.lettering import shortened, width_px, wrapped
from usbio.mmode_axis import axis_of, ticks
from usbio.mmode_picture import (
    ARTEFACT,
    BAR_PX,
    CONTRACTION,
    LEAST_PX,
    MUSCLE_COLOURS,
    NO_VALUE,
    REST,
    Caption,
    RgbPicture,
    draw_mmode,
)
from usbio.mmode_record import MOST_COLUMNS, ROWS, DepthTime, MModeRecord

SETUP = MeasureSetup(
    "lm-csa", (Panel(Roi(0, 0, 200, 101), Calibration(0.2, 0.5), ("left", "right")),), (200, 101)
)
NOTHING = Timing((), None, (), "", "")


def result(status: Status = Status.OK, down: float = 20.0) -> FrameResult:
    return FrameResult(
        True,
        tuple(
            Measurement(side, "lm", status, 1.0, area_cm2=5.0, border_px=oval(x, 50.0, 30.0, down, 360))
            for side, x in zip(SIDES, (50.0, 150.0), strict=True)
        ),
    )


def frame(k: int, t_s: float, grey: int = 40) -> Frame:
    image = np.full((101, 200), grey, np.uint8)
    image[40] = 250
    return Frame(k, t_s, 0.0, image)


def recorded(
    statuses: list[Status], fps: float | None = 25.0, most: int = MOST_COLUMNS
) -> tuple[DepthTime, ...]:
    record = MModeRecord(most)
    record.use(SETUP)
    for k, status in enumerate(statuses):
        record.add(frame(k, k / fps if fps else nan, k % 256), result(status))
    return record.strips()


def drawn(strips: tuple[DepthTime, ...], timing: Timing = NOTHING) -> RgbPicture:
    return draw_mmode(strips, Caption("clip.mp4", SETUP, timing))


def pixels(picture: RgbPicture, colour: tuple[int, int, int]) -> int:
    return int((picture == colour).all(axis=2).sum())


def test_a_column_a_picture_with_the_edges_where_they_are() -> None:
    left, right = recorded([Status.OK] * 50)
    assert (left.side, right.side) == ("left", "right")
    assert left.image.shape == (ROWS, 50)
    assert left.depth_mm == pytest.approx(50.0)  # 100 px of 0.5 mm
    np.testing.assert_allclose(left.edges["lm"], np.repeat([[0.3], [0.7]], 50, axis=1), atol=0.005)
    assert left.image[-1].tolist() == list(range(50))
    assert left.t_s[7] == pytest.approx(7 / 25)


def test_an_edge_is_not_known_where_the_status_carries_no_value() -> None:
    left, _ = recorded([Status.LOST, Status.OK, Status.LOW_QUALITY, Status.FROZEN, Status.OK])
    assert np.isfinite(left.edges["lm"][0]).tolist() == [False, True, True, False, True]
    assert left.valued.tolist() == [False, True, True, False, True]
    assert not left.image[:, 0].any()  # no line was laid yet


def test_however_long_the_clip_columns_are_few_and_stand_for_all_of_it() -> None:
    left, _ = recorded([Status.OK] * 450, most=100)
    assert left.pictures == 8
    assert left.image.shape == (ROWS, 57)  # 450 / 8, the last one not full
    assert left.frame[:3].tolist() == [0.0, 8.0, 16.0]
    assert left.image[-1, 1] == pytest.approx(np.mean(range(8, 16)), abs=0.51)  # grey
    assert left.image[-1, -1] == pytest.approx(np.mean([448 % 256, 449 % 256]), abs=0.51)
    np.testing.assert_allclose(left.edges["lm"][0], 0.3, atol=0.005)


def test_a_mean_of_columns_is_known_where_half_of_them_are() -> None:
    pattern = [Status.OK, Status.OK, Status.OK, Status.LOST, Status.OK, Status.LOST, Status.LOST, Status.LOST]
    left, _ = recorded(pattern, most=4)
    assert left.pictures == 2
    assert left.valued.tolist() == [True, True, True, False]


def test_both_sides_rest_and_contraction_are_in_the_picture() -> None:
    one = Repetition(1, (Span(0.0, 0.6),), Span(1.0, 1.8), Span(1.2, 1.6), Span(1.2, 1.6), True)
    timing = Timing((one,), (Span(0.0, 0.6),), (), "", "")
    picture = drawn(recorded([Status.OK] * 50), timing)
    bar, plain = pixels(picture, CONTRACTION), pixels(drawn(recorded([Status.OK] * 50)), CONTRACTION)
    share = (bar - plain) / (2 * (BAR_PX - 3) * LEAST_PX)  # of the bars of two strips
    assert share == pytest.approx(0.8 / 2.0, abs=0.05)  # the words in it and the lines below it
    assert pixels(picture, REST) > 2 * 0.25 * (BAR_PX - 3) * LEAST_PX
    edges = pixels(picture, MUSCLE_COLOURS["lm"])
    assert edges == pytest.approx(4 * LEAST_PX, rel=0.1)  # two edges a side, one pixel thin


def test_the_gap_in_the_edge_has_the_length_of_the_gap_in_the_value() -> None:
    whole = drawn(recorded([Status.OK] * 50))
    part = drawn(recorded([Status.OK] * 20 + [Status.SHADOW] * 10 + [Status.LOST] * 20))
    lost = pixels(part, MUSCLE_COLOURS["lm"]) / pixels(whole, MUSCLE_COLOURS["lm"])
    assert lost == pytest.approx(30 / 50, abs=0.05)
    bars = (pixels(part, NO_VALUE) - pixels(whole, NO_VALUE)) / (2 * 6 * LEAST_PX)
    assert bars == pytest.approx(20 / 50, abs=0.01)


def test_a_hole_in_time_stays_blank() -> None:
    record = MModeRecord()
    record.use(SETUP)
    for k, t_s in enumerate([0.0, 0.04, 0.08, 1.0, 1.04]):
        record.add(frame(k, t_s, 200), result())
    axis = axis_of(record.strips()[0].t_s, record.strips()[0].frame)
    shown = axis.columns(1080)  # 1.08 s
    assert shown[:120].min() == 0
    assert set(shown[130:995].tolist()) == {-1}
    assert shown[-1] == 4


@pytest.mark.parametrize("statuses", [[Status.NO_BORDER] * 30, [Status.OK]])
@pytest.mark.parametrize("fps", [25.0, None])
def test_nothing_found_one_picture_or_no_time_is_still_a_picture(
    statuses: list[Status], fps: float | None
) -> None:
    picture = drawn(recorded(statuses, fps))
    assert picture.shape[1] > LEAST_PX
    assert (pixels(picture, MUSCLE_COLOURS["lm"]) > 1000) == (statuses[0] is Status.OK)


def test_marked_artefact_is_named() -> None:
    marked = Timing((), None, (Mark("artefact", Span(0.2, 0.9)),), "", "")
    picture = drawn(recorded([Status.OK] * 50), marked)
    assert pixels(picture, ARTEFACT) > 2 * 0.3 * (BAR_PX - 3) * LEAST_PX  # 0.7 of 2 s, less the word


def test_no_word_is_cut_off() -> None:
    """Long names keep their two ends; the right-most columns hold no ink."""
    caption = Caption("a" * 400 + ".mp4", SETUP, NOTHING)
    picture = draw_mmode(recorded([Status.OK] * 50), caption)
    assert (picture[:, -4:] == picture[0, -1]).all()
    assert (picture[:, :4] == picture[0, -1]).all()


def test_text_is_wrapped_or_loses_its_middle() -> None:
    lines = wrapped(["one two", "three four", "x" * 500], 120.0)
    assert len(lines) == 3
    assert all(width_px(line) <= 120.0 for line in lines)
    assert shortened("left_tra_visit3.mp4", 100.0).endswith("mp4")


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0.0, 8.0, 9, [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        (0.0, 3600.0, 8, [0, 500, 1000, 1500, 2000, 2500, 3000, 3500]),
        (0.3, 0.9, 3, [0.4, 0.6, 0.8]),
    ],
)
def test_ticks_are_round(low: float, high: float, most: int, expected: list[float]) -> None:
    np.testing.assert_allclose(ticks(low, high, most), expected)


def test_it_is_written_as_a_png(tmp_path: Path) -> None:
    path = tmp_path / "clip.mmode.png"
    Image.fromarray(drawn(recorded([Status.OK] * 10))).save(path)
    with Image.open(path) as read:
        assert read.size[0] > LEAST_PX


def test_the_line_is_laid_for_each_side_on_its_own() -> None:
    record = MModeRecord()
    record.use(SETUP)
    late: Side = "right"
    for k in range(6):
        found = [
            m if m.side != late or k > 3 else Measurement(late, "lm", Status.NO_BORDER, 0.0)
            for m in result().measurements
        ]
        record.add(frame(k, k / 25), FrameResult(True, tuple(found)))
    left, right = record.strips()
    assert left.valued.tolist() == [True] * 6
    assert right.valued.tolist() == [False] * 4 + [True] * 2
    assert left.line_px is not None
    assert right.line_px is not None
    assert right.line_px[0, 0] == pytest.approx(150.0, abs=0.1)  # px
