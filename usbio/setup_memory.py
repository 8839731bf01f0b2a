"""Setups that are remembered for a device, a resolution and a depth, and recognised the next time.

Whose side a picture shows, borders, and all that is said of a patient are never remembered.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Annotated, Literal

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from segmentation.geometry import Calibration, Roi
from segmentation.ruler import Ruler
from usbio.data_folder import data_folder
from usbio.device import Device
from usbio.draft_setup import crop_of, keep_tables
from usbio.errors import UsbioError
from usbio.private_file import make_private_folder, write_private
from usbio.setup import CropPx, ImageTable, MeasureTable, SetupFile, Size, Spacing, load_setup, setup_text
from usbio.setup_draft import SetupDraft

_ENDING = ".device.toml"
_SAME_PLACE = 0.9  # of two pictures, what they share of what they cover together
_SAME_RULER = 0.01
_LIKE_BY_HAND = 0.03  # a ruler that is read now, and a scale that was given by hand then
_LARGEST_BYTES = 1_000_000

Rulers = Callable[[tuple[Roi, ...]], tuple[Ruler | None, ...]]
"""Reads the ruler beside each of these pictures."""


class _Panel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    region_px: CropPx
    x_mm_per_px: Spacing
    y_mm_per_px: Spacing
    ruler_mm_per_px: Spacing | None = None  # as its ruler was read; None where none could be


class _Identity(BaseModel):
    """By what a setup is recognised."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    kind: Annotated[str, Field(max_length=40)]
    name: Annotated[str, Field(max_length=400)] = ""
    frame_px: tuple[Size, Size]
    found_px: list[CropPx]  # where the pictures were found, before anybody moved an edge
    depth_mm: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
    panel: Annotated[list[_Panel], Field(min_length=1, max_length=2)]

    @property
    def panels(self) -> tuple[Roi, ...]:
        return tuple(Roi(*panel.region_px) for panel in self.panel)

    @property
    def found(self) -> tuple[Roi, ...]:
        return tuple(Roi(*box) for box in self.found_px)

    @property
    def fits(self) -> bool:
        width, height = self.frame_px
        return all(roi.fits((height, width)) for roi in (*self.panels, *self.found))


@dataclass(frozen=True, slots=True, eq=False)
class Recognised:
    """A setup that was remembered for what is seen now."""

    words: str
    setup: SetupFile
    panels: tuple[Roi, ...]
    calibrations: tuple[Calibration, ...]
    depth_mm: float
    scale_sure: bool  # the ruler says the same as then; else the operator has to say so


