"""What a protocol must obey beyond the shape of its file: what is measured can be, and bands are bands.

The checks look at the file as it was read, table by table, so that one mistake does not hide the next: a
value that is not there or of the wrong kind was told before, and is passed over here.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from typing import Any, get_args

from segmentation.results import QUANTITIES
from segmentation.views import VIEWS
from usbio.protocol import FIRST_LANGUAGE, Caution
from usbio.protocol_mistakes import Mistake, shown
from usbio.protocol_part_checks import part_mistakes
from usbio.protocol_table import FileTable, quoted

_TOLD = ("title", "position", "rest", "contract", "hold", "relax")
_UNITS = {"thickness_mm": "mm", "area_cm2": "cm²", "change_percent": "%"}


def logical_mistakes(tables: dict[str, Any], name: str, known: Collection[str]) -> list[Mistake]:
    """Return what contradicts itself or the anatomy in a file; ``known`` are the names of protocols."""
    file = FileTable(tables)
    return [
        *(mistake for part in file.each("parts") for mistake in part_mistakes(part)),
        *_texts(file),
        *_schedule(file),
        *_criterion(file),
        *_progression(file, name, known),
        *(mistake for row in file.each("error_figures") for mistake in _error_figure(row, file)),
        *(mistake for row in file.each("references") for mistake in _reference(row)),
    ]


def _texts(file: FileTable) -> Iterator[Mistake]:
    if not isinstance(file.get("texts"), dict):
        return
    told: tuple[str, ...] = _TOLD
    if file.get("breath", "required_in_hold") is True:
        told += ("breathe",)
    cautions = [word for word in file.words("cautions") if word in get_args(Caution)]
    for cue in dict.fromkeys((*told, *cautions)):
        if not file.get("texts", FIRST_LANGUAGE, cue):
            because = "is a caution that nothing is said for" if cue in cautions else "is missing"
            yield file.mistake(
                "texts", FIRST_LANGUAGE, cue, happened=because, to_do=f"add it to [texts.{FIRST_LANGUAGE}]"
            )


def _schedule(file: FileTable) -> Iterator[Mistake]:
    schedule = FileTable(file.get("schedule"), ("schedule",))
    kind = schedule.word("kind")
    for key in ("first_share", "last_share") if kind is not None else ():
        given = schedule.get(key) is not None
        if given and kind != "faded":
            yield schedule.mistake(
                key, happened=f'means nothing where kind = "{kind}"', to_do='take it out; it is for "faded"'
            )
        if kind == "faded" and not given:
            yield schedule.mistake(
                key,
                happened='is missing, and kind = "faded" needs it',
                to_do=f'add {key} = {{ value = ..., source = "...", population = "..." }}',
            )
    first, last = schedule.number("first_share"), schedule.number("last_share")
    if first is not None and last is not None and first < last:
        yield schedule.mistake(
            "first_share",
            happened=f"{first:g} is below last_share ({last:g}): that does not fade",
            to_do=f"at least {last:g}",
        )


def _criterion(file: FileTable) -> Iterator[Mistake]:
    sets, repetitions = file.number("dose", "sets"), file.number("dose", "repetitions")
    passes = file.number("criterion", "consecutive_passes")
    if sets is None or repetitions is None or passes is None or passes <= sets * repetitions:
        return
    yield file.mistake(
        "criterion",
        "consecutive_passes",
        happened=f"{passes:g} can never be reached in {sets:g} x {repetitions:g} repetitions",
        to_do=f"at most {sets * repetitions:g}",
    )


def _progression(file: FileTable, name: str, known: Collection[str]) -> Iterator[Mistake]:
    following = file.get("progression", "next")
    for number, one in enumerate(following if isinstance(following, list) else ()):
        if one == name:
            yield file.mistake(
                "progression", "next", number, happened=f"{shown(one)} follows itself", to_do="take it out"
            )
        elif isinstance(one, str) and one not in known:
            close = difflib.get_close_matches(one, known, n=1)
            yield file.mistake(
                "progression",
                "next",
                number,
                happened=f"there is no protocol {shown(one)}",
                to_do=f'did you mean "{close[0]}"?' if close else f"known are {', '.join(sorted(known))}",
            )
    yield from _longer_hold(
        FileTable(file.get("progression"), ("progression",)), file.number("dose", "hold_s")
    )


def _longer_hold(table: FileTable, hold_s: float | None) -> Iterator[Mistake]:
    step, most = table.get("hold_step_s"), table.number("hold_most_s")
    if (step is None) != (table.get("hold_most_s") is None):
        key, other = ("hold_step_s", "hold_most_s") if step is not None else ("hold_most_s", "hold_step_s")
        yield table.mistake(key, happened=f"stands without {other}", to_do=f"add {other}, or take it out")
    if most is not None and hold_s is not None and most <= hold_s:
        yield table.mistake(
            "hold_most_s",
            happened=f"{most:g} is not above [dose] hold_s ({hold_s:g})",
            to_do=f"more than {hold_s:g}",
        )


def _error_figure(row: FileTable, file: FileTable) -> Iterator[Mistake]:
    yield from _unit(row)
    if row.get("sem") is None and row.get("mdc95") is None:
        yield row.mistake(happened="gives neither sem nor mdc95", to_do="add one of the two")
    sem, mdc95 = row.number("sem"), row.number("mdc95")
    if sem is not None and mdc95 is not None and mdc95 <= sem:
        yield row.mistake(
            "mdc95", happened=f"{mdc95:g} is not above sem ({sem:g})", to_do="it is about 2.77 x sem"
        )
    views = [view for part in file.each("parts") if (view := VIEWS.get(part.word("view") or "")) is not None]
    seen = [muscle for view in views for muscle in view.muscles]
    muscle = row.word("muscle")
    if muscle is not None and seen and muscle not in seen:
        yield row.mistake(
            "muscle",
            happened=f"{shown(muscle)} is not measured by this protocol",
            to_do=f"allowed: {quoted(dict.fromkeys(seen))}",
        )


def _reference(row: FileTable) -> Iterator[Mistake]:
    yield from _unit(row)
    quantity, mean = QUANTITIES.get(row.word("quantity") or ""), row.number("mean")
    if quantity is None or mean is None:
        return
    if not quantity.plausible_low <= mean <= quantity.plausible_high:
        yield row.mistake(
            "mean",
            happened=f"{mean:g} {quantity.unit} is not possible for {quantity.label}",
            to_do=f"{quantity.plausible_low:g} to {quantity.plausible_high:g} {quantity.unit}",
        )


def _unit(row: FileTable) -> Iterator[Mistake]:
    unit, wanted = row.word("unit"), _UNITS.get(row.word("quantity") or "")
    if unit is not None and wanted is not None and unit != wanted:
        yield row.mistake(
            "unit",
            happened=f"{shown(unit)} is not the unit of {row.word('quantity')}",
            to_do=f'write "{wanted}"',
        )
