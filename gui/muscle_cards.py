"""The steps about the muscle: what the picture shows, whose side, where it is measured, its border."""

from __future__ import annotations

from functools import partial
from math import isfinite

from gui.frame_marks import Box, Mark, Point, Stretch
from gui.picture_cards import picture_marks, sentence_of
from gui.point_tools import KnobTool, OutlineTool, StretchTool
from gui.setup_card import Answer, Card
from gui.setup_guide import Mode, SetupGuide
from segmentation.results import Side
from segmentation.tap import halves
from segmentation.views import VIEWS
from usbio.draft_changes import (
    choose_image_left,
    choose_side,
    choose_view,
    drop_border,
    image_left_of_press,
    place_station,
    trace_border,
)
from usbio.setup_draft import SetupDraft

_SIDE_WORDS: dict[Side, str] = {"left": "the patient's left", "right": "the patient's right"}
_TRACE_KEYS = "click or drag  points      Backspace  one back      arrows, Space  by key      Enter  done"


def view_card(guide: SetupGuide, draft: SetupDraft) -> Card:
    """What the picture shows."""
    answers = tuple(
        Answer(f"{view.title} ({view.name})", partial(guide.settle, partial(choose_view, view=view.name)))
        for view in VIEWS.values()
    )
    marked = list(VIEWS).index(draft.view) if draft.view is not None else None
    sentence = "It decides what is measured."
    return Card("What does the picture show?", sentence, answers, marked, marks=picture_marks(draft))


def side_card(guide: SetupGuide, draft: SetupDraft) -> Card:
    """Whose side it is."""
    if not draft.two_sided:
        answers = _one_side(guide, "{}")
        marked = None if draft.side is None else int(draft.side == "right")
        heading, asks = "Whose side is this?", "The picture does not say, and nobody guesses a side."
    else:
        answers, marked = _two_sides(guide, draft)
        heading = "Which side is on the left of the picture?"
        asks = "The picture does not say, and nobody guesses a side. Pressing beside the probe shows it."
    sentence = sentence_of(draft, "side") if draft.measured_sides else asks
    return Card(heading, sentence, answers, marked, marks=(*picture_marks(draft), *_side_marks(draft)))


def tap_card(guide: SetupGuide, draft: SetupDraft) -> Card:
    """Press beside the probe, see which half moves."""
    found = guide.tapped
    again = Answer("Once more", lambda: guide.enter(Mode("tap")))
    words = partial(tap_words, guide)
    if found is None or found.half is None:
        return Card(*words(), (again,), None, marks=picture_marks(draft), keys="Esc  back", said_now=words)
    left, right = halves(draft.panels)
    moves = Box(left if found.half == "left" else right, "half")
    answers = [
        Answer(
            f"On {named}",
            partial(guide.settle, partial(choose_image_left, side=image_left_of_press(found.half, side))),
        )
        for side, named in _SIDE_WORDS.items()
    ]
    return Card(*words(), (*answers, again), None, marks=(*picture_marks(draft), moves))


def tap_words(guide: SetupGuide) -> tuple[str, str]:
    """Return heading and sentence of how the tap test stands."""
    found = guide.tapped
    if found is None or not found.ready:
        return "Hold the probe still …", "Two seconds of rest are looked at first."
    if not found.alive:
        return "The picture stands still", "Is it frozen on the scanner? Nothing in it moves."
    if found.half is not None:
        more = f"moves {found.ratio:.1f} times as much as the other" if isfinite(found.ratio) else "moves"
        return "Where did you press?", f"The {found.half} half of the picture {more}."
    now = f"Motion over that at rest: left half {found.left:.1f}, right half {found.right:.1f}."
    return (
        "Press beside the probe now",
        f"Without contracting, press the skin on one side some times: that half moves. {now}",
    )


def station_card(guide: SetupGuide, draft: SetupDraft) -> Card:
    """Where on the muscle it is measured."""
    answers = [Answer("Yes, there", guide.accept)]
    if draft.stations:
        answers.append(Answer("Where it usually is", lambda: guide.settle(place_station)))
    if draft.view == "lm-thickness":
        answers.append(Answer("At the facet I point at", lambda: guide.enter(Mode("apex"))))
    else:
        answers.append(Answer("Over a stretch I mark", lambda: guide.enter(Mode("stretch"))))
    marks = (*picture_marks(draft), *_station_marks(draft))
    return Card("Where is it measured?", sentence_of(draft, "station"), tuple(answers), 0, marks=marks)


def stretch_card(guide: SetupGuide, draft: SetupDraft) -> Card:
    """Mark a stretch of the picture."""
    roi = draft.panels[0]
    first = next((s.x_range_px for s in draft.stations if s.x_range_px is not None), None)
    ends = first or (roi.x + 0.4 * roi.width, roi.x + 0.6 * roi.width)
    tool = StretchTool(roi, ends, lambda _: None)
    take = Answer(
        "Measure here", lambda: guide.settle(lambda known: place_station(known, x_range_px=tool.x_range_px))
    )
    sentence = "The thickness is the mean over this stretch."
    keys = "drag  mark the stretch      or arrows move an end, Tab  other end      Enter  done"
    return Card("Mark the stretch", sentence, (take,), 0, None, tool, picture_marks(draft), keys)


