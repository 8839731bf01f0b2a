"""The weights of `segmentation.chance`, from the development clips: `python -m bench.fit_chance`.

Prints the three models as they stand in the code. Half an hour where the clips are to be drawn first.
"""

from __future__ import annotations

import pickle
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from bench.calibration import tenths
from bench.judged import Judged, judged
from bench.report import table
from segmentation.chance import BORDER, FACET, LAYER, Logistic, fitted
from segmentation.views import ViewName

_MODELS: dict[ViewName, tuple[str, Logistic]] = {
    "tra": ("LAYER", LAYER),
    "lm-csa": ("BORDER", BORDER),
    "lm-thickness": ("FACET", FACET),
}
_HELD_BACK = 1.5e-2  # with less, clips left out were judged too surely either way
_FOLDS = 4


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="a file that keeps the measurements between runs")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    if asked.keep and asked.keep.is_file():
        found = pickle.loads(asked.keep.read_bytes())
    else:
        found = list(judged(development=True))
        if asked.keep:
            asked.keep.write_bytes(pickle.dumps(found))
    left_out: list[Judged] = []
    for view, (name, model) in _MODELS.items():
        mine = [one for one in found if one.view == view and one.evidence and one.status.carries_value]
        new = _fit(mine, model.names)
        print(f"{name} = Logistic(\n    {new.names},\n    {new.weights},\n    {new.offset},\n)")
        left_out += _left_out(mine, model.names)
    print("of clips left out, what the models said before `calibrated` and what was right", file=sys.stderr)
    print(table(tenths(left_out)), file=sys.stderr)


# What may only raise the chance, and what may only lower it; anything else is chance of the clips.
_SIGNS = {
    "log step": 1,
    "roughness": -1,
    "spread": -1,
    "log share of contrast": 1,
    "agreement": 1,
    "rim": 1,
    "mean rim": 1,
    "change of size": -1,
    "dark share": -1,
    "unevenness": -1,
    "log strength": 1,
    "found alone": -1,
}


def _fit(found: Sequence[Judged], names: Sequence[str]) -> Logistic:
    """Fit, and once more without the evidence whose weight has the wrong sign, until none has."""
    evidence = np.array([one.evidence for one in found])
    right = np.array([not one.outside for one in found])
    kept = list(range(len(names)))
    while True:
        model = fitted(evidence[:, kept], right, [names[k] for k in kept], _HELD_BACK)
        wrong = [k for k, w in zip(kept, model.weights, strict=True) if w * _SIGNS.get(names[k], w) < 0]
        if not wrong:
            break
        kept = [k for k in kept if k not in wrong]
    weights = dict(zip(kept, model.weights, strict=True))
    return Logistic(tuple(names), tuple(weights.get(k, 0.0) for k in range(len(names))), model.offset)


def _left_out(found: Sequence[Judged], names: Sequence[str]) -> list[Judged]:
    """Each clip judged by a model that never saw it."""
    clips = sorted({one.clip for one in found})
    fold = {clip: number % _FOLDS for number, clip in enumerate(clips)}
    models = [_fit([one for one in found if fold[one.clip] != k], names) for k in range(_FOLDS)]
    return [replace(one, quality=models[fold[one.clip]].said(one.evidence)) for one in found]


if __name__ == "__main__":
    main()
