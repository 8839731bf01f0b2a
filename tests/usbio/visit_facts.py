"""Facts of a small visit, one of every kind."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from pathlib import Path

from segmentation.results import Status
from segmentation.timing import Phase
from usbio.visit.facts import (
    Acquisition,
    BordersConfirmed,
    CaptureTaken,
    Checked,
    Fact,
    FrameRow,
    FunctionNoted,
    LevelOf,
    MuscleResult,
    PainNoted,
    PlaceCompared,
    Proposed,
    Remarked,
    RepetitionJudged,
    SecondSeen,
    SetBegun,
    StageTurned,
    StillKept,
    TargetSet,
    TrialName,
    Troubled,
    VisitBegun,
    VisitEnded,
    VisitResumed,
    Withdrawn,
)
from usbio.visit.site import Site

LEFT, RIGHT = Site(("left",), "tra"), Site(("right",), "tra")
BEGUN = VisitBegun(
    visit="20261103-101500-a1b2",
    subject="P-0147",
    began="2026-11-03T10:15:00+01:00",
    number=1,
    protocol="tra-draw-in-lying",
    painful_side="right",
    sites=(LEFT, RIGHT),
    acquisition=Acquisition(level="L4", posture="crook lying", scanner="S", preset="MSK", depth_mm=50.0),
    rater="R1",
)


def capture(at_s: float, number: int, mean_mm: float = 3.5, site: Site = LEFT) -> CaptureTaken:
    """A resting capture of TrA."""
    level = LevelOf(site.sides[0], "tra", "thickness_mm", "mm", mean_mm, 0.1, 25, 1.0)
    trial = TrialName("rest", site, 1, number)
    return CaptureTaken(at_s, trial, at_s - 1.0, at_s, "end_expiration", number > 1, (level,))


def repetition(at_s: float, number: int, block: str = "pretest", site: Site = LEFT) -> RepetitionJudged:
    """A repetition of TrA that passed; its activation could not be told."""
    result = MuscleResult(
        side=site.sides[0],
        muscle="tra",
        quantity="thickness_mm",
        unit="mm",
        rest_value=3.5,
        rest_sd=0.1,
        contracted_value=5.25,
        change_absolute=1.75,
        change_percent=50.0,
        contraction_ratio=1.5,
        change_se=nan,
        hold_s=9.5,
        in_target_s=nan,
        decision="contracted",
        n_pictures=300,
        ok_fraction=1.0,
        border_source="confirmed",
    )
    trial = TrialName(block, site, 1, number)  # type: ignore[arg-type] # a test's own words
    return RepetitionJudged(
        at_s, trial, at_s - 12, at_s - 2, "none", "breathing", "", "passed", "", (result,)
    )


def second(at_s: float, number: int = 1) -> SecondSeen:
    """Two pictures of a second, one of them without a value."""
    rows = tuple(
        FrameRow(
            frame=index,
            at_s=at_s - 1 + index / 2,
            new_picture=True,
            phase=Phase.CONTRACTION,
            side="left",
            muscle="tra",
            status=status,
            quality=0.9,
            border_source="confirmed",
            thickness_mm=value,
            area_cm2=nan,
            relative_thickness_percent=20.0,
            slide_mm=nan,
            echo_intensity_grey=60.0,
            subcutaneous_mm=8.0,
            probe_shift_mm=0.1,
        )
        for index, (status, value) in enumerate(((Status.OK, 5.0), (Status.LOST, nan)))
    )
    return SecondSeen(at_s, TrialName("pretest", LEFT, 1, number), 0, rows)


def every_kind() -> tuple[Fact, ...]:
    """One fact of every kind, in an order in which they may happen."""
    return (
        BEGUN,
        StageTurned(0.5, 1, "place", LEFT),
        PlaceCompared(1.0, LEFT, "differs", ("visit.place.depth",), 2.5, 0.8),
        Checked(2.0, LEFT, "scale", "differs", "the depth was changed"),
        BordersConfirmed(3.0, LEFT, 8.0),
        capture(4.0, 1),
        StillKept(4.0, TrialName("rest", LEFT, 1, 1), "rest-left-1.png"),
        SetBegun(5.0, "pretest", LEFT, 1),
        second(6.0),
        repetition(20.0, 1),
        TargetSet(21.0, LEFT, "left", 25.0, 50.0, 75.0, nan, "target.own_test"),
        Withdrawn(22.0, repetition(20.0, 1).trial, 20.0),
        Troubled(23.0, "visit.trouble.source", "the grabber was unplugged"),
        VisitResumed(24.0, "2026-11-03T10:20:00+01:00"),
        PainNoted(25.0, "before_set", 1, 3.0, LEFT),
        FunctionNoted(26.0, "walking", 6.0),
        Remarked(27.0, "pillow under the knees"),
        Proposed(28.0, "stay", "tra-draw-in-lying", ("progress.not_met",)),
        VisitEnded(29.0, "finished"),
    )


def second_of(at_s: float, number: int, trial: TrialName) -> SecondSeen:
    """That second of a trial, counted from 0; its pictures are of the second before."""
    return replace(second(at_s), second=number, trial=trial)


def begun_in(folder: Path) -> VisitBegun:
    """The beginning of a visit that lies in a folder."""
    return replace(BEGUN, visit=folder.name)


def many_rows(at_s: float, rows: int) -> SecondSeen:
    """A second with as many values."""
    one = second(at_s)
    return replace(one, rows=one.rows[:1] * rows)
