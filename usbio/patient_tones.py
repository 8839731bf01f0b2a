"""What the patient hears: a tone at a cue, a soft tick a second in the target, two at the end of a hold."""

from __future__ import annotations

from math import isfinite
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from usbio.patient_scene import PatientScene, as_shown

Tone = Literal["cue", "tick", "end"]
TONES: tuple[Tone, ...] = get_args(Tone)
RATE_HZ = 44100

_NOTES: dict[Tone, tuple[tuple[float, float, float], ...]] = {  # Hz, seconds, loudness of 1
    "cue": ((660.0, 0.20, 0.30),),
    "tick": ((520.0, 0.06, 0.12),),
    "end": ((660.0, 0.14, 0.30), (440.0, 0.22, 0.30)),
}
_SOFT_S = 0.012  # a tone that begins at once clicks


def tones_between(before: PatientScene | None, now: PatientScene) -> tuple[Tone, ...]:
    """Return what is heard as one scene follows another.

    On a dark screen the cues alone: a tick would be the feedback that is not to be given.
    """
    if before is None:
        return ()
    was, seen = as_shown(before), as_shown(now)
    if was.phase == "hold" != seen.phase:
        return ("end",)
    if seen.phase == "contract" != was.phase:
        return ("cue",)
    return ("tick",) if seen.phase == "hold" and _whole_s(seen) > _whole_s(was) else ()


def wave(tone: Tone) -> npt.NDArray[np.int16]:
    """Return a tone as samples, one channel, `RATE_HZ` a second."""
    parts = [_note(*note) for note in _NOTES[tone]]
    return np.rint(np.concatenate(parts) * np.iinfo(np.int16).max).astype(np.int16)


def _note(frequency_hz: float, duration_s: float, loudness: float) -> npt.NDArray[np.float64]:
    t_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    ends_s = np.minimum(t_s, t_s[-1] - t_s)
    swell = 0.5 - 0.5 * np.cos(np.pi * np.clip(ends_s / _SOFT_S, 0.0, 1.0))
    return np.asarray(loudness * swell * np.sin(2 * np.pi * frequency_hz * t_s))


def _whole_s(scene: PatientScene) -> int:
    """Seconds held so far; where none are counted none have passed."""
    return int(scene.hold_s) if scene.phase == "hold" and isfinite(scene.hold_s) else 0
