"""Resting captures, the probe replaced between them: their mean with its band, and the one that is off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan, sqrt

import numpy as np
from scipy import stats

from segmentation.indices import Z95, mdc95
from segmentation.traces import Level

_FEWEST = 3
"""Captures below which none can be called off: of two nobody can say which."""
_DIXON = {3: 0.970, 4: 0.829, 5: 0.710, 6: 0.625, 7: 0.568, 8: 0.526, 9: 0.493, 10: 0.466}
"""Number of captures to the gap over the range that 5 in 100 Gaussian samples exceed, either end."""


@dataclass(frozen=True, slots=True)
class CaptureMean:
    """The mean of several captures, in the unit of the value. ``nan`` where it cannot be told."""

    mean: float
    sd: float  # between the captures; nan of one
    n: int  # captures with a value
    sem: float  # standard error of the mean
    band95: float  # plus or minus, for this mean against a line


def average(captures: Sequence[Level], *, sem: float = nan, lasting: float = 0.0) -> CaptureMean:
    """Return the mean of captures, each counting alike, and how far it may be off.

    Where the error of one capture is known, it or the scatter of these captures counts, whichever is larger:
    three captures that happen to agree do not prove that the probe was well placed. Where none is known, the
    scatter alone counts, with Student's t for so few. Averaging lessens what differs from capture to capture;
    what is the same in all of them, such as the examiner, it does not.

    Parameters
    ----------
    captures : sequence of Level
        What each capture's pictures say; one without a value is passed over.
    sem : float
        Known standard error of one capture with the probe replaced, in the unit of the value; ``nan`` where
        none is known.
    lasting : float
        Standard error that all captures of one visit share, as that between examiners; 0 where they are only
        compared with captures that share it too.

    Returns
    -------
    CaptureMean
        Without a capture all ``nan``; of one capture without a known error the band is ``nan``.

    Raises
    ------
    ValueError
        If an error is below 0.

    References
    ----------
    .. [1] Koppenhaver SL et al. (2009), PMID 19648721: three captures halve the error of percent change.
    .. [2] JCGM 100:2008, Guide to the expression of uncertainty in measurement, 4.2 and 5.1.

    Examples
    --------
    >>> three = [Level(mm, 0.05, 25) for mm in (3.4, 3.6, 3.5)]
    >>> found = average(three, sem=0.3)
    >>> round(found.mean, 2), round(found.sd, 2), round(found.sem, 2), round(found.band95, 2)
    (3.5, 0.1, 0.17, 0.34)
    >>> round(average(three).band95, 2)  # 0.1 / sqrt(3), by Student's t for three
    0.25
    """
    if sem < 0 or not lasting >= 0:
        raise ValueError(f"errors must not be below 0, came {sem} and {lasting}")
    values = np.array([one.mean for one in captures if isfinite(one.mean)])
    n = len(values)
    if not n:
        return CaptureMean(nan, nan, 0, nan, nan)
    sd = float(values.std(ddof=1)) if n > 1 else nan
    known = isfinite(sem)
    one = float(np.fmax(sd, sem))
    deviate = Z95 if known else (float(stats.t.ppf(0.975, n - 1)) if n > 1 else nan)
    scatter = one / sqrt(n)
    band = sqrt((deviate * scatter) ** 2 + (Z95 * lasting) ** 2)
    return CaptureMean(float(values.mean()), sd, n, sqrt(scatter**2 + lasting**2), band)


def outlier(captures: Sequence[Level], *, sem: float = nan) -> int | None:
    """Return the capture that is to be offered for repetition.

    Where the error of one capture is known, it is the one farther than the MDC95 from the median of the
    others; to ask this of each of them is our rule. Of three captures with nothing wrong one is called so in
    6 visits of 100, and in 98 of 100 one that is off by six standard errors. Where none is known, it is
    Dixon's test, 5 in 100, which of three sees little: it finds that one in 10 of 100
    (``bench.capture_rules``).

    Parameters
    ----------
    captures : sequence of Level
        What each capture's pictures say; one without a value is passed over.
    sem : float
        Known standard error of one capture with the probe replaced, in the unit of the value; ``nan`` where
        none is known.

    Returns
    -------
    int or None
        Its place in the sequence, the farthest where there are several; None where none is, or with fewer
        than three values, or, without a known error, more than ten.

    Raises
    ------
    ValueError
        If the error is below 0.

    References
    ----------
    .. [1] Dixon WJ (1950). doi:10.1214/aoms/1177729747
    .. [2] Rorabacher DB (1991). doi:10.1021/ac00002a010: the limits for either end, 95 %

    Examples
    --------
    >>> three = [Level(mm, 0.05, 25) for mm in (3.4, 5.2, 3.6)]
    >>> outlier(three, sem=0.3), outlier(three, sem=1.0), outlier(three)
    (1, None, None)
    >>> outlier([Level(mm, 0.05, 25) for mm in (3.50, 5.2, 3.51)])
    1
    """
    if sem < 0:
        raise ValueError(f"an error must not be below 0, came {sem}")
    at = [k for k, one in enumerate(captures) if isfinite(one.mean)]
    values = np.array([captures[k].mean for k in at])
    if len(values) < _FEWEST:
        return None
    off = np.array([abs(value - np.median(np.delete(values, k))) for k, value in enumerate(values)])
    farthest = int(np.argmax(off))
    is_off = off[farthest] > mdc95(sem) if isfinite(sem) else _by_dixon(values)
    return at[farthest] if is_off else None


def _by_dixon(values: np.ndarray) -> bool:
    ordered = np.sort(values)
    span = ordered[-1] - ordered[0]
    gap = max(ordered[1] - ordered[0], ordered[-1] - ordered[-2])
    return bool(span > 0 and gap / span > _DIXON.get(len(values), np.inf))
