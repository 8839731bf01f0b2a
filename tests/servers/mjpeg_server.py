"""A camera that shows its pictures as MJPEG over HTTP, as a process of its own.

    python -m tests.servers.mjpeg_server [--port N] [--fps 25] [--clock] [--clip FILE]

It prints its port once it listens. /video goes on for ever, /ends ends after a while, /locked wants a
password, /text is no video, /clip is a file, /silent says nothing, /stops stops after a few
pictures; anything else is not there.
"""

from __future__ import annotations

import argparse
import base64
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

import cv2

from segmentation.results import Picture
from tests.servers.shown_pictures import clip_pictures, shown_pictures

PASSWORD = "ward:s3cret"  # user and password
ENDS_AFTER = 8  # pictures


class _Camera(BaseHTTPRequestHandler):
    pictures: Callable[[], Iterator[Picture]]
    fps: float
    clip: Path

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/locked" and self.headers.get("Authorization") != _basic(PASSWORD):
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="ward"')
            self.end_headers()
        elif path == "/text":
            self._begin("text/plain")
            self.wfile.write(b"hello, this is no video\n" * 9)
        elif path == "/clip":
            self._begin("video/mp4")
            self.wfile.write(self.clip.read_bytes())
        elif path == "/silent":
            time.sleep(60)
        elif path in ("/video", "/locked", "/ends", "/stops"):
            self._stream(path)
        else:
            self.send_error(404)

    def _begin(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()

    def _stream(self, path: str) -> None:
        self._begin("multipart/x-mixed-replace; boundary=frame")
        began_s = time.perf_counter()
        for index, picture in zip(count(), self.pictures(), strict=False):
            if index == ENDS_AFTER and path == "/ends":
                return
            if index == ENDS_AFTER and path == "/stops":
                time.sleep(60)
            packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(packed)}\r\n\r\n"
            try:
                self.wfile.write(head.encode() + packed + b"\r\n")
            except OSError:  # whoever looked has gone
                return
            time.sleep(max(began_s + (index + 1) / self.fps - time.perf_counter(), 0.0))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _basic(password: str) -> str:
    return "Basic " + base64.b64encode(password.encode()).decode()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fps", type=float, default=25.0)
    parser.add_argument("--clock", action="store_true")
    parser.add_argument("--clip")
    parser.add_argument("--times", type=int, default=1, help="as large")
    asked = parser.parse_args()
    if asked.clip:
        clip_pictures(asked.clip)
    cv2.setNumThreads(1)
    _Camera.fps, _Camera.clip = asked.fps, Path(asked.clip or ".")
    _Camera.pictures = staticmethod(lambda: shown_pictures(asked.clip, asked.clock, asked.times))
    ThreadingHTTPServer.daemon_threads = True
    with ThreadingHTTPServer(("127.0.0.1", asked.port), _Camera) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
