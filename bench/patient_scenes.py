"""Scenes of the patient's screen as they come in a visit, in two languages, to be looked at and timed."""

from __future__ import annotations

from dataclasses import replace
from math import nan

from usbio.patient_scene import PatientScene, PatientShape, PatientWords, PictureKind

GERMAN = PatientWords(
    left="links",
    right="rechts",
    target="Ziel",
    ceiling="nicht weiter",
    second="s",
    held="vor {age_s} s",
    quiet="äußere Muskeln bleiben ruhig",
    joining="äußere Muskeln spannen mit an",
    unsure="äußere Muskeln: nicht entscheidbar",
    too_much="etwas weniger",
    passed="letzte Wiederholung: gezählt",
    not_passed="letzte Wiederholung: nicht gezählt",
    not_decidable="letzte Wiederholung: nicht entscheidbar",
)
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


def scenes(language: str = "en", picture: PictureKind = "balance") -> dict[str, PatientScene]:
    """Return every kind of scene by its name."""
    words = GERMAN if language == "de" else PatientWords()
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
    return {
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


def _two(left: float, right: float) -> tuple[PatientShape, PatientShape]:
    return PatientShape("left", left), PatientShape("right", right)
