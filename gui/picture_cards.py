"""The steps about the screen: where the picture is, what is hidden in it, what else may be kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import get_args

from gui.frame_marks import Box, Edge, Mark, Ticks
from gui.frame_tools import BoxTool, EdgeTool, Tool
from gui.setup_card import Answer, Card
from gui.setup_guide import Mode, SetupGuide
from segmentation.geometry import Roi
from usbio.draft_changes import (
    add_mask,
    allow,
    disallow,
    move_edge,
    place_picture,
    remove_mask,
    take_proposed_masks,
)
from usbio.draft_start import choose_layout, look_again
from usbio.draft_states import step_state
from usbio.setup_draft import Keep, KeepName, SetupDraft, StepName

KEEP_NAMES: tuple[KeepName, ...] = get_args(KeepName)
KEEP_WORDS: dict[KeepName, str] = {"ruler": "the ruler", "depth": "the written depth", "preset": "the preset"}
_DRAW_KEYS = "drag  draw a box      N  box in the middle      Tab  next      arrows  move      Delete  remove"


def waiting_card(guide: SetupGuide) -> Card:
    """What is shown until the picture was looked at."""
    if guide.message:
        return Card("This cannot be set up", "Esc goes back to the sources.")
    sentence = "The picture, its ruler and what is written on the screen are looked for."
    return Card("Looking at the screen …", sentence)


def picture_card(guide: SetupGuide, draft: SetupDraft) -> Card:
    """Where the picture is."""
    if not draft.pictures:
        return _draw_picture_card(guide, draft)
    answers = [
        *_yes(guide, draft),
        Answer(_layout_words(draft), lambda: guide.look(lambda p: choose_layout(draft, p, not draft.dual))),
        Answer(_mask_words(draft), lambda: guide.enter(Mode("masks"))),
        Answer(_keep_words(draft), lambda: guide.enter(Mode("keeps"))),
    ]
    sentence = f"{sentence_of(draft, 'picture')} What lies outside it is never written."
    heading = "Is this the picture?" if not draft.dual else "Are these the two pictures?"
    if draft.proposed_masks:
        sentence = f"{sentence} Is what is marked in it writing? A name has to be hidden, tissue must not be."
    tool = EdgeTool(draft.panels, lambda number, edge, by_px: _move(guide, number, edge, by_px))
    keys = "arrows  move an edge (Shift: far)      Tab  next edge      or drag an edge"
    marks = (*mask_marks(draft), *keep_marks(draft), *tick_marks(draft))
    # What looks like writing may be a fascia: hiding it, or not, is said by the operator.
    marked = None if draft.proposed_masks else 0
    return Card(heading, sentence, tuple(answers), marked, tool=tool, marks=marks, keys=keys)


def masks_card(guide: SetupGuide, draft: SetupDraft) -> Card:
    """What is hidden in the picture."""
    answers = [Answer("Done", lambda: guide.enter(Mode()))]
    if draft.proposed_masks:
        words = f"Hide what looks like writing ({len(draft.proposed_masks)})"
        answers.append(Answer(words, lambda: guide.change(take_proposed_masks)))
    sentence = (
        "Draw a box over every name or number inside the picture. "
        "It is black before anything is measured, shown or written."
    )
    tool = BoxTool(
        draft.masks,
        "mask",
        draft.size_px,
        lambda roi: _masks(guide, lambda known: add_mask(known, roi)),
        lambda index: _masks(guide, lambda known: remove_mask(known, index)),
    )
    proposed = tuple(Box(roi, "proposed mask", "writing?") for roi in draft.proposed_masks)
    marks = (*(Box(roi, "picture") for roi in draft.panels), *proposed)
    return Card("Hide writing in the picture", sentence, tuple(answers), 0, None, tool, marks, _DRAW_KEYS)


def keeps_card(guide: SetupGuide, draft: SetupDraft) -> Card:
    """What outside the picture may be kept as a still."""
    answers = [Answer("Done", lambda: guide.enter(Mode()))]
    for name in KEEP_NAMES:
        answers.append(Answer(*_keep_answer(guide, draft, name)))
    sentence = (
        "Nothing outside the picture is kept, but for what you allow here: a still of it at the start of a "
        "recording. Never allow a name."
    )
    marks = (*picture_marks(draft), *keep_marks(draft, proposed=True))
    return Card("What else may be kept?", sentence, tuple(answers), 0, marks=marks)


def keep_box_card(guide: SetupGuide, draft: SetupDraft, name: KeepName) -> Card:
    """Draw the box of something that may be kept."""

    def _added(roi: Roi) -> tuple[Roi, ...]:
        guide.change(lambda known: allow(known, Keep(name, roi)), Mode("keeps"))
        return ()

    tool = BoxTool((), "keep", draft.size_px, _added, lambda _: ())
    words = f"Draw a box round {KEEP_WORDS[name]}, and round nothing else."
    keys = "drag  draw the box      N  box in the middle      Esc  back"
    back = Answer("Back", lambda: guide.enter(Mode("keeps")))
    marks = (*picture_marks(draft), *keep_marks(draft))
    return Card(f"Where is {KEEP_WORDS[name]}?", words, (back,), None, None, tool, marks, keys)


def picture_marks(draft: SetupDraft) -> tuple[Mark, ...]:
    """The pictures' places, and what is hidden in them."""
    places: list[Mark] = [Box(roi, "picture") for roi in draft.panels]
    return (*places, *(Box(roi, "mask", "hidden") for roi in draft.masks))


