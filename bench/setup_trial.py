"""From first start to measuring with a confirmed border: how many actions, how many seconds.

    python -m bench.setup_trial [--json] [--pictures DIR] [NAME ...]

A real window on a screen of its own (Xvfb), keys and mouse from outside (xdotool). One key, one click, one
drag, or one number or path typed is one action, and each comes 0.7 s after the window has asked for it.
Seconds count from the start of the program. Afterwards the setup is saved by key and looked into: the border
must stand in it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bench.truth import REPO
from bench.x_screen import XScreen

PAUSE_S = 0.7
SHOWN_PX = (960, 540)
MOST_ACTIONS, MOST_S = 12, 30.0
_REAL = Path(os.environ.get("USBIO_REAL_DATA", REPO.parent / "shared" / "real"))
_CLIPS = _REAL / "thickness_clips"
_MEASURING = r"^usbio · (?!.*(\?|…|automatic border)$)"


@dataclass(frozen=True, slots=True)
class Act:
    """One action, and what the window asks before it."""

    asked: str  # in the window's title
    hand: tuple[str, ...]  # for xdotool
    words: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A source, and what a person does from the start to measuring."""

    name: str
    words: str
    acts: tuple[Act, ...]
    clip: Path | None = None  # copied beside nothing that says anything about it
    after: str = ""  # a trial whose memory it finds


def key(asked: str, name: str, words: str) -> Act:
    """A key that is pressed."""
    return Act(asked, ("key", name), words)


def drag(asked: str, way: tuple[tuple[int, int], ...], words: str) -> Act:
    """The mouse drawn along a way, in pixels of the window."""
    first, *rest = ([str(x), str(y)] for x, y in way)
    along = [word for at in rest for word in ("mousemove", *at, "sleep", "0.05")]
    return Act(asked, ("mousemove", *first, "mousedown", "1", *along, "mouseup", "1"), words)


_SOURCE = "Where do the pictures come from"


def path(name: str) -> Act:
    """A path that is typed."""
    return Act(_SOURCE, ("type", "--delay", "4", f"{{home}}/{name}"), f"type the path of {name}")


_ROUND = ((285, 340), (340, 268), (430, 243), (540, 275), (630, 330), (660, 400), (620, 468), (530, 488))


def _first_time(name: str, view: str, side: str, place: bool = True) -> tuple[Act, ...]:
    usual = key("Where is it measured", "Return", "Enter: the usual place")
    return (
        path(name),
        key(_SOURCE, "Return", "Enter: open it"),
        key("Is this the picture", "Return", "Enter: the picture that was found"),
        key("Is this the scale", "Return", "Enter: the ruler that was read"),
        key("What does the picture show", view, f"{view}: the view"),
        key("(Whose side|Which side)", side, f"{side}: the side"),
        *((usual,) if place else ()),
        key("Is this the border", "Return", "Enter: the border that was found"),
    )


