"""Calibration by tenths, and how well wrong values are told, on values made by hand."""

from __future__ import annotations

from math import nan

import pytest

from bench.calibration import figures_of, tenths
from bench.faults import FAULTS, Fault
from bench.judged import Judged
from segmentation.geometry import Roi
from segmentation.results import Status
from tests.segmentation.drawn import ROI, oval


def value(quality: float, off: float, status: Status = Status.OK, fault: str = "clean") -> Judged:
    named = next(name for name in FAULTS if name == fault)
    return Judged("tra 1", "tra", "setup", named, "tra", status, quality, off, off / 2.0, "auto", ())


def test_a_tenth_counts_what_was_right() -> None:
    found = [value(0.93, 0.2)] * 9 + [value(0.95, 1.4), value(0.31, 2.0), value(0.0, nan, Status.LOST)]
    rows = tenths(found)
    assert (rows[9]["values"], rows[9]["stated"], rows[9]["true"]) == (10, 0.932, 0.9)
    assert (rows[3]["values"], rows[3]["true"], rows[3]["apart"]) == (1, 0.0, 0.31)
    assert rows[0]["values"] == 0  # what carries no value is not counted


def test_the_figures_that_are_asked() -> None:
    found = [value(0.95, 0.1), value(0.85, 0.3), value(0.92, 4.0), value(0.4, 1.2, fault="noise")]
    row = figures_of(found)
    assert row["outside %"] == 50.0
    assert row["at 0.9 and above, outside %"] == 50.0
    assert row["of those farther than 1.5 mm or 15 %"] == 1  # 2 mm
    assert row["AUROC"] == pytest.approx(0.75)  # of four pairs one is told the wrong way round
    assert row["clean at 0.8 and above %"] == 100.0


def test_a_fault_is_the_same_for_a_seed_and_changes_the_picture() -> None:
    clean = [oval((22.0, 19.0), (12.0, 9.0))] * 6
    for name in FAULTS:
        shown, again = (list(Fault(name, 7).pictures(clean, Roi(*_box()))) for _ in range(2))
        assert all((a == b).all() for a, b in zip(shown, again, strict=True))
        assert (shown[-1] == clean[-1]).all() == (name == "clean")


def _box() -> tuple[int, int, int, int]:
    return ROI.x, ROI.y, ROI.width, ROI.height
