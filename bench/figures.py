"""Measuring a clip as `usbio analyze` does, and the figures of its errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path
from typing import Any

import numpy as np

from segmentation.results import FloatArray, FrameResult, Measurement, Muscle, Side, Status
from usbio.frames import Frame
from usbio.measuring import Task, measure
from usbio.sources.clip import open_clip

Row = dict[str, Any]
Values = Mapping[int, float]  # frame to value


@dataclass(slots=True)
class Kept:
    """A sink that keeps every measurement."""

    frames: dict[int, FrameResult]
    calibration: str = ""

    def add(self, frame: Frame, result: FrameResult) -> None:
        """Keep one frame."""
        self.frames[frame.index] = result

    def of(self, side: Side, muscle: Muscle) -> dict[int, Measurement]:
        """Return the measurements of one muscle, by frame."""
        found = {index: result.of(side, muscle) for index, result in self.frames.items()}
        return {index: m for index, m in found.items() if m is not None}

    def trace(self, side: Side, muscle: Muscle, quantity: str) -> dict[int, float]:
        """Return one value a frame; nan where none could be stood by."""
        return {index: float(getattr(m, quantity)) for index, m in self.of(side, muscle).items()}

    def standing(self, side: Side, muscle: Muscle, quantity: str) -> dict[int, float]:
        """Return the values of the frames with status ``ok`` alone."""
        here = self.of(side, muscle)
        return {k: float(getattr(m, quantity)) for k, m in here.items() if m.status is Status.OK}


def run(path: Path, task: Task) -> Kept:
    """Measure a clip as `usbio analyze` does and keep all of it."""
    kept = Kept({})
    found = measure(open_clip(path), task, [kept], lambda done, of: None)
    kept.calibration = found.prepared.calibration_source
    return kept


def paired(measured: Values, truth: Values) -> tuple[FloatArray, FloatArray]:
    """Return measured and true values of the frames that have both."""
    frames = [k for k in sorted(truth) if isfinite(measured.get(k, nan)) and isfinite(truth[k])]
    return np.array([measured[k] for k in frames]), np.array([truth[k] for k in frames])


def figures(measured: FloatArray, truth: FloatArray, of: int) -> Row:
    """Return mean absolute error, bias, worst, correlation, share measured."""
    if len(measured) == 0:
        return {"n": 0, "measured_percent": 0.0}
    error = measured - truth
    return {
        "n": len(measured),
        "measured_percent": round(100.0 * len(measured) / max(of, 1), 1),
        "mae": round(float(np.abs(error).mean()), 3),
        "bias": round(float(error.mean()), 3),
        "p95": round(float(np.quantile(np.abs(error), 0.95)), 3),
        "worst": round(float(np.abs(error).max()), 3),
        "worst_percent": round(float(np.abs(error / truth).max() * 100), 2) if (truth > 0).all() else None,
        "r": rounded(correlation(measured, truth), 4),
    }


def correlation(measured: FloatArray, truth: FloatArray) -> float:
    """Return Pearson's r; nan where one of the two does not vary."""
    if len(truth) < 3 or truth.std() == 0 or measured.std() == 0:
        return nan
    return float(np.corrcoef(measured, truth)[0, 1])


def rounded(value: float, places: int = 3) -> float | None:
    """Return a figure as it is printed; None for nan."""
    return round(value, places) + 0.0 if isfinite(value) else None  # no minus before a nought


def statuses(measurements: Iterable[Measurement]) -> str:
    """Return how often each status came."""
    counted = Counter(m.status for m in measurements)
    return " ".join(f"{status}:{count}" for status, count in sorted(counted.items()))
