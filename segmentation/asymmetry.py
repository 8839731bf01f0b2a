"""Left against right, always with the band of error that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan, sqrt

from segmentation.indices import check_sizes, level_band
from segmentation.results import Side


@dataclass(frozen=True, slots=True)
class Asymmetry:
    """Left against right with the band that belongs to it. ``nan`` where a side or the error is not known."""

    signed_percent: float  # (right - left) / larger x 100
    sem_points: float
    band_points: float  # plus or minus, for this one value against a line

    @property
    def unsigned_percent(self) -> float:
        """(larger - smaller) / larger x 100; biased upwards, so never shown without sign and band."""
        return abs(self.signed_percent)

    @property
    def smaller_side(self) -> Side | None:
        """The smaller side; None where equal or not known."""
        if not isfinite(self.signed_percent) or self.signed_percent == 0:
            return None
        return "right" if self.signed_percent < 0 else "left"

    @property
    def told_from_zero(self) -> bool | None:
        """Whether the value lies outside its band round 0; None where value or band is not known."""
        return told_from_zero(self.signed_percent, self.band_points)


def size_asymmetry(left: float, right: float, sem_one_side: float = nan) -> Asymmetry:
    """Return the signed size asymmetry together with its band.

    Parameters
    ----------
    left, right : float
        Area in cm² or thickness in mm, above 0, or ``nan``.
    sem_one_side : float
        Standard error of one side in the same unit; ``nan`` where none is known.

    Returns
    -------
    Asymmetry
        Signed value, standard error and band in percentage points.

    Raises
    ------
    ValueError
        If a size is 0 or below.

    Examples
    --------
    >>> found = size_asymmetry(7.0, 5.6, sem_one_side=0.33)
    >>> round(found.signed_percent, 1), round(found.band_points, 1), found.smaller_side
    (-20.0, 13.1, 'right')
    >>> found.told_from_zero
    True
    """
    sem = size_asymmetry_sem_points(sem_one_side, left, right)
    return Asymmetry(size_asymmetry_percent(left, right), sem, level_band(sem))


def size_asymmetry_percent(left: float, right: float) -> float:
    """Return the signed size asymmetry.

    To be taken from the sides' rest means, never as a mean over frames. Papers differ in the denominator
    (Mannion 2008 [2]_ divides by the smaller side), so it is named wherever a value stands.

    Parameters
    ----------
    left, right : float
        Area in cm² or thickness in mm at rest, above 0.

    Returns
    -------
    float
        (right - left) / larger x 100; negative where the right is smaller. ``nan`` where a side is ``nan``.

    Raises
    ------
    ValueError
        If a size is 0 or below.

    References
    ----------
    .. [1] Niemelainen R et al. (2011). PMID 21343855
    .. [2] Mannion AF et al. (2008). doi:10.1111/j.1469-7580.2008.00946.x

    Examples
    --------
    >>> size_asymmetry_percent(5.0, 4.0)
    -20.0
    >>> size_asymmetry_percent(4.0, 5.0)
    20.0
    """
    check_sizes(left, right)
    if not (isfinite(left) and isfinite(right)):
        return nan
    return (right - left) / max(left, right) * 100.0


def size_asymmetry_unsigned_percent(left: float, right: float) -> float:
    """Return (larger - smaller) / larger x 100.

    Biased upwards: sides that are truly equal, measured with an SEM of 6.7 points, read 5.3 on average. So
    it stands only beside the signed value and its band.

    Parameters
    ----------
    left, right : float
        Area in cm² or thickness in mm at rest, above 0.

    Returns
    -------
    float
        Percent, never negative; ``nan`` where a side is ``nan``.

    Raises
    ------
    ValueError
        If a size is 0 or below.

    Examples
    --------
    >>> size_asymmetry_unsigned_percent(5.0, 4.0)
    20.0
    """
    return abs(size_asymmetry_percent(left, right))


def painful_minus_other_percent(left: float, right: float, painful_side: Side) -> float:
    """Return the size asymmetry signed the third way: painful side minus the other.

    Parameters
    ----------
    left, right : float
        Area in cm² or thickness in mm at rest, above 0.
    painful_side : {"left", "right"}
        The side that hurts.

    Returns
    -------
    float
        (painful - other) / larger x 100; negative where the painful side is smaller.

    Raises
    ------
    ValueError
        If a size is 0 or below.

    Examples
    --------
    >>> painful_minus_other_percent(4.0, 5.0, "left")
    -20.0
    """
    signed = size_asymmetry_percent(left, right)
    return signed if painful_side == "right" else -signed


def activation_asymmetry_points(left_change_percent: float, right_change_percent: float) -> float:
    """Return how much more the right changes than the left, in percentage points.

    Parameters
    ----------
    left_change_percent, right_change_percent : float
        Change from rest of each side, in percent.

    Returns
    -------
    float
        Points, positive where the right changes more; ``nan`` where a side is ``nan``.

    References
    ----------
    .. [1] Mannion AF et al. (2008), where it is steadier between sides than size asymmetry.
       doi:10.1111/j.1469-7580.2008.00946.x

    Examples
    --------
    >>> activation_asymmetry_points(30.0, 20.0)
    -10.0
    """
    return right_change_percent - left_change_percent


def size_asymmetry_sem_points(sem_one_side: float, left: float, right: float) -> float:
    """Return the standard error of a size asymmetry.

    First-order propagation of an equal, independent error of both sides, with the sides taken as equal to
    the larger one, which is the denominator of the asymmetry; it errs to the careful side.

    Parameters
    ----------
    sem_one_side : float
        Standard error of one side's size, in the unit of the sizes.
    left, right : float
        Area in cm² or thickness in mm, above 0.

    Returns
    -------
    float
        sqrt(2) x SEM / larger x 100, in percentage points.

    Raises
    ------
    ValueError
        If a size is 0 or below.

    Examples
    --------
    >>> round(size_asymmetry_sem_points(0.33, 7.0, 7.0), 1)
    6.7
    """
    check_sizes(left, right)
    if not (isfinite(left) and isfinite(right)):
        return nan
    return difference_sem(sem_one_side) / max(left, right) * 100.0


def difference_sem(sem_one_side: float) -> float:
    """Return the standard error of the difference of two sides with an equal, independent error.

    Parameters
    ----------
    sem_one_side : float
        Standard error of one side, in any unit.

    Returns
    -------
    float
        sqrt(2) times as much, in the same unit.

    Examples
    --------
    >>> round(difference_sem(10.0), 1)
    14.1
    """
    return sqrt(2.0) * sem_one_side


def told_from_zero(value: float, band: float) -> bool | None:
    """Return whether a value lies outside its band round 0.

    Parameters
    ----------
    value, band : float
        The value, and plus or minus of its band, in one unit.

    Returns
    -------
    bool or None
        None where value or band is ``nan``.

    Examples
    --------
    >>> told_from_zero(-20.0, 13.1), told_from_zero(5.0, 13.1), told_from_zero(5.0, float("nan"))
    (True, False, None)
    """
    return abs(value) > band if isfinite(value) and isfinite(band) else None
