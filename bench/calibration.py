"""Whether the quality is the chance it says: by tenths, at the top, and how well it tells wrong values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.figures import Row, rounded
from bench.judged import Judged
from segmentation.results import FloatArray

SURE, GOOD = 0.9, 0.8
FAR_MM, FAR_PERCENT = 1.5, 15.0
FEW = 100  # values of a tenth: no more than three runs of one clip


def tenths(found: Sequence[Judged]) -> list[Row]:
    """Return for each tenth of the quality how many values were right, those with a value alone."""
    kept = with_value(found)
    quality = np.array([one.quality for one in kept])
    right = np.array([not one.outside for one in kept])
    clips = np.array([one.clip for one in kept])
    rows = []
    for low in range(10):
        here = np.minimum((quality * 10).astype(int), 9) == low
        row: Row = {"quality": f"{low / 10:.1f} to {(low + 1) / 10:.1f}", "values": int(here.sum())}
        if here.any():
            stated, true = float(quality[here].mean()), float(right[here].mean())
            row |= {
                "of clips": len(set(clips[here].tolist())),
                "stated": round(stated, 3),
                "true": round(true, 3),
                "apart": round(abs(stated - true), 3),
            }
        rows.append(row)
    return rows


def with_value(found: Sequence[Judged]) -> list[Judged]:
    """Return those whose status carries a value."""
    return [one for one in found if one.status.carries_value and np.isfinite(one.off)]


def figures_of(found: Sequence[Judged]) -> Row:
    """Return what is asked of the quality, as one row."""
    kept = with_value(found)
    sure = [one for one in kept if one.quality >= SURE]
    clean = [one for one in found if one.fault == "clean"]
    good = [one.quality >= GOOD and one.status.carries_value for one in clean]
    apart = [row["apart"] for row in tenths(found) if row["values"] >= FEW]
    return {
        "values": len(kept),
        "outside %": rounded(100.0 * float(np.mean([one.outside for one in kept])), 2),
        "most apart": max(apart, default=None),
        "at 0.9 and above, outside %": rounded(100.0 * float(np.mean([o.outside for o in sure])), 2),
        "of those farther than 1.5 mm or 15 %": sum(_far(one) for one in sure),
        "AUROC": rounded(_auroc(kept)),
        "clean at 0.8 and above %": rounded(100.0 * float(np.mean(good)), 1),
        "ok but outside %": rounded(
            100.0 * float(np.mean([one.outside for one in kept if one.status == "ok"])), 2
        ),
        "ok and farther than 1.5 mm or 15 %": sum(_far(one) for one in kept if one.status == "ok"),
    }


def _far(one: Judged) -> bool:
    return one.error > (FAR_PERCENT if one.view == "lm-csa" else FAR_MM)


def _auroc(found: Sequence[Judged]) -> float:
    """Chance that a value outside has a lower quality than one inside; ties count half."""
    quality = np.array([one.quality for one in found])
    outside = np.array([one.outside for one in found])
    inner, outer = quality[~outside], quality[outside]
    if not (len(inner) and len(outer)):
        return float("nan")
    inner = np.sort(inner)
    below, up_to = (np.searchsorted(inner, outer, side) for side in ("left", "right"))
    more: FloatArray = len(inner) - 0.5 * (below + up_to)
    return float(more.mean() / len(inner))
