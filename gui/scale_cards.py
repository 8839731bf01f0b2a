"""The step of the scale: the ruler that was read, two points and the mm between them, or the depth."""

from __future__ import annotations

from math import hypot

from gui.frame_marks import Point
from gui.picture_cards import picture_marks, sentence_of, tick_marks
from gui.point_tools import KnobTool
from gui.setup_card import Answer, Card, Entry
from gui.setup_guide import Mode, SetupGuide
from usbio.draft_changes import use_depth, use_points, use_ruler
from usbio.setup_draft import SetupDraft


def scale_card(guide: SetupGuide, draft: SetupDraft) -> Card:
    """How large a pixel is."""
    first = next((scale for scale in draft.scales if scale is not None), None)
    answers = []
    if first is not None:
        answers.append(Answer("Yes, that is right", guide.accept))
    if draft.rulers and all(draft.rulers) and (first is None or first.source != "ruler"):
        answers.append(Answer("Take the ruler on the screen", lambda: guide.settle(use_ruler)))
    answers.append(Answer("Two points and the mm between them", lambda: guide.enter(Mode("points"))))
    answers.append(Answer("Type the depth set on the scanner", lambda: guide.enter(Mode("depth"))))
    heading = "Is this the scale?" if first is not None else "What is the scale?"
    marked = 0 if first is not None else None
    marks = (*picture_marks(draft), *tick_marks(draft))
    return Card(heading, sentence_of(draft, "scale"), tuple(answers), marked, marks=marks)


def points_card(guide: SetupGuide, draft: SetupDraft) -> Card:
    """Two points and what lies between them."""
    tool = KnobTool(_first_points(draft), draft.size_px, lambda _: None, _apart)
    entry = Entry(
        "mm between the points",
        "such as 10 or 2,5 cm",
        lambda text: guide.settle(lambda known: use_points(known, *_pair(tool), text, "mm")),
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


def _pair(tool: KnobTool) -> tuple[Point, Point]:
    return tool.points[0], tool.points[1]


def _apart(points: tuple[Point, ...]) -> str:
    (ax, ay), (bx, by) = points
    return f"{hypot(bx - ax, by - ay):.0f} px"
