"""Protocol files: what is shipped is whole and can be read, and own ones stand beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from usbio.error_figures import literature_errors, protocol_errors
from usbio.errors import CallError, InputError
from usbio.protocol import UNPUBLISHED, Cue, Protocol
from usbio.protocol_file import (
    ProtocolFaulty,
    load_protocol,
    protocol_from,
    protocol_tables,
    read_protocol,
)
from usbio.protocol_library import ladder, own_protocols, protocol_named, shipped_protocols

STAGES = ("coordination", "endurance", "strength", "function")
FOLDER = Path(__file__).parents[2] / "usbio" / "protocols"
TRA = (FOLDER / "tra_draw_in_lying.toml").read_text(encoding="utf-8")
LM = (FOLDER / "lm_swelling_prone.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(shipped_protocols()))
def test_a_shipped_protocol_has_all_texts_in_both_languages(name: str) -> None:
    protocol = shipped_protocols()[name]
    assert protocol.languages == ("en", "de")
    told: tuple[Cue, ...] = ("title", "position", "rest", "contract", "hold", "relax", "breathe")
    for cue in (*told, *protocol.cautions):
        english, german = (protocol.text(cue, language) for language in ("en", "de"))
        assert english
        assert german
        assert english != german


def test_every_kind_of_task_is_shipped() -> None:
    protocols = shipped_protocols()
    assert {p.stage for p in protocols.values()} == set(STAGES)
    assert {p.posture for p in protocols.values() if p.part.view == "tra"} >= {
        "crook_lying",
        "sitting",
        "standing",
    }
    assert {p.posture for p in protocols.values() if p.part.view == "lm-thickness"} == {"prone"}
    assert {part.muscle for part in protocols["tra_lm_alternating"].parts} == {"tra", "lm"}
    assert {p.schedule.kind for p in protocols.values()} >= {"faded", "terminal", "self_chosen", "bandwidth"}
    assert sum(p.dynamic for p in protocols.values()) >= 2


def test_the_shipped_ladder_climbs() -> None:
    """Nothing leads back to an earlier stage, and everything can be reached from the two first steps."""
    protocols = shipped_protocols()
    reached, waiting = set(), ["tra_draw_in_lying", "lm_swelling_prone"]
    while waiting:
        name = waiting.pop()
        reached.add(name)
        for following in protocols[name].progression.next:
            assert STAGES.index(protocols[name].stage) <= STAGES.index(protocols[following].stage)
            waiting += [following] if following not in reached else []
    assert reached == set(protocols)


def test_what_is_not_published_says_so() -> None:
    target = shipped_protocols()["tra_draw_in_lying"].part.target
    assert target.low.source == UNPUBLISHED
    assert not target.low.published
    assert shipped_protocols()["tra_draw_in_lying"].dose.rest_captures.published


def test_a_text_falls_back_to_english() -> None:
    protocol = read(TRA)
    assert protocol.text("contract", "de") == "Ziehen Sie den Unterbauch sanft ein"
    assert protocol.text("contract", "fr") == protocol.text("contract")
    without = read(TRA.replace('relax = "Lassen Sie locker"\n', ""))
    assert without.text("relax", "de") == "Let go"


def test_a_part_says_its_own_words() -> None:
    protocol = shipped_protocols()["tra_lm_alternating"]
    assert protocol.text("contract", "de", 0) != protocol.text("contract", "de", 1)
    assert protocol.text("relax", "de", 0) == protocol.text("relax", "de", 1)


def test_what_is_kept_beside_a_visit_is_the_protocol_again() -> None:
    for protocol in shipped_protocols().values():
        assert protocol_from(protocol_tables(protocol)) == protocol


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_protocol(tmp_path / "none.toml")
    with pytest.raises(InputError, match="is no file"):
        load_protocol(tmp_path)
    os.mkfifo(tmp_path / "pipe.toml")  # nobody writes into it: reading would wait for ever
    with pytest.raises(InputError, match="is no file"):
        load_protocol(tmp_path / "pipe.toml")
    latin = tmp_path / "latin.toml"
    latin.write_bytes("# é".encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8"):
        load_protocol(latin)


def test_own_protocols_follow_shipped_ones_and_each_other(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(TRA.replace("tra_draw_in_sitting", "later"), encoding="utf-8-sig")
    (tmp_path / "later.toml").write_text(TRA, encoding="utf-8")
    (tmp_path / "broken.toml").write_text("stage = 3", encoding="utf-8")
    own = own_protocols(tmp_path)
    assert set(own.protocols) == {"mine", "later"}
    assert [type(trouble) for trouble in own.troubles] == [ProtocolFaulty]
    assert protocol_named("mine", tmp_path).progression.next == ("later", "tra_hold_lying")
    assert set(ladder(tmp_path)) == {"mine", "later", *shipped_protocols()}
    assert protocol_named("lm_hold_prone", tmp_path) is shipped_protocols()["lm_hold_prone"]


def test_names_that_cannot_be_meant(tmp_path: Path) -> None:
    with pytest.raises(CallError, match=r"no such protocol; known are .*lm_hold_prone"):
        protocol_named("nothing", tmp_path)
    (tmp_path / "lm_hold_prone.toml").write_text(LM, encoding="utf-8")
    (trouble,) = own_protocols(tmp_path).troubles
    assert "has the name of a protocol that is shipped" in str(trouble)
    (tmp_path / "Mine 1.toml").write_text(TRA, encoding="utf-8")
    assert "is no name" in "".join(str(one) for one in own_protocols(tmp_path).troubles)


def test_what_is_no_folder_takes_no_shipped_one_away(tmp_path: Path) -> None:
    (tmp_path / "protocols").write_text("a file where a folder belongs")
    (trouble,) = own_protocols(tmp_path / "protocols").troubles
    assert str(tmp_path / "protocols") in str(trouble)
    assert ladder(tmp_path / "protocols") == shipped_protocols()


def test_no_own_folder_is_no_trouble(tmp_path: Path) -> None:
    assert own_protocols(tmp_path / "none") == own_protocols(tmp_path)


def read(text: str) -> Protocol:
    return read_protocol(text, "own", "own.toml", shipped_protocols())


def test_shipped_protocols_and_the_table_of_errors_agree() -> None:
    for protocol in shipped_protocols().values():
        assert protocol_errors(protocol) == literature_errors()


def test_a_protocols_own_error_goes_first() -> None:
    errors = protocol_errors(read(TRA.replace("mdc95 = 41.0", "sem = 5.0", 1)))
    assert errors["tra", "change_percent"].sem == 5.0
    assert errors["io", "change_percent"] == literature_errors()["io", "change_percent"]
