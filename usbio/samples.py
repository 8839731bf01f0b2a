"""The sample clips that come with the program."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from segmentation.views import VIEWS, ViewName
from usbio.errors import InputError


@dataclass(frozen=True, slots=True)
class SampleClip:
    """A clip that the phantom made, with its setup beside it."""

    title: str
    path: Path

    @property
    def setup_path(self) -> Path:
        """Its setup file."""
        return self.path.with_suffix(".toml")


_TITLES = {
    "lm_csa": "multifidus, both sides",
    "lm_thickness_left": "multifidus along its length, left",
    "tra_left": "lateral abdominal wall, left",
    "tra_right": "lateral abdominal wall, right",
    "layer_left": "muscle between two fasciae, left",
    "contour_left": "muscle with a closed border, left",
}
DEMO = "lm_csa"


def sample_clips() -> tuple[SampleClip, ...]:
    """Return the sample clips that are installed, the bilateral multifidus first."""
    folder = Path(str(resources.files("sample_clips")))
    clips = (SampleClip(title, folder / f"{stem}.mp4") for stem, title in _TITLES.items())
    return tuple(clip for clip in clips if clip.path.is_file())


def demo_clip() -> SampleClip:
    """Return the clip of the demonstration."""
    for clip in sample_clips():
        if clip.path.stem == DEMO:
            return clip
    raise InputError("sample clip", f"{DEMO}.mp4 is not installed", "install the program again")


def simulator_views() -> tuple[tuple[str, ViewName], ...]:
    """Return title and view of every simulated scanner."""
    return tuple((view.title, view.name) for view in VIEWS.values())
