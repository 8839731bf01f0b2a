"""What chance may do to a phantom clip: ordinary and hard examinations."""

from __future__ import annotations

from dataclasses import dataclass

from segmentation.phantom.looks import LOOKS, ScreenLook

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Ranges:
    """From where to where each thing is drawn, evenly. The defaults are an ordinary examination."""

    effort: Range = (0.7, 1.0)
    frequency: Range = (0.9, 1.1)  # times the probe's own
    depth: Range = (0.93, 1.07)  # times the usual depth of the view
    dynamic_range_db: Range = (58.0, 66.0)
    gain_db: Range = (-2.0, 3.0)
    gamma: Range = (1.0, 1.3)
    noise_db: Range = (-70.0, -62.0)
    grain_db: Range = (2.5, 3.5)
    patches_db: Range = (1.5, 2.5)
    fascia_fainter_db: Range = (0.0, 4.0)
    fascia_fade_db: Range = (1.5, 3.0)
    fascia: Range = (0.8, 1.25)  # times the usual thickness of fasciae
    size: Range = (0.9, 1.1)  # of muscles, in length
    fat: Range = (0.7, 1.3)  # times the usual thickness of fat
    slope: Range = (-0.1, 0.06)
    atrophy: Range = (0.0, 0.2)  # of one side, chosen by chance
    infiltration: Range = (0.02, 0.12)
    drift_mm: Range = (0.0, 0.8)
    tilt_deg: Range = (0.0, 0.5)
    plane_mm: Range = (0.0, 0.4)
    tremor_mm: Range = (0.0, 0.1)
    breath_mm: Range = (0.0, 0.5)
    breath_period_s: Range = (3.2, 4.8)
    fade_db: Range = (0.0, 0.8)
    gain_step_chance: float = 0.0
    lost_contact_chance: float = 0.0
    repeat_pictures: tuple[int, ...] = (1,)
    fps: tuple[float, ...] = (25.0,)
    looks: tuple[ScreenLook, ...] = LOOKS[:1]
    mirrored_chance: float = 0.5


ORDINARY = Ranges()
HARD = Ranges(
    effort=(0.3, 1.0),
    frequency=(0.75, 1.2),
    depth=(0.85, 1.2),
    dynamic_range_db=(48.0, 75.0),
    gain_db=(-7.0, 6.0),
    gamma=(0.8, 1.6),
    noise_db=(-66.0, -52.0),
    grain_db=(2.0, 5.0),
    patches_db=(1.0, 4.0),
    fascia_fainter_db=(0.0, 10.0),
    fascia_fade_db=(1.5, 6.0),
    fascia=(0.6, 1.6),
    size=(0.8, 1.15),
    fat=(0.4, 1.8),
    slope=(-0.16, 0.12),
    atrophy=(0.0, 0.45),
    infiltration=(0.0, 0.3),
    drift_mm=(0.0, 2.5),
    tilt_deg=(0.0, 1.5),
    plane_mm=(0.0, 1.2),
    tremor_mm=(0.0, 0.3),
    breath_mm=(0.0, 1.5),
    fade_db=(0.0, 2.5),
    gain_step_chance=0.4,
    lost_contact_chance=0.4,
    repeat_pictures=(1, 1, 2),
    fps=(15.0, 20.0, 25.0, 30.0),
    looks=LOOKS,
)
