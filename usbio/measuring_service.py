"""What runs in the measuring process: it keeps the states and answers one request at a time."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import traceback
from collections import OrderedDict
from io import BufferedReader

import numpy as np

from segmentation.results import Picture
from segmentation.tracking import TrackState, confirm, start, step
from usbio.measuring_requests import Confirm, Raised, Start, Step

_States = OrderedDict[int, TrackState]
_KEPT = 4  # the newest states: that before a picture which fails is used again


def main() -> None:
    """Answer requests until the other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the program's, which ends this one
    requests = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    states: _States = OrderedDict()
    last = 0
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            request = pickle.load(requests)
            picture = _picture(request, requests)
            last += 1
            pickle.dump(_answer(request, picture, states, last), answers)
            answers.flush()


def _picture(request: object, requests: BufferedReader) -> Picture | None:
    if not isinstance(request, Start | Step):
        return None
    picture = np.empty(request.shape, np.uint8)
    room = picture.data.cast("B")
    read = 0
    while read < len(room):
        came = requests.readinto(room[read:])
        if not came:
            raise EOFError
        read += came
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
            states[new] = confirm(states[request.state], request.sides)
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


if __name__ == "__main__":
    main()
