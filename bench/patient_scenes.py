"""Scenes of the patient's screen as they come in a visit, in two languages, to be looked at and timed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import exp, nan, sin

import numpy as np

from bench.scene_clips import FPS, followed, sample
from segmentation.results import SIDES, Side
from usbio.frames import Frame
from usbio.mmode_strip import StripRecorder
from usbio.patient_scene import PatientScene, PatientShape, PictureKind, with_traces
from usbio.patient_strip import SPAN_S, ThicknessStrip, thickness_band, thickness_strip
from usbio.patient_words import patient_words
from usbio.preparation import prepare
from usbio.sample import Counts, Sample
from usbio.texts import Texts

STEP_S = 1 / 30
PICTURES = 182  # of a sample clip: into its second contraction

CUES = {
    "count_in": ("Get ready, breathe normally", "Bereit machen, ruhig weiteratmen"),
    "contract": (
        "Gently swell the muscle beside your spine",
        "Lassen Sie den Muskel neben der Wirbelsäule sanft anschwellen",
    ),
    "hold": ("Hold, keep breathing", "Halten und ruhig weiteratmen"),
    "relax": ("Let go", "Lockerlassen"),
    "done": ("Done, thank you", "Geschafft, vielen Dank"),
    "hold still": ("hold still", "bitte still liegen bleiben"),
    "probe back": ("probe back", "Schallkopf zurück an die Stelle"),
}


@cache
def scenes(language: str = "en", picture: PictureKind = "balance") -> dict[str, PatientScene]:
    """Return every kind of scene by its name; made once, for tests ask often."""
    words = patient_words(Texts(language))
    cue = {name: both[language == "de"] for name, both in CUES.items()}
    base = PatientScene(
        picture=picture,
        band=(0.8, 1.2),
        ceiling=1.6,
        repetition=3,
        of=10,
        words=words,
        shapes=(PatientShape("left", 0.0), PatientShape("right", 0.0)),
    )
    hold = replace(base, phase="hold", cue=cue["hold"], hold_of_s=10.0)
    held = PatientShape("right", 0.72, held=True, age_s=14.0)
    tra = replace(hold, muscle="tra", shapes=(PatientShape("left", 1.0), held), hold_s=4.2, io="quiet")
    found = {
        "count_in": replace(base, phase="count_in", cue=cue["count_in"], countdown_s=3.0),
        "contract": replace(base, phase="contract", cue=cue["contract"], shapes=_two(0.55, 0.35)),
        "hold": replace(hold, shapes=_two(1.0, 0.86), hold_s=6.2),
        "too_much": replace(hold, shapes=_two(1.8, 1.1), hold_s=2.0, muscle="tra"),
        "one_side": replace(hold, shapes=(PatientShape("left", 0.95),), hold_s=8.0, io="quiet", muscle="tra"),
        "joining": replace(tra, io="joining"),
        "held_side": tra,
        "hint": replace(hold, hint=cue["hold still"], shapes=_two(0.9, 0.8), hold_s=3.0),
        "probe_back": replace(hold, hint=cue["probe back"], shapes=(PatientShape("right", nan),)),
        "relax": replace(base, phase="relax", cue=cue["relax"], shapes=_two(0.2, 0.1), last="not_decidable"),
        "break": replace(base, phase="break", cue=cue["relax"], shapes=(), countdown_s=45.0, last="passed"),
        "dark": replace(hold, dark=True, shapes=_two(0.9, 0.8), hold_s=6.2, io="joining", last="passed"),
        "dark_count_in": replace(base, dark=True, phase="count_in", cue=cue["count_in"], countdown_s=2.0),
        "done": PatientScene(phase="done", cue=cue["done"], words=words),
    }
    return {name: as_followed(one) for name, one in found.items()} if picture == "strip" else found


def as_followed(scene: PatientScene) -> PatientScene:
    """Return a scene with the traces of eight seconds that ended in it."""
    shown = replace(scene, traces=())
    for at_s in np.arange(-SPAN_S, 0.0, STEP_S):
        part = 1.0 / (1.0 + exp(-3.0 * (at_s + 4.5)))  # from rest to where it is now
        shapes = tuple(
            replace(one, level=part * one.level + 0.03 * sin(9.0 * at_s), held=False) for one in scene.shapes
        )
        shown = with_traces(replace(scene, dark=False, hint="", shapes=shapes), shown.traces, STEP_S)
    return with_traces(scene, shown.traces, STEP_S)


@cache
def mmode_scenes(language: str = "en") -> dict[str, PatientScene]:
    """Return scenes with the M-mode of a sample clip and the target in it."""
    hold = replace(scenes(language, "strip")["hold"], muscle="tra")
    left, right = PatientShape("left", 0.9), PatientShape("right", 0.8)
    still = CUES["hold still"][language == "de"]
    strips = tuple(strip for side in SIDES if (strip := _sample_strip(side)) is not None)
    return {
        "mmode_one_side": replace(hold, shapes=(left,), strips=strips[:1]),
        "mmode_two_sides": replace(hold, shapes=(left, right), strips=strips),
        "mmode_hint": replace(hold, shapes=(left,), strips=strips[:1], hint=still),
    }


def _sample_strip(side: Side) -> ThicknessStrip | None:
    """Follow a sample clip until it contracts, and lay a target between rest and contraction."""
    clip = sample(f"tra_{side}", PICTURES)
    ready = prepare(clip.view, clip.setup, clip.pictures[0], name=clip.stem)
    recorder = StripRecorder()
    recorder.use(ready.measure)
    for number, (picture, result) in enumerate(
        zip(clip.pictures, followed(clip, clip.pictures), strict=True)
    ):
        frame = Frame(number, number / FPS, 0.0, picture)
        recorder(Sample(frame, result, Counts(), "", 0.0, picture=picture))
    (strip,) = recorder.strips()
    thick_mm = np.diff(strip.edges["tra"], axis=0)[0] * strip.depth_mm
    rest_mm, most_mm = (float(np.nanpercentile(thick_mm, share)) for share in (10, 90))
    return thickness_strip(strip, "tra", thickness_band(rest_mm, most_mm, (0.8, 1.2)), "upper")


def _two(left: float, right: float) -> tuple[PatientShape, PatientShape]:
    return PatientShape("left", left), PatientShape("right", right)
