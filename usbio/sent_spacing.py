"""The size of a pixel as a server sends it with each picture, and what becomes of it.

It is used where no setup file says another, as a scale of the setup; the set-up page says where it came from.
What a server that knows none sends, 1 mm, is none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from segmentation.geometry import Calibration
from usbio.background_watch import Watch
from usbio.frames import Frame, FrameSource, device_itself
from usbio.ruler_watch import STOPPED
from usbio.scale_by_hand import COARSEST_MM_PER_PX, FINEST_MM_PER_PX, Scale
from usbio.setup import SetupFile
from usbio.setup_draft import SetupDraft, StepName

_SAME = 0.005  # numbers are sent with seven figures; a depth changes by more than this


@dataclass(frozen=True, slots=True)
class SentSpacing:
    """What the newest picture said."""

    x_mm_per_px: float
    y_mm_per_px: float
    by: str  # who said it

    @property
    def calibration(self) -> Calibration | None:
        """The size of a pixel; None where this can be none."""
        sizes = self.x_mm_per_px, self.y_mm_per_px
        if not all(FINEST_MM_PER_PX <= size <= COARSEST_MM_PER_PX for size in sizes) or sizes == (1.0, 1.0):
            return None
        return Calibration(*sizes)

    def same_as(self, other: SentSpacing) -> bool:
        """Say whether both are one scale."""
        pairs = ((self.x_mm_per_px, other.x_mm_per_px), (self.y_mm_per_px, other.y_mm_per_px))
        return all(abs(a - b) <= _SAME * max(a, b) for a, b in pairs)


@runtime_checkable
class Spaced(Protocol):
    """A source whose pictures come with the size of their pixels."""

    @property
    def sent_spacing(self) -> SentSpacing | None:
        """What the newest picture said; None before the first. May be asked for on any thread."""
        ...


def sent_spacing(source: FrameSource) -> SentSpacing | None:
    """Return what a source sends; None where it sends none."""
    itself = device_itself(source)
    return itself.sent_spacing if isinstance(itself, Spaced) else None


class SentScale:
    """The scale that a source sends, where it sends one, and the one that is measured with."""

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self.used: SentSpacing | None = None

    def with_spacing(self, setup: SetupFile) -> SetupFile:
        """Return the setup with the scale that is sent now, where it has none of its own."""
        sent = sent_spacing(self._source)
        if sent is None or sent.calibration is None or _has_scale(setup):
            return setup
        size = {"x_mm_per_px": sent.x_mm_per_px, "y_mm_per_px": sent.y_mm_per_px}
        return setup.model_copy(update={"calibration": setup.calibration.model_copy(update=size)})

    def begin(self, setup: SetupFile) -> SetupFile:
        """Return the setup that is measured with from now on; another scale that is sent later is odd."""
        self.used = sent_spacing(self._source)
        return self.with_spacing(setup)

    def said(self, draft: SetupDraft, setup: SetupFile) -> SetupDraft:
        """Return a draft of such a setup that says where its scale came from.

        What is remembered of the device is of another day and perhaps of another depth: what is sent holds.
        """
        sent = sent_spacing(self._source)
        if sent is None or _has_scale(setup):
            return draft
        if sent.calibration is None:
            sizes = f"{sent.x_mm_per_px:.3g} x {sent.y_mm_per_px:.3g} mm per pixel"
            return replace(draft, notes=(*draft.notes, f"the {sent.by} says {sizes}: that is no scale"))
        scale = Scale(sent.calibration, "sent", f"as the {sent.by} says")
        pictures = tuple(replace(panel, scale=scale) for panel in draft.pictures)
        recognised = draft.recognised.partition(",")[0]  # its depth may be another one now
        scaled: frozenset[StepName] = frozenset({"scale"} if pictures else ())
        return replace(
            draft, pictures=pictures, known=setup, recognised=recognised, confirmed=draft.confirmed | scaled
        )

    def watch(self, screen: Watch) -> Watch:
        """Return a watch that also looks at what is sent."""
        return _SpacingWatch(screen, self._source, self.used)


def _has_scale(setup: SetupFile) -> bool:
    table = setup.calibration
    return table.x_mm_per_px is not None or table.left is not None or table.right is not None


class _SpacingWatch:
    """Besides what another watch sees, says when another scale is sent, as after a new depth."""

    def __init__(self, screen: Watch, source: FrameSource, usual: SentSpacing | None) -> None:
        self._screen = screen
        self._source = source
        self._usual = usual

    def look(self, frame: Frame) -> str:
        """Return why numbers stop; empty while all is as it was."""
        words = self._screen.look(frame)
        now = sent_spacing(self._source)
        if now is None or self._usual is None or now.same_as(self._usual):
            return words
        sizes = f"{now.y_mm_per_px:.4f} mm per pixel and no longer {self._usual.y_mm_per_px:.4f}"
        return f"the {now.by} says {sizes}; {STOPPED}"

    def confirm(self) -> None:
        """Take what is sent now for right."""
        self._screen.confirm()
        self._usual = sent_spacing(self._source)
