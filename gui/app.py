"""The window's command: the only place where its parts are put together."""

from __future__ import annotations

import argparse
import logging
import math
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn

from platformdirs import user_log_path

from gui.display import choose_platform, quiet_qt
from segmentation.results import SIDES
from segmentation.views import VIEWS
from usbio import __version__
from usbio.choice import Choice
from usbio.cli.console import ready_streams, say_bug, say_error, say_line
from usbio.errors import CallError, UsbioError
from usbio.language import patient_language
from usbio.recording.place import usual_recordings
from usbio.texts import ENGLISH, Texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication

    from gui.main_window import MainWindow
    from gui.own_windows import OwnWindows

# Measuring has a process of its own, but reading, asking and painting take turns in this one: with Python's
# usual 5 ms a picture waits so long wherever a busy window has the turn.
SWITCH_S = 0.0005
_LOOK_MS = 100
_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked on the command line."""

    choice: Choice | None  # None: the window asks
    other: Choice | None  # the right one of two sources
    demo: bool
    exit_after_s: float  # inf: when the user closes it
    screenshot: Path | None
    light: bool
    recordings: Path  # folder in which every recording makes its own
    exit_at_end: bool = False  # of the clip
    lsl: bool = False  # stream from the start
    visit: Literal["", "form", "sample"] = ""  # begins with one
    language: str = ENGLISH  # of the clinician's page of a visit
    lsl_markers: str = ""  # the stream whose markers are heard; "": all of the type Markers


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window and return the exit code: 0 done, 1 an input failed, 2 the call is wrong."""
    ready_streams()
    _log_to_file()
    try:
        return _run(parse(sys.argv[1:] if arguments is None else arguments))
    except CallError as error:
        say_error(error)
        return 2
    except UsbioError as error:
        say_error(error)
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED


def parse(arguments: Sequence[str]) -> Call:
    """Read the command line."""
    parser = _Parser(prog="usbio-gui", description="Measure deep trunk muscles live. Not a medical device.")
    parser.add_argument(
        "source",
        nargs="?",
        metavar="SOURCE",
        help="a path or an address: type usbio sources for what there is",
    )
    parser.add_argument("--left", metavar="SOURCE", help="of two sources the one that shows the left side")
    parser.add_argument("--right", metavar="SOURCE", help="and the one that shows the right side")
    parser.add_argument("--left-setup", type=Path, metavar="FILE", help="setup file of the left one")
    parser.add_argument("--right-setup", type=Path, metavar="FILE", help="setup file of the right one")
    parser.add_argument("--view", choices=list(VIEWS), help="what the picture shows")
    parser.add_argument("--setup", type=Path, metavar="FILE", help="setup file (TOML)")
    parser.add_argument("--side", choices=SIDES, help="side of the patient a one-sided picture shows")
    parser.add_argument("--image-left", choices=SIDES, help="side on the left of a two-sided picture")
    parser.add_argument("--demo", action="store_true", help="show the sample clip; its tables go to demo/")
    parser.add_argument("--exit-after", type=_seconds, default=math.inf, metavar="SECONDS")
    parser.add_argument("--screenshot", type=Path, metavar="FILE", help="picture of the window at the end")
    parser.add_argument("--recordings", type=Path, metavar="DIR", help="folder that recordings go to")
    parser.add_argument("--lsl", action="store_true", help="broadcast by Lab Streaming Layer from the start")
    parser.add_argument("--lsl-markers", metavar="NAME", default="", help="hear markers of this stream only")
    parser.add_argument(
        "--visit",
        nargs="?",
        const="form",
        choices=["form", "sample"],
        metavar="sample",
        help="begin with a visit; --visit sample plays one on a simulated patient",
    )
    parser.add_argument("--lang", metavar="LANGUAGE", help="of the clinician's page of a visit")
    parser.add_argument("--light", action="store_true", help="begin with the light theme")
    parser.add_argument("--version", action="version", version=f"usbio {__version__}")
    given = parser.parse_args(arguments)
    choice = other = None
    if _says_pair(given):
        choice = Choice(given.left, given.view, "left", None, given.left_setup)
        other = Choice(given.right, given.view, "right", None, given.right_setup)
    elif given.source is not None:
        choice = Choice(given.source, given.view, given.side, given.image_left, given.setup)
    elif given.setup or given.view or given.side or given.image_left:
        raise CallError("command line", "no source is named", "name one, or give no options")
    if given.demo and choice is not None:
        raise CallError("--demo", f"stands beside the source {given.source}", "give one of the two")
    recordings = given.recordings or usual_recordings()
    call = Call(choice, other, given.demo, given.exit_after, given.screenshot, given.light, recordings)
    if given.visit == "sample" and (choice is not None or given.demo):
        raise CallError("--visit sample", "opens a source of its own", "name none beside it")
    language = patient_language(given.lang, {}) if given.lang else ENGLISH
    call = replace(call, visit=given.visit or "", language=language)
    return replace(call, lsl=given.lsl, lsl_markers=given.lsl_markers)


