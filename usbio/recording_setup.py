"""The setup that a recording is measured with, live and whenever it is read again."""

from __future__ import annotations

from collections.abc import Iterable

from segmentation.geometry import Roi
from segmentation.results import Measurement, Side
from segmentation.views import MeasureSetup
from usbio.first_borders import FirstBorder
from usbio.own_coordinates import setup_in_picture
from usbio.setup import SetupFile, TimeTable
from usbio.setup_as_used import setup_as_used, with_borders


def recording_setup(
    setup: SetupFile,
    in_frame: MeasureSetup,
    roi: Roi,
    now: Iterable[Measurement],
    confirmed: frozenset[Side],
) -> SetupFile:
    """Return the setup of a recording that begins now, in pixels of the recorded picture.

    Borders that somebody stands by are given as they lie now, on the recording's first picture; one that
    nobody stands by is looked for anew. Intervals are left out: they were marked in another time.
    """
    own = setup_in_picture(setup_as_used(setup, in_frame), roi)
    stood_by = tuple(
        FirstBorder(0, m)
        for m in now
        if m.status.carries_value and (m.border_source != "auto" or m.side in confirmed)
    )
    given = {(one.measurement.side, one.measurement.muscle) for one in stood_by}
    # A border whose muscle has no value just now holds from the first picture on, where it was drawn.
    earlier = [
        table.model_copy(update={"frame": 0})
        for table in own.border
        if (table.side, table.muscle) not in given
    ]
    own = own.model_copy(update={"border": earlier, "interval": [], "time": TimeTable()})
    return with_borders(own, in_frame.view, stood_by)
