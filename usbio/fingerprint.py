"""Which clip, which setup and which program gave a result: as hashes of their content, in the sidecar."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from usbio import __version__
from usbio.columns import SCHEMA_VERSION
from usbio.errors import input_error
from usbio.models import model_hash
from usbio.sidecar import Json
from usbio.sources.clip import first_bytes
from usbio.sources.picture_clip import picture_files
from usbio.task import Task

_HASH = "blake2b-128"
_BYTES = 16


def fingerprint(clip: Path, task: Task) -> Json:
    """Return the keys of a sidecar that are equal where measuring again would give the same bytes."""
    return {
        "schema_version": SCHEMA_VERSION,
        "program_version": __version__,
        "source": clip.name,
        "input": {"hash": _HASH, "clip": clip_hash(clip), "task": task_hash(task)},
    }


def pair_fingerprint(left: Json, right: Json) -> Json:
    """Return the same of a pair."""
    sides = {"left": left, "right": right}
    both = {key: {side: own[key] for side, own in sides.items()} for key in ("source", "input")}
    return {**left, **both}


def clip_hash(clip: Path) -> str:
    """Hash the bytes of a file, or names and bytes of the pictures of a folder."""
    found = hashlib.blake2b(digest_size=_BYTES)
    is_folder = first_bytes(clip) is None
    for file in picture_files(clip) if is_folder else [clip]:
        if is_folder:
            found.update(file.name.encode("utf-8", "surrogateescape"))
        found.update(_file_hash(file))
    return found.hexdigest()


def task_hash(task: Task) -> str:
    """Hash what is asked; how the setup file is written, its comments and their order, does not count.

    Of a model the content counts, not where it lies.
    """
    setup = task.setup.model_dump(mode="json")
    if task.setup.measure.model is not None:
        setup["measure"]["method"] = model_hash(task.setup.measure.model)
    asked = [task.view, task.side, task.image_left, setup]
    text = json.dumps(asked, sort_keys=True, ensure_ascii=True)
    return hashlib.blake2b(text.encode(), digest_size=_BYTES).hexdigest()


def _file_hash(file: Path) -> bytes:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, lambda: hashlib.blake2b(digest_size=_BYTES)).digest()
    except OSError as error:
        raise input_error(file, error) from error