class SetupMemory:
    """A folder of setups, each with what it is recognised by beside it."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or data_folder() / "setups"
        self.notes: tuple[str, ...] = ()  # what was passed over in the last look

    def remember(self, draft: SetupDraft) -> Path:
        """Write what a draft says of its device and screen; what was remembered for the same is replaced."""
        identity = _identity(draft)
        make_private_folder(self.folder)
        path = self._path_for(identity)
        write_private(path, setup_text(_remembered_setup(draft)))
        write_private(_beside(path), tomli_w.dumps(identity.model_dump(exclude_none=True)))
        return path

    def recognise(
        self, device: Device, size_px: tuple[int, int], found: Sequence[Roi], rulers: Rulers
    ) -> Recognised | None:
        """Return the setup of this device, frame size, place of the picture and ruler; None if there is none.

        Where no ruler can be read, the one that was written last is taken, and the depth is to be confirmed.
        """
        unsure: Recognised | None = None
        for path, identity in self._entries():
            if not _same_screen(identity, device, size_px, found):
                continue
            sure = _same_scale(identity, rulers(identity.panels))
            if sure is False or (setup := self._setup(path)) is None:
                continue
            seen = _recognised(identity, setup, sure is True)
            if sure:
                return seen
            unsure = unsure or seen
        return unsure

    def _entries(self) -> Iterator[tuple[Path, _Identity]]:
        """What is remembered, the newest first."""
        self.notes = ()
        try:
            files = sorted(self.folder.glob(f"*{_ENDING}"), key=lambda p: (-p.stat().st_mtime_ns, p.name))
        except OSError:
            files = []
        for beside in files:
            try:
                identity = _read(beside)
            except (OSError, ValueError) as error:
                self._pass_over(beside, str(error).partition("\n")[0])
                continue
            yield beside.with_name(beside.name.removesuffix(_ENDING) + ".toml"), identity

    def _setup(self, path: Path) -> SetupFile | None:
        try:
            return load_setup(path)
        except UsbioError as error:
            self._pass_over(path, error.happened)
            return None

    def _pass_over(self, path: Path, why: str) -> None:
        self.notes = (*self.notes, f"{path.name} was passed over: {why}")

    def _path_for(self, identity: _Identity) -> Path:
        for path, known in self._entries():
            if _same_entry(known, identity):
                return path
        width, height = identity.frame_px
        name = re.sub(r"[^a-z0-9]+", "-", f"{identity.kind} {identity.name}".lower()).strip("-")[:60]
        stem = f"{name}_{width}x{height}_{identity.depth_mm:.0f}mm"
        names = (stem if k == 1 else f"{stem}-{k}" for k in range(1, 10_000))
        return next(p for p in (self.folder / f"{n}.toml" for n in names) if not _beside(p).exists())


def _beside(path: Path) -> Path:
    return path.with_name(path.stem + _ENDING)


def _read(path: Path) -> _Identity:
    if path.stat().st_size > _LARGEST_BYTES:
        raise ValueError("too large")
    try:
        identity = _Identity.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise ValueError("it is no description of a device") from error
    if not identity.fits:
        raise ValueError("its picture does not lie in its frame")
    return identity


# writing


def _identity(draft: SetupDraft) -> _Identity:
    if draft.device is None or draft.missing or not isfinite(draft.depth_mm):
        raise ValueError("only what is complete and of a known device is remembered")
    return _Identity(
        kind=draft.device.kind,
        name=draft.device.name,
        frame_px=draft.size_px,
        found_px=[crop_of(roi) for roi in draft.found],
        depth_mm=round(draft.depth_mm, 2),
        panel=[
            _Panel(
                region_px=crop_of(panel.roi),
                x_mm_per_px=panel.scale.calibration.x_mm_per_px,
                y_mm_per_px=panel.scale.calibration.y_mm_per_px,
                ruler_mm_per_px=None if panel.ruler is None else panel.ruler.y_mm_per_px,
            )
            for panel in draft.pictures
            if panel.scale is not None
        ],
    )


def _remembered_setup(draft: SetupDraft) -> SetupFile:
    """What holds for the next patient too. Two pictures stand in the description, for no side is named."""
    image = ImageTable(
        layout="dual" if draft.dual else "single",
        crop_px=None if draft.dual else crop_of(draft.pictures[0].roi),
        mask_px=[crop_of(roi) for roi in draft.masks] or None,
    )
    stations = [table.model_copy(update={"side": None}) for table in draft.stations if table.rule != "facet"]
    return SetupFile(
        image=image,
        measure=MeasureTable(view=draft.view, method=draft.known.measure.method),
        station=stations[:1],
        keep=keep_tables(draft.keeps),
    )


# recognising


def _same_screen(identity: _Identity, device: Device, size_px: tuple[int, int], found: Sequence[Roi]) -> bool:
    here = Device(identity.kind, identity.name) == device and identity.frame_px == size_px
    return here and _same_places(identity.found, found)


def _same_places(then: Sequence[Roi], now: Sequence[Roi]) -> bool:
    return len(then) == len(now) and all(
        shared_part(a, b) >= _SAME_PLACE for a, b in zip(then, now, strict=True)
    )


def shared_part(a: Roi, b: Roi) -> float:
    """Return what two boxes share of what they cover together."""
    across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    down = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    both = max(0, across) * max(0, down)
    return both / (a.width * a.height + b.width * b.height - both)


def _same_scale(identity: _Identity, rulers: Sequence[Ruler | None]) -> bool | None:
    """True where the rulers say what they said then, False where one says another thing, None if unread."""
    sure: bool | None = True
    for panel, ruler in zip(identity.panel, rulers, strict=True):
        if ruler is None:
            sure = None
            continue
        then = panel.ruler_mm_per_px
        tolerance = _LIKE_BY_HAND if then is None else _SAME_RULER
        if abs(ruler.y_mm_per_px / (then or panel.y_mm_per_px) - 1) > tolerance:
            return False
    return sure


def _same_entry(known: _Identity, new: _Identity) -> bool:
    device = Device(new.kind, new.name)
    if not _same_screen(known, device, new.frame_px, new.found) or len(known.panel) != len(new.panel):
        return False
    pairs = zip(known.panel, new.panel, strict=True)
    return all(abs(a.y_mm_per_px / b.y_mm_per_px - 1) <= _SAME_RULER for a, b in pairs)


def _recognised(identity: _Identity, setup: SetupFile, scale_sure: bool) -> Recognised:
    what = identity.name or {"clip": "a screen like this"}.get(identity.kind, identity.kind)
    return Recognised(
        f"recognised: {what}, {identity.depth_mm:.0f} mm deep",
        setup,
        identity.panels,
        tuple(Calibration(p.x_mm_per_px, p.y_mm_per_px) for p in identity.panel),
        identity.depth_mm,
        scale_sure,
    )
