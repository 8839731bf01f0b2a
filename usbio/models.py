"""A laboratory's own segmentation network (ONNX), handed to the core as a function that finds masks."""

from __future__ import annotations

import hashlib
import importlib
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from segmentation.results import Muscle, Picture
from segmentation.views import Mask, Panel, ViewName
from usbio.errors import CallError, InputError, UsbioError
from usbio.model_card import ModelCard, load_card, model_file, refuse_other_view
from usbio.model_picture import Float32Array, network_input, network_picture, whole_picture

_log = logging.getLogger(__name__)

_SILENT = 4  # onnxruntime's own words would stand between ours
_LARGEST_BYTES = 2_000_000_000  # of one ONNX file
_AS_ONE_FILE = "save it as one file, in torch with external_data=False"


class _Unfit(Exception):  # noqa: N818 - becomes an error of the operator with the path it is about
    """What came out of a network is not what its card says."""


@dataclass(frozen=True, slots=True, eq=False)
class LearnedModel:
    """A network that was loaded and tried; calling it is a `MaskFinder`. The same picture, the same masks.

    It may be called from any thread, but does not travel between processes: each loads its own.
    """

    path: Path  # of the card
    card: ModelCard
    sha256: str  # of the network
    session: Any  # onnxruntime.InferenceSession, which has no types

    def __call__(self, picture: Picture, panel: Panel) -> Mapping[Muscle, Sequence[Mask]]:
        """Return the masks of every muscle of the view; a channel each."""
        try:
            chances = self.chances(network_picture(picture, panel, self.card.input))
        except _Unfit as error:
            raise InputError(
                self.path, f"on a picture {error}", "mend the network, or leave it out"
            ) from error
        threshold = self.card.output.threshold
        return {
            muscle: [
                whole_picture(chances[plane], panel, self.card.input) >= threshold
                for plane in self.card.planes(muscle)
            ]
            for muscle in self.card.muscles
        }

    def chances(self, placed: Picture) -> Float32Array:
        """Return the chance of each channel, ``(channels, height, width)``, in a picture of the network."""
        numbers = network_input(placed, self.card.input)
        (taken,) = self.session.get_inputs()
        try:
            out = np.asarray(self.session.run(None, {taken.name: numbers})[0])
        except Exception as error:  # a foreign model may fail in any way
            _log.debug("the network failed", exc_info=True)
            raise _Unfit(f"the network fails ({_reason(error)})") from error
        planes = _planes(out, self.card)
        if not np.isfinite(planes).all():
            raise _Unfit("the network gives values that are no numbers (nan)")
        return _activated(planes, self.card.output.activation)

    @property
    def told(self) -> dict[str, object]:
        """What the sidecar says of it."""
        return {"name": self.card.model.name, "version": self.card.model.version, "sha256": self.sha256}


def learned_model(path: Path, view: ViewName) -> LearnedModel:
    """Load a model by its card and try it; what is wrong with it or the call is a `CallError`."""
    refuse_other_view(path, load_card(path), view)
    return _loaded(path, _stamps(path))


def model_hash(path: Path) -> str:
    """Return a hash of a card and its network; needs no onnxruntime."""
    network = model_file(path, load_card(path))
    both = hashlib.sha256(_bytes(path, path))
    both.update(hashlib.sha256(_bytes(path, network)).digest())
    return both.hexdigest()


@lru_cache(maxsize=2)  # a call measures many clips with one model
def _loaded(path: Path, stamps: tuple[tuple[int, int], ...]) -> LearnedModel:
    del stamps  # in the key alone: a file that was changed is read again
    card = load_card(path)
    content = _bytes(path, model_file(path, card))
    session = _session(path, card, content)
    _refuse_other_shape(path, card, session)
    model = LearnedModel(path, card, hashlib.sha256(content).hexdigest(), session)
    ramp = np.linspace(0, 255, card.input.width * card.input.height).reshape(card.input.height, -1)
    try:
        model.chances(ramp.astype(np.uint8))
    except _Unfit as error:
        raise CallError(path, str(error), "check the card and the network") from error
    return model


