"""What was set out to be reached, and what is: one row a goal, from the tables of `bench.bench_accuracy`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.figures import Row

Found = Mapping[str, Sequence[Row]]


def goal_rows(found: Found) -> list[Row]:
    """Return the goals whose tables were made."""
    made = [rows(found) for name, rows in _GOALS.items() if found.get(name)]
    return [row for rows in made for row in rows]


def _goal(what: str, on: str, goal: str, reached: str, met: bool) -> Row:
    return {"what": what, "measured on": on, "goal": goal, "reached": reached, "met": "yes" if met else "no"}


def _clips_of_people(found: Found) -> Iterator[Row]:
    total, on = found["gastrocnemius_clips"][-1], "gastrocnemius, clips"
    mae, bias = total.get("mae", 99.0), total.get("bias", 99.0)
    yield _goal(
        "layer thickness, mean observer",
        on,
        "mean absolute error 0.15 mm, bias within 0.08 mm",
        f"{mae} mm, bias {bias:+} mm, {total['measured_percent']} % measured",
        mae <= 0.15 and abs(bias) <= 0.08,
    )
    own, person = total.get("program_to_others", 99.0), total.get("left_out_person_to_others", 0.0)
    yield _goal(
        "leave one observer out",
        on,
        "nearer to the others than the person left out",
        f"program {own} mm, person {person} mm",
        own < person,
    )
    yield _goal(
        "far from the median observer with status ok",
        on,
        "none over 0.6 mm",
        f"{total['far_and_ok']} ({total['observers_apart']} pictures with observers apart left out)",
        total["far_and_ok"] == 0,
    )


def _stills(found: Found) -> Iterator[Row]:
    for row in found["gastrocnemius_stills"]:
        mae = row.get("mae", 99.0)
        reached = f"{mae} mm, {row['measured_percent']} % measured, {row['far_and_ok']} far off and ok"
        on = f"gastrocnemius, stills, {row['clip']}"
        yield _goal("layer thickness, mean observer", on, "0.25 mm", reached, mae <= 0.25)


def _fasciae(found: Found) -> Iterator[Row]:
    for row in found["fascia_masks"]:
        reached = f"recall {row['recall']}, {row['false_per_picture']} false"
        yield _goal(
            "fascia found",
            f"limb muscles, hand-drawn bands, {row['half']} half",
            "recall 0.9, at most 2 false a picture",
            reached,
            row["recall"] >= 0.9 and row["false_per_picture"] <= 2.0,
        )


def _scored(name: str) -> Callable[[Found], Iterator[Row]]:
    def rows(found: Found) -> Iterator[Row]:
        for row in found[name]:
            if row["goal"] is None:
                continue
            without = row["no value"] + row["failed"]
            met = f"{row['clips that meet it']} clips meet it" + f", {without} without value" * bool(without)
            yield _goal(
                f"{row['what']}, {row['given']}",
                f"phantom, {row['clips']} clips, worst one",
                str(row["goal"]),
                f"{row['worst']} (median {row['median']}; {met})",
                row["clips that meet it"] == row["clips"],
            )

    return rows


def _rough(found: Found) -> Iterator[Row]:
    for row in found["rough_borders"]:
        worse = row["worse in area"]
        means = f"mean {row['refined area %, mean']}, rough {row['rough area %, mean']}"
        yield _goal(
            f"rough border refined, each point 1.5 mm off, {row['each point 1.5 mm off']}",
            f"phantom, {row['borders']} borders, worst one",
            f"{row['goal']} % of area, never worse than the rough one",
            f"{row['refined, worst']} % ({means}); {worse} worse in area, {row['worse in Dice']} in overlap",
            row["borders that meet it"] == row["borders"] and worse == 0,
        )


def _looped(found: Found) -> Iterator[Row]:
    for row in found["looped"]:
        slope = row["slope, % a minute"]
        yield _goal(
            f"{row['minutes']} minutes looped, {row['side']} {row['muscle']}",
            f"phantom, {row['clip']}",
            "slope under 0.1 % a minute",
            f"{slope} % a minute",
            slope is not None and abs(slope) < row["goal, % a minute"],
        )


def _refound(found: Found) -> Iterator[Row]:
    for row in found["refound"]:
        after = row.get("found again after s")
        yield _goal(
            f"found again after 2 s lifted, {row['view']}, {row['given']}",
            f"phantom, sample clip, air shows {row['the probe shows']}",
            "0.3 s",
            "not found" if after is None else f"{after} s",
            after is not None and after <= row["goal"],
        )


def _decisions(found: Found) -> Iterator[Row]:
    for row in found["decisions"]:
        right, decided = row["right % of decided"], row["decided % from 0.3"]
        yield _goal(
            f"contracted or not, repetitions {row['repetitions']}, {row['muscle']}",
            f"phantom, {row['n']} repetitions of effort 0 to 1, with noise",
            "95 % right of those decided, 90 % decided from effort 0.3",
            f"{right} % right, {decided} % decided from 0.3",
            right is not None and right >= 95.0 and decided is not None and decided >= 90.0,
        )


def _screens(found: Found) -> Iterator[Row]:
    for row in found["screens"]:
        if not row["scale known"]:
            continue
        wrong = row["wrong factors"]
        yield _goal(
            "picture and ruler found on their own",
            row["screens"],
            "within 1 % or not readable",
            f"{row['read']} of {row['n']} read, worst {row['worst error, %']} %, {wrong} wrong",
            wrong == 0,
        )


def _quality(found: Found) -> Iterator[Row]:
    row, on = found["quality"][0], "phantom, scored clips with faults"
    sure, far = "at 0.9 and above, outside %", "of those farther than 1.5 mm or 15 %"
    apart, good = row["most apart"], row["clean at 0.8 and above %"]
    asked = (
        ("quality, tenths of 100 values and more", "true share within 0.1", apart, apart <= 0.1),
        ("quality of 0.9 and above", "at most 2 % outside", row[sure], row[sure] <= 2.0),
        ("quality of 0.9 and above", "none farther than 1.5 mm or 15 %", row[far], row[far] == 0),
        ("quality tells values outside", "AUROC 0.85", row["AUROC"], row["AUROC"] >= 0.85),
        ("clean pictures of quality 0.8 and above", "80 %", good, good >= 80.0),
    )
    for what, goal, reached, met in asked:
        yield _goal(what, on, goal, f"{reached} ({row['values']} values)", met)


_GOALS: dict[str, Callable[[Found], Iterator[Row]]] = {
    "gastrocnemius_clips": _clips_of_people,
    "gastrocnemius_stills": _stills,
    "fascia_masks": _fasciae,
    "scored_tra": _scored("scored_tra"),
    "scored_lm_csa": _scored("scored_lm_csa"),
    "rough_borders": _rough,
    "scored_lm_thickness": _scored("scored_lm_thickness"),
    "decisions": _decisions,
    "quality": _quality,
    "looped": _looped,
    "refound": _refound,
    "screens": _screens,
}
