"""The setup file: the TOML of the interface as checked records."""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, Strict, ValidationError, model_validator

from segmentation.results import Muscle, Side
from segmentation.views import Direction, PictureEdge, StationRule, ViewName
from usbio.errors import CallError, output_error
from usbio.setup_mistakes import first_mistake, toml_mistake

Whole = Annotated[int, Strict(), Field(ge=0)]
Size = Annotated[int, Strict(), Field(gt=0)]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Spacing = Annotated[float, Strict(), Field(gt=0, le=10, allow_inf_nan=False)]
Seconds = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)]
CropPx = tuple[Whole, Whole, Size, Size]  # x, y, width, height
PointPx = tuple[Number, Number]
GivenSource = Literal["traced", "confirmed", "corrected"]
"""Who stands by a border: drawn by hand, found and confirmed, or found and mended."""
Note = str | bool | int | float | datetime.datetime | datetime.date | datetime.time


_LARGEST_BYTES = 20_000_000


class _Table(BaseModel):
    """One table of the file. Unknown keys are mistakes, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ImageTable(_Table):
    """Where the picture is in the frame and whose side it shows."""

    crop_px: CropPx | None = None
    layout: Literal["single", "dual"] = "single"
    side: Side | None = None
    image_left: Side | None = None
    lateral_edge: PictureEdge | None = None
    crop_left_px: CropPx | None = None  # the picture that shows the left side, not that on the left
    crop_right_px: CropPx | None = None
    mask_px: list[CropPx] | None = None  # boxes with text: black before anything is measured or written

    @model_validator(mode="after")
    def _dual_crops_need_dual_layout(self) -> Self:
        if self.layout == "single" and (self.crop_left_px or self.crop_right_px):
            raise ValueError('crop_left_px and crop_right_px need layout = "dual"')
        return self


class MeasureTable(_Table):
    """What is measured."""

    view: ViewName | None = None
    method: Annotated[str, Strict(), Field(min_length=1)] = "default"  # or a model's card, by its path

    @property
    def model(self) -> Path | None:
        """The card of a learned model that is measured with; None for the program's own search."""
        return Path(self.method) if self.method.lower().endswith(".toml") else None


class SpacingTable(_Table):
    """The size of a pixel of one picture of a dual layout."""

    x_mm_per_px: Spacing
    y_mm_per_px: Spacing


class CalibrationTable(_Table):
    """The size of a pixel, and the frame size it holds for."""

    x_mm_per_px: Spacing | None = None
    y_mm_per_px: Spacing | None = None
    for_size_px: tuple[Size, Size] | None = None
    left: SpacingTable | None = None
    right: SpacingTable | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.x_mm_per_px is None) != (self.y_mm_per_px is None):
            raise ValueError("x_mm_per_px and y_mm_per_px go together, for pixels need not be square")
        return self


class TimeTable(_Table):
    """The picture rate of sources that have no time stamps."""

    fps: Annotated[float, Strict(), Field(gt=0, le=100_000, allow_inf_nan=False)] | None = None


class StationTable(_Table):
    """Where a layer is measured."""

    side: Side | None = None  # missing: every side
    rule: StationRule = "mid"
    x_range_px: tuple[Number, Number] | None = None
    point_px: PointPx | None = None
    offset_mm: Number | None = None
    direction: Direction = "perpendicular"
    source: GivenSource | None = None  # of the facet's apex; missing: traced

    @model_validator(mode="after")
    def _rule_has_its_place(self) -> Self:
        if self.rule == "range" and self.x_range_px is None:
            raise ValueError('rule = "range" needs x_range_px = [from, to]')
        if self.rule == "facet" and self.point_px is None:
            raise ValueError('rule = "facet" needs point_px = [x, y], the apex of the facet')
        if self.rule == "junction" and self.offset_mm is None:
            raise ValueError('rule = "junction" needs offset_mm, the distance from the junction')
        if self.x_range_px is not None and not self.x_range_px[0] < self.x_range_px[1]:
            raise ValueError("x_range_px must rise from its first to its second value")
        return self


