"""From the pictures of a clip to its values, one at a time: memory does not grow with the pictures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from math import isfinite
from pathlib import Path
from typing import Protocol, TextIO

import numpy as np

from segmentation.results import FrameResult
from segmentation.tracking import TrackState, confirm, start, step
from segmentation.views import VIEWS, MeasureSetup, ViewName
from usbio.errors import ClipDamaged, InputError, OutputError
from usbio.frame_log import FrameLog
from usbio.frames import Frame
from usbio.overlay import border_lines, draw_overlay, in_picture
from usbio.preparation import Prepared, prepare
from usbio.read_ahead import read_ahead
from usbio.recording.contents import Recording
from usbio.setup import CropPx
from usbio.sources.clip import ClipInfo, ClipSource
from usbio.sources.recording_clip import RecordingClip, Replay
from usbio.task import Task
from usbio.video import ClipWriter
from usbio.visible import Visible, blackened, visible_panels

__all__ = ["BorderLines", "Measured", "OverlayFilm", "Progress", "Sink", "Task", "measure", "overlay_film"]

Progress = Callable[[int, int | None], None]
"""Told how many pictures are done, and of how many if the file says so."""

Told = Callable[[MeasureSetup], None]
"""Hears what is measured where."""

_USUAL_FPS = 25.0
OTHER_SIZE = "other_size"


@dataclass(slots=True)
class Measured:
    """What became of the pictures of one clip."""

    info: ClipInfo
    prepared: Prepared
    log: FrameLog
    read: int
    refused: Counter[str]
    damaged: ClipDamaged | None  # set where the clip breaks off; what came before is kept
    recording: Recording | None = None  # set where the clip is one


class Sink(Protocol):
    """Something that gets every measured picture."""

    def add(self, frame: Frame, result: FrameResult) -> None:
        """Take one picture and what was measured in it."""
        ...


class BorderLines:
    """Borders as lines of JSON, one a frame, in pixels of the whole frame."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def add(self, frame: Frame, result: FrameResult) -> None:
        """Write the borders of one picture."""
        borders = {
            name: np.round(points[np.isfinite(points).all(axis=1)], 2).tolist()
            for measurement in result.measurements
            for name, points in border_lines(measurement)
        }
        self._file.write(json.dumps({"frame": frame.index, "borders": borders}) + "\n")


class OverlayFilm:
    """The clip's picture with borders and values drawn in, at the times of its pictures.

    Nothing of the screen around the picture is in it: there stands the patient's name.
    """

    def __init__(self, path: Path, view: ViewName, fps: float | None) -> None:
        self._path, self._view, self._fps = path, VIEWS[view], fps or _USUAL_FPS
        self._writer: ClipWriter | None = None
        self._last_s = -1.0
        self._measure: MeasureSetup | None = None
        self._visible: Visible | None = None

    def use(self, measure: MeasureSetup) -> None:
        """Say what is measured where, before the first picture."""
        self._measure = measure

    def add(self, frame: Frame, result: FrameResult) -> None:
        """Draw and write one picture."""
        if self._visible is None:
            assert self._measure is not None  # said before the first picture
            self._visible = visible_panels(self._measure, frame.image)
        shown = self._visible.of(frame.image)
        assert shown is not None  # frames of another size are not measured
        picture = draw_overlay(shown, in_picture(result, self._visible.roi), self._view)
        if self._writer is None:
            size_px = (picture.shape[1], picture.shape[0])
            self._writer = ClipWriter(self._path, size_px, self._fps, grey=False, preset="veryfast")
        t_s = frame.t_s if isfinite(frame.t_s) else frame.index / self._fps
        self._last_s = max(t_s, self._last_s + 0.001)
        self._writer.write(picture, self._last_s)

    def close(self, keep: bool) -> None:
        """Finish the film, or leave nothing of it."""
        if self._writer is not None and keep:
            self._writer.close()
        elif self._writer is not None:
            self._writer.discard()