def mask_marks(draft: SetupDraft) -> tuple[Mark, ...]:
    """What is hidden, and what might have to be."""
    proposed = tuple(Box(roi, "proposed mask", "writing?") for roi in draft.proposed_masks)
    return (*(Box(roi, "mask", "hidden") for roi in draft.masks), *proposed)


def keep_marks(draft: SetupDraft, proposed: bool = False) -> tuple[Mark, ...]:
    """What may be kept; where asked for, also what might be allowed."""
    kept = [Box(keep.roi, "keep", f"kept: {keep.name}") for keep in draft.keeps]
    named = {keep.name for keep in draft.keeps}
    if proposed:
        kept += [
            Box(keep.roi, "proposed keep", f"{keep.name}?")
            for keep in draft.proposed_keeps
            if keep.name not in named
        ]
    return tuple(kept)


def tick_marks(draft: SetupDraft) -> tuple[Mark, ...]:
    """The ticks that were read."""
    return tuple(
        Ticks(ruler.x_px, tuple(map(float, ruler.ticks_px)), f"{ruler.tick_mm:g} mm")
        for ruler in draft.rulers
        if ruler is not None
    )


def sentence_of(draft: SetupDraft, step: StepName) -> str:
    """What was found and how sure it is, or what is missing, as a sentence."""
    state = step_state(draft, step)
    if state.missing:
        return _sentence(state.missing)
    sure = f" ({state.how_sure})" if state.how_sure else ""
    return _sentence(f"{state.found}{sure}")


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}." if words and not words.endswith(".") else words


def _draw_picture_card(guide: SetupGuide, draft: SetupDraft) -> Card:
    def _drawn(roi: Roi) -> tuple[Roi, ...]:
        guide.look(lambda picture: look_again(place_picture(draft, 0, roi), picture))
        return ()

    tool: Tool = BoxTool((), "picture", draft.size_px, _drawn, lambda _: ())
    answers = (
        Answer("Look for it again", guide.begin_again),
        Answer(
            "Two pictures stand side by side", lambda: guide.look(lambda p: choose_layout(draft, p, True))
        ),
    )
    keys = "drag  draw the box      N  box in the middle"
    return Card("Where is the picture?", sentence_of(draft, "picture"), answers, None, None, tool, (), keys)


def _move(guide: SetupGuide, number: int, edge: Edge, by_px: int) -> tuple[Roi, ...]:
    guide.quietly(lambda draft: move_edge(draft, number, edge, by_px))
    guide.moved()
    assert guide.draft is not None
    return guide.draft.panels


def _masks(guide: SetupGuide, change: Callable[[SetupDraft], SetupDraft]) -> tuple[Roi, ...]:
    guide.quietly(change)
    assert guide.draft is not None
    return guide.draft.masks


def _yes(guide: SetupGuide, draft: SetupDraft) -> tuple[Answer, ...]:
    if not draft.proposed_masks:
        return (Answer("Yes", guide.accept),)

    def _hide() -> None:
        guide.quietly(take_proposed_masks)
        guide.accept()

    words = f"Yes, and hide what is marked in it ({len(draft.proposed_masks)})"
    return Answer(words, _hide), Answer("Yes, and that is no writing", guide.accept)


def _layout_words(draft: SetupDraft) -> str:
    return "No, it is one picture" if draft.dual else "No, two pictures stand side by side"


def _mask_words(draft: SetupDraft) -> str:
    if draft.proposed_masks:
        return f"Hide writing in it: {len(draft.proposed_masks)} found"
    return f"Hide writing in it: {len(draft.masks) or 'nothing'} hidden"


def _keep_words(draft: SetupDraft) -> str:
    kept = ", ".join(keep.name for keep in draft.keeps)
    return f"Keep more of the screen: {kept or 'nothing'} kept"


def _keep_answer(guide: SetupGuide, draft: SetupDraft, name: KeepName) -> tuple[str, Callable[[], object]]:
    kept = [index for index, keep in enumerate(draft.keeps) if keep.name == name]
    if kept:
        return f"Do not keep {KEEP_WORDS[name]}", lambda: guide.change(partial(disallow, index=kept[0]))
    proposed = [keep for keep in draft.proposed_keeps if keep.name == name]
    if proposed:
        return f"Keep {KEEP_WORDS[name]}", lambda: guide.change(partial(allow, keep=proposed[0]))
    return f"Keep {KEEP_WORDS[name]}: draw its box", lambda: guide.enter(Mode("keep box", keep=name))
