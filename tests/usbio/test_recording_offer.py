from __future__ import annotations

from collections.abc import Sequence

import pytest

from segmentation.results import Picture
from tests.fakes import picture
from usbio.recording.plan import Codec
from usbio.recording.trial import Trial
from usbio.recording_offer import ENOUGH, RecordingOffer

PATIENCE_S = 5.0


class Encoder:
    def __init__(self) -> None:
        self.tried: list[tuple[Codec, tuple[int, ...], int]] = []

    def __call__(self, pictures: Sequence[Picture], codec: Codec) -> Trial:
        self.tried.append((codec, pictures[0].shape, len(pictures)))
        if codec == "libx264" and pictures[0].shape == (90, 120):
            raise RuntimeError("no such encoder")
        height, width = pictures[0].shape
        return Trial(codec, (width, height), 5.0, 1000.0)


@pytest.fixture
def encoder() -> Encoder:
    return Encoder()


def test_nothing_is_known_before_enough_pictures_came(encoder: Encoder) -> None:
    offer = RecordingOffer(encoder)
    for value in range(ENOUGH - 1):
        offer.see(picture(value))
    offer.wait(PATIENCE_S)
    assert offer.of("ffv1") is None
    assert encoder.tried == []


def test_both_ways_are_tried_once(encoder: Encoder) -> None:
    offer = RecordingOffer(encoder)
    for value in range(3 * ENOUGH):
        offer.see(picture(value))
    offer.wait(PATIENCE_S)
    assert encoder.tried == [("ffv1", (60, 80), ENOUGH), ("libx264", (60, 80), ENOUGH)]
    found = offer.of("ffv1")
    assert found is not None
    assert found.size_px == (80, 60)


def test_pictures_of_another_size_are_tried_anew_and_a_failure_is_not_known(
    encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    offer = RecordingOffer(encoder)
    for value in range(ENOUGH):
        offer.see(picture(value))
    offer.wait(PATIENCE_S)
    for value in range(ENOUGH):
        offer.see(picture(value, 90, 120))
    offer.wait(PATIENCE_S)
    found = offer.of("ffv1")
    assert found is not None
    assert found.size_px == (120, 90)
    assert offer.of("libx264") is None
    assert "no such encoder" in caplog.text
