"""The step of the scale: the ruler that was read, two points and the mm between them, or the depth."""

from __future__ import annotations

from math import hypot, isfinite

from gui.frame_marks import Point
from gui.picture_cards import picture_marks, sentence_of, tick_marks
from gui.point_tools import KnobTool
from gui.setup_card import Answer, Card, Entry
from gui.setup_guide import Mode, SetupGuide
from usbio.draft_changes import use_depth, use_points, use_ruler
from usbio.scale_by_hand import agrees
from usbio.setup_draft import SetupDraft


def scale_card(guide: SetupGuide, draft: SetupDraft) -> Card:
    """How large a pixel is."""
    marks = (*picture_marks(draft), *tick_marks(draft))
    sentence, ways = sentence_of(draft, "scale"), _ways(guide, draft)
    scale = next((scale for scale in draft.scales if scale is not None), None)
    ruler = next((ruler for ruler in draft.rulers if ruler is not None), None)
    if scale is None:
        return Card("What is the scale?", sentence, ways, None, marks=marks)
    accept = Answer("Yes, that is right", guide.accept)
    if isfinite(guide.scale_before):
        before = Answer("The scanner is set as before: go on", guide.go_on_as_before)
        marked = int(agrees(scale, guide.scale_before))
        return Card("The screen has changed", sentence, (accept, before, *ways), marked, marks=marks)
    if ruler is not None and not agrees(scale, ruler.y_mm_per_px):
        sentence = f"{sentence} The ruler on the screen gives {ruler.y_mm_per_px:.4f} mm per pixel."
        return Card("The ruler says otherwise", sentence, (accept, *ways), 1, marks=marks)
    return Card("Is this the scale?", sentence, (accept, *ways), 0, marks=marks)


def _ways(guide: SetupGuide, draft: SetupDraft) -> tuple[Answer, ...]:
    by_hand = (
        Answer("Two points and the mm between them", lambda: guide.enter(Mode("points"))),
        Answer("Type the depth set on the scanner", lambda: guide.enter(Mode("depth"))),
    )
    taken = any(scale is not None and scale.source == "ruler" for scale in draft.scales)
    if taken or not draft.rulers or not all(draft.rulers):
        return by_hand
    return (Answer("Take the ruler on the screen", lambda: guide.settle(use_ruler)), *by_hand)


def points_card(guide: SetupGuide, draft: SetupDraft) -> Card:
    """Two points and what lies between them."""
    tool = KnobTool(_first_points(draft), draft.size_px, lambda _: None, _apart)
    entry = Entry(
        "mm between the points",
        "such as 10 or 2,5 cm",
        lambda text: _use_points(guide, tool, text),
    )
    sentence = "Put the two points on marks whose distance you know, such as two ticks; then type the mm."
    keys = "drag  from one mark to the other      or arrows, Tab  other point      then type the mm"
    marks = (*picture_marks(draft), *tick_marks(draft))
    return Card("Two points", sentence, (), None, entry, tool, marks, keys)


def depth_card(guide: SetupGuide, draft: SetupDraft) -> Card:
    """The depth as the scanner says it."""
    entry = Entry(
        "depth of the picture",
        "such as 6 or 60 mm",
        lambda text: guide.settle(lambda known: use_depth(known, text, "cm")),
    )
    sentence = "Type the depth set on the scanner, from the probe's face to the picture's lower end, in cm."
    return Card("Depth", sentence, (), None, entry, marks=picture_marks(draft), keys="Enter  takes the depth")


def _first_points(draft: SetupDraft) -> tuple[Point, Point]:
    """Inside the picture, a third apart: to be dragged to where they belong."""
    if not draft.panels:
        width, height = draft.size_px
        return (width / 2, height / 3), (width / 2, height * 2 / 3)
    roi = draft.panels[0]
    x = roi.x + roi.width / 2
    return (x, roi.y + roi.height / 3), (x, roi.y + roi.height * 2 / 3)


def _use_points(guide: SetupGuide, tool: KnobTool, text: str) -> None:
    if not tool.touched:
        guide.say("Put the points on two marks first: drag from one to the other.")
        return
    guide.settle(lambda known: use_points(known, tool.points[0], tool.points[1], text, "mm"))


def _apart(points: tuple[Point, ...]) -> str:
    (ax, ay), (bx, by) = points
    return f"{hypot(bx - ax, by - ay):.0f} px"
