"""What is heard, and that a dark screen is silent about the muscle."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import numpy as np
import pytest

from bench.patient_scenes import scenes
from usbio.patient_scene import PatientScene
from usbio.patient_tones import RATE_HZ, TONES, Tone, tones_between, wave

HOLD = scenes()["hold"]


def heard(*shown: PatientScene) -> list[Tone]:
    return [tone for a, b in zip((None, *shown), shown, strict=False) for tone in tones_between(a, b)]


def repetition(dark: bool = False, hint: str = "") -> list[PatientScene]:
    cued = [replace(HOLD, phase="count_in", hold_s=nan), replace(HOLD, phase="contract", hold_s=nan)]
    held = [replace(HOLD, hold_s=k / 10) for k in range(35)]
    ended = [replace(HOLD, phase="relax", hold_s=3.4), replace(HOLD, phase="break", hold_s=nan)]
    return [replace(one, dark=dark, hint=hint) for one in (*cued, *held, *ended)]


def test_a_repetition_is_heard() -> None:
    assert heard(*repetition()) == ["cue", "tick", "tick", "tick", "end"]


def test_in_the_dark_and_under_a_hint_there_are_cues_alone() -> None:
    assert heard(*repetition(dark=True)) == ["cue", "end"]
    assert heard(*repetition(hint="hold still")) == ["cue", "end"]


def test_time_in_the_target_that_begins_anew_does_not_tick_backwards() -> None:
    assert heard(*(replace(HOLD, hold_s=s) for s in (0.5, 1.1, 0.0, 0.9, 1.0))) == ["tick", "tick"]


@pytest.mark.parametrize("tone", TONES)
def test_a_tone_is_soft_at_its_ends_and_never_loud(tone: Tone) -> None:
    samples = wave(tone) / np.iinfo(np.int16).max
    assert 0.05 < len(samples) / RATE_HZ < 0.5  # s
    assert abs(samples[0]) < 0.001
    assert abs(samples[-1]) < 0.001
    assert 0.05 < np.abs(samples).max() < 0.35
    assert np.abs(np.diff(samples)).max() < 0.04  # a step would click
