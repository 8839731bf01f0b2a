"""The chance that a value is right: a fit finds what made the data, and nothing found alone is sure."""

from __future__ import annotations

import numpy as np
import pytest

from segmentation.chance import (
    BORDER,
    FACET,
    LAYER,
    MOST_FOUND_ALONE,
    SAID,
    TURNED_OUT,
    Logistic,
    calibrated,
    fitted,
    tolerance,
)


def test_a_fit_finds_the_weights_that_made_the_data() -> None:
    rng = np.random.default_rng(3)
    seen = rng.normal(0.0, (1.0, 4.0), (20_000, 2))
    right = rng.random(20_000) < 1.0 / (1.0 + np.exp(-(1.5 * seen[:, 0] - 0.4 * seen[:, 1] + 0.7)))
    model = fitted(seen, right, ["one", "other"], held_back=0.0)
    assert model.weights == pytest.approx((1.5, -0.4), abs=0.08)
    assert model.offset == pytest.approx(0.7, abs=0.08)


def test_more_held_back_trusts_the_data_less() -> None:
    seen = np.linspace(-1.0, 1.0, 200)[:, None]
    loose, tight = (fitted(seen, seen[:, 0] > 0, ["one"], held).weights[0] for held in (1e-3, 1e-1))
    assert 0 < tight < loose


def test_calibration_keeps_the_order() -> None:
    chances = np.linspace(0.0, 1.0, 201)
    turned_out = [calibrated(float(chance)) for chance in chances]
    assert np.all(np.diff(turned_out) > 0)
    assert (turned_out[0], turned_out[-1]) == (TURNED_OUT[0], 1.0)
    assert [calibrated(said) for said in SAID] == pytest.approx(TURNED_OUT)


@pytest.mark.parametrize("model", [LAYER, BORDER, FACET], ids=["layer", "border", "facet"])
def test_what_nobody_pointed_at_is_never_sure(model: Logistic) -> None:
    best = [9.0 if weight > 0 else 0.0 for weight in model.weights]
    assert model.chance(best, found_alone=True) == MOST_FOUND_ALONE < 0.9
    assert model.chance(best, found_alone=False) > 0.95


def test_evidence_of_another_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="argument"):
        LAYER.chance((1.0, 2.0), found_alone=False)


@pytest.mark.parametrize(
    ("quantity", "value", "allowed"),
    [
        ("thickness_mm", 3.0, 0.5),
        ("thickness_mm", 10.0, 0.5),
        ("thickness_mm", 28.0, 1.4),
        ("area_cm2", 7.0, 0.35),
    ],
)
def test_right_is_half_a_millimetre_or_a_twentieth(quantity: str, value: float, allowed: float) -> None:
    assert tolerance(quantity, value) == pytest.approx(allowed)
