"""What can be opened now, from all kinds side by side, in words and for other programs."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.usbio.plug_in_package import answer, install, ran
from usbio.frames import FrameSource
from usbio.recording.place import usual_recordings
from usbio.samples import sample_clips
from usbio.sources.address import open_source
from usbio.sources.kind import Offer, SourceKind
from usbio.sources.kinds import BUILT_IN
from usbio.sources.listing import Asked, ask_all, list_sources

BROKEN = "import a_module_that_is_not_there"
SLOW = "import threading; GO = threading.Event(); GO.wait(20.0); LOADED = True"
COMMAND = "from usbio.cli import main; raise SystemExit(main({}))"


def _kind(prefix: str, offers: object) -> Asked:
    def _open(address: str, place: str) -> FrameSource:
        raise AssertionError("listing opens nothing")

    kind = SourceKind(prefix, f"kind {prefix}", f"{prefix}:1", _open, offers)  # type: ignore[arg-type]
    return Asked(lambda: kind, kind)


def test_a_hung_driver_costs_the_others_nothing_and_is_asked_once() -> None:
    wakes, asked = threading.Event(), []

    def _hangs() -> Sequence[Offer]:
        asked.append(time.perf_counter())
        wakes.wait(20.0)
        return []

    def _fails() -> Sequence[Offer]:
        raise OSError("no bus")

    kinds = [_kind("hung", _hangs), _kind("good", lambda: [Offer("good:1", "a probe")]), _kind("bad", _fails)]
    began_s = time.perf_counter()
    found = [ask_all(kinds, 0.3) for _ in range(2)][-1]
    assert time.perf_counter() - began_s < 10.0  # s: twice 0.3, on a busy machine; it hangs for 20
    wakes.set()
    assert [listed.kind.prefix for listed in found] == ["hung", "good", "bad"]
    assert found[0].offers[0].trouble.startswith("did not answer within 0.3 s; ")
    assert found[1].offers == (Offer("good:1", "a probe"),)
    assert found[2].offers[0].trouble == "cannot be listed (OSError: no bus); please report it"
    assert len(asked) == 1


def test_a_plug_in_that_hangs_while_it_is_loaded_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "site", "slow-usbio", {"slow_usbio": SLOW}, {"slow": "slow_usbio:KIND"})
    monkeypatch.syspath_prepend(tmp_path / "site")
    found = list_sources(patience_s=0.5)
    slow = sys.modules["slow_usbio"]
    assert not hasattr(slow, "LOADED")  # it is not waited for
    slow.GO.set()
    (offer,) = found[-1].offers
    assert (offer.address, offer.title) == ("slow:", "plug-in of slow-usbio")
    assert offer.trouble.startswith("did not answer within 0.5 s")
    assert {kind.prefix for kind in BUILT_IN} < {listed.kind.prefix for listed in found}


def test_the_command_lists_what_there_is_and_why_something_cannot(tmp_path: Path) -> None:
    install(tmp_path / "site", "acme-usbio", {"acme_broken": BROKEN}, {"broken": "acme_broken:KIND"})
    done = ran(tmp_path / "site", COMMAND.format(["sources"]))
    assert done.returncode == 0
    assert done.stderr == ""
    listed, typed = done.stdout.split("\n\n")
    lines = listed.splitlines()
    assert any(line.startswith("sim:tra") and line.endswith("800x600 at 25") for line in lines)
    assert any("lm_csa.mp4" in line and "sample clip: multifidus, both sides" in line for line in lines)
    (broken,) = [line for line in lines if line.startswith("broken:")]
    assert broken.endswith(
        "cannot be opened: cannot be loaded (ModuleNotFoundError: No module named "
        "'a_module_that_is_not_there'); mend or uninstall acme-usbio"
    )
    assert typed.splitlines()[0] == "What is not in the list is typed like this:"
    assert [line.split()[0] for line in typed.splitlines()[1:]] == [
        *(kind.example for kind in BUILT_IN),
        "visit3.mp4",
    ]
    (log,) = (tmp_path / "site").rglob("usbio.log")
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_for_other_programs_every_address_that_is_listed_can_be_opened(tmp_path: Path) -> None:
    rows = answer(tmp_path, COMMAND.format(["sources", "--json"]))
    assert {"kind", "address", "title", "delivers", "trouble"} == set(rows[0])
    clips = [row["address"] for row in rows if row["kind"] == "clip"]
    assert len(clips) == len(sample_clips())
    for row in rows:
        assert row["trouble"] or open_source(row["address"]).name


def test_what_was_recorded_last_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from usbio.sources.clip_offers import CLIPS

    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert usual_recordings() == tmp_path / "usbio recordings"
    for name in ("older", "newer"):
        folder = usual_recordings() / name
        folder.mkdir(parents=True)
        (folder / "journal.jsonl").write_text(json.dumps({}), encoding="utf-8")
    (usual_recordings() / "no recording").mkdir()
    found = [offer.address for offer in CLIPS.offers() if offer.title == "recording"]
    assert sorted(found) == ["usbio recordings/newer", "usbio recordings/older"]
