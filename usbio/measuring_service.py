"""What runs in the measuring process: it keeps the states and answers one request at a time."""

from __future__ import annotations

import pickle
import signal
import traceback
from collections import OrderedDict
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection

import numpy as np

from segmentation.results import Picture, Side
from segmentation.tracking import TrackState, start, step
from segmentation.views import MeasureSetup

_States = OrderedDict[int, TrackState]
_KEPT = 4  # the newest states: that before a picture which fails is used again


@dataclass(frozen=True, slots=True)
class Start:
    """Begin to follow; the picture comes behind it. Answered by the number of the state."""

    measure: MeasureSetup
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Measure one picture, which comes behind it. Answered by the number of the state and the result."""

    state: int
    t_s: float
    frame: int
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Confirm:
    """Confirm the automatic borders of these sides. Answered by the number of the state."""

    state: int
    sides: frozenset[Side]


@dataclass(frozen=True, slots=True)
class Raised:
    """What went wrong with a request."""

    error: Exception


def serve(pipe: Connection) -> None:
    """Answer requests until the other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the program's, which ends this one
    states: _States = OrderedDict()
    last = 0
    while True:
        try:
            request = pipe.recv()
            picture = _picture(pipe, request)
            last += 1
            pipe.send(_answer(request, picture, states, last))
        except (EOFError, OSError):
            return


def _picture(pipe: Connection, request: object) -> Picture | None:
    if not isinstance(request, Start | Step):
        return None
    picture = np.empty(request.shape, np.uint8)
    pipe.recv_bytes_into(picture.data.cast("B"))
    picture.setflags(write=False)
    return picture


def _answer(
    request: object, picture: Picture | None, states: OrderedDict[int, TrackState], new: int
) -> object:
    try:
        answer: object = new
        if isinstance(request, Start):
            assert picture is not None  # it came behind the request
            states[new] = start(request.measure, picture)
        elif isinstance(request, Step):
            assert picture is not None
            states[new], result = step(states[request.state], picture, request.t_s, request.frame)
            answer = (new, result)
        elif isinstance(request, Confirm):
            before = states[request.state]
            states[new] = replace(before, setup=replace(before.setup, confirmed=request.sides))
    except Exception as error:  # raised again by whoever asked
        return Raised(_sendable(error))
    while len(states) > _KEPT:
        states.popitem(last=False)
    return answer


def _sendable(error: Exception) -> Exception:
    """Return the error with the lines it came from, which do not travel by themselves."""
    came_from = "".join(traceback.format_exception(error))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        error = RuntimeError(repr(error))
    error.add_note(came_from)
    return error
