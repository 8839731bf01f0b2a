"""Sources of other packages, really installed: what works, and what is broken in every way."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from tests.usbio.plug_in_package import answer, install, install_documented, ran
from usbio.errors import CallError
from usbio.frames import Frame
from usbio.sources.address import open_source
from usbio.sources.foreign_source import Breach, check_frame
from usbio.sources.kinds import kind_of

SOUND = """
import time
import numpy as np
from usbio.frames import Frame
from usbio.sources.kind import Offer, SourceKind
from pathlib import Path
Path(__file__).with_suffix(".loaded").touch()

class Acme:
    device = True
    def __init__(self, name, breach=""):
        self.name, self.breach = name, breach
    def frames(self):
        for index in range(3):
            image = np.full((6, 8), index, np.uint8)
            image.flags.writeable = self.breach == "writable"
            if self.breach == "colour":
                image = np.zeros((6, 8, 3), np.uint8)
            if self.breach == "crash" and index == 1:
                raise ZeroDivisionError("nobody\\nthought of it")
            yield Frame(index, index / 25, time.perf_counter(), image)

def opened(address, place):
    if place == "wrong":
        raise OSError("no such thing")
    if place == "nothing":
        return 7
    return Acme(address, place)

ACME = SourceKind("acme", "Acme probe", "acme:1", opened, lambda: [Offer("acme:1", "probe", "8x6 at 25")])
def kind():
    return ACME
def no_words(place):
    raise KeyError(place)
def no_list():
    raise RuntimeError("no driver")
NO_LIST = SourceKind("no-list", "Acme in the dark", "no-list:1", opened, no_list, shown=no_words)
BAD_LIST = SourceKind("bad-list", "Acme in words", "bad-list:1", opened, lambda: ["probe"])
NAMED = SourceKind("other", "Acme", "other:1", opened)
"""
BROKEN = "import a_module_that_is_not_there"
LEAVES = "raise SystemExit(3)"
ENTRIES = {
    "acme": "acme_probe:kind",
    "no-list": "acme_probe:NO_LIST",
    "bad-list": "acme_probe:BAD_LIST",
    "not-there": "acme_probe:MISSING",
    "no-kind": "acme_probe:GROUP_OF_NOTHING",
    "named": "acme_probe:NAMED",
    "broken": "acme_broken:KIND",
    "leaves": "acme_leaves:KIND",
    "sim": "acme_probe:ACME",
    "clip": "acme_probe:ACME",
    "X": "acme_probe:ACME",
    "twice": "acme_probe:ACME",
}
MEND = "mend or uninstall acme-usbio"
LISTED = """
import json, logging
logging.disable()
from usbio.sources.kinds import foreign
def told(offer):
    return [offer.address, offer.title, offer.delivers, offer.trouble]
print(json.dumps({p.prefix: [told(offer) for offer in p.kind().offers()] for p in foreign()}))
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    modules = {
        "acme_probe": SOUND + "GROUP_OF_NOTHING = 7\n",
        "acme_broken": BROKEN,
        "acme_leaves": LEAVES,
    }
    install(tmp_path / "site", "acme-usbio", modules, ENTRIES)
    return install(tmp_path / "site", "rival-usbio", {}, {"twice": "acme_probe:ACME"})


def test_each_is_listed_and_a_broken_one_with_its_reason(installed: Path) -> None:
    listed = answer(installed, LISTED)
    assert listed.pop("acme") == [["acme:1", "probe", "8x6 at 25", ""]]
    words = {
        "no-list": f"cannot say what is there (RuntimeError: no driver); {MEND}",
        "bad-list": f"lists something else (str) in place of an Offer; {MEND}",
        "not-there": "cannot be loaded (AttributeError: module 'acme_probe' has no attribute 'MISSING'); "
        + MEND,
        "no-kind": f"gives something else (int) in place of a SourceKind; {MEND}",
        "named": f"calls itself other and is installed as named; {MEND}",
        "broken": "cannot be loaded (ModuleNotFoundError: No module named 'a_module_that_is_not_there'); "
        + MEND,
        "leaves": f"cannot be loaded (SystemExit: 3); {MEND}",
        "sim": f"takes the name sim, which belongs to the program; {MEND}",
        "clip": f"takes the name clip, which belongs to the program; {MEND}",
        "X": "has a name that no address can begin with: small letters, figures and hyphens, two or more; "
        + MEND,
        "twice": "shares the name twice with that of another package; mend or uninstall rival-usbio",
    }
    assert {prefix: trouble for prefix, [[_, _, _, trouble]] in listed.items()} == words
    assert {prefix: address for prefix, [[address, *_]] in listed.items()} == {p: f"{p}:" for p in words}
    assert listed["no-list"][0][1] == "Acme in the dark"
    assert listed["broken"][0][1] == "plug-in of acme-usbio"


def test_our_own_are_not_touched_and_nothing_is_loaded_unasked(installed: Path) -> None:
    said = answer(
        installed,
        "import json, sys; from usbio.sources.address import open_source, split_address\n"
        "kinds = [type(open_source('sim:tra')).__name__, split_address('acme:1'),\n"
        "  split_address('broken:1'), split_address('nobody:1')]\n"
        "print(json.dumps([kinds, sorted(m for m in sys.modules if m.startswith('acme'))]))",
    )
    assert said == [
        ["SimSource", ["acme", "1"], ["broken", "1"], ["clip", "nobody:1"]],
        [],
    ]
    assert not list(installed.glob("*.loaded"))


