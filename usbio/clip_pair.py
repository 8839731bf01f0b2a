"""Two one-sided clips and their comparison: it stands already where all three results do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from usbio.analyze import ClipReport, Manner, analyze_pair
from usbio.batch import still_broken
from usbio.errors import ClipDamaged, OutputError, UsbioError
from usbio.fingerprint import fingerprint, pair_fingerprint
from usbio.job import Job
from usbio.outputs import PAIR, PAIRS, Place
from usbio.recording.place import pair_name
from usbio.sidecar import Json
from usbio.standing import standing


@dataclass(frozen=True, slots=True)
class Comparison:
    """What of a pair stands already, and what its comparison is to be signed with."""

    place: Place
    force: bool
    fingerprint: Json  # empty where a clip cannot be read
    stands: bool
    broken: tuple[ClipDamaged, ...] = ()  # of what stands

    def write(self, left: ClipReport, right: ClipReport) -> None:
        """Compare the clips and write what came of it."""
        analyze_pair(left, right, self.place, Manner(replace=self.force, fingerprint=self.fingerprint))


def comparison(place: Place, jobs: Sequence[Job]) -> Comparison:
    """Look at what stands of a pair; a comparison of other clips is refused."""
    force = jobs[0].force
    name, other = (pair_name(job.clip) for job in jobs)
    endings = (*PAIR, PAIRS) if name and name == other else PAIR
    try:
        left, right = (fingerprint(job.clip, job.task) for job in jobs)
    except UsbioError:  # said when that clip has its turn
        if not force:
            place.refuse_existing(endings)
        return Comparison(place, force, {}, stands=False)
    both = pair_fingerprint(left, right)
    found = None if force else standing(place, endings, both)
    if found is None or not found.complete:
        return Comparison(place, force, both, stands=False)
    clips = [_clip_standing(job, prints) for job, prints in zip(jobs, (left, right), strict=True)]
    broken = tuple(one for one in clips if isinstance(one, ClipDamaged))
    return Comparison(place, force, both, stands=False not in clips, broken=broken)


def _clip_standing(job: Job, prints: Json) -> bool | ClipDamaged:
    try:
        found = standing(job.place, job.extras.endings, prints)
    except OutputError:  # said when that clip has its turn
        return False
    if found is None or not found.complete:
        return False
    return still_broken(job.clip, found) or True
