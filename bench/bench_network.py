"""How old a picture of the network is when it arrives, from servers in processes of their own here.

    python -m bench.bench_network [--seconds 8] [--fps 25] [--times 3]

A server draws into every picture the moment at which it begins to send it, on the clock that all processes
share; its age is what has passed when the source stamps its arrival: packing, sending and receiving.
Beside it runs a bare socket that sends the same pictures as they are. A moment is told modulo 4,096 ms.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing

import cv2
import numpy as np

from tests.servers.running import Server, has_rtsp_server, igtl_server, mjpeg_server, rtsp_server
from tests.servers.shown_pictures import MOST, SIZE_PX, clock_ms, number_of, numbered
from usbio.sources.address import open_source

_SETTLING_S = 1.0


def main() -> int:
    """Measure each way and print its ages beside those of the bare socket."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--fps", type=float, default=25.0)
    parser.add_argument("--times", type=int, default=3, help="pictures so many times as large as 320x240")
    parser.add_argument("--bare-server", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    if asked.bare_server:
        return _serve_bare(asked.fps, asked.times)
    width, height = (n * asked.times for n in SIZE_PX)
    print(f"{width}x{height} at {asked.fps:g}; age at arrival: median, p95, p99, most, ms")
    bare = _line("bare socket", list(_bare_ages_ms(asked.seconds, asked.fps, asked.times)), None)
    options = ["--clock", "--fps", f"{asked.fps:g}", "--times", str(asked.times)]
    ways: dict[str, tuple[Server, str]] = {
        "OpenIGTLink": (igtl_server(*options), "igtl:127.0.0.1:{}/Image_Reference"),
        "MJPEG over HTTP": (mjpeg_server(*options), "url:http://127.0.0.1:{}/video"),
    }
    if has_rtsp_server():
        ways |= _by_rtsp(options)
    for title, (server, address) in ways.items():
        with server:
            _line(title, list(_ages_ms(address.format(server.port), asked.seconds)), bare)
    return 0


def _by_rtsp(options: list[str]) -> dict[str, tuple[Server, str]]:
    return {
        "RTSP, H.264, TCP": (rtsp_server(*options), "url:rtsp://127.0.0.1:{}/video"),
        "RTSP, H.264, UDP": (rtsp_server(*options), "url:rtsp://127.0.0.1:{}/video#transport=udp"),
        "RTSP, JPEG, TCP": (rtsp_server(*options, "--codec", "jpeg"), "url:rtsp://127.0.0.1:{}/video"),
    }


def _line(title: str, ages_ms: list[float], bare: float | None) -> float:
    median, p95, p99 = np.percentile(ages_ms, [50, 95, 99])
    ratio = "" if bare is None else f"  {median / bare:5.1f} times the bare socket"
    print(f"{title:18} {median:6.1f} {p95:6.1f} {p99:6.1f} {max(ages_ms):6.1f}{ratio}", flush=True)
    return float(median)


def _ages_ms(address: str, seconds: float) -> Iterator[float]:
    """Ages of what a source hands on, when it stamped it, once it has run for a while."""
    first_s = None
    with closing(open_source(address).frames()) as frames:
        for frame in frames:
            if frame is None:
                continue
            first_s = first_s or frame.arrived_s
            if frame.arrived_s > first_s + _SETTLING_S + seconds:
                return
            if frame.arrived_s > first_s + _SETTLING_S:
                yield _age_ms(frame.arrived_s, number_of(frame.image))


def _age_ms(arrived_s: float, drawn_ms: int) -> float:
    return (arrived_s * 1000 - drawn_ms) % MOST


def _bare_ages_ms(seconds: float, fps: float, times: int) -> Iterator[float]:
    call = [sys.executable, "-m", "bench.bench_network", "--bare-server"]
    call += ["--fps", f"{fps:g}", "--times", str(times)]
    width, height = (n * times for n in SIZE_PX)
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        with socket.create_connection(("127.0.0.1", port)) as link:
            until_s = time.perf_counter() + seconds
            while time.perf_counter() < until_s:
                buffer = bytearray(width * height)
                view, got = memoryview(buffer), 0
                while got < len(buffer):
                    got += link.recv_into(view[got:])
                arrived_s = time.perf_counter()
                picture = np.frombuffer(buffer, np.uint8).reshape(height, width)
                yield _age_ms(arrived_s, number_of(picture))
        server.kill()


def _serve_bare(fps: float, times: int) -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        link = server.accept()[0]
        while True:
            link.sendall(numbered(clock_ms(), times).tobytes())
            time.sleep(1 / fps)


if __name__ == "__main__":
    sys.exit(main())