def _says_pair(given: argparse.Namespace) -> bool:
    """Say whether two sources are named, one a side; half a pair, or more than one, is a wrong call."""
    if not (given.left or given.right):
        if given.left_setup or given.right_setup:
            raise CallError("--left-setup and --right-setup", "belong to a pair", "add --left and --right")
        return False
    if not (given.left and given.right):
        raise CallError("usbio-gui", "one side of a pair is missing", "give both --left and --right")
    if given.source or given.side or given.image_left or given.setup:
        what = given.source or ("--setup" if given.setup else "--side or --image-left")
        raise CallError(what, "stands beside a pair", "a pair has its sides, and --left-setup, --right-setup")
    return True


def _run(call: Call) -> int:
    on_screen = choose_platform()
    if call.demo:
        call = _prepare_demo(call, on_screen)
    if math.isinf(call.exit_after_s) and not call.exit_at_end:
        if not on_screen:
            raise CallError(
                "display", "there is none that answers", "give --exit-after SECONDS and --screenshot FILE"
            )
        if call.screenshot is not None:
            raise CallError("--screenshot", "does not say when", "add --exit-after SECONDS")
    return _show(call, on_screen)


def _prepare_demo(call: Call, on_screen: bool) -> Call:
    from gui import demo
    from gui.opening import sample_choice
    from usbio.samples import demo_clip

    clip = demo_clip()
    say_line(f"usbio: measuring the sample clip {clip.path.name} ...")
    print("measurements: " + ", ".join(map(str, demo.write_tables(clip))), flush=True)
    call = replace(call, choice=sample_choice(clip))
    if on_screen or not math.isinf(call.exit_after_s):
        return call
    say_line("usbio: no display, so the window runs off-screen for the length of the clip ...")
    return replace(call, screenshot=call.screenshot or demo.PICTURE, exit_at_end=True)


def _show(call: Call, on_screen: bool) -> int:
    from gui.ending import Ending, Wish
    from gui.opening import open_pair
    from usbio.opening import open_run, unanswered
    from usbio.shown_runs import one_shown

    with _window(call) as (app, window, own):
        if call.choice is not None and call.other is not None:
            shown = open_pair(call.choice, call.other, own_windows=own.boxes)
        elif call.choice is not None:
            shown = one_shown(open_run(call.choice, own_windows=own.boxes))
        if call.choice is not None:
            for run in shown.runs:
                if run.question is not None and not on_screen:
                    raise unanswered(run.name, run.question)
            window.show_runs(shown)
        window.show()
        if call.visit == "sample":
            window.visits.begin_sample()
        elif call.visit:
            window.show_visit()
        ending = Ending(Wish(call.exit_after_s, call.exit_at_end, call.screenshot), window)
        with _timer(ending.look):
            app.exec()
    return ending.code()


@contextmanager
def _window(call: Call) -> Iterator[tuple[QApplication, MainWindow, OwnWindows]]:
    from PySide6.QtWidgets import QApplication

    from gui.main_window import MainWindow
    from gui.opening import begin_recording, choices, devices
    from gui.own_windows import OwnWindows
    from gui.reception import DataReception
    from gui.source_chooser import Entry
    from gui.theme import DARK, LIGHT, has_font
    from usbio.data_folder import data_folder
    from usbio.lsl_station import LslStation
    from usbio.opening import open_run
    from usbio.setup_memory import SetupMemory

    quiet_qt()
    sys.setswitchinterval(SWITCH_S)
    app = QApplication.instance() or QApplication(["usbio"])
    assert isinstance(app, QApplication)
    if not has_font():
        say_line("usbio: fonts: none is installed; install one, such as the package fonts-dejavu-core")
    entries = [Entry(title, choice) for title, choice in choices()]
    memory, own = SetupMemory(), OwnWindows()
    texts = Texts(call.language)
    reception = DataReception(data_folder(), texts)
    window = MainWindow(
        entries,
        lambda choice: open_run(choice, memory, own.boxes),
        LIGHT if call.light else DARK,
        partial(begin_recording, call.recordings),
        memory.remember,
        LslStation(call.lsl_markers),
        devices,
        reception,
        texts,
    )
    sys.excepthook = lambda kind, error, trace: _say_unforeseen(error)
    before = signal.signal(signal.SIGINT, lambda *_: window.close())
    try:
        if call.lsl:
            window.streaming.station.switch_on()
        yield app, window, own
    finally:
        # Whatever is left to the interpreter's end crashes there.
        own.stop()
        window.close()
        window.deleteLater()
        app.processEvents()
        reception.stop()
        sys.excepthook = sys.__excepthook__
        signal.signal(signal.SIGINT, before)


@contextmanager
def _timer(look: Callable[[], None]) -> Iterator[None]:
    """Look now and then, which also lets Ctrl-C through to Python."""
    from PySide6.QtCore import QTimer

    timer = QTimer(interval=_LOOK_MS)
    timer.timeout.connect(look)
    timer.start()
    yield
    timer.stop()


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise CallError("command line", message, "type usbio-gui --help")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < math.inf:
        raise ValueError(text)
    return seconds


def _say_unforeseen(error: BaseException) -> None:
    if isinstance(error, Exception):
        say_bug("window", error)


def _log_to_file() -> None:
    """Keep what goes wrong behind the window, with its traceback, out of the terminal."""
    handler: logging.Handler
    try:
        folder = user_log_path("usbio", ensure_exists=True)
        handler = RotatingFileHandler(folder / "usbio-gui.log", maxBytes=1_000_000, backupCount=1, delay=True)
    except OSError:
        handler = logging.NullHandler()
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


if __name__ == "__main__":
    sys.exit(main())