@contextmanager
def overlay_film(part: Path, final: Path, view: ViewName, fps: float | None) -> Iterator[OverlayFilm]:
    """Open the film under its temporary name; what fails is said of its final one."""
    film = OverlayFilm(part, view, fps)
    try:
        yield film
        film.close(keep=True)
    except OutputError as error:
        film.close(keep=False)
        raise OutputError(final, error.happened, error.to_do) from error
    except BaseException:
        film.close(keep=False)
        raise


def measure(
    source: ClipSource,
    task: Task,
    sinks: Sequence[Sink],
    progress: Progress,
    ahead: bool = False,
    told: Sequence[Told] = (),
) -> Measured:
    """Measure every picture of a clip and hand each to the sinks, with the setup's masks black in it.

    Of a recording those are measured that were measured live, as they were: so the values are the same.
    ``ahead``: another thread reads them. ``told`` hear what is measured where before the first picture.
    """
    source, replay = _as_it_was(source, task)
    info = source.info()
    with closing(read_ahead(source.frames()) if ahead else source.frames()) as frames:
        first = next((frame for frame in frames if frame is not None), None)
        if first is None:
            raise InputError(source.name, "holds no pictures", "check the file")
        recording = source.recording if isinstance(source, RecordingClip) else None
        prepared = _prepared(source, task, first, info)
        found = Measured(info, prepared, FrameLog(), 0, Counter(), None, recording)
        for tell in told:
            tell(found.prepared.measure)
        run = _Run(found, sinks, replay, task.setup.image.mask_px or ())
        try:
            for frame in chain((first,), frames):
                if frame is not None:
                    run.take(frame)
                    progress(found.read, info.declared_frames)
        except ClipDamaged as error:
            found.damaged = error
    if not len(found.log):
        raise found.damaged or _all_refused(source, first, found)
    return found


def _as_it_was(source: ClipSource, task: Task) -> tuple[ClipSource, Replay | None]:
    if not isinstance(source, RecordingClip):
        return source, None
    replay = source.replay()
    if task.every_frame or not replay.measured:
        return source, replay
    return source.measured_live(), replay


class _Run:
    def __init__(
        self, found: Measured, sinks: Sequence[Sink], replay: Replay | None, masks: Sequence[CropPx]
    ) -> None:
        self._found, self._sinks, self._replay, self._masks = found, sinks, replay, masks
        self._state: TrackState | None = None
        self._last_index = -1

    def take(self, frame: Frame) -> None:
        found, setup = self._found, self._found.prepared.measure
        found.read += 1
        if frame.image.shape[::-1] != setup.frame_size_px:
            found.refused[OTHER_SIZE] += 1
            return
        frame = replace(frame, image=blackened(frame.image, self._masks))
        state = self._changed(self._state or start(setup, frame.image), frame)
        self._state, result = step(state, frame.image, frame.t_s, frame.index)
        found.log.add(frame.index, frame.t_s, result)
        for sink in self._sinks:
            sink.add(frame, result)

    def _changed(self, state: TrackState, frame: Frame) -> TrackState:
        """Do to a recording what was done to it live, before the same picture."""
        replay, after = self._replay, self._last_index
        self._last_index = frame.index
        if replay is None:
            return state
        if frame.index in replay.restarted:
            state = start(self._found.prepared.measure, frame.image)
        sides = replay.confirmed_at(after, frame.index)
        return state if sides is None else confirm(state, sides)


def _prepared(source: ClipSource, task: Task, first: Frame, info: ClipInfo) -> Prepared:
    return prepare(
        task.view,
        task.setup,
        first.image,
        name=source.name,
        side=task.side,
        image_left=task.image_left,
        regions=info.regions,
    )


def _all_refused(source: ClipSource, first: Frame, found: Measured) -> InputError:
    width, height = found.prepared.measure.frame_size_px
    came = f"{first.image.shape[1]} x {first.image.shape[0]}"
    return InputError(
        source.name,
        f"its pictures are {came} pixels, the setup is for {width} x {height}",
        "give a setup file made for this size",
    )