def apex_card(guide: SetupGuide, draft: SetupDraft) -> Card:
    """Point at the apex of a facet."""
    roi = draft.panels[0]
    first = next((s.point_px for s in draft.stations if s.point_px is not None), None)
    start = first or (roi.x + roi.width / 2, roi.y + roi.height * 0.6)
    tool = KnobTool((start,), draft.size_px, lambda _: None)
    take = Answer(
        "Measure from here", lambda: guide.settle(lambda known: place_station(known, point_px=tool.points[0]))
    )
    sentence = "Put the cross on the apex of the facet; the thickness goes from there to the fascia above."
    keys = "click  put the cross      or arrows (Shift: far)      Enter  done"
    return Card("Point at the facet", sentence, (take,), 0, None, tool, picture_marks(draft), keys)


def border_card(guide: SetupGuide, draft: SetupDraft) -> Card:
    """Stand by the border that is found, or trace it."""
    traced = {border.side for border in draft.borders}
    answers = [Answer("Yes, measure with this", guide.accept_border)]
    what = "border" if _closed(draft) else "edges"
    for side in draft.measured_sides:
        answers.append(Answer(f"Trace the {side} {what}", partial(guide.enter, _first_trace(draft, side))))
        if side in traced:
            answers.append(
                Answer(
                    f"Find the {side} one instead",
                    lambda side=side: guide.trace_done(partial(drop_border, side=side)),  # type: ignore[misc]
                )
            )
    return Card(
        *border_words(guide),
        tuple(answers[:5]),
        0,
        marks=picture_marks(draft),
        measured=True,
        said_now=partial(border_words, guide),
    )


def border_words(guide: SetupGuide) -> tuple[str, str]:
    """Return heading and sentence of how the border stands at this moment."""
    sample = guide.sample
    if sample is None:
        return "Looking for the border …", "Measuring begins with what was set up."
    if sample.fault:
        return "This cannot be measured", sample.fault
    if not guide.border_found():
        return "No border is found", "Trace it, or go on: it is looked for in every picture."
    assert sample.result is not None  # or no border would have been found
    if any(m.border_source == "auto" for m in sample.result.measurements):
        return "Is this the border?", "It was found automatically. Look at it: Enter stands by it."
    return "Is this the border?", "It was given by hand, and is followed from picture to picture."


def trace_card(guide: SetupGuide, draft: SetupDraft, mode: Mode) -> Card:
    """Trace a border, or one edge of a layer after the other."""
    side = mode.side
    assert side is not None
    roi = draft.panels[0]
    start: Point = (roi.x + roi.width / 2, roi.y + roi.height / 2)
    tool = OutlineTool(start, draft.size_px, mode.edge is None, lambda: None)
    take = Answer("Done", lambda: _take_trace(guide, mode, tool))
    heading = f"Trace the {mode.edge + ' edge' if mode.edge else 'border'} on the {side}"
    way = "all the way round" if mode.edge is None else "from one side of the picture to the other"
    sentence = f"Put points along the inner edge of the muscle, {way}."
    marks = picture_marks(draft)
    return Card(
        heading,
        sentence,
        (take,),
        0,
        None,
        tool,
        marks,
        _TRACE_KEYS,
        first_picture=guide.first_picture is not None,
    )


def _take_trace(guide: SetupGuide, mode: Mode, tool: OutlineTool) -> None:
    side = mode.side
    assert side is not None
    if mode.edge == "superficial":
        guide.change(
            lambda draft: trace_border(draft, side, tool.points, mode.edge), Mode("trace", side, "deep")
        )
    else:
        guide.trace_done(lambda draft: trace_border(draft, side, tool.points, mode.edge))


def _closed(draft: SetupDraft) -> bool:
    return draft.view is not None and VIEWS[draft.view].quantity == "area_cm2"


def _first_trace(draft: SetupDraft, side: Side) -> Mode:
    return Mode("trace", side, None if _closed(draft) else "superficial")


def _one_side(guide: SetupGuide, words: str) -> tuple[Answer, ...]:
    return tuple(
        Answer(words.format(named), partial(guide.settle, partial(choose_side, side=side)))
        for side, named in _SIDE_WORDS.items()
    )


def _two_sides(guide: SetupGuide, draft: SetupDraft) -> tuple[tuple[Answer, ...], int | None]:
    left = tuple(
        Answer(named, partial(guide.settle, partial(choose_image_left, side=side)))
        for side, named in _SIDE_WORDS.items()
    )
    one = () if draft.dual else _one_side(guide, "one side only: {}")
    tap = Answer("Press beside the probe and see", lambda: guide.enter(Mode("tap")))
    marked = None
    if draft.image_left is not None:
        marked = int(draft.image_left == "right")
    elif draft.side is not None and not draft.dual:
        marked = 2 + int(draft.side == "right")
    return (*left, *one, tap), marked


def _side_marks(draft: SetupDraft) -> tuple[Mark, ...]:
    return ()


def _station_marks(draft: SetupDraft) -> tuple[Mark, ...]:
    roi = draft.panels[0]
    return tuple(Stretch(roi, s.x_range_px) for s in draft.stations if s.x_range_px is not None)
