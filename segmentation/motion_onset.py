"""When a muscle begins to move: the first picture whose strain rate has left rest and stays away.

Experimental. Strain is used and not displacement, for the whole muscle may be carried along by its neighbour
or by the probe. Motion may come before electrical activity, and to tell muscles apart needs far more than 60
pictures a second (Westad et al. 2010).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from segmentation.results import FloatArray
from segmentation.traces import BoolArray, Span

LEAST_HZ = 60.0
_TOLERANCE = 0.99  # 59.94 is what is called 60
STAYS_S = 0.08
AWAY = 5.0  # standard deviations of rest
_LEAST_REST = 12  # pictures
_BEFORE_S = 0.5  # motion may begin before the cue is told from rest
_LOOK_S = 0.15  # before and after the picture that was found, for the bend


@dataclass(frozen=True, slots=True)
class Onset:
    """When motion began, or why that is not said."""

    t_s: float  # nan: not told
    plus_minus_s: float  # one picture
    refusal: str  # in words; empty where it is told


def new_picture_rate_hz(t_s: FloatArray, new_picture: BoolArray) -> float:
    """Return how many new pictures a second came: what a grabber repeats does not count.

    Parameters
    ----------
    t_s : (N,) array
        Times of the frames in s, nan where there are none.
    new_picture : (N,) bool array
        False for a repeated picture.

    Returns
    -------
    float
        In Hz; nan without two new pictures with times.

    Examples
    --------
    >>> t_s = np.arange(120) / 60.0
    >>> round(new_picture_rate_hz(t_s, np.arange(120) % 3 == 0))  # a 60 Hz grabber, a 20 Hz scanner
    20
    """
    at = t_s[new_picture & np.isfinite(t_s)]
    length = float(at.max() - at.min()) if len(at) > 1 else 0.0
    return (len(at) - 1) / length if length > 0 else nan


def motion_onset(
    t_s: FloatArray, strain: FloatArray, rest: tuple[Span, ...], cue_s: float, end_s: float
) -> Onset:
    """Return when tissue strain rate leaves rest and stays.

    Parameters
    ----------
    t_s : (N,) array
        Times of the new pictures in s, rising.
    strain : (N, 3) array
        Strain of the muscle against one reference picture; nan where it is not known.
    rest : tuple of Span
        Where the muscle is known to be at rest.
    cue_s, end_s : float
        Looked for from half a second before the cue to the end of the contraction, s.

    Returns
    -------
    Onset
        Refused in words where there are too few new pictures, too little rest, or no motion that stays.

    Raises
    ------
    ValueError
        If times and strain are not of one length.

    Examples
    --------
    >>> t_s = np.arange(100) / 100.0
    >>> noise = np.random.default_rng(0).normal(0.0, 1e-4, (100, 3))
    >>> strain = noise + np.maximum(t_s - 0.6, 0.0)[:, None] * np.array([0.1, 0.2, 0.0])
    >>> found = motion_onset(t_s, strain, (Span(0.0, 0.5),), cue_s=0.5, end_s=0.9)
    >>> round(found.t_s, 2), round(found.plus_minus_s, 2)
    (0.61, 0.01)
    >>> motion_onset(t_s[::4], strain[::4], (Span(0.0, 0.5),), cue_s=0.5, end_s=0.9).refusal
    'refused: 25 new pictures a second, and onset needs 60'
    """
    if len(t_s) != len(strain):
        raise ValueError(f"expected a strain for each of {len(t_s)} times, came {len(strain)}")
    # what counts is how many came round the cue: at rest a still picture may look like a repeated one
    rate_hz = new_picture_rate_hz(t_s, (t_s >= cue_s - _BEFORE_S) & (t_s <= end_s))
    if not rate_hz >= LEAST_HZ * _TOLERANCE:
        shown = f"{rate_hz:.0f}" if rate_hz > 0 else "no"
        return _refused(f"{shown} new pictures a second, and onset needs {LEAST_HZ:.0f}")
    known = np.isfinite(strain).all(axis=1) & np.isfinite(t_s)
    t_s, strain = t_s[known], strain[known]
    resting = np.zeros(len(t_s), bool)
    for span in rest:
        resting |= span.holds(t_s) & (t_s < cue_s)
    if resting.sum() < _LEAST_REST:
        return _refused(f"under {_LEAST_REST} pictures of rest before the cue")
    window = max(3, round(STAYS_S * rate_hz))
    first = _left(t_s, strain, resting, window, cue_s - _BEFORE_S, end_s)
    if first is None:
        return _refused("no strain rate that leaves rest and stays")
    k = _bend(t_s, strain, resting, first, max(window, round(_LOOK_S * rate_hz)))
    return Onset(float(t_s[k]), float(max(np.diff(t_s[max(k - 1, 0) : k + 2]), default=1.0 / rate_hz)), "")


def _refused(why: str) -> Onset:
    return Onset(nan, nan, f"refused: {why}")


def _left(
    t_s: FloatArray, strain: FloatArray, resting: BoolArray, window: int, from_s: float, to_s: float
) -> int | None:
    """The first picture from which the rate over a window stays beyond that of rest for another window."""
    slopes = _slopes(t_s, strain, window)
    at_rest = slopes[resting[: len(slopes)]]
    middle = np.median(at_rest, axis=0)
    spread = 1.4826 * np.median(np.abs(at_rest - middle), axis=0)
    score = (slopes - middle) / np.maximum(spread, 1e-9)
    begins = t_s[: len(slopes)]
    for k in np.flatnonzero((np.abs(score).max(axis=1) > AWAY) & (begins >= from_s) & (begins <= to_s)):
        stays = score[k : k + window]  # one way: a single wrong picture tilts windows up and then down
        if ((stays > AWAY).all(axis=0) | (stays < -AWAY).all(axis=0)).any():
            return int(k)
    return None


def _slopes(t_s: FloatArray, strain: FloatArray, window: int) -> FloatArray:
    """Rate of strain by straight lines over windows of pictures that begin at each."""
    n = max(len(t_s) - window + 1, 0)
    at = np.arange(n)[:, None] + np.arange(window)
    t = t_s[at] - t_s[at].mean(axis=1, keepdims=True)
    found: FloatArray = np.einsum("nw,nwc->nc", t, strain[at]) / (t**2).sum(axis=1)[:, None]
    return found


def _bend(t_s: FloatArray, strain: FloatArray, resting: BoolArray, first: int, look: int) -> int:
    """The picture after which a straight line turns into a bent one: the window sees what is to come."""
    low, high = max(first - look, 0), min(first + look, len(t_s))
    t, part = t_s[low:high], strain[low:high]
    spread = strain[resting].std(axis=0)
    part = part / np.maximum(spread, 1e-9)
    part = part @ _direction(part)
    errors = []
    for k in range(1, len(t) - 3):
        after = np.maximum(t - t[k], 0.0)
        basis = np.column_stack([np.ones(len(t)), after, after**2])
        errors.append(float(np.sum((part - basis @ np.linalg.lstsq(basis, part, rcond=None)[0]) ** 2)))
    # the bend lies on the last picture of rest: the next one is the first that has moved
    return low + 1 + int(np.argmin(errors)) + 1 if errors else first


def _direction(part: FloatArray) -> FloatArray:
    """The combination of strains that changes most."""
    centred = part - part.mean(axis=0)
    return np.asarray(np.linalg.svd(centred, full_matrices=False)[2][0])
