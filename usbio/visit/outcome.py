"""What of a visit matters for the next one, from all that is known of it."""

from __future__ import annotations

from math import nan

from usbio.mastery import PainPair, SiteOutcome, VisitOutcome
from usbio.visit.facts import Block, Outcome, PainMoment
from usbio.visit.record import VisitRecord
from usbio.visit.site import Site


def outcome_of(record: VisitRecord, hold_s: float = nan) -> VisitOutcome:
    """Return the outcome of a visit, or of one that is still going on; ``hold_s`` where it was changed."""
    sites = tuple(
        SiteOutcome(
            site.words,
            _outcomes(record, record.test_block, site),
            _outcomes(record, "training", site),
            _outcomes(record, "posttest", site),
        )
        for site in record.begun.sites
    )
    return VisitOutcome(record.begun.protocol, sites, _pains(record), _score(record, "start"), hold_s)


def _outcomes(record: VisitRecord, block: Block, site: Site) -> tuple[Outcome, ...]:
    return tuple(repetition.outcome for repetition in record.repetitions(block, site))


def _pains(record: VisitRecord) -> tuple[PainPair, ...]:
    """Of the visit as a whole, then of each set; where nobody asked before a set, since the visit began."""
    start = _score(record, "start")
    after = [one for one in record.pains if one.moment == "after_set"]
    sets = dict.fromkeys((one.site, one.set_number) for one in after)
    return (
        PainPair(start, _score(record, "end")),
        *(
            PainPair(
                _score(record, "before_set", site, number, start), _score(record, "after_set", site, number)
            )
            for site, number in sets
        ),
    )


def _score(
    record: VisitRecord,
    moment: PainMoment,
    site: Site | None = None,
    set_number: int = 0,
    otherwise: float = nan,
) -> float:
    noted = record.pain(moment, site, set_number)
    return otherwise if noted is None else noted.score
