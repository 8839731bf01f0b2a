"""Tones for the patient, where the computer can make them: an extra, and silence everywhere else."""

from __future__ import annotations

import importlib
import logging
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject

from usbio.patient_scene import PatientScene
from usbio.patient_tones import RATE_HZ, TONES, Tone, tones_between, wave

_log = logging.getLogger(__name__)


class PatientSound(QObject):
    """Plays what is heard from scene to scene. Off until it is switched on."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._players: dict[Tone, _Player] = {}
        self._before: PatientScene | None = None

    @property
    def is_on(self) -> bool:
        """False where it was not switched on, or cannot be."""
        return bool(self._players)

    def switch_on(self) -> bool:
        """Get ready to play; False where there is no library or no device for it."""
        if not self._players:
            self._players = _players(self)
        return self.is_on

    def switch_off(self) -> None:
        """Be silent; may be called twice."""
        for player in self._players.values():
            player.stop()
        self._players = {}

    def follow(self, scene: PatientScene) -> None:
        """Play what is heard as this scene comes."""
        if scene is self._before:
            return
        for tone in tones_between(self._before, scene):
            if tone in self._players:
                self._players[tone].play()
        self._before = scene


class _Player:
    """One tone and the way out for it."""

    def __init__(self, sink: Any, samples: bytes, parent: QObject) -> None:
        self._sink = sink
        self._buffer = QBuffer(parent)
        self._buffer.setData(QByteArray(samples))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)

    def play(self) -> None:
        """Play from the start, whatever still sounds."""
        self._sink.stop()
        self._buffer.seek(0)
        self._sink.start(self._buffer)

    def stop(self) -> None:
        self._sink.stop()
        self._buffer.close()


def _players(parent: QObject) -> dict[Tone, _Player]:
    """Return a player for each tone; none where QtMultimedia, one of its libraries or a device is missing."""
    try:
        audio: Any = importlib.import_module("PySide6.QtMultimedia")
    except ImportError as error:
        _log.info("no sound: %s", error)
        return {}
    device = audio.QMediaDevices.defaultAudioOutput()
    kind = audio.QAudioFormat()
    kind.setSampleRate(RATE_HZ)
    kind.setChannelCount(1)
    kind.setSampleFormat(audio.QAudioFormat.SampleFormat.Int16)
    if device.isNull() or not device.isFormatSupported(kind):
        _log.info("no sound: no device for it")
        return {}
    sinks = {tone: audio.QAudioSink(device, kind, parent) for tone in TONES}
    return {tone: _Player(sink, wave(tone).tobytes(), parent) for tone, sink in sinks.items()}
