"""Against people: the gastrocnemius on recorded clips and on stills of a jump, in view `layer`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from bench.figures import Row, figures, run
from bench.truth import REAL, Observed, observed_clips, observed_stills
from segmentation.results import Measurement, Status
from usbio.measuring import Task
from usbio.setup import CalibrationTable, ImageTable, SetupFile, StationTable

APART_MM = 0.6  # frames on which the observers range over more are listed apart
FAR_MM = 0.6  # from the median observer; nothing further off may be called `ok`


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture as people and program measured it."""

    picture: str
    people: Observed
    program: Measurement

    @property
    def agreed(self) -> bool:
        """Whether the observers are near each other."""
        return self.people.range_mm <= APART_MM

    @property
    def far(self) -> bool:
        """Whether the program stands by a value that the median observer is far from."""
        off = abs(self.program.thickness_mm - self.people.median_mm)
        return self.program.status is Status.OK and off > FAR_MM


def gastrocnemius_clips(scale_given: bool) -> list[Row]:
    """Return a row a clip and one for all: right border of the sector, height straight down."""
    rows, everything = [], []
    for name, frames in sorted(observed_clips().items()):
        setup = SetupFile(
            image=ImageTable(crop_px=(210, 43, 726, 578) if scale_given else None),
            calibration=_square(1 / 11.35) if scale_given else CalibrationTable(),
            station=[StationTable(rule="range", x_range_px=(924.0, 934.0), direction="vertical")],
        )
        kept = run(REAL / "thickness_clips" / name, Task("layer", setup, side="left"))
        program = kept.of("left", "layer")
        here = [Seen(f"frame {k}", people, program[k]) for k, people in frames.items() if k in program]
        rows.append({"clip": name.removesuffix(".mp4"), **against_people(here), "scale": kept.calibration})
        everything += here
    total = {"clip": "all", **against_people(everything), **left_out(everything)}
    return [*rows, {name: value for name, value in total.items() if not isinstance(value, list)}]


def gastrocnemius_stills() -> list[Row]:
    """Return a row for the stills in time order and one for each on its own: left border of the picture."""
    setup = SetupFile(
        image=ImageTable(crop_px=(111, 60, 578, 460)),
        calibration=_square(0.08676789587852494),
        station=[StationTable(rule="range", x_range_px=(111.0, 131.0), direction="vertical")],
    )
    task, folder, stills = Task("layer", setup, side="left"), REAL / "thickness_stills", observed_stills()
    in_order = run(folder, task).of("left", "layer")
    followed = [Seen(name, people, in_order[k]) for k, (name, people) in enumerate(stills.items())]
    alone = [
        Seen(name, people, run(folder / name, task).of("left", "layer")[0]) for name, people in stills.items()
    ]
    return [
        {"clip": what, **against_people(seen), **left_out(seen)}
        for what, seen in (("in time order", followed), ("each still alone", alone))
    ]


def _square(mm_per_px: float) -> CalibrationTable:
    return CalibrationTable(x_mm_per_px=mm_per_px, y_mm_per_px=mm_per_px)


def against_people(everything: Sequence[Seen]) -> Row:
    """Return the errors against the mean observer where they agree, and who is far off."""
    agreed = [seen for seen in everything if seen.agreed]
    kept = [seen for seen in agreed if isfinite(seen.program.thickness_mm)]
    row = figures(
        np.array([seen.program.thickness_mm for seen in kept]),
        np.array([seen.people.mean_mm for seen in kept]),
        len(agreed),
    )
    far = [f"{s.picture} {s.program.thickness_mm - s.people.median_mm:+.2f}" for s in agreed if s.far]
    apart = [
        f"{s.picture} (range {s.people.range_mm:.2f})" + (" far" if s.far else "")
        for s in everything
        if not s.agreed
    ]
    return {**row, "far_and_ok": len(far), "far": far, "observers_apart": len(apart), "apart": apart}


def left_out(everything: Sequence[Seen]) -> Row:
    """Is the program nearer to the other observers than the one who is left out?"""
    program, person = [], []
    for seen in everything:
        for name, own in seen.people.by_observer.items():
            others = seen.people.without(name)
            if isfinite(seen.program.thickness_mm) and isfinite(others):
                program.append(abs(seen.program.thickness_mm - others))
                person.append(abs(own - others))
    if not program:
        return {}
    return {
        "program_to_others": round(float(np.mean(program)), 3),
        "left_out_person_to_others": round(float(np.mean(person)), 3),
    }
