"""What the store answers with: plain records, made for the pages of the window, for reports and exports."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from segmentation.captures import CaptureMean
from segmentation.results import Muscle, Side
from usbio.visit.facts import Acquisition, Block, Feedback, Outcome, PainfulSide
from usbio.visit.site import Site

VisitState = Literal["finished", "stopped", "open"]
"""Open: not ended; running now, or interrupted."""


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A patient, by code."""

    code: str
    visits: int
    last_day: datetime.date


@dataclass(frozen=True, slots=True)
class BlockCount:
    """How the repetitions of one block went; what was withdrawn is left out."""

    block: Block
    with_feedback: bool
    judged: int
    passed: int


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit in a list."""

    visit: str
    subject: str
    number: int
    began: str
    day: datetime.date
    protocol: str
    painful_side: PainfulSide
    sites: tuple[Site, ...]
    rater: str
    schedule: str
    hold_s: float  # nan where it is the protocol's
    acquisition: Acquisition
    state: VisitState
    last_s: float
    resumed: int
    blocks: tuple[BlockCount, ...]
    pain_start: float  # nan where it was not told
    pain_end: float
    proposal: str  # "" where there was none
    proposal_accepted: bool | None
    next_protocol: str
    next_hold_s: float  # nan where it is the protocol's


@dataclass(frozen=True, slots=True)
class RestMean:
    """The mean of a site's resting captures."""

    site: Site
    side: Side
    muscle: Muscle
    quantity: str
    unit: str
    captures: CaptureMean


@dataclass(frozen=True, slots=True)
class StillRow:
    """A picture kept of a capture."""

    site: Site
    number: int
    at_s: float
    file: str


@dataclass(frozen=True, slots=True)
class LastVisit:
    """What the next visit is compared with."""

    visit: VisitRow
    rests: tuple[RestMean, ...]
    stills: tuple[StillRow, ...]  # those of these captures, the picture first, then what was kept beside it


@dataclass(frozen=True, slots=True)
class RepetitionRow:
    """How one repetition went, for progression."""

    visit: str
    visit_number: int
    protocol: str
    at_s: float
    block: Block
    site: Site
    set_number: int
    number: int
    feedback: Feedback
    outcome: Outcome
    reason: str
