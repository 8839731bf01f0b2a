"""What goes wrong with a picture is named, and no value beside `ok` is wrong meanwhile."""

from __future__ import annotations

import numpy as np
import pytest

from bench.scene_clips import followed, wrong_and_ok
from bench.status_scenes import SCENES, Scene
from bench.truth import REPO
from segmentation.results import Status


@pytest.fixture(scope="module", params=SCENES, ids=lambda scene: scene.name)
def told(request: pytest.FixtureRequest) -> tuple[Scene, list[Status], list[str], list[float]]:
    scene: Scene = request.param
    clip, pictures = scene.shown()
    results = list(followed(clip, pictures))
    first = scene.begins + scene.within
    late = [m for r in results[first:] for m in r.measurements if scene.concerns(m)]
    # a frozen picture's values are right for the moment it stopped, and no longer for the muscle
    kept = results[: scene.begins + 2] if scene.status is Status.FROZEN else results
    values = [
        value
        for m in late
        if not m.status.carries_value
        for value in (m.thickness_mm, m.area_cm2)
        if np.isfinite(value)
    ]
    return scene, [m.status for m in late], wrong_and_ok(clip, kept), values


def test_it_is_named(told: tuple[Scene, list[Status], list[str], list[float]]) -> None:
    scene, said, _, _ = told
    assert said
    assert said.count(scene.status) >= 0.9 * len(said)
    assert Status.OK not in said


def test_no_wrong_value_is_called_ok(told: tuple[Scene, list[Status], list[str], list[float]]) -> None:
    assert told[2] == []


def test_a_status_without_value_has_none(told: tuple[Scene, list[Status], list[str], list[float]]) -> None:
    assert told[3] == []


def test_every_status_has_its_scene() -> None:
    assert {scene.status for scene in SCENES} == set(Status) - {Status.OK}


def test_the_page_shows_every_scene_and_has_a_section_for_every_status() -> None:
    page = (REPO / "docs" / "when-it-is-wrong.md").read_text(encoding="utf-8")
    for scene in SCENES:
        name = f"status_{scene.name}.png"
        assert f"]({name})" in page
        assert (REPO / "docs" / name).stat().st_size < 120_000
    for status in set(Status) - {Status.OK}:
        assert f"## `{status}`" in page
