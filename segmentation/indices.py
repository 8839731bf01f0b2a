"""Numbers made from the sizes of one side: changes, shares, and the two bands of error."""

from __future__ import annotations

from math import nan, sqrt

Z95 = 1.96
"""Standard normal deviate of a two-sided 95 % band."""


def percent_change(rest: float, contracted: float) -> float:
    """Return the change from rest in percent of rest.

    Parameters
    ----------
    rest, contracted : float
        Thickness in mm or area in cm², above 0.

    Returns
    -------
    float
        Percent, positive for growth; ``nan`` where either value is ``nan``.

    Raises
    ------
    ValueError
        If a size is 0 or below.

    References
    ----------
    .. [1] Koppenhaver SL et al. (2009). PMID 19648721

    Examples
    --------
    >>> percent_change(4.0, 6.0)
    50.0
    """
    check_sizes(rest, contracted)
    return (contracted - rest) / rest * 100.0


def contraction_ratio(rest: float, contracted: float) -> float:
    """Return contracted size over resting size.

    Parameters
    ----------
    rest, contracted : float
        Thickness in mm or area in cm², above 0.

    Returns
    -------
    float
        1.0 for no change; ``nan`` where either value is ``nan``.

    Raises
    ------
    ValueError
        If a size is 0 or below.

    References
    ----------
    .. [1] Koppenhaver SL et al. (2009). PMID 19648721

    Examples
    --------
    >>> contraction_ratio(3.5, 5.25)
    1.5
    """
    check_sizes(rest, contracted)
    return contracted / rest


def relative_thickness_percent(muscle_mm: float, tra_mm: float, io_mm: float, eo_mm: float) -> float:
    """Return the share of one muscle in the lateral abdominal wall.

    Sides differ in mm but hardly in share, so shares are what is compared between sides.

    Parameters
    ----------
    muscle_mm : float
        Thickness of the muscle asked for, in mm; one of the next three.
    tra_mm, io_mm, eo_mm : float
        Thickness of transversus, internal and external oblique in mm, above 0.

    Returns
    -------
    float
        Percent of TrA + IO + EO; ``nan`` where a thickness is ``nan``.

    Raises
    ------
    ValueError
        If a thickness is 0 or below.

    References
    ----------
    .. [1] Rankin G et al. (2006), 123 people, by sex. doi:10.1002/mus.20589

    Examples
    --------
    >>> relative_thickness_percent(4.0, 4.0, 9.0, 7.0)
    20.0
    """
    check_sizes(muscle_mm, tra_mm, io_mm, eo_mm)
    return muscle_mm / (tra_mm + io_mm + eo_mm) * 100.0


def preferential_activation(
    rest_mm: tuple[float, float, float], contracted_mm: tuple[float, float, float]
) -> float:
    """Return the preferential activation ratio (PAR) of transversus.

    Its reliability is moderate (ICC 0.67 lying [2]_): put it in words only from a mean of three repetitions.

    Parameters
    ----------
    rest_mm, contracted_mm : (tra, io, eo)
        Thickness in mm, above 0, each three taken at the same moment.

    Returns
    -------
    float
        TrA / (TrA + IO + EO) contracted, minus the same at rest: a fraction, not percent. ``nan`` where
        a thickness is ``nan``.

    Raises
    ------
    ValueError
        If a thickness is 0 or below.

    References
    ----------
    .. [1] doi:10.3390/jfmk10010014
    .. [2] Mangum LC et al. (2016)

    Examples
    --------
    >>> round(preferential_activation((4.0, 9.0, 7.0), (6.0, 9.0, 5.0)), 3)
    0.1
    """
    shares = [relative_thickness_percent(mm[0], *mm) for mm in (rest_mm, contracted_mm)]
    return (shares[1] - shares[0]) / 100.0


def side_ratio(left: float, right: float) -> float:
    """Return right over left, for what has no size: echo intensity.

    It compares the sides of one person in one preset: across machines the agreement is poor (ICC at most
    0.54 [1]_). Fat above the muscle changes it too, so it is read with the subcutaneous depth of both sides.

    Parameters
    ----------
    left, right : float
        Mean grey, 0 to 255.

    Returns
    -------
    float
        1.0 for sides that are alike; ``nan`` where a side is ``nan`` or the left is black.

    Raises
    ------
    ValueError
        If a value is below 0.

    References
    ----------
    .. [1] Zaidman CM et al. (2012).

    Examples
    --------
    >>> side_ratio(50.0, 60.0)
    1.2
    """
    if left < 0 or right < 0:
        raise ValueError(f"expected grey of 0 and above, came {left} and {right}")
    return right / left if left != 0 else nan


def level_band(sem: float) -> float:
    """Return the half-width of the 95 % band of one value against a line: 1.96 SEM.

    Parameters
    ----------
    sem : float
        Standard error of measurement, in any unit.

    Returns
    -------
    float
        Plus or minus, in the same unit; ``nan`` where the error is ``nan``.

    References
    ----------
    .. [1] Weir JP (2005). doi:10.1519/15184.1

    Examples
    --------
    >>> round(level_band(0.5), 2)
    0.98
    """
    return Z95 * sem


def mdc95(sem: float) -> float:
    """Return the change between two occasions that exceeds error: 1.96 x sqrt(2) x SEM.

    Parameters
    ----------
    sem : float
        Standard error of measurement of one occasion, in any unit.

    Returns
    -------
    float
        Minimal detectable change, in the same unit; ``nan`` where the error is ``nan``.

    References
    ----------
    .. [1] Weir JP (2005). doi:10.1519/15184.1

    Examples
    --------
    >>> round(mdc95(0.4), 2)
    1.11
    """
    return Z95 * sqrt(2.0) * sem


def check_sizes(*sizes: float) -> None:
    """Refuse sizes that cannot be.

    Parameters
    ----------
    *sizes : float
        Thickness in mm or area in cm²; ``nan`` passes.

    Returns
    -------
    None

    Raises
    ------
    ValueError
        If a size is 0 or below.

    Examples
    --------
    >>> check_sizes(5.0, float("nan"))
    >>> check_sizes(5.0, 0.0)
    Traceback (most recent call last):
    ValueError: sizes must be above 0, came (5.0, 0.0)
    """
    if any(size <= 0 for size in sizes):
        raise ValueError(f"sizes must be above 0, came {sizes}")
