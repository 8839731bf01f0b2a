"""One clip of many: measured, found standing already, or failed. Nothing wrong with it costs another clip."""

from __future__ import annotations

from pathlib import Path

from usbio.analyze import ClipReport, Manner, analyze_clip
from usbio.errors import ClipDamaged, UsbioError
from usbio.fingerprint import fingerprint
from usbio.job import Bug, Job, Outcome
from usbio.measuring import Progress
from usbio.outputs import prove_writable
from usbio.sidecar import Json
from usbio.standing import Standing, standing


def attempt(job: Job, progress: Progress) -> Outcome:
    """Do one job; an error of the operator or of the program is an outcome as any other."""
    try:
        return _done(job, progress)
    except UsbioError as error:
        return Outcome(error=error)
    except Exception as error:  # one bug must not cost the clips that follow
        return Outcome(bug=Bug.of(error))


def still_broken(clip: Path, stood: Standing) -> ClipDamaged | None:
    """Return what is wrong with a clip whose results stand."""
    if stood.broken_off is None:
        return None
    return ClipDamaged(clip, stood.broken_off, "what came before stands already; copy the clip again")


def _done(job: Job, progress: Progress) -> Outcome:
    prints = fingerprint(job.clip, job.task)
    if not job.force:
        stood = standing(job.place, job.extras.endings, prints)
        if stood is not None and stood.complete and not job.of_pair:
            return Outcome(stood=True, error=still_broken(job.clip, stood))
    prove_writable(job.place.folder)
    job.place.sweep()
    return _measured(job, prints, progress)


def _measured(job: Job, prints: Json, progress: Progress) -> Outcome:
    total: int | None = None

    def heard(done: int, declared: int | None) -> None:
        nonlocal total
        total = declared
        progress(done, declared)

    manner = Manner(job.threads, job.force, prints)
    report = analyze_clip(job.clip, job.place, job.task, job.extras, heard, manner)
    return Outcome(
        said=_result_line(report),
        counted=f"{report.name}: {report.frames['read']}{f' of {total}' if total else ''} frames measured",
        error=report.damaged,
        report=report if job.of_pair else None,
    )


def _result_line(report: ClipReport) -> str:
    read, refused = report.frames["read"], report.frames["refused"]
    n = len(report.timing.repetitions) if report.timing else 0
    words = f"{report.name}: {read} frame{'' if read == 1 else 's'}, {n} repetition{'' if n == 1 else 's'}"
    if isinstance(refused, dict) and refused:
        words += ", refused " + ", ".join(f"{count} ({reason})" for reason, count in refused.items())
    return f"{words}, written to {report.place.path('.summary.csv')}"
