"""Sound is an extra: where it cannot be, there is silence and nothing else."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QIODevice

from bench.patient_scenes import scenes
from gui.sound import PatientSound
from usbio.patient_tones import TONES, wave

pytestmark = pytest.mark.usefixtures("qapp")


class FakeAudio(ModuleType):
    """As much of QtMultimedia as is used; plays into a list."""

    def __init__(self, device: bool = True) -> None:
        super().__init__("PySide6.QtMultimedia")
        self.played: list[bytes] = []
        played = self.played

        class Format:
            SampleFormat = SimpleNamespace(Int16=1)

            def __getattr__(self, name: str) -> Any:
                return lambda *_: None

        class Sink:
            def __init__(self, *_: Any) -> None:
                pass

            def start(self, source: QIODevice) -> None:
                played.append(bytes(source.readAll().data()))

            def stop(self) -> None:
                pass

        found = SimpleNamespace(isNull=lambda: not device, isFormatSupported=lambda _: True)
        self.QMediaDevices = SimpleNamespace(defaultAudioOutput=lambda: found)
        self.QAudioFormat = Format
        self.QAudioSink = Sink


def listen(monkeypatch: pytest.MonkeyPatch, audio: ModuleType | None) -> PatientSound:
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", audio)
    return PatientSound()


def play_all(sound: PatientSound) -> None:
    for name in ("count_in", "contract", "hold", "relax"):
        sound.follow(scenes()[name])


@pytest.mark.parametrize("audio", [None, FakeAudio(device=False)], ids=["no library", "no device"])
def test_without_library_or_device_it_stays_off(
    monkeypatch: pytest.MonkeyPatch, audio: ModuleType | None
) -> None:
    sound = listen(monkeypatch, audio)
    assert not sound.switch_on()
    play_all(sound)
    sound.switch_off()


def test_it_plays_the_tones_of_a_repetition_and_each_again(monkeypatch: pytest.MonkeyPatch) -> None:
    audio = FakeAudio()
    sound = listen(monkeypatch, audio)
    play_all(sound)
    assert audio.played == []  # off until switched on
    assert sound.switch_on()
    play_all(sound)
    play_all(sound)
    waves = {wave(tone).tobytes(): tone for tone in TONES}
    assert [waves[one] for one in audio.played] == ["cue", "tick", "end"] * 2
    sound.switch_off()
    sound.switch_off()
    play_all(sound)
    assert len(audio.played) == 6
