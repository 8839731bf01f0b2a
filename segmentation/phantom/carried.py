"""Where tissue has gone that lay at a point of the first picture."""

from __future__ import annotations

import numpy as np

from segmentation.phantom.clip import Phantom
from segmentation.phantom.survey import placed
from segmentation.results import FloatArray


def carried_mm(phantom: Phantom, points_px: FloatArray, t_s: float) -> FloatArray:
    """Return the true displacement of tissue since the first picture.

    Parameters
    ----------
    phantom : Phantom
        Its first picture should show rest: tissue is taken to lie there as it was laid.
    points_px : (N, 2) array
        In pixels of the frame at time 0.
    t_s : float
        Time in s.

    Returns
    -------
    (N, 2) array
        To the right and downwards in mm, wandering of the probe included.

    Examples
    --------
    >>> from segmentation.phantom.activation import Activation, Contraction
    >>> from segmentation.phantom.clip import ClipPlan
    >>> from segmentation.phantom.multifidus_parasagittal import MultifidusParasagittal
    >>> effort = Activation((Contraction(1.0),))
    >>> phantom = Phantom(ClipPlan(MultifidusParasagittal(effort=effort)))
    >>> ends = phantom.truth(0).of("left", "lm").caliper_px
    >>> carried_mm(phantom, ends, 2.0).round(1).tolist()  # 18 % of 27 mm, half to either side
    [[0.0, -2.4], [0.0, 2.4]]
    """
    plan, projection = phantom.plan, phantom.projection
    x = projection.x_mm(points_px[:, 0] - phantom.roi.x)
    z = projection.z_mm(points_px[:, 1] - phantom.roi.y)
    motion = plan.anatomy.motion(plan.probe, x, z)
    then, now = (np.column_stack(placed(*motion(at), plan.disturbances.drift.at(at))) for at in (0.0, t_s))
    return np.asarray(now - then)