TRIALS = (
    Trial(
        "sample",
        "sample clip, multifidus of both sides",
        (key(_SOURCE, "Return", "Enter: the marked line; its setup says the rest"),),
    ),
    Trial(
        "sim",
        "`sim:lm-csa`, the simulator",
        (key(_SOURCE, "7", "7: its line; it knows its own setup"),),
    ),
    Trial(
        "screen",
        "real screen clip, gastrocnemius, scanner never seen before",
        _first_time("p6_isometric_max_01_push_01.mp4", "4", "1"),
        _CLIPS / "p6_isometric_max_01_push_01.mp4",
    ),
    Trial(
        "again",
        "another clip of the same scanner, recognised",
        (
            path("p6_isometric_max_01_push_03.mp4"),
            key(_SOURCE, "Return", "Enter: open it"),
            key("Whose side is this", "2", "2: the side"),
            key("Is this the border", "Return", "Enter: the border that was found"),
        ),
        _CLIPS / "p6_isometric_max_01_push_03.mp4",
        after="screen",
    ),
    Trial(
        "tra",
        "phantom's scanner, abdominal wall, without its setup file",
        _first_time("tra_left.mp4", "3", "1"),
        REPO / "sample_clips" / "tra_left.mp4",
    ),
    Trial(
        "trace",
        "phantom's scanner, a closed border, traced with one drag",
        (
            *_first_time("contour_left.mp4", "5", "3", place=False)[:-1],
            key("Is this the border", "2", "2: trace it"),
            drag(
                "Trace the border", (*_ROUND, (420, 455), (340, 405), (295, 365)), "one drag round the muscle"
            ),
            key("Trace the border", "Return", "Enter: it is done"),
            key("Is this the border", "Return", "Enter: the border as it is followed"),
        ),
        REPO / "sample_clips" / "contour_left.mp4",
    ),
    Trial(
        "lm",
        "phantom's scanner, multifidus of both sides, without its setup file",
        _first_time("lm_csa.mp4", "1", "1", place=False),
        REPO / "sample_clips" / "lm_csa.mp4",
    ),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a trial took."""

    name: str
    words: str
    actions: int
    seconds: float
    border: bool  # stands in the setup that was saved
    asked: tuple[str, ...]


def run(trial: Trial, folder: Path, pictures: Path | None = None, pause_s: float = PAUSE_S) -> Outcome:
    """Do a trial in a home of its own, or in that of the one it comes after."""
    home = folder / (trial.after or trial.name)
    home.mkdir(parents=True, exist_ok=True)
    if trial.clip is not None:
        shutil.copy(trial.clip, home)
    screen_folder = folder / f"screen-{trial.name}"
    screen_folder.mkdir()
    screen = XScreen(screen_folder)
    try:
        return _tried(trial, screen, home, pictures, pause_s)
    finally:
        screen.close()


def _tried(trial: Trial, screen: XScreen, home: Path, pictures: Path | None, pause_s: float) -> Outcome:
    began_s = time.perf_counter()
    screen.show([], home)
    for number, act in enumerate(trial.acts, start=1):
        screen.wait_for(act.asked)
        time.sleep(pause_s)
        if pictures is not None:
            _keep(screen, pictures / f"setup_{trial.name}_{number}.png")
        screen.hand(*(word.format(home=home) for word in act.hand))
    screen.wait_for(_MEASURING)
    seconds = time.perf_counter() - began_s
    time.sleep(PAUSE_S)
    if pictures is not None:
        _keep(screen, pictures / f"setup_{trial.name}_{len(trial.acts) + 1}.png")
    screen.hand("key", "s")
    asked = tuple(act.words for act in trial.acts)
    return Outcome(trial.name, trial.words, len(trial.acts), seconds, _saved_border(home, trial), asked)


def _saved_border(home: Path, trial: Trial) -> bool:
    """Wait for the saved setup and say whether the border is in it."""
    until = time.perf_counter() + 5.0
    stem = trial.clip.stem if trial.clip is not None else "*"
    while time.perf_counter() < until:
        for file in home.glob(f"{stem}.toml"):
            return bool(tomllib.loads(file.read_text(encoding="utf-8")).get("border"))
        time.sleep(0.05)
    return False


def _keep(screen: XScreen, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(screen.picture()).resize(SHOWN_PX, Image.Resampling.LANCZOS)
    picture.quantize(255, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(to, optimize=True)


def main() -> None:
    """Print a row for every trial."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(trial.name for trial in TRIALS))
    parser.add_argument("--json", action="store_true", help="rows as JSON")
    parser.add_argument("--pictures", type=Path, help="folder for a picture of each step")
    arguments = parser.parse_args()
    wanted = [trial for trial in TRIALS if not arguments.names or trial.name in arguments.names]
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        for trial in wanted:
            if trial.clip is not None and not trial.clip.is_file():
                print(f"{trial.name}: {trial.clip} is absent (USBIO_REAL_DATA)")
                continue
            outcomes.append(run(trial, Path(folder), arguments.pictures))
            if not arguments.json:
                print(_line(outcomes[-1]), flush=True)
    if arguments.json:
        print(json.dumps([_row(outcome) for outcome in outcomes], indent=1))
    if not all(o.border and o.actions <= MOST_ACTIONS and o.seconds <= MOST_S for o in outcomes):
        raise SystemExit(1)


def _row(outcome: Outcome) -> dict[str, object]:
    return {
        "name": outcome.name,
        "actions": outcome.actions,
        "seconds": round(outcome.seconds, 1),
        "border_saved": outcome.border,
        "acts": outcome.asked,
    }


def _line(outcome: Outcome) -> str:
    border = "border confirmed" if outcome.border else "NO BORDER"
    return f"| {outcome.words} | {outcome.actions} | {outcome.seconds:.1f} | {border} |"


if __name__ == "__main__":
    main()
