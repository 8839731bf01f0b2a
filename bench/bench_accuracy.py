"""How near the numbers are to what people measured and to what phantoms know.

`python -m bench.bench_accuracy` prints each table as it is made, `--markdown` all tables of docs/accuracy.md
with the goals first, `--json` the figures. `--only` makes some of them, `--development` those of clips and
stills that may be looked at while tuning. Everything goes the way of `usbio analyze`: reading, preparation,
measuring; nothing is tuned in here. Scored clips are drawn once and kept (`bench.scored_clips`).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict

import cv2

from bench.aims import clip_rows, summaries
from bench.decisions import decision_tables
from bench.experimental import DEVELOPMENT, SCORED, flexion_rows, onset_rows, zone_rows
from bench.fascia_bands import STILLS, summary, tallies
from bench.figures import Row
from bench.goals import goal_rows
from bench.lifted import lifted_rows
from bench.looped import looped_rows
from bench.people import gastrocnemius_clips, gastrocnemius_stills
from bench.quality_tables import gate_tables, quality_tables, status_tables
from bench.report import sections
from bench.rough_borders import refined, rough_rows
from bench.sample_rows import other_phantom_rows, sample_clip_rows
from bench.scored_rows import scores
from bench.screens_row import screens_rows
from bench.truth import OTHER_PHANTOM, REAL
from segmentation.views import ViewName

Table = tuple[str, list[Row]]


def _scored(view: ViewName) -> Callable[[bool], list[Table]]:
    def tables(development: bool) -> list[Table]:
        found = scores(view, development)
        name = view.replace("-", "_")
        shown: list[Table] = [(f"scored_{name}", summaries(view, found))]
        # of the scored clips nothing but the summary: whoever tunes must not know one from another
        return [*shown, (f"scored_{name}_clips", clip_rows(found))] if development else shown

    return tables


def _fascia_masks(development: bool) -> list[Table]:
    if not STILLS.is_dir():
        return []
    looked_at = tallies(development=True)
    rows = [{"half": "development", **summary(looked_at)}]
    if development:
        return [("fascia_masks", rows), ("fascia_masks_pictures", [asdict(t) for t in looked_at])]
    return [("fascia_masks", [{"half": "scored", **summary(tallies())}, *rows])]


def _rough_borders(development: bool) -> list[Table]:
    found = refined(development)
    rows: list[Table] = [("rough_borders", rough_rows(found))]
    return [*rows, ("rough_borders_each", [asdict(one) for one in found])] if development else rows


def _people(development: bool) -> list[Table]:
    if not REAL.is_dir():
        return []
    return [
        ("gastrocnemius_clips", gastrocnemius_clips(scale_given=True)),
        ("gastrocnemius_clips_found", gastrocnemius_clips(scale_given=False)[-1:]),
        ("gastrocnemius_stills", gastrocnemius_stills()),
    ]


def _experimental(development: bool) -> list[Table]:
    zones, onsets, bends = DEVELOPMENT if development else SCORED
    return [
        ("experimental_zones", zone_rows(zones)),
        ("experimental_onset", onset_rows(onsets)),
        ("experimental_bending", flexion_rows(bends)),
    ]


PARTS: dict[str, Callable[[bool], list[Table]]] = {
    "gastrocnemius": _people,
    "fascia_masks": _fascia_masks,
    "tra": _scored("tra"),
    "lm_csa": _scored("lm-csa"),
    "rough_borders": _rough_borders,
    "lm_thickness": _scored("lm-thickness"),
    "decisions": decision_tables,
    "looped": lambda development: [("looped", looped_rows())],
    "refound": lambda development: [("refound", lifted_rows())],
    "quality": quality_tables,
    "statuses": status_tables,
    "gates": gate_tables,
    "screens": lambda development: [("screens", screens_rows(development))],
    "sample_clips": lambda development: [("sample_clips", sample_clip_rows())],
    "experimental": _experimental,
    "other_phantom": lambda development: (
        [("other_phantom", other_phantom_rows())] if OTHER_PHANTOM.is_dir() else []
    ),
}


def main() -> None:
    asked = _asked()
    cv2.setNumThreads(1)
    found: dict[str, list[Row]] = {}
    for name in asked.only:
        tables = dict(PARTS[name](asked.development))
        found |= tables
        if not (asked.json or asked.markdown):
            print(sections(tables), flush=True)
    if asked.json:
        json.dump({"goals": goal_rows(found), **found}, sys.stdout, indent=1)
    elif asked.markdown:
        print(sections({"goals": goal_rows(found), **found}))
    else:
        print(sections({"goals": goal_rows(found)}))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--markdown", action="store_true", help="print the goals first, then every table")
    parser.add_argument("--only", metavar="NAME,...", help=f"some of: {', '.join(PARTS)}")
    parser.add_argument("--development", action="store_true", help="clips and stills that may be looked at")
    asked = parser.parse_args()
    asked.only = asked.only.split(",") if asked.only else list(PARTS)
    if unknown := set(asked.only) - set(PARTS):
        parser.error(f"--only knows {', '.join(PARTS)}, came {', '.join(sorted(unknown))}")
    return asked


if __name__ == "__main__":
    main()
