"""What is measured at once during a visit: one side, or both in one picture or from two sources."""

from __future__ import annotations

from dataclasses import dataclass

from segmentation.results import Side
from segmentation.views import ViewName


@dataclass(frozen=True, slots=True)
class Site:
    """Where the probe lies, or two probes do."""

    sides: tuple[Side, ...]
    view: ViewName

    @property
    def words(self) -> str:
        """Its name in tables, such as "left tra"."""
        return f"{'+'.join(self.sides)} {self.view}"


def sites_of(views: tuple[ViewName, ...], together: bool) -> tuple[Site, ...]:
    """Return the sites of a visit: ``together`` where both sides are measured at once."""
    sides: tuple[tuple[Side, ...], ...] = (("left", "right"),) if together else (("left",), ("right",))
    return tuple(Site(one, view) for one in sides for view in views)