MAKERS = "mend acme-usbio, or tell its makers"
OPENED = {
    "acme:1": [3, "", False],
    "acme:": [0, "CallError: acme:: names nothing; give a path, or acme:1", False],
    "acme:colour": [
        0,
        "InputError: acme:colour: its plug-in gives a picture of shape (6, 8, 3); grey rows and columns are "
        f"wanted, (H, W); {MAKERS}",
        False,
    ],
    "acme:writable": [
        0,
        "InputError: acme:writable: its plug-in gives a picture that can still be written to; "
        f"image.flags.writeable = False seals it; {MAKERS}",
        False,
    ],
    "acme:crash": [
        1,
        "InputError: acme:crash: its plug-in broke off (ZeroDivisionError: nobody thought of it); " + MAKERS,
        True,
    ],
    "acme:wrong": [
        0,
        f"InputError: acme:wrong: its plug-in failed (OSError: no such thing); {MEND}",
        True,
    ],
    "acme:nothing": [
        0,
        f"InputError: acme:nothing: its plug-in opens something (int) without name or frames(); {MEND}",
        False,
    ],
    "leaves:1": [
        0,
        f"InputError: leaves:1: its plug-in cannot be loaded (SystemExit: 3); {MEND}",
        True,
    ],
    "twice:1": [
        0,
        f"InputError: twice:1: its plug-in shares the name twice with that of another package; {MEND}",
        False,
    ],
}
READ = """
import io, json, logging, sys
from usbio.errors import UsbioError
from usbio.sources.address import open_source
def read(address):
    log, got, said = io.StringIO(), 0, ""
    logging.basicConfig(stream=log, force=True)
    try:
        for frame in open_source(address).frames():
            got += 1
    except UsbioError as error:
        said = f"{type(error).__name__}: {error}"
    return [got, said, "Traceback" in log.getvalue()]
"""


def test_what_a_plug_in_does_wrong_is_one_sentence(installed: Path) -> None:
    """How many pictures come, what is said, and whether the log has the traceback."""
    code = READ + f"print(json.dumps({{a: read(a) for a in {list(OPENED)!r}}}))"
    assert answer(installed, code) == OPENED


def test_what_is_shown_of_an_address_needs_no_plug_in_to_be_sound(installed: Path) -> None:
    shown = answer(
        installed,
        "import json; from usbio.sources.address import shown_address\n"
        "print(json.dumps([shown_address(a) for a in ('acme:1?x=2', 'no-list:1?x=2', 'broken:1?x=2')]))",
    )
    assert shown == ["acme:1", "no-list:1", "broken:1"]


def test_a_plug_in_is_no_clip_for_analyze(installed: Path) -> None:
    done = ran(
        installed,
        "from usbio.cli import main; raise SystemExit(main(['analyze', 'acme:1', '--view', 'tra']))",
    )
    assert done.returncode == 2
    assert done.stderr.startswith("usbio: acme:1: is not a clip;")


GREY = np.zeros((6, 8), np.uint8)


def _sealed(image: np.ndarray) -> np.ndarray:
    image = image.copy(order="K")
    image.flags.writeable = False
    return image


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (7, "in place of a Frame"),
        (Frame(1, 0.04, 0.0, None), "in place of an array as picture"),  # type: ignore[arg-type]
        (Frame(1, 0.04, 0.0, _sealed(GREY.astype(float))), "uint8 is wanted"),
        (Frame(1, 0.04, 0.0, _sealed(GREY[:0])), "shape \\(0, 8\\)"),
        (Frame(1, 0.04, 0.0, _sealed(np.asfortranarray(GREY))), "np.ascontiguousarray"),
        (Frame(1, 0.04, 0.0, GREY), "can still be written to"),
        (Frame(1, 0.04, time.time(), _sealed(GREY)), "has yet to arrive"),
        (Frame(1, 0.04, float("nan"), _sealed(GREY)), "has yet to arrive"),
        (Frame(1, float("inf"), 0.0, _sealed(GREY)), "endless time"),
        (Frame(0, 0.04, 0.0, _sealed(GREY)), "picture 0 after picture 0"),
    ],
)
def test_the_door_names_every_breach(frame: Frame, words: str) -> None:
    sound = Frame(0, 0.0, 0.0, _sealed(GREY))
    check_frame(sound, None)
    check_frame(Frame(1, float("nan"), time.perf_counter(), _sealed(GREY)), sound)
    with pytest.raises(Breach, match=words):
        check_frame(frame, sound)


def test_the_plug_in_of_the_document_is_found_and_gives_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_documented(tmp_path / "site")
    monkeypatch.syspath_prepend(tmp_path / "site")
    kind = kind_of("acme")
    assert kind is not None
    assert [offer.address for offer in kind.offers()] == ["acme:1"]
    with pytest.raises(CallError, match="acme:one: one is no number; type acme:1"):
        open_source("acme:one")
    run = open_source("acme:1").frames()
    shapes = [came.image.shape for _, came in zip(range(5), run, strict=False) if came is not None]
    run.close()
    assert set(shapes) == {(480, 640)}
