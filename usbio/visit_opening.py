"""From a form, or from a visit that was broken off, to a visit that is on."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import takewhile
from math import nan
from pathlib import Path
from typing import Any

from segmentation.results import Picture
from usbio import __version__
from usbio.data_folder import visits_folder
from usbio.error_figures import protocol_errors
from usbio.errors import CallError
from usbio.live import LiveRun
from usbio.private_file import make_private_folder
from usbio.protocol import Protocol
from usbio.protocol_library import protocol_named
from usbio.sample import Sample
from usbio.shown_runs import ShownRuns
from usbio.visit.facts import VisitBegun, VisitResumed
from usbio.visit.history import earlier_visits
from usbio.visit.keeper import VisitKeeper
from usbio.visit.record import VisitRecord, record_of
from usbio.visit.reducer import begin_visit, resume_visit
from usbio.visit.site import Site, sites_of
from usbio.visit.stages import stages_of
from usbio.visit.state import VisitPlan
from usbio.visit.store_filling import FactStore
from usbio.visit.visit_file import visit_facts
from usbio.visit_form import VisitForm, checked, protocol_of
from usbio.visit_run import StillSource, VisitRun

Clock = Callable[[], float]
NamedProtocol = Callable[[str], Protocol]


def begin_visit_run(
    form: VisitForm,
    shown: ShownRuns,
    data: Path,
    store: FactStore | None = None,
    clock: Clock = time.perf_counter,
    named: NamedProtocol = protocol_named,
) -> VisitRun:
    """Begin a visit of what is shown; a `UsbioError` says why it cannot begin."""
    form = checked(form)
    protocol = protocol_of(form, named(form.protocol))
    earlier = earlier_visits(data, form.subject)
    now = datetime.now().astimezone()
    begun = VisitBegun(
        visit=f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
        subject=form.subject,
        began=now.isoformat(timespec="seconds"),
        number=len(earlier) + 1,
        protocol=protocol.name,
        painful_side=form.painful_side,
        sites=_ordered(sites_of(tuple(part.view for part in protocol.parts), _together(shown)), form),
        acquisition=form.acquisition(shown.title),
        rater=form.rater,
        schedule=protocol.schedule.kind,
        hold_s=form.hold_s,
        language=form.language,
        in_a_row=_in_a_row(earlier, protocol) + 1,
        program_version=__version__,
    )
    targets = earlier[-1].targets if earlier else ()
    plan = VisitPlan(protocol, stages_of(begun), targets, protocol_errors(protocol))
    keeper = VisitKeeper(_folder(data, begun.visit), store)
    keeper.keep(begun)
    return _listening(VisitRun(begin_visit(plan, begun), keeper, clock), shown)


def resume_visit_run(
    folder: Path,
    shown: ShownRuns,
    data: Path,
    store: FactStore | None = None,
    clock: Clock = time.perf_counter,
    named: NamedProtocol = protocol_named,
) -> VisitRun:
    """Go on with a visit that was broken off, at the stage it had come to."""
    facts = visit_facts(folder, seconds=False)
    record = record_of(facts)
    if record is None:
        raise CallError(folder, "holds no visit", "choose another one")
    begun = record.begun
    form = VisitForm(protocol=begun.protocol, hold_s=begun.hold_s, schedule=begun.schedule or None)  # type: ignore[arg-type] # as it was written
    protocol = protocol_of(form, named(begun.protocol))
    earlier = earlier_visits(data, begun.subject, before=begun.visit)
    targets = earlier[-1].targets if earlier else ()
    plan = VisitPlan(protocol, stages_of(begun), targets, protocol_errors(protocol))
    keeper = VisitKeeper(folder, store)
    state = resume_visit(plan, facts)
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    keeper.keep(VisitResumed(state.at_s, now))
    return _listening(VisitRun(state, keeper, clock), shown)


def _in_a_row(earlier: Sequence[VisitRecord], protocol: Protocol) -> int:
    """How many of the last visits had this protocol: only what was trained is tested for retention."""
    same = takewhile(lambda record: record.begun.protocol == protocol.name, reversed(earlier))
    return sum(1 for _ in same)


def _listening(visit: VisitRun, shown: ShownRuns) -> VisitRun:
    for source, run in enumerate(shown.runs):
        sink = visit.sink(source, StillSource(partial(_regions, run), partial(_spacing, run)))
        run.listen(sink)
        visit.at_end(partial(run.unlisten, sink))
    visit.start()
    return visit


def _regions(run: LiveRun[Any], sample: Sample) -> Mapping[str, Picture]:
    """What of the screen around the picture the setup allows to be kept, such as depth and preset."""
    found: dict[str, Picture] = {}
    for table in run.setup.keep:
        x, y, width, height = table.region_px
        found[table.name] = sample.frame.image[y : y + height, x : x + width]
    return found


def _spacing(run: LiveRun[Any]) -> tuple[float, float]:
    measured = run.measured_as
    if measured is None:
        return nan, nan
    calibration = measured.panels[0].calibration
    return calibration.x_mm_per_px, calibration.y_mm_per_px


def _together(shown: ShownRuns) -> bool:
    """Whether both sides are measured at once: from two sources, or in one picture."""
    return len(shown.runs) > 1 or shown.runs[0].side is None


def _ordered(sites: tuple[Site, ...], form: VisitForm) -> tuple[Site, ...]:
    """The painful side last: it is trained first, without the probe being moved again."""
    return tuple(sorted(sites, key=lambda site: site.sides == (form.painful_side,)))


def _folder(data: Path, visit: str) -> Path:
    make_private_folder(data)
    make_private_folder(visits_folder(data))
    folder = visits_folder(data) / visit
    make_private_folder(folder)
    return folder
