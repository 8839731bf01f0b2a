"""Grey is full-range luma, 0 to 255, whichever range a file keeps it in."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange

from segmentation.results import Picture
from tests.usbio.layer_clips import HEIGHT, MM_PER_PX, REST_PX, TOP_PX, WIDTH, layer_pictures
from usbio.measuring import Task, measure
from usbio.setup import CalibrationTable, ImageTable, SetupFile
from usbio.sources.clip import open_clip

BLACKISH = 12  # grey of the muscle; a file whose range is not heeded gives 26 or 0


def layer_picture() -> Picture:
    """The muscle of the layer clips, of one grey where it is not within 0.8 mm of a fascia."""
    picture = layer_pictures(1)[0].copy()
    picture[round(TOP_PX) + 4 : round(TOP_PX + REST_PX) - 4] = BLACKISH
    return picture


def written(path: Path, kept_as: ColorRange) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"crf": "4"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.color_range = kept_as
        grey = np.repeat(layer_picture()[:, :, np.newaxis], 3, axis=2)
        for _ in range(4):
            frame = av.VideoFrame.from_ndarray(grey, format="rgb24")
            container.mux(stream.encode(frame.reformat(format="yuv420p", dst_color_range=kept_as)))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("kept_as", [ColorRange.MPEG, ColorRange.JPEG], ids=["video range", "full range"])
def test_a_known_grey_comes_back(tmp_path: Path, kept_as: ColorRange) -> None:
    setup = SetupFile(
        image=ImageTable(crop_px=(0, 0, WIDTH, HEIGHT), side="left"),
        calibration=CalibrationTable(x_mm_per_px=MM_PER_PX, y_mm_per_px=MM_PER_PX),
    )
    clip = open_clip(written(tmp_path / "layer.mp4", kept_as))
    found = measure(clip, Task("layer", setup), [], lambda done, of: None)
    muscle = found.log.muscles["left", "layer"]
    assert list(muscle.values["thickness_mm"]) == pytest.approx([REST_PX * MM_PER_PX] * 4, abs=0.4)  # mm
    assert list(muscle.values["echo_intensity_grey"]) == pytest.approx([BLACKISH] * 4, abs=1.5)  # grey
