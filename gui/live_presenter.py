"""What of a run goes to which view, and how often."""

from __future__ import annotations

import time
from typing import Any

from gui.header_view import HeaderView
from gui.live_page import LivePage
from gui.plot_view import SPAN_S
from gui.text import MUSCLE_WORDS
from segmentation.results import QUANTITIES
from segmentation.views import View
from usbio.live import LiveRun
from usbio.sample import RunStatus, Sample

# The picture follows every frame. What is read, not watched, changes slower and costs the picture nothing.
NUMBERS_S = 0.12
TRACES_S = 0.1
ACTIVITY_S = 0.5


class LivePresenter:
    """Hands samples of one run to the views of the Live page. Decides nothing but when to draw."""

    def __init__(self, page: LivePage, header: HeaderView) -> None:
        self._page = page
        self._header = header
        self._run: LiveRun[Any] | None = None
        self._due: dict[str, float] = {}
        self._time_s = float("nan")
        self._all_drawn = False
        self.frozen = False

    def show_run(self, run: LiveRun[Any] | None) -> None:
        """Begin with a run, or with nothing."""
        self._run = run
        self._due, self._time_s = {"activity": time.perf_counter() + ACTIVITY_S}, float("nan")
        self._all_drawn = self.frozen = False
        self._page.clear()
        self._header.show_age(float("nan"))
        if run is None:
            self._header.show_title("usbio", "")
            self._header.show_status(None, float("nan"))
            self._header.show_recording(None)

    def show_sample(self, sample: Sample) -> None:
        """Draw one sample: the picture at once, the rest when it is due."""
        run = self._run
        if run is None:
            return
        self._time_s, self._all_drawn = sample.frame.t_s, False
        if not self.frozen:
            self._page.image.show_setup(run.measured_as)
            self._page.image.show_frame(
                sample.picture, sample.result, run.values.confirmed, sample.frame.arrived_s
            )
            self._page.image.repaint()  # now: whatever else is drawn would make it older
        self._show_rest(run, flush=False)

    def show_status(self, status: RunStatus) -> None:
        """Draw how the run stands; once it is over, everything is drawn a last time."""
        run = self._run
        if run is None:
            return
        self._header.show_title(run.title, run.about)
        self._header.show_status(status, self._time_s, self._notes(run))
        self._header.show_recording(run.recording.status)
        key = " · K opens the set-up" if run.screen_changed else ""
        self._page.image.show_warning(f"{run.action_words()}{key}")
        if (run.ended or run.playback.paused) and not self._all_drawn:
            self._show_rest(run, flush=True)
            self._all_drawn = True

    def note_drawn(self, age_s: float) -> None:
        """Say how old the picture was when it had been painted, and let the run know it."""
        self._header.show_age(age_s)
        if self._run is not None:
            self._run.note_drawn(age_s)

    def redraw(self) -> None:
        """Draw everything again, such as after a confirmation while paused."""
        if self._run is not None:
            self._page.image.recolour(self._run.values.confirmed)
            self._show_rest(self._run, flush=True)

    def _notes(self, run: LiveRun[Any]) -> tuple[str, ...]:
        notes = []
        if run.playback.paused and not run.ended:
            notes.append("paused")
        elif run.playback.speed != 1.0 or run.playback.loop or self.frozen:
            notes.append("clip ended" if run.ended else "running")
        if self.frozen:
            notes.append("picture held")
        if run.playback.speed != 1.0:
            notes.append(f"speed × {run.playback.speed:g}")
        if run.playback.loop:
            notes.append("again and again")
        return tuple(notes)

    def _show_rest(self, run: LiveRun[Any], flush: bool) -> None:
        view = run.view
        if view is None:
            return
        if flush:
            run.values.refresh_activity()
            self._show_numbers(run, view)
            self._show_traces(run, view)
            self._show_strips(run)
        # One thing a picture: together they would make the next picture wait.
        elif self._is_due("activity", ACTIVITY_S):
            run.values.ask_activity()
        elif self._is_due("numbers", NUMBERS_S):
            self._show_numbers(run, view)
        elif self._is_due("traces", TRACES_S):
            self._show_traces(run, view)
        elif self._is_due("strips", TRACES_S):
            self._show_strips(run)

    def _is_due(self, what: str, every_s: float) -> bool:
        now = time.perf_counter()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + every_s
        return True

    def _show_numbers(self, run: LiveRun[Any], view: View) -> None:
        found = run.values.readings()
        self._page.numbers.show_readings(found, view)
        if found:
            self._page.show_comparison(run.values.comparison())

    def _show_traces(self, run: LiveRun[Any], view: View) -> None:
        page = self._page
        page.plot.show_quantity(MUSCLE_WORDS[view.muscles[0]], QUANTITIES[view.quantity])
        shown, end_s = [], 0.0
        for side, muscle in run.values.history.keys:
            if muscle == view.muscles[0]:
                t_s, values = run.values.history.trace(side, muscle, view.quantity, SPAN_S)
                page.plot.show_trace(side, t_s, values)
                shown.append(values)
                end_s = float(t_s[-1]) if len(t_s) else end_s
        page.plot.show_span(end_s, shown)
        page.plot.show_phases(run.values.activity.rests, run.values.activity.contractions)

    def _show_strips(self, run: LiveRun[Any]) -> None:
        strips = run.strips.strips()
        self._page.mmode.show_strips(strips, run.values.unconfirmed)
        self._page.image.show_lines([strip.line_px for strip in strips])
