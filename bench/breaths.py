"""How often breathing is seen where there is some and where there is none, and told of a hold.

`python -m bench.breaths` scores made-up traces; `--development` others of the same kind, to tune on.
`--phantom` measures phantom examinations (`bench.breath_clips`) instead.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable

import numpy as np

from bench.breath_clips import BREATHING_HOLD, HELD_HOLD, REST, examinations
from bench.breath_traces import BREATH, HZ, QUIETS, Quiet, drawn, noise_of, quiet, trace_of
from segmentation.breathing import UNSEEN, Breathing, breathed_during, end_expiration, find_breaths
from segmentation.results import FloatArray
from segmentation.traces import Span, Trace

N = 200
SCORED, DEVELOPMENT = 900_000, 1_000
REST_S = (10.0, 16.0, 30.0)
_LOOKS_S = np.arange(6.0, 14.1, 1.0)  # somebody waits for the end of an expiration
_WAITS = 100
HOLD_BREATHS = (1.0, 1.5, 2.0, 3.0)
_LATE = 0.25  # of the breath's height: what is deeper was not end-expiration


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--development", action="store_true")
    parser.add_argument("--phantom", action="store_true")
    asked = parser.parse_args()
    seed = DEVELOPMENT if asked.development else SCORED
    print("\n".join(_phantom() if asked.phantom else [*_rest(seed), "", *_holds(seed)]))


def _phantom() -> list[str]:
    lines = [
        "| depth of the breath | hard | seen in | end-expiration | hold, breathing | hold, breath held |"
    ]
    lines.append("| --- " * 6 + "|")
    for one in examinations():
        traces = [one.trace("tra"), one.trace("io")]
        found = find_breaths(traces, [1, 1], within=REST)
        rest = [
            Trace(t.t_s, np.where(REST.holds(t.t_s), t.values, np.nan), t.new_picture, t.ok) for t in traces
        ]
        span = end_expiration(rest[found.trace], found) if found.seen else None
        depth = one.rows[:, -1][span.holds(one.rows[:, 0])].mean() if span is not None else np.nan
        holds = [breathed_during(traces[found.trace], span, found) for span in (BREATHING_HOLD, HELD_HOLD)]
        seen = ("TrA", "IO")[found.trace] if found.seen else "-"
        lines.append(f"| {one.depth:.0%} | {one.hard} | {seen} | {depth:.2f} | {holds[0]} | {holds[1]} |")
    return lines


def _times(seconds: float) -> FloatArray:
    return np.arange(round(seconds * HZ), dtype=float) / HZ


def _rest(seed: int) -> list[str]:
    columns = [*(f"{s:g} s" for s in REST_S), "at any second from 6 to 14 s"]
    lines = [f"| at rest | {' | '.join(columns)} |", "| --- " * (len(columns) + 1) + "|"]
    for kind in QUIETS:
        rates = [np.mean([_quiet_seen(seed, k, kind, s) for k in range(N)]) for s in REST_S]
        rates.append(np.mean([_ever_seen(_quiet_trace(seed, k, kind, 14.2)) for k in range(_WAITS)]))
        lines.append(f"| no breath, {kind}: seen | {' | '.join(f'{r:.1%}' for r in rates)} |")
    told = [[_breath_seen(seed, k, s) for k in range(N)] for s in REST_S]
    rates = [np.mean([one is not None for one in column]) for column in told]
    rates.append(np.mean([_ever_seen(_breath_trace(seed, k, 14.2)[0]) for k in range(_WAITS)]))
    lines.append(f"| breathing: seen | {' | '.join(f'{r:.1%}' for r in rates)} |")
    ends = [np.mean([one for one in column if one is not None]) for column in told]
    lines.append(f"| of these, capture at end-expiration | {' | '.join(f'{r:.1%}' for r in ends)} | |")
    return lines


def _quiet_seen(seed: int, k: int, kind: Quiet, seconds: float) -> bool:
    return find_breaths([_quiet_trace(seed, k, kind, seconds)], [1]).seen


def _quiet_trace(seed: int, k: int, kind: Quiet, seconds: float) -> Trace:
    t_s = _times(seconds)
    rng = np.random.default_rng((seed, k, QUIETS.index(kind), round(seconds)))
    return trace_of(t_s, quiet(kind, t_s, rng))


def _ever_seen(trace: Trace) -> bool:
    return any(find_breaths([trace], [1], within=Span(0.0, float(now))).seen for now in _LOOKS_S)


def _breath_seen(seed: int, k: int, seconds: float) -> bool | None:
    """Whether what would be captured was all end-expiration; None where breathing was not seen."""
    trace, curve = _breath_trace(seed, k, seconds)
    span = end_expiration(trace, found := find_breaths([trace], [1]))
    if not found.seen:
        return None
    return span is not None and float(curve[span.holds(trace.t_s)].mean()) > -_LATE


def _breath_trace(seed: int, k: int, seconds: float) -> tuple[Trace, FloatArray]:
    """A trace and how much thicker than at the end of expiration, 1 a whole breath; never above 0."""
    one, rng = drawn(seed, k, round(seconds))
    t_s = _times(seconds)
    curve = one.curve(t_s, rng)
    return trace_of(t_s, BREATH * curve + noise_of(one, t_s, rng)), curve


def _holds(seed: int) -> list[str]:
    what = [f"{n:g}" for n in HOLD_BREATHS]
    lines = [f"| in a hold of so many breaths | {' | '.join(what)} |", "| --- " * (len(what) + 1) + "|"]
    for name, depth in (("breath as at rest", 1.0), ("0.7 as deep", 0.7), ("0.3 as deep", 0.3)):
        lines.append(_hold_row(name, [_hold(seed, n, depth, None) for n in HOLD_BREATHS]))
    for kind in QUIETS[:6]:
        lines.append(_hold_row(f"no breath, {kind}", [_hold(seed, n, 0.0, kind) for n in HOLD_BREATHS]))
    lines.append(
        _hold_row("no breath, noise of rest alone", [_hold(seed, n, 0.0, None) for n in HOLD_BREATHS])
    )
    return lines


def _hold_row(name: str, told: Iterable[Counter[str]]) -> str:
    cells = []
    for one in told:
        n = sum(one.values())
        cells.append(f"{one['breathing'] / n:.1%} / {one['held'] / n:.1%}")
    return f'| {name}: "breathing" / "held" | {" | ".join(cells)} |'


def _hold(seed: int, breaths: float, depth: float, kind: Quiet | None) -> Counter[str]:
    return Counter(_hold_told(seed, k, breaths, depth, kind) for k in range(N))


def _hold_told(seed: int, k: int, breaths: float, depth: float, kind: Quiet | None) -> str:
    one, rng = drawn(seed, k, round(10 * breaths), round(10 * depth))
    rest = _seen_rest(seed, k)
    if not rest.seen:
        return "no breath was seen at rest"
    t_s = 100.0 + _times(breaths * rest.period_s * 1.001 + 0.04)
    other = type(one)(rest.period_s * rng.uniform(0.8, 1.25), depth, one.uneven, _noise_of(seed, k))
    values = BREATH * other.curve(t_s, rng) + noise_of(other, t_s, rng)
    if kind is not None:
        values = values + 0.5 * quiet(kind, t_s, rng)
    return breathed_during(trace_of(t_s, values), Span(float(t_s[0]), float(t_s[-1])), rest)


_KEPT: dict[tuple[int, int], Breathing] = {}


def _noise_of(seed: int, k: int) -> float:
    return drawn(seed, k, 16)[0].noise


def _seen_rest(seed: int, k: int) -> Breathing:
    """Breathing of the k-th person at rest, from the first try in which it is seen."""
    if (seed, k) not in _KEPT:
        one, rng = drawn(seed, k, 16)
        t_s = _times(16.0)
        tries = (trace_of(t_s, BREATH * one.curve(t_s, rng) + noise_of(one, t_s, rng)) for _ in range(5))
        seen = (found for trace in tries if (found := find_breaths([trace], [1])).seen)
        _KEPT[seed, k] = next(seen, UNSEEN)
    return _KEPT[seed, k]


if __name__ == "__main__":
    main()
