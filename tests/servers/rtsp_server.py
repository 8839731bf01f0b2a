"""A camera that speaks RTSP, by GStreamer; run by the system's own Python, which has its bindings.

    /usr/bin/python3 tests/servers/rtsp_server.py [--port N] [--fps 25] [--codec h264|jpeg]
        [--clock] [--clip FILE] [--locked]

It prints its port once it listens. /video goes on for ever, /ends ends after a second; a locked one wants
a password.
"""

# mypy: ignore-errors
# The bindings are not in the project's own Python, and have no types.

import argparse
import sys
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

WIDTH, HEIGHT, CELL, BITS = 320, 240, 20, 12  # as in shown_pictures.py
MOST = 1 << BITS
PASSWORD = "ward:s3cret"  # user and password
ENDS_AFTER = 25  # pictures
ENCODERS = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! "
    "rtph264pay name=pay0 config-interval=1",
    "jpeg": "jpegenc ! rtpjpegpay name=pay0",
}


def numbered(index, times):
    """The luma of a picture, so many times as large, that shows its number."""
    width, cell = WIDTH * times, CELL * times
    rows = bytearray(bytes([90]) * (width * HEIGHT * times))
    for bit in range(BITS + 1):  # the last is always white
        value = bytes([255 if (index | MOST) >> bit & 1 else 0]) * cell
        for y in range(10 * times, 30 * times):
            at = y * width + 10 * times + bit * cell
            rows[at : at + cell] = value
    return bytes(rows)


class Camera(GstRtspServer.RTSPMediaFactory):
    """A picture at a time, pushed when it is due."""

    def __init__(self, asked, pictures=None):
        super().__init__()
        self.asked, self.pictures = asked, pictures
        pay = "rtph264pay name=pay0 config-interval=1"
        size = f"width={WIDTH * asked.times},height={HEIGHT * asked.times}"
        form = f"video/x-raw,format=I420,{size},framerate={asked.fps:.0f}/1"
        shown = "appsrc name=shown is-live=true format=time max-buffers=2 leaky-type=downstream"
        if asked.clip:
            self.set_launch(f"( filesrc location={asked.clip} ! qtdemux ! h264parse ! {pay} )")
        else:
            self.set_launch(f"( {shown} caps={form},colorimetry=1:4:0:0 ! {ENCODERS[asked.codec]} )")

    def do_configure(self, media):
        if not self.asked.clip:
            shown = media.get_element().get_by_name("shown")
            GLib.timeout_add(int(1000 / self.asked.fps), self._push, shown, [0])

    def _push(self, shown, index):
        if self.pictures is not None and index[0] >= self.pictures:
            shown.emit("end-of-stream")
            return False
        tick = int(time.perf_counter() * 1000) if self.asked.clock else index[0]
        luma = numbered(tick % MOST, self.asked.times)
        grey = bytes([128]) * (len(luma) // 2)  # for its colours
        buffer = Gst.Buffer.new_wrapped(luma + grey)
        buffer.pts = int(index[0] / self.asked.fps * Gst.SECOND)  # however late the timer is
        index[0] += 1
        return shown.emit("push-buffer", buffer) == Gst.FlowReturn.OK


def opened_to(factory, *roles):
    """Let these see it."""
    permissions = GstRtspServer.RTSPPermissions()
    for role in roles:
        permissions.add_permission_for_role(role, "media.factory.access", True)
        permissions.add_permission_for_role(role, "media.factory.construct", True)
    factory.set_permissions(permissions)
    return factory


def known(role):
    """Whoever has shown that he has this role."""
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", role)
    return token


def main():
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fps", type=float, default=25.0)
    parser.add_argument("--codec", choices=ENCODERS, default="h264")
    parser.add_argument("--clock", action="store_true")
    parser.add_argument("--clip")
    parser.add_argument("--times", type=int, default=1, help="as large")
    parser.add_argument("--locked", action="store_true")
    asked = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(asked.port))
    mounts = server.get_mount_points()
    mounts.add_factory("/video", opened_to(Camera(asked), "anybody", "nurse"))
    mounts.add_factory("/ends", opened_to(Camera(asked, ENDS_AFTER), "anybody", "nurse"))
    auth = GstRtspServer.RTSPAuth()
    if not asked.locked:
        auth.set_default_token(known("anybody"))
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(*PASSWORD.split(":")), known("nurse"))
    server.set_auth(auth)
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    sys.exit(main())
