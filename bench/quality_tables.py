"""Quality, statuses and gates as tables of docs/accuracy.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bench.calibration import figures_of, tenths
from bench.faults import FAULTS
from bench.figures import Row
from bench.gate_rows import gate_rows
from bench.judged import Judged, judged
from bench.scene_clips import followed, wrong_and_ok
from bench.status_scenes import SCENES, Scene
from segmentation.results import Status

Table = tuple[str, list[Row]]


def quality_tables(development: bool) -> list[Table]:
    """Return calibration, what is asked of the quality, and what is said of each fault."""
    found = list(judged(development))
    return [
        ("quality_tenths", tenths(found)),
        ("quality", _parts(found)),
        ("quality_by_fault", [_of_fault(found, name) for name in FAULTS]),
    ]


def status_tables(development: bool) -> list[Table]:
    """Return what is said of the scenes of docs/when-it-is-wrong.md."""
    return [("statuses", [_scene_row(scene) for scene in SCENES])]


def gate_tables(development: bool) -> list[Table]:
    """Return how sure the gates are."""
    return [("gates", gate_rows(development))]


def _parts(found: Sequence[Judged]) -> list[Row]:
    views = sorted({one.view for one in found})
    rows: list[Row] = [{"view": "all", "given": "both"} | figures_of(found)]
    for view in views:
        for given in ("setup", "side only"):
            part = [one for one in found if one.view == view and one.given == given]
            if part:
                rows.append({"view": view, "given": given} | figures_of(part))
    return rows


def _of_fault(found: Sequence[Judged], name: str) -> Row:
    part = [one for one in found if one.fault == name]
    said = Counter(one.status for one in part)
    ok = [one for one in part if one.status is Status.OK]
    return {
        "fault": name,
        "values": len(part),
        **{f"{status} %": round(100.0 * said[status] / max(len(part), 1), 1) for status in _SHOWN},
        "ok but outside %": round(100.0 * sum(one.outside for one in ok) / max(len(ok), 1), 1),
    }


_SHOWN = (Status.OK, Status.LOW_QUALITY, Status.SHADOW, Status.MOVED, Status.LOST, Status.NO_BORDER)


def _scene_row(scene: Scene) -> Row:
    clip, pictures = scene.shown()
    results = list(followed(clip, pictures))
    late = [m for r in results[scene.begins + scene.within :] for m in r.measurements if scene.concerns(m)]
    said = Counter(m.status for m in late)
    kept = results[: scene.begins + 2] if scene.status is Status.FROZEN else results
    return {
        "what is wrong": scene.title,
        "clip": scene.stem,
        "said": scene.status,
        "in % of its pictures": round(100.0 * said[scene.status] / len(late), 1),
        "after pictures": scene.within,
        "wrong values with ok": len(wrong_and_ok(clip, kept)),
    }
