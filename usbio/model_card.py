"""The card of a learned model: a small TOML beside it that says what goes in and what comes out."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, Strict, ValidationError, model_validator

from segmentation.results import Muscle
from segmentation.views import VIEWS, ViewName
from usbio.errors import CallError
from usbio.setup_mistakes import first_mistake, toml_mistake

Text = Annotated[str, Strict(), Field(min_length=1)]
Pixels = Annotated[int, Strict(), Field(ge=16, le=2048)]
Finite = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Above0 = Annotated[float, Strict(), Field(gt=0, allow_inf_nan=False)]
Channel = Literal["background", "other", "lm", "tra", "io", "eo", "layer", "contour"]
NO_MUSCLE = ("background", "other")
_LARGEST_BYTES = 100_000


class _Table(BaseModel):
    """One table of the card. Unknown keys are mistakes, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelTable(_Table):
    """Which model it is."""

    name: Text
    version: Text
    view: Literal["lm-csa", "tra", "layer", "contour"]
    file: Text | None = None  # beside the card; missing: the card's own name with .onnx


class InputTable(_Table):
    """How a B-mode picture becomes what the network takes."""

    width: Pixels
    height: Pixels
    fit: Literal["spacing", "stretch"] = "spacing"
    mm_per_px: Annotated[float, Strict(), Field(gt=0, le=10, allow_inf_nan=False)] | None = None
    layout: Literal["NCHW", "NHWC"] = "NCHW"
    colour: Literal["grey", "rgb"] = "grey"
    scale: Literal["0-1", "0-255", "z-score"] = "0-1"  # z-score: of each picture
    mean: list[Finite] = [0.0]  # taken off after that, one for all channels or one for each
    std: list[Above0] = [1.0]

    @model_validator(mode="after")
    def _spacing_is_said(self) -> Self:
        if self.fit == "spacing" and self.mm_per_px is None:
            raise ValueError('fit = "spacing" needs mm_per_px, or write fit = "stretch"')
        if self.fit == "stretch" and self.mm_per_px is not None:
            raise ValueError('fit = "stretch" takes the picture at any spacing, so mm_per_px means nothing')
        return self

    @model_validator(mode="after")
    def _mean_and_std_fit(self) -> Self:
        if not {len(self.mean), len(self.std)} <= {1, self.channels}:
            counts = "1 value" if self.channels == 1 else f"1 or {self.channels} values"
            raise ValueError(f'colour = "{self.colour}" takes {counts} of mean and of std')
        return self

    @property
    def channels(self) -> int:
        """How many planes of colour it takes."""
        return 3 if self.colour == "rgb" else 1


class OutputTable(_Table):
    """What each plane that comes out means."""

    channels: Annotated[list[Channel], Field(min_length=1)]
    activation: Literal["softmax", "sigmoid", "none"] = "softmax"  # still to be done here; none: chances come
    threshold: Annotated[float, Strict(), Field(gt=0, lt=1)] = 0.5

    @model_validator(mode="after")
    def _softmax_has_a_choice(self) -> Self:
        if self.activation == "softmax" and len(self.channels) < 2:
            raise ValueError('activation = "softmax" needs at least two channels, one takes "sigmoid"')
        return self


class ModelCard(_Table):
    """All tables of a card."""

    model: ModelTable
    input: InputTable
    output: OutputTable

    @property
    def muscles(self) -> tuple[Muscle, ...]:
        """The muscles it finds: all of its view."""
        return VIEWS[self.model.view].muscles

    def planes(self, muscle: Muscle) -> list[int]:
        """The numbers of the channels of one muscle."""
        return [number for number, name in enumerate(self.output.channels) if name == muscle]


def load_card(path: Path) -> ModelCard:
    """Read a card. A mistake in it is a `CallError` that names the file, the line and the key."""
    text = _text(path)
    try:
        card = ModelCard.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise toml_mistake(path, text, error) from error
    except ValidationError as error:
        raise first_mistake(path, text, error, ModelCard) from error
    if set(card.output.channels) - set(NO_MUSCLE) != set(card.muscles):
        raise CallError(
            f"{path}, [output] channels",
            f"a model for view {card.model.view} must have {_listed(card.muscles)}",
            f"write those, and for anything else {_listed(NO_MUSCLE, ' or ')}",
        )
    return card


def model_file(path: Path, card: ModelCard) -> Path:
    """Return where the network of a card lies."""
    return path.parent / card.model.file if card.model.file is not None else path.with_suffix(".onnx")


def refuse_other_view(path: Path, card: ModelCard, view: ViewName) -> None:
    """Raise where a model is asked for what it was not made for."""
    if card.model.view != view:
        raise CallError(
            path,
            f"this model is for view {card.model.view}, and {view} is measured",
            "give a model for this view, or leave the model out",
        )


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise CallError(path, "is too large for a model's card", "name the TOML beside the model")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        happened = f"the model's card cannot be read ({os.strerror(error.errno or 0).lower()})"
        raise CallError(path, happened, "check the path: it names the TOML beside the model") from error
    except UnicodeDecodeError as error:
        raise CallError(
            path, "is not a text file in UTF-8", "name the TOML beside the model, not the model"
        ) from error


def _listed(names: Sequence[str], last: str = " and ") -> str:
    return last.join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
