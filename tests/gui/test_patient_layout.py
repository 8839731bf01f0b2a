"""Words of the patient's screen: large enough, none cut off, none over another, at every size."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtWidgets import QApplication

from bench.patient_scenes import scenes
from gui.patient_layout import LEAST, PatientLayout, lay_out
from usbio.patient_scene import PatientScene, as_shown

SIZES = [(1920, 1080), (1280, 720), (1024, 768), (1280, 1024), (1920, 1200), (3840, 2160), (960, 540)]
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmütze " * 4


def places(layout: PatientLayout) -> dict[str, QRectF]:
    """Everything that is written or drawn; the seconds stand inside the ring."""
    found = {one.role: one.box for one in layout.writings}
    for side, box in layout.shapes.items():
        found[f"shape {side}"] = box
    swatches = {"target swatch": layout.target_swatch, "ceiling swatch": layout.ceiling_swatch}
    found |= {name: box for name, box in swatches.items() if box is not None}
    if layout.ring is not None:
        found["ring"] = layout.ring
    return found


def check(layout: PatientLayout, size: tuple[int, int]) -> None:
    window = QRectF(0, 0, *size)
    found = places(layout)
    for name, box in found.items():
        assert window.contains(box), name
    for (one, a), (other, b) in combinations(found.items(), 2):
        if {one, other} == {"ring", "seconds"}:
            assert a.united(b) in (a, b)  # one inside the other
        else:
            assert not a.intersects(b), f"{one} over {other}"
    for writing in layout.writings:
        assert writing.size_px >= LEAST * layout.unit, writing.role


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("language", ["en", "de"])
def test_nothing_overlaps_or_is_cut_off(size: tuple[int, int], language: str) -> None:
    for name, scene in scenes(language).items():
        layout = lay_out(as_shown(scene), QSizeF(*size))
        check(layout, size)
        assert not [one.role for one in layout.writings if one.elided], name


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_words_that_are_far_too_long_end_in_dots(size: tuple[int, int]) -> None:
    scene = scenes("de")["hold"]
    words = replace(scene.words, left=LONG, target=LONG, ceiling=LONG, quiet=LONG)
    for one in (replace(scene, cue=LONG, io="quiet", words=words), replace(scene, hint=LONG, words=words)):
        layout = lay_out(one, QSizeF(*size))
        check(layout, size)
        assert [w for w in layout.writings if w.elided]
        assert all(w.lines[-1].endswith("…") for w in layout.writings if w.elided)


@pytest.mark.usefixtures("qapp")
def test_text_is_at_least_48_pixels_at_1080() -> None:
    for scene in scenes().values():
        assert min(w.size_px for w in lay_out(as_shown(scene), QSizeF(1920, 1080)).writings) >= 48


@pytest.mark.usefixtures("qapp")
def test_the_left_side_stands_on_the_left_whatever_came_first() -> None:
    scene = scenes()["hold"]
    turned = replace(scene, shapes=scene.shapes[::-1])
    boxes = lay_out(turned, QSizeF(1280, 720)).shapes
    assert boxes["left"].right() < boxes["right"].left()
    labels = {w.role: w for w in lay_out(turned, QSizeF(1280, 720)).writings if w.role.startswith("label")}
    for side in ("left", "right"):
        assert labels[f"label {side}"].lines == (side,)
        assert boxes[side].left() < labels[f"label {side}"].box.center().x() < boxes[side].right()


@pytest.mark.usefixtures("qapp")
def test_a_value_of_an_earlier_moment_says_how_old_it_is() -> None:
    writings = {w.role: " ".join(w.lines) for w in lay_out(scenes()["held_side"], QSizeF(1280, 720)).writings}
    assert writings["label right"] == "right · 14 s ago"
    assert writings["label left"] == "left"


@pytest.mark.usefixtures("qapp")
def test_seconds_are_those_held_and_only_whole_ones(qapp: QApplication) -> None:
    def seconds(scene: PatientScene) -> str:
        return next(
            ("".join(w.lines) for w in lay_out(scene, QSizeF(1280, 720)).writings if w.role == "seconds"), ""
        )

    hold = scenes()["hold"]
    assert seconds(replace(hold, hold_s=6.99)) == "6 s"
    assert seconds(replace(hold, phase="count_in", countdown_s=2.2)) == "3 s"  # as a count-down is spoken
    assert seconds(replace(hold, phase="relax")) == ""
