"""What is asked of every scored clip, and how many of them reach it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from statistics import median

import numpy as np

from bench.figures import Row, rounded
from segmentation.views import ViewName


@dataclass(frozen=True, slots=True)
class Aim:
    """One thing asked of every clip: its goals, None where none is set."""

    with_setup: float | None
    side_only: float | None
    more_is_better: bool = False

    def goal(self, given: str) -> float | None:
        """Return the goal for a way of asking."""
        return self.with_setup if given == "setup" else self.side_only

    def met(self, value: float, given: str) -> bool:
        """Whether a figure reaches it; not measured does not."""
        goal = self.goal(given)
        return goal is not None and (value >= goal if self.more_is_better else value <= goal)


AIMS: dict[ViewName, dict[str, Aim]] = {
    "tra": {
        "tra thickness, mm": Aim(0.15, 0.30),
        "tra thickness, r": Aim(0.99, None, True),
        "io thickness, mm": Aim(0.3, 0.3),
        "eo thickness, mm": Aim(0.3, 0.3),
        "tra slide, mm": Aim(1.5, 1.5),
        "tra change, points": Aim(8.0, 8.0),
        "io change, points": Aim(8.0, 8.0),
        "eo change, points": Aim(8.0, 8.0),
        "PAR": Aim(0.02, 0.02),
    },
    "lm-csa": {
        "area, %": Aim(1.5, 6.0),
        "asymmetry, points": Aim(1.0, None),
        "change over time, % RMS": Aim(0.5, None),
        "Dice": Aim(None, 0.92, True),
        "change, points": Aim(None, None),
    },
    "lm-thickness": {"thickness, mm": Aim(0.4, 0.4), "change, points": Aim(None, None)},
}


@dataclass(frozen=True, slots=True)
class ClipScore:
    """What one clip reaches in one way of asking; the worse side where there are two."""

    clip: str
    given: str
    reached: Mapping[str, float] = field(default_factory=dict)
    standing: Mapping[str, float] = field(default_factory=dict)  # the same of the frames with status ok alone
    measured_percent: float = 0.0
    status: str = ""
    unread: str = ""  # why the scale had to be given
    failed: str = ""


def summaries(view: ViewName, found: Sequence[ClipScore]) -> list[Row]:
    """Return for everything asked the worst clip, the middle one, and how many reach the goal."""
    rows = []
    for given in ("setup", "side only"):
        asked_so = [score for score in found if score.given == given]
        done = [score for score in asked_so if not score.failed]
        shares = [score.measured_percent for score in done]
        for what, aim in AIMS[view].items():
            rows.append(
                {
                    "what": what,
                    "given": given,
                    "clips": len(asked_so),
                    "failed": len(asked_so) - len(done),
                    "ruler not read": sum(bool(score.unread) for score in done),
                    "goal": aim.goal(given),
                    **_spread(aim, [score.reached[what] for score in done], given),
                    "worst ok": _worst(aim, [score.standing[what] for score in done]),
                    "measured %, mean": rounded(float(np.mean(shares)), 1) if shares else None,
                    "measured %, least": rounded(min(shares), 1) if shares else None,
                }
            )
    return rows


def _spread(aim: Aim, values: Sequence[float], given: str) -> Row:
    known = [v for v in values if isfinite(v)]
    met = sum(aim.met(v, given) for v in values) if aim.goal(given) is not None else None
    return {
        "worst": _worst(aim, values),
        "median": rounded(median(known)) if known else None,
        "clips that meet it": met,
        "no value": len(values) - len(known),
    }


def _worst(aim: Aim, values: Iterable[float]) -> float | None:
    known = [v for v in values if isfinite(v)]
    return rounded((min if aim.more_is_better else max)(known)) if known else None


def clip_rows(found: Sequence[ClipScore]) -> list[Row]:
    """Return every clip by itself: for the development clips alone."""
    return [
        {
            "clip": score.clip,
            "given": score.given,
            **{what: rounded(value) for what, value in score.reached.items()},
            "measured %": round(score.measured_percent, 1),
            "status": score.failed or score.status + (" (scale given)" if score.unread else ""),
        }
        for score in found
    ]
