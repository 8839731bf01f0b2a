"""Whatever can be said on the patient's screen has room there, in every language, large enough to be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace

import pytest
from PySide6.QtCore import QSizeF

from bench.patient_scenes import scenes
from gui.patient_layout import lay_out
from tests.usbio.catalogues import catalogue, forms, parameters
from usbio.patient_scene import PatientScene
from usbio.patient_words import patient_words
from usbio.protocol_library import shipped_protocols
from usbio.texts import Text, Texts

SIZES = [(1920, 1080), (1280, 720), (1024, 768)]
LANGUAGES = ("en", "de")
NEEDED = {
    code: parameters(words)
    for code, words in forms(catalogue("en")).items()
    if code.startswith("patient.") and code != "patient.held"
}


def said(language: str) -> Iterator[str]:
    """Everything that may stand in the head, with the longest numbers."""
    texts = Texts(language)
    for code, needed in NEEDED.items():
        yield texts.say(Text(code, **dict.fromkeys(needed, 120)))
    for protocol in shipped_protocols().values():
        for told in (protocol.texts, *(part.texts for part in protocol.parts)):
            if language in told:
                cues = asdict(told[language]).items()
                yield from (words for cue, words in cues if words and cue != "title")


def cut_off(scene: PatientScene, size: tuple[int, int]) -> list[str]:
    """What had to be shortened."""
    return [" ".join(one.lines) for one in lay_out(scene, QSizeF(*size)).writings if one.elided]


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cue_and_hint_is_shown_whole(language: str, size: tuple[int, int]) -> None:
    scene = replace(scenes(language)["hold"], words=patient_words(Texts(language)))
    words = set(said(language))
    assert len(words) > 40
    with_shapes = [cut for one in words for cut in cut_off(replace(scene, cue=one), size)]
    as_hint = [cut for one in words for cut in cut_off(replace(scene, hint=one), size)]
    alone = [cut for one in words for cut in cut_off(replace(scene, cue=one, shapes=()), size)]
    assert not {*with_shapes, *as_hint, *alone}


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_beside_the_shapes_is_shown_whole(language: str, size: tuple[int, int]) -> None:
    words = patient_words(Texts(language))
    cut = {
        name: found
        for name, scene in scenes(language).items()
        if (found := cut_off(replace(scene, words=words), size))
    }
    assert not cut