def _stamps(path: Path) -> tuple[tuple[int, int], ...]:
    try:
        found = [path, model_file(path, load_card(path))]
        return tuple((status.st_mtime_ns, status.st_size) for status in (file.stat() for file in found))
    except OSError:
        return ()  # reading it says what is wrong


def _bytes(card_path: Path, path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise CallError(path, "is too large for an ONNX file", "check which file the card names")
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise CallError(
            path,
            f"the network of {card_path.name} cannot be read ({reason})",
            "put it beside the card, or name it there as [model] file",
        ) from error


def _session(path: Path, card: ModelCard, content: bytes) -> Any:
    runtime = _runtime(path)
    options = runtime.SessionOptions()
    # One thread: sums come out the same however many the others may use, and so do the tables.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _SILENT
    # Weights in another file would be in no hash: they are looked for where there can be none.
    nowhere = str(model_file(path, card) / "nowhere")
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", nowhere)
    try:
        return runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # a foreign model may be anything
        _log.debug("the network cannot be loaded", exc_info=True)
        raise _not_loaded(model_file(path, card), error) from error


def _runtime(path: Path) -> Any:
    try:
        return importlib.import_module("onnxruntime")
    except ImportError as error:
        raise CallError(
            path, "a model needs onnxruntime, which is not installed", 'type: pip install "usbio[onnx]"'
        ) from error


def _not_loaded(path: Path, error: Exception) -> UsbioError:
    reason = _reason(error)
    if "external data" in reason.lower():
        return CallError(path, "keeps its weights in another file", _AS_ONE_FILE)
    return CallError(
        path, f"is damaged or no ONNX model that can be run ({reason})", "export it or copy it again"
    )


def _reason(error: Exception) -> str:
    said = re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ", "", str(error)).split("\n")[0].strip()
    return said if len(said) <= 160 else f"{said[:157]}..."


def _refuse_other_shape(path: Path, card: ModelCard, session: Any) -> None:
    """Raise where a network says of itself that it takes or gives something else than the card says."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if len(inputs) != 1:
        raise CallError(
            path, f"the network takes {len(inputs)} inputs and not one picture", "export it with one"
        )
    if inputs[0].type != "tensor(float)":
        raise CallError(path, f"the network takes {inputs[0].type} and not float32", "export it in float32")
    for words, found, count in (
        ("takes", inputs[0].shape, card.input.channels),
        ("gives", outputs[0].shape, len(card.output.channels)),
    ):
        meant = _shape(card, count)
        if len(found) != len(meant) or any(
            isinstance(size, int) and size != wanted for size, wanted in zip(found, meant, strict=True)
        ):
            raise CallError(
                path,
                f"the network {words} {_sizes(found)}, the card says {_sizes(meant)} ({card.input.layout})",
                f"mend [{'input' if words == 'takes' else 'output'}] in the card, or export the network anew",
            )


def _shape(card: ModelCard, channels: int) -> tuple[int, int, int, int]:
    height, width = card.input.height, card.input.width
    return (1, channels, height, width) if card.input.layout == "NCHW" else (1, height, width, channels)


def _planes(out: npt.NDArray[Any], card: ModelCard) -> Float32Array:
    meant = _shape(card, len(card.output.channels))
    if out.shape != meant:
        raise _Unfit(f"the network gives {_sizes(out.shape)}, the card says {_sizes(meant)}")
    planes = out[0].astype(np.float32)
    return planes if card.input.layout == "NCHW" else np.moveaxis(planes, -1, 0)


def _activated(planes: Float32Array, activation: str) -> Float32Array:
    if activation == "softmax":
        exponent = np.exp(planes - planes.max(axis=0))
        return np.asarray(exponent / exponent.sum(axis=0), np.float32)
    if activation == "sigmoid":
        return np.asarray(0.5 * (1.0 + np.tanh(0.5 * planes)), np.float32)  # overflows nowhere
    return planes


def _sizes(shape: Sequence[object]) -> str:
    return " x ".join(str(size) if isinstance(size, int) else "?" for size in shape) or "a single number"
