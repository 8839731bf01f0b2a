"""The same muscle on both sides of the spine: which two of many rounded shapes belong together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segmentation.round_shape import RoundShape

MOST_UNLEVEL_MM, PROBE_OFF_MM = 8.0, 4.0
NARROWEST_SPINE_MM, WIDEST_SPINE_MM = 2.5, 14.0


def best_pair(
    shapes: Sequence[RoundShape], middle_mm: float, off_mm: float = PROBE_OFF_MM
) -> tuple[RoundShape, RoundShape] | None:
    """Return the two shapes that look most like one muscle on each side of the spine.

    Parameters
    ----------
    shapes : sequence of RoundShape
        From `find_round_shapes`.
    middle_mm : float
        Column of the spinous process, or of the middle of the picture, where it is expected.
    off_mm : float
        How far from there it may well be.

    Returns
    -------
    (RoundShape, RoundShape) or None
        The one on the left of the picture first; None where no two lie side by side.

    Examples
    --------
    >>> places = (13.0, 20.0), (25.0, 35.0), (37.0, 20.0)  # the one in the middle is no muscle
    >>> shapes = [RoundShape(20.0, *place, half_width_mm=9.0, half_height_mm=8.0) for place in places]
    >>> left, right = best_pair(shapes, middle_mm=25.0)
    >>> left.x_mm, right.x_mm
    (13.0, 37.0)
    """
    pairs = [
        (one, other)
        for one in shapes
        for other in shapes
        if one.x_mm < other.x_mm and abs(one.y_mm - other.y_mm) < MOST_UNLEVEL_MM
    ]
    scored = [(_pair_score(*pair, middle_mm, off_mm), pair) for pair in pairs]
    best = max(scored, key=lambda one: one[0], default=None)
    return best[1] if best is not None and best[0] > 0 else None


def _pair_score(left: RoundShape, right: RoundShape, middle_mm: float, off_mm: float) -> float:
    """Clear rims, level with each other, of like size, and the width of a spinous process between them."""
    between_mm = (right.x_mm - right.half_width_mm) - (left.x_mm + left.half_width_mm)
    sizes = [s.half_width_mm * s.half_height_mm for s in (left, right)]
    score = 0.25 * (left.rim_grey + right.rim_grey) + 0.5 * min(left.rim_grey, right.rim_grey)
    score -= 0.5 * abs(left.y_mm - right.y_mm)
    score -= 0.4 * max(0.0, abs((left.x_mm + right.x_mm) / 2 - middle_mm) - off_mm)
    score -= 0.8 * max(0.0, between_mm - WIDEST_SPINE_MM) + 2.0 * max(0.0, NARROWEST_SPINE_MM - between_mm)
    # one side may be atrophied to half, but a sliver beside a muscle is no muscle
    return score - 5.0 * abs(float(np.log(sizes[0] / sizes[1])))
