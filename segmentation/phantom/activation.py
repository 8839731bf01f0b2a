"""Effort over time: what a muscle is asked to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contraction:
    """One contraction: a smooth rise, a hold, a smooth release."""

    start_s: float
    rise_s: float = 0.6
    hold_s: float = 1.6
    release_s: float = 0.6
    effort: float = 1.0  # 0 to 1

    @property
    def end_s(self) -> float:
        """When the muscle is at rest again."""
        return self.start_s + self.rise_s + self.hold_s + self.release_s

    def at(self, t_s: float) -> float:
        """Return the effort at a moment."""
        rise = _smooth_step((t_s - self.start_s) / self.rise_s)
        fall = _smooth_step((t_s - self.end_s + self.release_s) / self.release_s)
        return self.effort * (rise - fall)


@dataclass(frozen=True, slots=True)
class Activation:
    """The contractions of one muscle in one clip; rest between them."""

    contractions: tuple[Contraction, ...] = ()

    def at(self, t_s: float) -> float:
        """Return the effort at a moment.

        Parameters
        ----------
        t_s : float
            Time in s.

        Returns
        -------
        float
            Effort, 0 at rest to 1.

        Examples
        --------
        >>> once = Activation((Contraction(start_s=1.0, rise_s=0.5, hold_s=2.0, effort=0.8),))
        >>> once.at(0.5), round(once.at(1.25), 3), once.at(2.0), once.at(9.0)
        (0.0, 0.4, 0.8, 0.0)
        """
        return min(1.0, sum(one.at(t_s) for one in self.contractions))

    def scaled(self, factor: float) -> Activation:
        """Return the same course with every effort multiplied."""
        return Activation(
            tuple(
                Contraction(c.start_s, c.rise_s, c.hold_s, c.release_s, c.effort * factor)
                for c in self.contractions
            )
        )


REST = Activation()


def repeated(
    first_s: float, every_s: float, count: int, *, hold_s: float = 1.6, effort: float = 1.0
) -> Activation:
    """Return equal contractions at equal distances.

    Parameters
    ----------
    first_s, every_s : float
        Start of the first contraction and distance from start to start, s.
    count : int
        Number of contractions.
    hold_s : float
        Time held at full effort, s.
    effort : float
        0 to 1.

    Returns
    -------
    Activation
        The course of effort.

    Examples
    --------
    >>> [c.start_s for c in repeated(1.5, 4.0, 2).contractions]
    [1.5, 5.5]
    """
    return Activation(
        tuple(Contraction(first_s + every_s * i, hold_s=hold_s, effort=effort) for i in range(count))
    )


def _smooth_step(x: float) -> float:
    """Minimum-jerk rise from 0 to 1."""
    c = min(1.0, max(0.0, x))
    return c**3 * (10.0 - 15.0 * c + 6.0 * c * c)
