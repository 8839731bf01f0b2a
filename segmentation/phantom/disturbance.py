"""What goes wrong during a recording: the probe wanders, contact is lost, somebody turns the gain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmentation.results import FloatArray


@dataclass(frozen=True, slots=True)
class Breathing:
    """Slow motion of the whole wall; depth grows on breathing in."""

    period_s: float = 4.0
    lift_mm: float = 0.0  # tissue moves towards the probe and back
    sway_mm: float = 0.0
    thinning: float = 0.0  # share by which TrA and IO are thinner at full inspiration
    phase: float = 0.0

    def at(self, t_s: float) -> float:
        """Return how deep the breath is, 0 end-expiration to 1; expiration lasts longer."""
        turn = (t_s / self.period_s + self.phase) % 1.0
        return float(np.sin(np.pi * min(turn / 0.7, 1.0)) ** 2)


STILL = Breathing()


@dataclass(frozen=True, slots=True)
class Drift:
    """The probe wanders on the skin to these displacements over ``over_s`` and trembles on the way."""

    x_mm: float = 0.0
    z_mm: float = 0.0  # pressed in (tissue nearer) where negative
    tilt_deg: float = 0.0
    plane_mm: float = 0.0  # out of the plane of the picture
    tremor_mm: float = 0.0
    over_s: float = 8.0

    def at(self, t_s: float) -> tuple[float, float, float, float]:
        """Return x_mm, z_mm, tilt_rad and plane_mm of the tissue against the probe, all 0 at the start."""
        share = t_s / self.over_s
        tremble = [
            self.tremor_mm * (np.sin(2 * np.pi * f * t_s + p) - np.sin(p))
            for f, p in ((0.7, 0.3), (1.1, 1.7), (0.9, 2.9))
        ]
        return (
            self.x_mm * share + tremble[0],
            self.z_mm * share + 0.3 * tremble[1],
            float(np.deg2rad(self.tilt_deg)) * share,
            self.plane_mm * share + 0.5 * tremble[2],
        )


HELD = Drift()


@dataclass(frozen=True, slots=True)
class LostContact:
    """Part of the probe's face comes off the skin for a while: its beams go dark from the surface down."""

    start_s: float
    end_s: float
    from_share: float  # of the face, 0 left to 1 right
    to_share: float
    loss_db: float = 22.0

    def loss(self, t_s: float, beams: int) -> FloatArray:
        """Return the loss of every beam in dB, eased in and out over 0.3 s."""
        ease = float(np.clip(min(t_s - self.start_s, self.end_s - t_s) / 0.3, 0.0, 1.0))
        place = np.linspace(0.0, 1.0, beams)
        inside = np.minimum(place - self.from_share, self.to_share - place) / 0.03
        return np.asarray(self.loss_db * ease * np.clip(inside + 0.5, 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class GainStep:
    """Somebody turns the gain."""

    at_s: float
    change_db: float


@dataclass(frozen=True, slots=True)
class Disturbances:
    """All that happens to one clip besides the muscles."""

    drift: Drift = HELD
    lost_contacts: tuple[LostContact, ...] = ()
    gain_steps: tuple[GainStep, ...] = ()
    fade_db: float = 0.0  # slow swell of the gain to and fro
    repeat_pictures: int = 1  # each picture of the scanner appears so many times in the clip
    plane_per_contraction_mm: float = 0.3  # the muscle bulges out of the plane

    def gain_db(self, t_s: float) -> float:
        """Return the gain at a moment against the scanner's setting."""
        steps = sum(step.change_db for step in self.gain_steps if t_s >= step.at_s)
        return steps + self.fade_db * float(np.sin(2.0 * np.pi * t_s / 7.0))

    def contact_loss_db(self, t_s: float, beams: int) -> FloatArray:
        """Return the loss of every beam in dB."""
        return np.asarray(sum((c.loss(t_s, beams) for c in self.lost_contacts), np.zeros(beams)))


UNDISTURBED = Disturbances()
