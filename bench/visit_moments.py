"""Every step of a visit as the clinician and the patient see it, from a visit of known truth in no time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from segmentation.results import SIDES, Status
from tests.usbio.scripted_visit import Clinic, Patient, short_protocol
from usbio.patient_scene import PatientScene
from usbio.reading import Reading
from usbio.texts import Texts
from usbio.visit.facts import PlaceCompared, Proposed
from usbio.visit.inputs import Lit
from usbio.visit.progress import missing
from usbio.visit.scene import patient_scene
from usbio.visit.state import VisitState
from usbio.visit.view import VisitView, visit_view


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of a visit."""

    name: str
    state: VisitState
    view: VisitView

    def scene(self, texts: Texts) -> PatientScene:
        """What the patient sees."""
        return patient_scene(self.state, texts)


@cache
def moments() -> tuple[Moment, ...]:
    """Return every kind of moment of three visits: left and right, both at once, and one that goes badly."""
    clinics = {
        "tra": Clinic(short_protocol(repetitions=4, sets=2)),
        "lm": Clinic(short_protocol("lm_swelling_prone", repetitions=4), together=True),
        "again": _troubled(),
    }
    return tuple(one for name, clinic in clinics.items() for one in _moments(name, clinic))


def readings(view: VisitView) -> tuple[Reading, ...]:
    """Return what the numbers show at a moment."""
    muscle = view.part.muscle
    value = {"tra": 3.52, "lm": 28.4}[muscle]
    return tuple(
        Reading(
            side=side,
            muscle=muscle,
            value=value,
            status=Status.OK,
            quality=0.93,
            border_source="confirmed" if view.confirmed else "auto",
            rest=value,
            change_percent=12.0,
            last_change_percent=12.0,
            last_decision="contracted",
            kept=side not in view.site.sides,
            age_s=754.0 if side not in view.site.sides else 0.0,
        )
        for side in SIDES
    )


def _troubled() -> Clinic:
    """A second visit: hardly any contraction, IO joins in, another scale, another place, much to say."""
    patient = Patient(effort=lambda state, at_s: 0.2, io_effort=20.0)
    clinic = Clinic(short_protocol(repetitions=4), patient, number=2)
    clinic.hear(Lit(0.0, "side", "differs", "the press is seen on the other half"))
    clinic.hear(Lit(0.0, "scale", "differs", "a pixel is 0.081 mm, not 0.112 mm"))
    clinic.hear(Lit(0.0, "rate", "differs", "8 new pictures a second come, 10 are needed"))
    return clinic


def _moments(name: str, clinic: Clinic) -> Iterator[Moment]:
    found: dict[str, VisitState] = {}

    def _look(state: VisitState) -> bool:
        running = state.running
        plan = running.timeline if running is not None else None
        phase = plan.phase(state.at_s) if plan is not None else "capture" if running is not None else "idle"
        found["_".join(filter(None, (name, state.stage.step, phase, missing(state))))] = state
        return state.over

    clinic.until(_look, 3600.0)
    for key, state in found.items():
        yield Moment(key, state, _told(name, visit_view(state)))


def _told(name: str, view: VisitView) -> VisitView:
    """Put in what a scripted visit has nobody to say."""
    if name != "again":
        return view
    place = PlaceCompared(
        0.0, view.site, "differs", ("Preset: MSK, was Abdomen", "Probe: linear, was convex")
    )
    if view.proposed is None:
        return replace(view, place=place)
    reasons = (
        "pain rose from 2 to 5",
        "left tra: not kept at the retention test: 1 of 3",
        "none correct in 3 visits: think of the screening again",
    )
    proposed = Proposed(0.0, "held_back", "tra_draw_in_sitting", reasons, accepted=view.proposed.accepted)
    return replace(view, place=place, proposed=proposed)
