"""What is written besides the tables and is known after the last picture: M-mode, experimental findings."""

from __future__ import annotations

from PIL import Image

from segmentation.timing import Timing
from segmentation.views import MeasureSetup
from usbio.errors import output_error
from usbio.experimental_record import ExperimentalRecord
from usbio.experimental_table import experimental_rows
from usbio.frame_log import FrameLog
from usbio.measuring import Sink
from usbio.mmode_picture import Caption, draw_mmode
from usbio.mmode_record import MModeRecord
from usbio.outputs import EXPERIMENTAL, MMODE, Place, Results
from usbio.setup import SetupFile
from usbio.tables import write_table
from usbio.task import Extras


class LateResults:
    """Sinks that collect, and the files that come of them."""

    def __init__(self, extras: Extras) -> None:
        self._mmode = MModeRecord() if extras.mmode else None
        self._experimental = ExperimentalRecord() if extras.experimental else None

    @property
    def sinks(self) -> list[Sink]:
        """Who takes every measured picture."""
        return [one for one in (self._mmode, self._experimental) if one is not None]

    def use(self, setup: MeasureSetup) -> None:
        """Say what is measured where, before the first picture."""
        for one in (self._mmode, self._experimental):
            if one is not None:
                one.use(setup)

    def write(
        self,
        results: Results,
        place: Place,
        name: str,
        setup: SetupFile,
        log: FrameLog,
        timing: Timing | None,
    ) -> None:
        """Write what was asked for."""
        if self._mmode is not None:
            self._draw(self._mmode, results, place, name, timing)
        if self._experimental is not None and timing is not None:
            task = setup.acquisition.get("task")
            rows = experimental_rows(self._experimental.findings(log, timing, task))
            with results.open(EXPERIMENTAL) as file:
                write_table(file, "experimental", rows, setup.acquisition)

    @staticmethod
    def _draw(record: MModeRecord, results: Results, place: Place, name: str, timing: Timing | None) -> None:
        picture = draw_mmode(record.strips(), Caption(name, record.setup, timing))
        try:
            Image.fromarray(picture).save(results.part(MMODE), "PNG")
        except OSError as error:
            raise output_error(place.path(MMODE), error) from error
