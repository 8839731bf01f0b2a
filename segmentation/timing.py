"""When rest and contraction were: marks, repetitions, and the phase of every frame."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np

from segmentation.results import FloatArray
from segmentation.traces import Span, inside

IntervalKind = Literal["rest", "contraction", "artefact"]


class Phase(StrEnum):
    """What the muscle is doing in a frame."""

    REST = "rest"
    CONTRACTION = "contraction"
    TRANSITION = "transition"
    ARTEFACT = "artefact"
    UNKNOWN = ""


_PHASES = (Phase.UNKNOWN, *(phase for phase in Phase if phase is not Phase.UNKNOWN))


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of time that the operator marked."""

    kind: IntervalKind
    span: Span


@dataclass(frozen=True, slots=True)
class Repetition:
    """One contraction and the rest it is compared with."""

    number: int  # from 1
    rest: tuple[Span, ...]  # where rest is taken; empty where there is none
    contraction: Span  # onset to offset
    hold: Span
    contracted: (
        Span | None
    )  # the steadiest second inside the hold; None where the hold is under half a second
    complete: bool  # False while it goes on


@dataclass(frozen=True, slots=True)
class Timing:
    """When a clip shows rest and when contraction, and by which rule that was decided."""

    repetitions: tuple[Repetition, ...]
    rest: tuple[Span, ...] | None  # of the whole clip; None: all pictures, for there are no time stamps
    marks: tuple[Mark, ...]
    rest_rule: str
    contracted_rule: str

    def spans(self, kind: IntervalKind) -> tuple[Span, ...]:
        """The marked stretches of one kind."""
        return tuple(mark.span for mark in self.marks if mark.kind == kind)


def phases(timing: Timing, t_s: FloatArray) -> tuple[list[Phase], list[int]]:
    """Return phase and repetition number (0 for none) of every frame.

    Contraction is the hold, transition the way there and back. Where contractions are marked by hand, what is
    not marked is unknown.

    Parameters
    ----------
    timing : Timing
        What was found.
    t_s : (N,) array
        Times of the frames in s, ``nan`` where there are none.

    Returns
    -------
    list of Phase, list of int
        N of each.

    Examples
    --------
    >>> one = Repetition(1, (Span(0.0, 1.0),), Span(2.0, 5.0), Span(3.0, 4.0), Span(3.0, 4.0), True)
    >>> timing = Timing((one,), (Span(0.0, 1.0),), (), "", "")
    >>> found, number = phases(timing, np.array([0.5, 2.5, 3.5, np.nan]))
    >>> [str(phase) for phase in found], number
    (['rest', 'transition', 'contraction', ''], [0, 1, 1, 0])
    """
    code = np.zeros(len(t_s), int)
    number = np.zeros(len(t_s), int)
    by_hand = any(mark.kind != "artefact" for mark in timing.marks)
    if not by_hand and timing.rest is not None:
        code[np.isfinite(t_s)] = _PHASES.index(Phase.REST)
    for repetition in timing.repetitions:
        at = repetition.contraction.holds(t_s)
        number[at] = repetition.number
        code[at] = _PHASES.index(Phase.TRANSITION)
        code[repetition.hold.holds(t_s)] = _PHASES.index(Phase.CONTRACTION)
    code[inside(t_s, timing.spans("rest"))] = _PHASES.index(Phase.REST)
    code[inside(t_s, timing.spans("artefact"))] = _PHASES.index(Phase.ARTEFACT)
    return [_PHASES[k] for k in code], number.tolist()
