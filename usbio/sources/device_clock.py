"""Times of pictures by a device's own clock, where that proves to keep time."""

from __future__ import annotations

from math import inf, isfinite, nan
from statistics import median

_TRIAL, _TRIAL_S = 30, 1.0  # pictures, and the time they must span
_RATE_OFF = 0.02  # of the time that passed
_EARLY_S, _LATE_S = 0.05, 0.3  # that a picture may arrive before and after its stamp; a busy machine is late
_LEAST_S = 1e-4


class DeviceClock:
    """Time by arrival at first, by the device's stamps once they have kept pace with it, and never a jump.

    Stamps that stand, fall back, run at another pace or leap are not used any more; time goes on by arrival.
    """

    def __init__(self) -> None:
        self._trial: list[tuple[float, float]] = []
        self._stamp_s = -inf
        self._behind_s = nan  # of arrival behind the stamp; known once the stamps are trusted
        self._given_up = False
        self._shift_s = 0.0  # of the time behind arrival, while arrival counts
        self._last_s, self._last_arrived_s = -inf, nan

    def t_s(self, stamp_s: float, arrived_s: float) -> float:
        """Return the time of a picture, from any zero; every one is later than that before."""
        own_s = nan if self._given_up else self._own(stamp_s, arrived_s)
        t_s = arrived_s + self._shift_s if self._given_up or not isfinite(own_s) else own_s
        self._last_s = max(t_s, self._last_s + _LEAST_S)
        self._last_arrived_s = arrived_s
        return self._last_s

    def _own(self, stamp_s: float, arrived_s: float) -> float:
        if not isfinite(stamp_s) or stamp_s <= self._stamp_s:
            return self._give_up()
        self._stamp_s = stamp_s
        if isfinite(self._behind_s):
            own_s = stamp_s + self._behind_s
            return own_s if -_EARLY_S < arrived_s - own_s < _LATE_S else self._give_up()
        self._trial.append((stamp_s, arrived_s))
        if len(self._trial) >= _TRIAL and arrived_s - self._trial[0][1] >= _TRIAL_S:
            self._judge()
        return nan

    def _judge(self) -> None:
        behind_s = [arrived - stamp for stamp, arrived in self._trial]
        usual_s, half = median(behind_s), len(behind_s) // 2
        gained_s = median(behind_s[half:]) - median(behind_s[:half])  # over half the time of the trial
        passed_s = self._trial[-1][1] - self._trial[0][1]
        keeps_pace = abs(gained_s) < _RATE_OFF * passed_s / 2 + _LEAST_S
        if keeps_pace and min(behind_s) - usual_s > -_EARLY_S and max(behind_s) - usual_s < _LATE_S:
            self._behind_s = usual_s
        else:
            self._give_up()

    def _give_up(self) -> float:
        self._given_up = True
        if isfinite(self._last_s):
            self._shift_s = self._last_s - self._last_arrived_s
        return nan
