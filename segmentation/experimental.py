"""The experimental findings of a clip: zones, the neighbour, motion onset, thickness through bending.

Off by default and never mixed with the other tables: none of it has been shown on people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan

import numpy as np

from segmentation.flexion import LEAST_ERROR, bends, trial_band
from segmentation.motion_onset import motion_onset
from segmentation.results import FloatArray, Muscle, Side
from segmentation.timing import Timing
from segmentation.tissue_motion import TissueKey, Zone
from segmentation.traces import Level, Span, Trace, level

NOTHING = Level(nan, nan, 0)
_UNITS = {
    "area_cm2": "cm²",
    "thickness_mm": "mm",
    "echo_intensity_grey": "grey",
    "displacement_across_mm": "mm",
    "displacement_down_mm": "mm",
    "onset_after_cue_s": "s",
}
_LEAST_DISPLACEMENT_MM = 0.03  # what it errs by on phantoms
NO_TIME = "refused: the clip has no time stamps"


@dataclass(frozen=True, slots=True)
class Finding:
    """One row: a quantity of one zone in one repetition, or in one phase of a bend."""

    side: Side
    muscle: str
    zone: Zone
    quantity: str
    repetition: int | None = None  # None: of the whole clip
    bend_phase: str | None = None
    span: Span | None = None  # where the value was taken
    rest: Level = field(default=NOTHING)
    value: float = nan
    change: float = nan
    band: float = nan  # plus or minus, within the trial
    n_pictures: int = 0
    note: str = ""

    @property
    def unit(self) -> str:
        """Unit of rest, value, change and band."""
        return _UNITS[self.quantity]

    @property
    def change_percent(self) -> float:
        """Change of rest; only of what has a size."""
        if self.quantity.startswith(("displacement", "onset")) or not self.rest.mean > 0:
            return nan
        return self.change / self.rest.mean * 100.0


def tissue_findings(
    side: Side, muscle: Muscle, traces: Mapping[TissueKey, Trace], timing: Timing
) -> Iterator[Finding]:
    """Yield size, echo intensity and displacement of the zones and of the neighbour, for each repetition.

    Parameters
    ----------
    side, muscle
        Whose.
    traces : mapping of (zone, quantity) to Trace
        Picture by picture.
    timing : Timing
        Rest and contractions.

    Yields
    ------
    Finding
        Contracted against rest, with the band of the two within the trial; of a clip without a contraction
        rest alone.

    Examples
    --------
    >>> from segmentation.timing import Repetition
    >>> t_s = np.arange(0.0, 4.0, 0.1)
    >>> yes = np.ones(len(t_s), bool)
    >>> area = Trace(t_s, np.where(t_s > 2.0, 4.4, 4.0), yes, yes)
    >>> rest, held = Span(0.0, 1.0), Span(2.5, 3.5)
    >>> timing = Timing((Repetition(1, (rest,), held, held, held, True),), (rest,), (), "", "")
    >>> (found,) = tissue_findings("left", "lm", {("deep", "area_cm2"): area}, timing)
    >>> round(found.change, 2), round(found.change_percent), found.n_pictures
    (0.4, 10, 22)
    """
    for (zone, quantity), trace in traces.items():
        whose = "longissimus" if zone == "beside" else muscle
        if not timing.repetitions:
            rest = level(trace, timing.rest)
            yield Finding(side, whose, zone, quantity, rest=rest, n_pictures=rest.n, note="no contraction")
        for one in timing.repetitions:
            rest = level(trace, one.rest)
            held = level(trace, [one.contracted]) if one.contracted else NOTHING
            yield Finding(
                side,
                whose,
                zone,
                quantity,
                one.number,
                span=one.contracted,
                rest=rest,
                value=held.mean,
                change=held.mean - rest.mean,
                band=trial_band(rest, held, _least_error(quantity, rest)),
                n_pictures=rest.n + held.n,
            )


def _least_error(quantity: str, rest: Level) -> float:
    if quantity.startswith("displacement"):
        return _LEAST_DISPLACEMENT_MM
    return 0.0 if quantity == "echo_intensity_grey" else LEAST_ERROR * rest.mean


def onset_findings(
    side: Side, muscle: Muscle, t_s: FloatArray, strain: FloatArray, timing: Timing
) -> Iterator[Finding]:
    """Yield when motion began in each repetition, against its cue, or why that is not said.

    Parameters
    ----------
    side, muscle
        Whose.
    t_s : (N,) array
        Times of the new pictures, s; nan where there are none.
    strain : (N, 3) array
        From `segmentation.tissue_motion`.
    timing : Timing
        The cue is the start of a marked contraction, else that of the repetition as it was found.

    Yields
    ------
    Finding
        In s after the cue, plus or minus one picture in ``band``.

    Examples
    --------
    >>> from segmentation.timing import Repetition
    >>> t_s = np.arange(0.0, 2.0, 0.04)
    >>> held = Span(1.0, 1.9)
    >>> timing = Timing((Repetition(1, (Span(0.0, 0.9),), held, held, held, True),), None, (), "", "")
    >>> [found.note for found in onset_findings("left", "lm", t_s, np.zeros((50, 3)), timing)]
    ['refused: 25 new pictures a second, and onset needs 60']
    """
    marked = bool(timing.spans("contraction"))
    cue = "the marked start" if marked else "the start of the repetition as found"
    for one in timing.repetitions:
        cue_s, end_s = one.contraction.start_s, one.contraction.end_s
        found = motion_onset(t_s, strain, one.rest, cue_s, end_s)
        started = Span(found.t_s, found.t_s) if not found.refusal else None
        yield Finding(
            side,
            muscle,
            "whole",
            "onset_after_cue_s",
            one.number,
            span=started,
            value=found.t_s - cue_s,
            band=found.plus_minus_s,
            n_pictures=int(np.isfinite(strain).all(axis=1).sum()),
            note=found.refusal or f"against {cue}; plus or minus one picture",
        )
    if not timing.repetitions:
        why = NO_TIME if timing.rest is None else "refused: no contraction was marked or found"
        yield Finding(side, muscle, "whole", "onset_after_cue_s", note=why)


def flexion_findings(side: Side, muscle: Muscle, thickness: Trace, timing: Timing) -> Iterator[Finding]:
    """Yield thickness in each phase of every bend; the end range with what came of it in words.

    Parameters
    ----------
    side, muscle
        Whose.
    thickness : Trace
        mm.
    timing : Timing
        Its repetitions are the way down and the way up by turns.

    Yields
    ------
    Finding

    Examples
    --------
    >>> yes = np.ones(40, bool)
    >>> thickness = Trace(np.arange(40) / 10.0, np.full(40, 25.0), yes, yes)
    >>> timing = Timing((), (Span(0.0, 1.0),), (), "", "")
    >>> [found.note for found in flexion_findings("left", "lm", thickness, timing)]
    ['refused: a bend needs two contractions, the way down and the way up; mark both']
    """
    found = bends(timing.repetitions, thickness)
    for bend in found:
        start = bend.phases["start"][1] if "start" in bend.phases else NOTHING
        for phase, (span, at) in bend.phases.items():
            ended = phase == "end_range"
            yield Finding(
                side,
                muscle,
                "whole",
                "thickness_mm",
                bend.number,
                phase,
                span,
                start,
                at.mean,
                at.mean - start.mean,
                bend.band_mm if ended else trial_band(start, at, LEAST_ERROR * start.mean),
                at.n,
                bend.words if ended else "",
            )
        if "end_range" not in bend.phases:
            yield Finding(side, muscle, "whole", "thickness_mm", bend.number, "end_range", note=bend.words)
    if len(timing.repetitions) % 2 or not found:
        why = "refused: a bend needs two contractions, the way down and the way up; mark both"
        number = len(found) + 1 if found else None
        yield Finding(side, muscle, "whole", "thickness_mm", number, note=why)


def kept_traces(
    t_s: FloatArray, new_picture: Sequence[int], values: Mapping[TissueKey, Sequence[float]]
) -> dict[TissueKey, Trace]:
    """Return values picture by picture as traces.

    Parameters
    ----------
    t_s : (N,) array
        Times of the frames.
    new_picture : (N,) sequence
        1 for a new picture, 0 for a repeated one.
    values : mapping of (zone, quantity) to (N,) sequence
        nan where not known.

    Returns
    -------
    dict of (zone, quantity) to Trace

    Examples
    --------
    >>> kept_traces(np.zeros(2), [1, 0], {("deep", "area_cm2"): [3.0, nan]})["deep", "area_cm2"].ok.tolist()
    [True, False]
    """
    new = np.array(new_picture, bool)
    arrays = {key: np.array(one, float) for key, one in values.items()}
    return {key: Trace(t_s, one, new, np.isfinite(one)) for key, one in arrays.items()}
