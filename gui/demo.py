"""The demonstration: the sample clip in the window, and its tables as `usbio analyze` writes them."""

from __future__ import annotations

from pathlib import Path

from segmentation.views import VIEWS
from usbio.analyze import Extras, analyze_clip
from usbio.errors import InputError
from usbio.measuring import Task
from usbio.outputs import TABLES, Place, prove_writable
from usbio.samples import SampleClip
from usbio.setup import load_setup

FOLDER = Path("demo")
PICTURE = FOLDER / "usbio.png"


def write_tables(clip: SampleClip) -> list[Path]:
    """Measure the clip and write its tables, replacing those of an earlier demonstration."""
    prove_writable(FOLDER)
    setup = load_setup(clip.setup_path)
    if setup.measure.view is None:
        raise InputError(clip.setup_path, "does not say what is measured", "install the program again")
    place = Place(FOLDER, clip.path.stem)
    task = Task(VIEWS[setup.measure.view].name, setup)
    analyze_clip(clip.path, place, task, Extras(), lambda done, total: None)
    return [place.path(ending) for ending in TABLES if ending.endswith(".csv")]
