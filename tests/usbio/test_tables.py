from __future__ import annotations

import io
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.results import QUANTITIES, FrameResult, Measurement, Muscle, Side, Status
from segmentation.timing import Timing
from segmentation.traces import Span
from usbio.columns import COLUMNS, TIME_DECIMALS, Cell, written
from usbio.error_figures import literature_errors
from usbio.frame_log import FrameLog
from usbio.tables import frame_rows, write_table


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (nan, 4, ""),
        (None, 4, ""),
        (3.14159265, 4, "3.1416"),
        (3.0, 4, "3.0000"),
        (-0.00001, 4, "0.0000"),
        (0.0, TIME_DECIMALS, "0"),
        (0.04, TIME_DECIMALS, "0.04"),
        (1 / 30, TIME_DECIMALS, "0.033333"),
        (100.0, TIME_DECIMALS, "100"),
        (True, 4, "1"),
        (False, 4, "0"),
        (7, 4, "7"),
        ("left", 4, "left"),
    ],
)
def test_how_cells_are_written(value: Cell, decimals: int, text: str) -> None:
    assert written(value, decimals) == text


@given(st.floats(0.0, 36_000.0))
def test_times_come_back_to_a_microsecond(t_s: float) -> None:
    assert float(written(t_s, TIME_DECIMALS)) == pytest.approx(t_s, abs=0.6e-6)  # s


def test_every_quantity_has_its_column() -> None:
    names = [column.name for column in COLUMNS["frames"]]
    assert set(QUANTITIES) <= set(names)
    for name in QUANTITIES:
        column = COLUMNS["frames"][names.index(name)]
        assert (column.meaning, column.unit) == (QUANTITIES[name].meaning, QUANTITIES[name].unit)


def test_a_comma_in_a_rule_does_not_make_a_column() -> None:
    file = io.StringIO()
    write_table(file, "summary", [{"rest_rule": 'mean, of "all"'}], {"note": "a, b"})
    header, row = file.getvalue().splitlines()
    assert header.endswith(",note")
    assert '"mean, of ""all"""' in row
    assert row.endswith('"a, b"')


def logged(*statuses: tuple[Side, Muscle, Status, float]) -> FrameLog:
    log = FrameLog()
    found = [Measurement(side, muscle, status, 0.5, area_cm2=area) for side, muscle, status, area in statuses]
    log.add(0, 0.0, FrameResult(True, tuple(found)))
    return log


TIMING = Timing((), (Span(0.0, 0.0),), (), "", "")


@pytest.mark.parametrize(
    ("left", "right", "status", "asymmetry"),
    [
        (Status.OK, Status.OK, "ok", "-20.000"),
        (Status.LOW_QUALITY, Status.OK, "low_quality", "-20.000"),
        (Status.OK, Status.MOVED, "moved", "-20.000"),
        (Status.LOW_QUALITY, Status.CLIPPED, "clipped", ""),
        (Status.NO_BORDER, Status.OK, "no_border", ""),
    ],
)
def test_a_comparison_says_why_it_is_empty(left: Status, right: Status, status: str, asymmetry: str) -> None:
    log = logged(("left", "lm", left, 5.0), ("right", "lm", right, 4.0))
    both = list(frame_rows(log, TIMING, "area_cm2"))[-1]
    assert both["side"] == "both"
    assert both["status"] == status
    assert written(both["asymmetry_percent"], 3) == asymmetry


def test_a_status_without_a_value_leaves_the_cell_empty_whatever_was_measured() -> None:
    (row,) = frame_rows(logged(("left", "lm", Status.IMPLAUSIBLE, 99.0)), TIMING, "area_cm2")
    assert written(row["area_cm2"], 5) == ""


def test_frames_with_other_muscles_are_our_bug() -> None:
    log = logged(("left", "lm", Status.OK, 5.0))
    with pytest.raises(ValueError, match="expected"):
        log.add(1, 0.1, FrameResult(True, (Measurement("right", "lm", Status.OK, 1.0),)))


def test_literature_figures_name_their_source() -> None:
    figures = literature_errors()
    assert figures["lm", "area_cm2"].sem == pytest.approx(0.33, abs=1e-9)  # cm2
    assert figures["tra", "thickness_mm"].sem == pytest.approx(1.1 / 2.77, abs=1e-3)  # mm
    assert all(figure.source.startswith("literature, not own: ") for figure in figures.values())
