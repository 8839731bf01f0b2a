"""Which clip, which setup and which program gave a result: as hashes of their content, in the sidecar."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from usbio import __version__
from usbio.columns import SCHEMA_VERSION
from usbio.errors import input_error
from usbio.models import model_hash
from usbio.recording.place import JOURNAL, VIDEO, recording_folder
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
    """Hash the bytes of a file, or names and bytes of the pictures of a folder.

    Of a recording it is the journal, which holds a hash of every picture, and the length of the video.
    """
    found = hashlib.blake2b(digest_size=_BYTES)
    recording = recording_folder(clip)
    if recording is not None:
        found.update(_file_hash(recording / JOURNAL))
        video = recording / VIDEO
        found.update(str(video.stat().st_size if video.is_file() else 0).encode())
        return found.hexdigest()
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
    for table, key in (("image", "mask_px"), (None, "keep")):  # came later: without them it is what it was
        where = setup if table is None else setup[table]
        if not where[key]:
            del where[key]
    if task.setup.measure.model is not None:
        setup["measure"]["method"] = model_hash(task.setup.measure.model)
    asked = [task.view, task.side, task.image_left, setup, *([task.every_frame] if task.every_frame else [])]
    text = json.dumps(asked, sort_keys=True, ensure_ascii=True)
    return hashlib.blake2b(text.encode(), digest_size=_BYTES).hexdigest()


def _file_hash(file: Path) -> bytes:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, lambda: hashlib.blake2b(digest_size=_BYTES)).digest()
    except OSError as error:
        raise input_error(file, error) from error