class BorderTable(_Table):
    """A border given by hand on one frame."""

    side: Side | None = None  # missing: the side of a one-sided picture
    muscle: Muscle | None = None  # missing: the leading muscle of the view
    frame: Whole = 0
    points_px: list[PointPx]
    edge: Literal["superficial", "deep"] | None = None  # missing: a closed border
    source: GivenSource | None = None  # missing: traced

    @model_validator(mode="after")
    def _enough_points(self) -> Self:
        least = 3 if self.edge is None else 2
        if len(self.points_px) < least:
            kind = "a closed border" if self.edge is None else "an edge"
            raise ValueError(f"points_px has {len(self.points_px)} points and {kind} needs at least {least}")
        return self


class SeedTable(_Table):
    """A point inside a muscle."""

    side: Side | None = None  # missing: the side of a one-sided picture
    muscle: Muscle | None = None  # missing: the leading muscle of the view
    point_px: PointPx


class IntervalTable(_Table):
    """A stretch of the clip marked by hand."""

    kind: Literal["rest", "contraction", "artefact"]
    start_s: Seconds
    end_s: Seconds

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if not self.start_s < self.end_s:
            raise ValueError(f"end_s {self.end_s} must come after start_s {self.start_s}")
        return self


class KeepTable(_Table):
    """A region outside the picture that may be kept as a still; nothing else of the screen ever is."""

    name: Literal["ruler", "depth", "preset"]
    region_px: CropPx


class SetupFile(_Table):
    """All tables of a setup file; every one may be missing."""

    image: ImageTable = ImageTable()
    measure: MeasureTable = MeasureTable()
    calibration: CalibrationTable = CalibrationTable()
    time: TimeTable = TimeTable()
    acquisition: dict[str, Note] = {}
    station: list[StationTable] = []
    border: list[BorderTable] = []
    seed: list[SeedTable] = []
    interval: list[IntervalTable] = []
    keep: list[KeepTable] = []


def load_setup(path: Path) -> SetupFile:
    """Read a setup file. A mistake in it is a `CallError` that names the file, the line and the key.

    A model is named from where the file lies, and known by its whole path once the file is read.
    """
    text = _text(path)
    try:
        return with_model(SetupFile.model_validate(tomllib.loads(text)), path.parent)
    except tomllib.TOMLDecodeError as error:
        raise toml_mistake(path, text, error) from error
    except ValidationError as error:
        raise first_mistake(path, text, error, SetupFile) from error


def with_model(setup: SetupFile, folder: Path, named: Path | None = None) -> SetupFile:
    """Return the setup with the whole path of its model, or of this one, which is named from a folder."""
    model = named or setup.measure.model
    if model is None:
        return setup
    return _with_method(setup, os.path.normpath(folder.absolute() / model))


def _with_method(setup: SetupFile, method: str) -> SetupFile:
    return setup.model_copy(update={"measure": setup.measure.model_copy(update={"method": method})})


def _model_from(setup: SetupFile, folder: Path) -> SetupFile:
    """Name a model that lies in or below a folder from there, so that both can be moved together."""
    model = setup.measure.model
    if model is None or not model.is_relative_to(folder.absolute()):
        return setup
    return _with_method(setup, model.relative_to(folder.absolute()).as_posix())


def save_setup(path: Path, setup: SetupFile) -> None:
    """Write a setup file: under a temporary name first, so that a full disk never costs the old one."""
    content = setup_text(_model_from(setup, path.parent))
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(content, encoding="utf-8", newline="\n")
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise output_error(path, error) from error


def setup_text(setup: SetupFile) -> str:
    """Return a setup as the text of its file, a list of numbers on one line."""
    tables = setup.model_dump(exclude_none=True)
    content = tomli_w.dumps({name: table for name, table in tables.items() if table})
    return _NUMBERS.sub(lambda found: f"[{', '.join(found[1].replace(',', ' ').split())}]", content)


# A list of numbers as tomli_w writes it, one a line; a line break inside a text is written as \\n there.
_NUMBERS = re.compile(r"\[\n((?:\s+[-+.\deE]+,\n)+)\s*\]")


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise CallError(path, "is too large for a setup file", "check which file was named")
        return path.read_text(encoding="utf-8-sig")  # editors on Windows put a mark in front
    except OSError as error:
        raise CallError(
            path, f"cannot be read ({os.strerror(error.errno or 0)})", "check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise CallError(path, "is not a text file in UTF-8", "save it again as UTF-8 text") from error
