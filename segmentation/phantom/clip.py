"""A phantom clip: plan in, pictures with truth out, each frame on its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from segmentation.geometry import Calibration, Roi
from segmentation.phantom.anatomy import Anatomy, Motion
from segmentation.phantom.disturbance import UNDISTURBED, Disturbances
from segmentation.phantom.looks import PLAIN_CART, ScreenLook
from segmentation.phantom.probe import LINEAR, Probe
from segmentation.phantom.projection import Maps, Projection, converted
from segmentation.phantom.scanner import ORDINARY_SETTINGS, Beamformer, Scanner, Shadow
from segmentation.phantom.scatterers import Scatterers
from segmentation.phantom.screen import drawn_screen, picture_origin
from segmentation.phantom.survey import Survey, placed
from segmentation.phantom.truth import FrameTruth, PhantomFrame
from segmentation.results import FloatArray, Picture
from segmentation.views import GivenBorder, MeasureSetup, Panel, Seed

# Raise it when the same plan gives other pixels: kept renders are told apart by it.
RENDERER = 3
_SPACING = Calibration(0.085, 0.085)


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """Everything that decides a clip, all numbers: the same plan gives the same pixels."""

    anatomy: Anatomy
    probe: Probe = LINEAR
    scanner: Scanner = ORDINARY_SETTINGS
    calibration: Calibration = _SPACING
    look: ScreenLook = PLAIN_CART
    disturbances: Disturbances = UNDISTURBED
    size_px: tuple[int, int] = (800, 600)
    fps: float = 25.0
    seconds: float = 6.0
    seed: int = 0
    per_cell: float = 6.0  # scatterers in a resolution cell
    soften_px: float = 0.5


@dataclass(frozen=True)
class Phantom:
    """A clip, drawn when asked."""

    plan: ClipPlan

    def __len__(self) -> int:
        return max(1, round(self.plan.seconds * self.plan.fps))

    def frames(self) -> Iterator[PhantomFrame]:
        """Yield every frame, drawn one at a time."""
        return (self.frame(index) for index in range(len(self)))

    def frame(self, index: int) -> PhantomFrame:
        """Return one frame; each stands for itself, in any order."""
        return PhantomFrame(index, index / self.plan.fps, self.picture(index), self.truth(index))

    def picture(self, index: int) -> Picture:
        """Return the ``(H, W)`` screen of one frame."""
        return self.screen(self.bmode(index))

    def screen(self, bmode: Picture) -> Picture:
        """Return the ``(H, W)`` screen with a B-mode picture in it."""
        rise_mm = self.projection.face_px[1] * self.plan.calibration.y_mm_per_px
        return drawn_screen(bmode, self.plan.calibration, self.plan.look, self.plan.size_px, -rise_mm)

    def bmode(self, index: int) -> Picture:
        """Return the B-mode picture alone."""
        return converted(self.beam_grey(self._scan_s(index)), self._maps, self.plan.soften_px)

    def beam_grey(self, t_s: float) -> FloatArray:
        """Return the grey ``(ranges, beams)`` that the scanner would draw at any time."""
        plan = self.plan
        strength = self._scatterers.strength(self._plane_mm(t_s))
        x, z = placed(*self._motion(t_s), plan.disturbances.drift.at(t_s))
        echo = self._beams.echoes(x, z, strength) * self._beams.shade(self._shadows(t_s))
        echo *= self._beams.contact(plan.disturbances.contact_loss_db(t_s, plan.probe.beams))
        noise = np.random.default_rng((plan.seed, 7, round(t_s * 1e4)))
        return self._beams.grey(echo, plan.disturbances.gain_db(t_s), noise)

    def truth(self, index: int) -> FrameTruth:
        """Return what is true of one frame, without drawing it."""
        return self.truth_at(self._scan_s(index))

    def truth_at(self, t_s: float) -> FrameTruth:
        """Return what is true at any time."""
        drift = self.plan.disturbances.drift.at(t_s)
        bodies = self.plan.anatomy.bodies(t_s)
        return FrameTruth(tuple(self._survey.told(body, drift) for body in bodies))

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the frames."""
        return self.plan.size_px

    @property
    def calibration(self) -> Calibration:
        """Size of a pixel."""
        return self.plan.calibration

    @property
    def roi(self) -> Roi:
        """Where the B-mode picture lies in the frame."""
        return self._survey.roi

    @property
    def setup(self) -> MeasureSetup:
        """The full setup of the clip: crop, spacing, sides, stations, seeds, closed borders of frame 0."""
        anatomy, first = self.plan.anatomy, self.truth(0)
        borders = [(m, m.border_px) for m in first.muscles]
        return MeasureSetup(
            view=anatomy.view,
            panels=(Panel(self.roi, self.plan.calibration, anatomy.sides),),
            frame_size_px=self.plan.size_px,
            stations=tuple(self._survey.station(s, first) for s in anatomy.stations),
            borders=tuple(GivenBorder(m.side, m.muscle, 0, b) for m, b in borders if b is not None),
            seeds=tuple(Seed(m.side, m.muscle, self._survey.seed(m)) for m in first.muscles),
            lateral_edge=anatomy.lateral_edge,
        )

    @cached_property
    def projection(self) -> Projection:
        """Where tissue lies in the B-mode picture."""
        return Projection.fitting(self.plan.probe, self.plan.scanner.depth_mm, self.plan.calibration)

    @cached_property
    def _survey(self) -> Survey:
        size = self.projection.size_px
        x, y = picture_origin(self.plan.look, size, self.plan.size_px)
        return Survey(self.projection, Roi(x, y, *size), self.plan.anatomy.stations)

    @cached_property
    def _per_mm2(self) -> float:
        """Enough scatterers for speckle at the focus, where the resolution cell is smallest."""
        cell_mm2 = 4.0 * np.pi * self.plan.probe.pulse_mm * self.plan.probe.width_at_focus_mm
        return float(self.plan.per_cell / cell_mm2)

    @cached_property
    def _motion(self) -> Motion:
        points = self._scatterers
        return self.plan.anatomy.motion(self.plan.probe, points.x_mm, points.z_mm)

    @cached_property
    def _scatterers(self) -> Scatterers:
        rng = np.random.default_rng((self.plan.seed, 1))
        return self.plan.anatomy.scatterers(self.plan.probe, self.plan.scanner.depth_mm, self._per_mm2, rng)

    @cached_property
    def _beams(self) -> Beamformer:
        return Beamformer(self.plan.probe, self.plan.scanner, self._per_mm2)

    @cached_property
    def _maps(self) -> Maps:
        return self.projection.maps(self.plan.scanner.range_step_mm)

    def _scan_s(self, index: int) -> float:
        """When the scanner drew the picture that this frame shows."""
        if not 0 <= index < len(self):
            raise ValueError(f"expected a frame from 0 to {len(self) - 1}, came {index}")
        repeats = self.plan.disturbances.repeat_pictures
        return index // repeats * repeats / self.plan.fps

    def _plane_mm(self, t_s: float) -> float:
        effort = max(body.activation for body in self.plan.anatomy.bodies(t_s))
        disturbances = self.plan.disturbances
        return disturbances.drift.at(t_s)[3] + disturbances.plane_per_contraction_mm * effort

    def _shadows(self, t_s: float) -> tuple[Shadow, ...]:
        drift = self.plan.disturbances.drift.at(t_s)
        shadows = self.plan.anatomy.shadows(t_s)
        return tuple(Shadow(*placed(s.x_mm, s.z_mm, drift), s.loss_db) for s in shadows)
