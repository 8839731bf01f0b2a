"""Golden values: a change of any stage of measuring shows here, with the name of the stage."""

from __future__ import annotations

import json

import pytest

from tests.segmentation.golden_stages import NUMBERS, Stages, stages

KNOWN: Stages = json.loads(NUMBERS.read_text())


@pytest.fixture(scope="module")
def now() -> Stages:
    return stages()


def test_every_stage_has_its_numbers(now: Stages) -> None:
    assert list(now) == list(KNOWN)


@pytest.mark.parametrize("stage", KNOWN)
def test_a_stage_has_not_moved(stage: str, now: Stages) -> None:
    assert now[stage] == pytest.approx(
        KNOWN[stage], rel=2e-3, abs=2e-3
    )  # other builds of libraries round alike
