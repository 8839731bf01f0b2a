"""A second program that receives: says what it found, then every sample, as lines of JSON."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import pylsl


def main(predicate: str, count: int) -> None:
    found = pylsl.resolve_bypred(predicate, count, 30.0)
    inlets = [pylsl.StreamInlet(info) for info in found]
    for inlet in inlets:
        inlet.open_stream(5.0)
    print(json.dumps([_about(inlet.info(5.0)) for inlet in inlets]), flush=True)
    while True:
        for info, inlet in zip(found, inlets, strict=True):
            for values, stamp_s in zip(*inlet.pull_chunk(0.0), strict=True):
                print(json.dumps([info.name(), stamp_s, values]), flush=True)
        time.sleep(0.002)


def _about(info: Any) -> dict[str, Any]:
    channels, one = [], info.desc().child("channels").child("channel")
    while not one.empty():
        keys = ("label", "unit", "type", "side", "muscle", "meaning")
        channels.append({key: one.child_value(key) for key in keys})
        one = one.next_sibling()
    return {
        "name": info.name(),
        "type": info.type(),
        "source_id": info.source_id(),
        "rate": info.nominal_srate(),
        "format": info.channel_format(),
        "measured": info.desc().child_value("measured"),
        "channels": channels,
    }


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
