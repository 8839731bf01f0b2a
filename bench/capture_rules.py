"""How often captures of one muscle are called off, and how often their band holds the truth.

``python -m bench.capture_rules`` draws Gaussian captures, in units of the known standard error of one.
"""

from __future__ import annotations

from math import nan

import numpy as np

from segmentation.captures import average, outlier
from segmentation.traces import Level

N = 10_000
TRUTH = 50.0
SEED = 20
SHIFTS = (0.0, 2.0, 3.0, 4.0, 6.0)  # standard errors by which one capture of the visit is off


def main() -> None:
    """Print both tables."""
    print("| captures | known error | off by 0 | 2 | 3 | 4 | 6 SEM |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for n in (3, 4, 5):
        for sem in (1.0, nan):
            row = " | ".join(f"{called(n, sem, shift):.1%}" for shift in SHIFTS)
            print(f"| {n} | {'yes' if sem == sem else 'no'} | {row} |")
    print("\n| true error of a capture, times the known | band holds the truth |")
    print("| --- | --- |")
    for true in (0.5, 1.0, 1.5, 2.0):
        print(f"| {true} | {covered(true, 1.0):.1%} |")
    print(f"| none known | {covered(1.0, nan):.1%} |")


def called(n: int, sem: float, shift: float) -> float:
    """Return how often the one that is off is called so; of none that is off, how often any is."""
    draws = np.random.default_rng(SEED).normal(TRUTH, 1.0, (N, n))
    draws[:, 0] += shift
    found = [outlier(_levels(one), sem=sem) for one in draws]
    return float(np.mean([one == 0 if shift else one is not None for one in found]))


def covered(true: float, sem: float) -> float:
    """Return how often the band of three captures holds the truth."""
    draws = np.random.default_rng(SEED).normal(TRUTH, true, (N, 3))
    found = [average(_levels(one), sem=sem) for one in draws]
    return float(np.mean([abs(one.mean - TRUTH) <= one.band95 for one in found]))


def _levels(values: np.ndarray) -> list[Level]:
    return [Level(float(value), 0.1, 25) for value in values]


if __name__ == "__main__":
    main()
