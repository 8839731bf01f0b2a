"""What of a run goes to which view, and how often."""

from __future__ import annotations

import time
from collections.abc import Sequence

from gui.header_view import HeaderView
from gui.live_page import LivePage
from gui.plot_view import SPAN_S
from gui.text import MUSCLE_WORDS
from segmentation.results import QUANTITIES
from segmentation.views import View
from usbio.recording.status import RecordingStatus
from usbio.sample import Sample
from usbio.shown_runs import ShownRuns, ShownValues

# The picture follows every frame. What is read, not watched, changes slower and costs the picture nothing.
NUMBERS_S = 0.12
TRACES_S = 0.1
ACTIVITY_S = 0.5


class LivePresenter:
    """Hands samples of what is shown to the views of the Live page. Decides nothing but when to draw."""

    def __init__(self, page: LivePage, header: HeaderView) -> None:
        self._page = page
        self._header = header
        self._shown: ShownRuns | None = None
        self._due: dict[str, float] = {}
        self._times_s = [float("nan")]
        self._all_drawn = False
        self.frozen = False
        self.heading = ("", "")  # what the header says in place of what is shown
        self.trouble = ""  # beside what the pictures need

    def show_runs(self, shown: ShownRuns | None) -> None:
        """Begin with one run or two, or with nothing."""
        self._shown = shown
        self._due = {"activity": time.perf_counter() + ACTIVITY_S}
        self._times_s = [float("nan")] * (len(shown.runs) if shown is not None else 1)
        self._all_drawn = self.frozen = False
        self._page.clear()
        self._page.show_pictures(len(self._times_s))
        self._header.show_age(float("nan"))
        if shown is None:
            self._header.show_title("usbio", "")
            self._header.show_statuses((), float("nan"))
            self._header.show_recording(None)

    def show_sample(self, sample: Sample, place: int = 0) -> None:
        """Draw one sample of the run in this place: the picture at once, the rest when it is due."""
        shown = self._shown
        if shown is None:
            return
        self._times_s[place], self._all_drawn = sample.frame.t_s, False
        if not self.frozen:
            run, image = shown.runs[place], self._page.images[place]
            image.show_setup(run.measured_as)
            image.show_frame(sample.picture, sample.result, run.values.confirmed, sample.frame.arrived_s)
            image.repaint()  # now: whatever else is drawn would make it older
        self._show_rest(shown, flush=False)

    def show_status(self) -> None:
        """Draw how it stands; once it is over, everything is drawn a last time."""
        shown = self._shown
        if shown is None:
            return
        title, about = self.heading
        self._header.show_title(title or shown.title, about if title else shown.about)
        statuses = tuple(run.status() for run in shown.runs)
        self._header.show_statuses(statuses, self._times_s[0], self._notes(shown))
        self._header.show_recording(_told_first([run.recording.status for run in shown.runs]))
        for run, image in zip(shown.runs, self._page.images, strict=False):
            key = " · K opens the set-up" if run.screen_changed else ""
            needed = f"{run.action_words()}{key}"
            image.show_warning(" · ".join(filter(None, (self.trouble, needed))))
        view = shown.values.view
        if any(s.stalled for s in statuses) and view is not None and self._is_due("numbers", NUMBERS_S):
            self._show_numbers(shown.values, view)  # no picture comes that would show them as held
        if (shown.ended or shown.paused) and not self._all_drawn:
            self._show_rest(shown, flush=True)
            self._all_drawn = True

    def note_drawn(self, age_s: float, place: int = 0) -> None:
        """Say how old the picture was when it had been painted, and let its run know it."""
        self._header.show_age(age_s)
        if self._shown is not None and place < len(self._shown.runs):
            self._shown.runs[place].note_drawn(age_s)

    def redraw(self) -> None:
        """Draw everything again, such as after a confirmation while paused."""
        if self._shown is not None:
            for run, image in zip(self._shown.runs, self._page.images, strict=False):
                image.recolour(run.values.confirmed)
            self._show_rest(self._shown, flush=True)

    def _notes(self, shown: ShownRuns) -> tuple[str, ...]:
        playback, ended = shown.runs[0].playback, shown.ended
        notes = []
        if shown.paused and not ended:
            notes.append("paused")
        elif playback.speed != 1.0 or playback.loop or self.frozen:
            notes.append("clip ended" if ended else "running")
        if self.frozen:
            notes.append("picture held")
        if playback.speed != 1.0:
            notes.append(f"speed × {playback.speed:g}")
        if playback.loop:
            notes.append("again and again")
        return tuple(notes)

    def _show_rest(self, shown: ShownRuns, flush: bool) -> None:
        values, view = shown.values, shown.values.view
        if view is None:
            return
        if flush:
            values.refresh_activity()
            self._show_numbers(values, view)
            self._show_traces(values, view)
            self._show_strips(shown)
        # One thing a picture: together they would make the next picture wait.
        elif self._is_due("activity", ACTIVITY_S):
            values.ask_activity()
        elif self._is_due("numbers", NUMBERS_S):
            self._show_numbers(values, view)
        elif self._is_due("traces", TRACES_S):
            self._show_traces(values, view)
        elif self._is_due("strips", TRACES_S):
            self._show_strips(shown)

    def _is_due(self, what: str, every_s: float) -> bool:
        now = time.perf_counter()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + every_s
        return True

    def _show_numbers(self, values: ShownValues, view: View) -> None:
        found = values.readings()
        self._page.show_readings(found, view)
        if found:
            self._page.show_comparison(values.comparison())

    def _show_traces(self, values: ShownValues, view: View) -> None:
        page = self._page
        page.plot.show_quantity(MUSCLE_WORDS[view.muscles[0]], QUANTITIES[view.quantity])
        traces = values.traces(SPAN_S)
        for side, t_s, found in traces:
            page.plot.show_trace(side, t_s, found)
        end_s = max((float(t_s[-1]) for _, t_s, _ in traces if len(t_s)), default=0.0)
        page.plot.show_span(end_s, [found for _, _, found in traces])
        page.plot.show_phases(values.activity.rests, values.activity.contractions)

    def _show_strips(self, shown: ShownRuns) -> None:
        both = [run.strips.strips() for run in shown.runs]
        all_strips = tuple(strip for strips in both for strip in strips)
        self._page.mmode.show_strips(all_strips, shown.values.unconfirmed)
        for strips, image in zip(both, self._page.images, strict=False):
            image.show_lines([strip.line_px for strip in strips])


def _told_first(found: Sequence[RecordingStatus | None]) -> RecordingStatus | None:
    """Of several recordings, tell of the one with the least room."""
    known = [one for one in found if one is not None]
    return min(known, key=lambda one: one.minutes_left, default=None)
