"""Experimental findings as rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from segmentation.experimental import Finding
from usbio.tables import Row


def experimental_rows(findings: Iterable[Finding]) -> Iterator[Row]:
    """Yield a row for every side, muscle, zone, quantity and repetition or phase of a bend."""
    for one in findings:
        yield {
            "side": one.side,
            "muscle": one.muscle,
            "zone": one.zone,
            "quantity": one.quantity,
            "unit": one.unit,
            "repetition": one.repetition,
            "bend_phase": one.bend_phase,
            "start_s": one.span.start_s if one.span else None,
            "end_s": one.span.end_s if one.span else None,
            "rest_value": one.rest.mean,
            "rest_sd": one.rest.sd,
            "value": one.value,
            "change_absolute": one.change,
            "change_percent": one.change_percent,
            "trial_band": one.band,
            "n_pictures": one.n_pictures,
            "note": one.note,
        }
