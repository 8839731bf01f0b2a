"""An OpenIGTLink server by pyigtl, as a process of its own.

    python -m tests.servers.igtl_server [--port N] [--fps 25] [--clock] [--clip FILE] [--kind KIND]
        [--spacing X,Y] [--then X,Y] [--names A,B]

It prints its port once it listens. KIND is how its pictures are sent: grey, rgb, sixteen (bits), volume,
float, flat (one row thick) or none (only a transform). After a signal to its
process (SIGUSR1) the spacing is that of --then.
"""

from __future__ import annotations

import argparse
import signal
import socket
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from pyigtl import ImageMessage, OpenIGTLinkServer, TransformMessage

from segmentation.results import Picture
from tests.servers.shown_pictures import clip_pictures, shown_pictures

ANGLE = 0.3  # the slice is held askew: its matrix is turned
Voxels = npt.NDArray[np.generic]
KINDS: dict[str, Callable[[Picture], Voxels]] = {  # axes k, j, i and colours, as pyigtl has them
    "grey": lambda picture: picture[None],
    "rgb": lambda picture: np.repeat(picture[None, :, :, None], 3, axis=3),
    "sixteen": lambda picture: picture[None].astype("<u2") * 16,  # 12 bits
    "volume": lambda picture: np.repeat(picture[None], 4, axis=0),
    "float": lambda picture: picture[None].astype(np.float32),
    "flat": lambda picture: picture[:, None, :],
}


class _PatientServer(OpenIGTLinkServer):  # type: ignore[misc] # pyigtl has no types
    """pyigtl hangs up on whoever does not take a whole picture within 10 ms, as on a busy machine."""

    def _send_queued_message_from_socket(self, socket: socket.socket) -> bool:
        socket.settimeout(5.0)
        try:
            return bool(super()._send_queued_message_from_socket(socket))
        finally:
            socket.settimeout(0.01)


def turned(spacing_mm: tuple[float, float], kind: str) -> npt.NDArray[np.float64]:
    """Return a matrix with these lengths of its columns, turned about two axes."""
    c, s = np.cos(ANGLE), np.sin(ANGLE)
    about_z = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    x, y = spacing_mm
    lengths = (x, 7.0, y) if kind == "flat" else (x, y, 7.0)
    matrix = np.eye(4)
    matrix[:3, :3] = about_z @ about_x @ np.diag(lengths)
    return matrix


def _spacing(text: str) -> tuple[float, float]:
    x, y = text.split(",")
    return float(x), float(y)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fps", type=float, default=25.0)
    parser.add_argument("--clock", action="store_true")
    parser.add_argument("--clip")
    parser.add_argument("--times", type=int, default=1, help="as large")
    parser.add_argument("--kind", default="grey")
    parser.add_argument("--spacing", type=_spacing, default=(0.08, 0.05))
    parser.add_argument("--then", type=_spacing)
    parser.add_argument("--names", default="Image_Reference")
    asked = parser.parse_args()
    if asked.clip:
        clip_pictures(asked.clip)
    server = _PatientServer(port=asked.port)
    print(server.server_address[1], flush=True)
    spacing = [asked.spacing]
    signal.signal(signal.SIGUSR1, lambda *_: spacing.append(asked.then))
    began_s, began = time.perf_counter(), time.time()
    for index, picture in enumerate(shown_pictures(asked.clip, asked.clock, asked.times)):
        stamp_s = began + index / asked.fps  # taken in time, however late it is sent
        for name in asked.names.split(","):
            if asked.kind == "none":
                message = TransformMessage(np.eye(4), timestamp=stamp_s, device_name=name)
            else:
                matrix = turned(spacing[-1], asked.kind)
                message = ImageMessage(
                    KINDS[asked.kind](picture), matrix, timestamp=stamp_s, device_name=name
                )
                message.header_version = 2
                message.metadata = {"FrameNumber": str(index * 2)}  # it sends every other one
            if server.is_connected() and len(server.outgoing_messages) < 2:  # it would queue a hundred
                server.send_message(message, wait=False)
        time.sleep(max(began_s + (index + 1) / asked.fps - time.perf_counter(), 0.0))


if __name__ == "__main__":
    main()
