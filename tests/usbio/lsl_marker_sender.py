"""A second program that marks: each line of its input is a marker, and its time stamp comes back."""

from __future__ import annotations

import sys

import pylsl


def main(name: str, source_id: str) -> None:
    outlet = pylsl.StreamOutlet(pylsl.StreamInfo(name, "Markers", 1, 0.0, "string", source_id))
    print("heard" if outlet.wait_for_consumers(40.0) else "nobody listens", flush=True)
    for line in sys.stdin:
        words, _, ago_s = line.strip().partition("|")
        stamp_s = pylsl.local_clock() - float(ago_s or 0.0)
        outlet.push_sample([words], stamp_s)
        print(stamp_s, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
