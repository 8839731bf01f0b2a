"""The target in the patient's M-mode lies where the level says that the muscle is."""

from __future__ import annotations

import numpy as np
import pytest

from tests.usbio.scripted_visit import Clinic
from usbio.mmode_strip import DEPTH, Strip
from usbio.patient_scene import PatientScene
from usbio.texts import Texts
from usbio.visit.patient_mmode import patient_mmodes, thickness_now_mm
from usbio.visit.scene import patient_scene

LINE_MM, UPPER = 40.0, 0.5


def _strip(thick_mm: float) -> Strip:
    """TrA along a line of 40 mm, its superficial edge half-way down."""
    edges = np.empty((2, 320))
    edges[0], edges[1] = UPPER, UPPER + thick_mm / LINE_MM
    image = np.full((DEPTH, 320), 90, np.uint8)
    return Strip("left", image, {"tra": edges}, 8.0, np.array([[10.0, 0.0], [10.0, 400.0]]), LINE_MM)


def _in_hold() -> tuple[Clinic, PatientScene]:
    clinic = Clinic()
    clinic.until(
        lambda state: (
            state.stage.step == "training"
            and state.running is not None
            and state.running.phase == "hold"
            and state.site.sides == ("left",)
        ),
        900.0,
    )
    clinic.pass_s(1.0)
    return clinic, patient_scene(clinic.state, Texts("en"))


def test_the_edge_lies_in_the_band_just_when_the_level_does() -> None:
    clinic, scene = _in_hold()
    (shape,) = scene.shapes
    assert scene.band is not None
    least, most = scene.band
    assert least < shape.level < most
    for thick_mm in (3.0, 5.6, 8.0):  # along the line it may be any thickness: its change counts
        (made,) = patient_mmodes(clinic.state, scene, [_strip(thick_mm)])
        low, high = (float(limit[-1]) for limit in made.band)
        assert low < float(made.lower[-1]) < high
        part = (float(made.lower[-1]) - low) / (high - low)
        assert part == pytest.approx(
            (shape.level - scene.band[0]) / (scene.band[1] - scene.band[0]), abs=0.02
        )


def test_what_is_not_seen_is_not_drawn() -> None:
    clinic, scene = _in_hold()
    strip = _strip(5.0)
    strip.edges["tra"][:, -20:] = np.nan
    assert np.isnan(thickness_now_mm(strip, "tra"))
    assert patient_mmodes(clinic.state, scene, [strip]) == ()
    assert patient_mmodes(clinic.state, scene, []) == ()
