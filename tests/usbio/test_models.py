"""A laboratory's own network from its file to the tables, and what is said where it does not fit."""

from __future__ import annotations

import csv
import json
import pickle
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from segmentation.geometry import Calibration, Roi
from segmentation.results import Picture
from segmentation.tracking import start, step
from segmentation.views import Panel
from tests.usbio import layer_clips
from tests.usbio.command_line import Captured, errors
from tests.usbio.tiny_model import (
    AREAS_CM2,
    CARD,
    CENTRES,
    HALVES,
    SETUP,
    clip,
    network,
    proto,
    save,
    two_muscles,
)
from usbio.choice import Choice
from usbio.cli import main
from usbio.errors import CallError, InputError
from usbio.fingerprint import task_hash
from usbio.follower import Follower
from usbio.frames import Frame
from usbio.live import LiveRun
from usbio.live_picture import Engine
from usbio.model_card import InputTable
from usbio.model_picture import network_input, network_picture, whole_picture
from usbio.models import learned_model
from usbio.preparation import prepare
from usbio.setup import SetupFile, load_setup, save_setup, with_model
from usbio.sources.clip import open_clip
from usbio.task import Task
from usbio.video import ClipWriter

AREA_OFF = 0.05  # of ovals 13 to 18 mm across: 0.2 mm of border
PANEL = Panel(Roi(0, 0, 500, 400), Calibration(0.1, 0.1), ("right", "left"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    clip(folder / "two.mp4")
    clip(folder / "late.mp4", count=5, blank=3)
    save(folder / "nets")
    (folder / "setup.toml").write_text(SETUP, encoding="utf-8")
    (folder / "learned.toml").write_text(
        SETUP.replace("[measure]", '[measure]\nmethod = "nets/dark.toml"'), encoding="utf-8"
    )
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["side"] != "both"]


def sidecar(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def analyze(folder: Path, out: Path, *more: str | Path, name: str = "two.mp4") -> int:
    return main(["analyze", str(folder / name), "--out", str(out), "--quiet", *map(str, more)])


def with_flag(folder: Path, card: Path) -> list[str | Path]:
    return ["--setup", folder / "setup.toml", "--model", card]


# the path from file to value


@pytest.mark.parametrize("way", ["flag", "setup"])
def test_the_areas_of_a_drawn_picture(folder: Path, tmp_path: Path, way: str) -> None:
    more = with_flag(folder, folder / "nets" / "dark.toml")
    assert analyze(folder, tmp_path, *(more if way == "flag" else ["--setup", folder / "learned.toml"])) == 0
    found = rows(tmp_path / "two.frames.csv")
    assert [row["side"] for row in found[:2]] == ["right", "left"]
    for row in found:
        truth = AREAS_CM2[0] if row["side"] == "right" else AREAS_CM2[1]
        assert float(row["area_cm2"]) == pytest.approx(truth, rel=AREA_OFF)
        assert (row["status"], row["border_source"]) == ("ok", "auto")


def test_the_sidecar_says_which_model_and_not_where_it_lies(folder: Path, tmp_path: Path) -> None:
    assert analyze(folder, tmp_path / "a", *with_flag(folder, folder / "nets" / "dark.toml")) == 0
    elsewhere = save(tmp_path / "elsewhere")
    assert analyze(folder, tmp_path / "b", *with_flag(folder, elsewhere)) == 0
    assert analyze(folder, tmp_path / "c", "--setup", folder / "learned.toml") == 0
    first, second, third = (sidecar(tmp_path / of / "two.json") for of in "abc")
    assert first == second == third
    assert first["model"]["name"] == "dark is muscle"
    assert first["model"]["version"] == "1"
    assert len(first["model"]["sha256"]) == 64
    assert first["setup"]["measure"] == {"view": "lm-csa", "method": "dark.toml"}
    assert str(folder) not in json.dumps(first)
    for ending in ("frames.csv", "json"):
        both = [(tmp_path / of / f"two.{ending}").read_bytes() for of in "ab"]
        assert both[0] == both[1]


def test_without_a_model_the_sidecar_says_so(folder: Path, tmp_path: Path) -> None:
    assert analyze(folder, tmp_path, "--setup", folder / "setup.toml") == 0
    assert sidecar(tmp_path / "two.json")["model"] is None


def test_two_processes_load_it_for_themselves(folder: Path, tmp_path: Path) -> None:
    both = [str(folder / name) for name in ("two.mp4", "late.mp4")]
    for jobs in "12":
        out = tmp_path / jobs
        more = ["--setup", str(folder / "learned.toml"), "--out", str(out), "--jobs", jobs, "--quiet"]
        assert main(["analyze", *both, *more]) == 0
    for path in (tmp_path / "1").glob("*.csv"):
        assert path.read_bytes() == (tmp_path / "2" / path.name).read_bytes()


def test_results_of_another_model_are_made_again(folder: Path, tmp_path: Path, capsys: Captured) -> None:
    card = save(tmp_path / "net")
    assert analyze(folder, tmp_path, *with_flag(folder, card)) == 0
    assert analyze(folder, tmp_path, *with_flag(folder, card)) == 0  # they stand
    card.with_suffix(".onnx").write_bytes(network(sharp=61.0).SerializeToString())
    assert analyze(folder, tmp_path, *with_flag(folder, card)) == 1
    assert "--force" in errors(capsys)[-1]


def test_the_hash_of_a_task_is_that_of_the_models_content(tmp_path: Path) -> None:
    def of(card: Path) -> str:
        return task_hash(Task("lm-csa", with_model(SetupFile(), Path(), card)))

    here, there = save(tmp_path / "a"), save(tmp_path / "b", name="other")
    there.write_text(CARD, encoding="utf-8")
    assert of(here) == of(there) != task_hash(Task("lm-csa"))
    there.write_text(CARD.replace('version = "1"', 'version = "2"'), encoding="utf-8")
    assert of(here) != of(there)


def test_where_the_network_sees_nothing_there_is_no_border(folder: Path, tmp_path: Path) -> None:
    """The search finds both muscles; the model is not helped out by it."""
    blind = save(tmp_path / "net", model=network(dark=-1.0))
    assert analyze(folder, tmp_path, *with_flag(folder, blind)) == 0
    assert {row["status"] for row in rows(tmp_path / "two.frames.csv")} == {"no_border"}


def test_it_is_asked_again_until_there_is_something(folder: Path, tmp_path: Path) -> None:
    assert analyze(folder, tmp_path, "--setup", folder / "learned.toml", name="late.mp4") == 0
    found = [row["status"] for row in rows(tmp_path / "late.frames.csv") if row["side"] == "left"]
    assert found == ["no_border"] * 4 + ["ok"] * 4  # tissue comes with picture 3 and stays


def test_a_task_with_a_model_travels(folder: Path) -> None:
    task = Task("lm-csa", load_setup(folder / "learned.toml"))
    assert pickle.loads(pickle.dumps(task)) == task


def test_a_layer_by_its_mask(tmp_path: Path) -> None:
    """Of three bands the search takes any pair; the network names the upper one, on every picture."""
    height, width = layer_clips.HEIGHT, layer_clips.WIDTH
    upper = np.full((1, 1, height, width), -9.0, np.float32)
    upper[:, :, 16:36] = 9.0  # between the bands whose middles are at 14 and 38
    nodes = [
        helper.make_node("Mul", ["picture", "nothing"], ["black"]),
        helper.make_node("Add", ["black", "upper"], ["logit"]),
    ]
    shape = (1, 1, height, width)
    model = proto(nodes, {"nothing": np.zeros(1, np.float32), "upper": upper}, shape, shape)
    card = CARD.replace("lm-csa", "layer").replace('"lm"', '"layer"').replace("mm_per_px = 0.4", "")
    card = card.replace("width = 125", f'width = {width}\nfit = "stretch"')
    card = card.replace("height = 100", f"height = {height}")
    layer_clips.write_video(tmp_path / "layer.mp4", layer_clips.layer_pictures()[:4])
    (tmp_path / "setup.toml").write_text(layer_clips.SETUP, encoding="utf-8")
    more = [*with_flag(tmp_path, save(tmp_path / "net", card, model)), "--side", "left"]
    assert analyze(tmp_path, tmp_path / "out", *more, name="layer.mp4") == 0
    for row in rows(tmp_path / "out" / "layer.frames.csv"):
        assert row["status"] in ("ok", "low_quality")
        # 24 pixels of 0.2 mm between the middles of the bands, less half of each
        assert float(row["thickness_mm"]) == pytest.approx(4.8 - 0.8, abs=0.4)


# live


def test_the_live_path_measures_with_it(folder: Path) -> None:
    setup = load_setup(folder / "learned.toml")
    asked: list[bool] = []

    def _prepare(choice: Choice, file: SetupFile, picture: Picture) -> Any:
        found = prepare("lm-csa", file, picture, name="two.mp4").measure
        asked.append(found.mask_finder is not None)
        return found

    source = open_clip(folder / "two.mp4")
    run = LiveRun(Choice("two.mp4"), source, setup, Engine(_prepare, start, step, lambda state, _: state))
    run.start()
    pause = threading.Event()
    areas = []
    while not run.over:
        if (sample := run.take()) is not None and sample.result is not None:
            areas.append([m.area_cm2 for m in sample.result.measurements])
        pause.wait(0.005)
    assert run.stop()
    assert asked == [True]
    assert areas[-1] == pytest.approx(list(AREAS_CM2), rel=AREA_OFF)


def test_a_network_that_fails_on_a_picture_says_so_on_the_screen() -> None:
    def fail(state: int, picture: Picture, t_s: float, frame: int) -> Any:
        raise InputError("dark.toml", "on a picture the network gives nan", "mend the network")

    follower: Follower[int] = Follower(lambda picture: 0, fail)
    _, result, words = follower.follow(Frame(0, 0.0, 0.0, np.zeros((60, 80), np.uint8)))
    assert result is None
    assert words == "dark.toml: on a picture the network gives nan; mend the network"


def test_a_setup_names_a_model_from_its_own_folder(folder: Path, tmp_path: Path) -> None:
    setup = load_setup(folder / "learned.toml")
    assert setup.measure.model == folder / "nets" / "dark.toml"
    save_setup(folder / "again.toml", setup)
    assert 'method = "nets/dark.toml"' in (folder / "again.toml").read_text(encoding="utf-8")
    save_setup(tmp_path / "away.toml", setup)
    assert load_setup(tmp_path / "away.toml").measure.model == folder / "nets" / "dark.toml"


# what goes in and what comes back


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_a_colour_network_with_two_planes_of_either_layout(layout: str, tmp_path: Path) -> None:
    card = CARD.replace('["lm"]', '["lm", "background"]').replace('"sigmoid"', '"softmax"')
    card = card.replace("mm_per_px = 0.4", f'mm_per_px = 0.4\ncolour = "rgb"\nlayout = "{layout}"')
    model = network(planes_in=3, planes_out=2, size=("H", "W"))
    if layout == "NHWC":
        model = _turned(model)
    found = learned_model(save(tmp_path, card, model), "lm-csa")(two_muscles(), PANEL)
    (mask,) = found["lm"]
    assert mask.sum() * 0.01 / 100.0 == pytest.approx(sum(AREAS_CM2), rel=0.04)


def _turned(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network between two transpositions."""
    nodes = list(model.graph.node)
    nodes[0].input[0], nodes[-1].output[0] = "planes", "out"
    before = helper.make_node("Transpose", ["picture"], ["planes"], perm=[0, 3, 1, 2])
    after = helper.make_node("Transpose", ["out"], ["logit"], perm=[0, 2, 3, 1])
    weights = {w.name: onnx.numpy_helper.to_array(w) for w in model.graph.initializer}
    return proto([before, *nodes, after], weights, (1, 100, 125, 3), (1, 100, 125, 2))


@pytest.mark.parametrize("fit", ["spacing", "stretch"])
def test_a_mask_comes_back_to_where_it_was_seen(fit: str) -> None:
    words = {"mm_per_px": 0.5} if fit == "spacing" else {}
    card = InputTable(width=120, height=60, fit=fit, **words)  # type: ignore[arg-type]  # words of the card
    panel = Panel(Roi(30, 20, 400, 300), Calibration(0.1, 0.12), ("left",))  # 40 x 36 mm in 60 x 30 mm
    picture: Picture = np.zeros((400, 500), np.uint8)
    picture[120:170, 130:230] = 255
    back = whole_picture(network_picture(picture, panel, card) / 255.0, panel, card) >= 0.5
    rows_px, columns_px = np.nonzero(back)
    assert columns_px.min() + 30 == pytest.approx(130, abs=2)
    assert columns_px.max() + 30 == pytest.approx(229, abs=2)
    assert rows_px.min() + 20 == pytest.approx(120, abs=2)
    assert rows_px.max() + 20 == pytest.approx(169, abs=2)


def test_what_the_network_does_not_see_is_no_muscle() -> None:
    card = InputTable(width=40, height=20, mm_per_px=0.5)  # 20 x 10 mm of 50 x 40 mm
    back = whole_picture(np.ones((20, 40)), PANEL, card) >= 0.5
    assert back[:, :100].sum() == 0
    assert back[:, -100:].sum() == 0
    assert back[150:].sum() == 0
    assert back[50, 250]


@pytest.mark.parametrize(
    ("scale", "low", "high"), [("0-1", 0.0, 1.0), ("0-255", 0.0, 255.0), ("z-score", -1.0, 1.0)]
)
def test_the_scale_of_what_goes_in(scale: str, low: float, high: float) -> None:
    card = InputTable(width=16, height=16, fit="stretch", scale=scale)  # type: ignore[arg-type]  # of the card
    halves: Picture = np.zeros((16, 16), np.uint8)
    halves[8:] = 255
    numbers = network_input(halves, card)
    assert numbers.shape == (1, 1, 16, 16)
    assert (numbers.min(), numbers.max()) == pytest.approx((low, high))
    shifted = network_input(halves, card.model_copy(update={"mean": [0.5], "std": [2.0]}))
    assert shifted == pytest.approx((numbers - 0.5) / 2.0)


# what does not fit is one line


def _nan() -> onnx.ModelProto:
    """The root of what is below 0."""
    nodes = [
        helper.make_node("Sub", ["picture", "two"], ["less"]),
        helper.make_node("Sqrt", ["less"], ["logit"]),
    ]
    return proto(nodes, {"two": np.array([2.0], np.float32)}, (1, 1, 100, 125), (1, 1, 100, 125))


def _doubles() -> onnx.ModelProto:
    node = helper.make_node("Identity", ["picture"], ["logit"])
    return proto([node], {}, (1, 1, 100, 125), (1, 1, 100, 125), TensorProto.DOUBLE)


def _flat() -> onnx.ModelProto:
    node = helper.make_node("Flatten", ["picture"], ["logit"])
    return proto([node], {}, (1, 1, 100, 125), (1, 12500))


def _half_as_large() -> onnx.ModelProto:
    """Its shapes are not said, so only a trial shows it."""
    node = helper.make_node("MaxPool", ["picture"], ["logit"], kernel_shape=[2, 2], strides=[2, 2])
    return proto([node], {}, (1, 1, "H", "W"), (1, 1, "h", "w"))


def _two_inputs() -> onnx.ModelProto:
    model = network()
    model.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [1]))
    return model


NETWORKS = {
    "three colours": (network(planes_in=3), "takes 1 x 3 x 100 x 125, the card says 1 x 1 x 100 x 125"),
    "another size": (network(size=(100, 124)), "takes 1 x 1 x 100 x 124, the card says"),
    "two channels": (network(planes_out=2), "gives 1 x 2 x 100 x 125, the card says 1 x 1 x 100 x 125"),
    "no picture": (_flat(), "gives 1 x 12500"),
    "half as large": (_half_as_large(), "gives 1 x 1 x 50 x 62"),
    "nan": (_nan(), "no numbers (nan)"),
    "doubles": (_doubles(), "tensor(double) and not float32"),
    "two inputs": (_two_inputs(), "takes 2 inputs"),
}


def refused(folder: Path, out: Path, capsys: Captured, card: Path) -> str:
    """The one line of a call with this model, which is wrong as a call."""
    assert analyze(folder, out, *with_flag(folder, card)) == 2
    (line,) = errors(capsys)
    assert line.startswith("usbio: ")
    assert "; " in line
    assert not out.exists()
    return line


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_of_another_shape(name: str, folder: Path, tmp_path: Path, capsys: Captured) -> None:
    model, words = NETWORKS[name]
    assert words in refused(folder, tmp_path / "out", capsys, save(tmp_path, model=model))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "damaged or no ONNX"),
        (b"PK\x03\x04 a zip", "damaged or no ONNX"),
        (network().SerializeToString()[:300], "damaged or no ONNX"),
        (None, "no such file"),
    ],
    ids=["empty", "another kind", "cut", "missing"],
)
def test_a_damaged_or_missing_network(
    content: bytes | None, words: str, folder: Path, tmp_path: Path, capsys: Captured
) -> None:
    card = save(tmp_path)
    card.with_suffix(".onnx").unlink()
    if content is not None:
        card.with_suffix(".onnx").write_bytes(content)
    line = refused(folder, tmp_path / "out", capsys, card)
    assert words in line
    assert "dark.onnx" in line


def test_weights_in_another_file(folder: Path, tmp_path: Path, capsys: Captured) -> None:
    card = save(tmp_path)
    network_file = str(card.with_suffix(".onnx"))
    onnx.save(network(), network_file, save_as_external_data=True, location="weights", size_threshold=0)
    assert "save it as one file" in refused(folder, tmp_path / "out", capsys, card)


CARDS = {
    "no file": (None, "cannot be read (no such file"),
    "no TOML": ("[model\n", "line 1: is not TOML"),
    "a wrong key": (CARD.replace("height", "hight"), 'did you mean "height"?'),
    "no spacing": (CARD.replace("mm_per_px = 0.4", ""), 'or write fit = "stretch"'),
    "too large": (CARD.replace("width = 125", "width = 99999"), "[input] width"),
    "no such muscle": (CARD.replace('["lm"]', '["psoas"]'), '"psoas"'),
    "a side": (CARD.replace('["lm"]', '["left_lm"]'), '"left_lm"'),
    "another view": (
        CARD.replace('"lm-csa"', '"tra"').replace('["lm"]', '["tra", "io", "eo"]'),
        "for view tra, and lm-csa is measured",
    ),
    "channels of another view": (CARD.replace('["lm"]', '["layer"]'), "a model for view lm-csa must have lm"),
    "softmax of one": (CARD.replace("sigmoid", "softmax"), "at least two channels"),
    "means of colours": (
        CARD.replace("mm_per_px", "mean = [1.0, 2.0, 3.0]\nmm_per_px"),
        "takes 1 value of mean",
    ),
}


@pytest.mark.parametrize("name", CARDS)
def test_a_card_that_does_not_fit(name: str, folder: Path, tmp_path: Path, capsys: Captured) -> None:
    text, words = CARDS[name]
    card = save(tmp_path, text or CARD)
    if text is None:
        card.unlink()
    assert words in refused(folder, tmp_path / "out", capsys, card)


def test_the_network_in_the_place_of_its_card(folder: Path, tmp_path: Path, capsys: Captured) -> None:
    line = refused(folder, tmp_path / "out", capsys, save(tmp_path).with_suffix(".onnx"))
    assert "name the TOML beside the model" in line


def test_without_onnxruntime(
    folder: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)  # as where it was never installed
    line = refused(folder, tmp_path / "out", capsys, save(tmp_path))
    assert 'pip install "usbio[onnx]"' in line
    assert analyze(folder, tmp_path / "out", "--setup", folder / "setup.toml") == 0  # all else goes on


def test_a_picture_that_the_network_fails_on_costs_its_clip_alone(
    folder: Path, tmp_path: Path, capsys: Captured
) -> None:
    """Grey as a share of the brightest: of a black picture that is no number."""
    nodes = [
        helper.make_node("ReduceMax", ["picture"], ["most"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Div", ["picture", "most"], ["share"]),
        helper.make_node("Sub", ["level", "share"], ["logit"]),
    ]
    model = proto(nodes, {"level": np.array([0.5], np.float32)}, (1, 1, 100, 125), (1, 1, 100, 125))
    with ClipWriter(tmp_path / "black.mp4", (500, 400), 25.0) as writer:
        writer.write(np.zeros((400, 500), np.uint8), 0.0)
    inputs = [str(tmp_path / "black.mp4"), str(folder / "two.mp4")]
    more = map(str, with_flag(folder, save(tmp_path, model=model)))
    assert main(["analyze", *inputs, *more, "--out", str(tmp_path / "out"), "--quiet"]) == 1
    (line,) = errors(capsys)
    assert "on a picture the network gives values that are no numbers (nan)" in line
    assert (tmp_path / "out" / "two.frames.csv").is_file()


def test_another_view_is_refused_when_it_is_asked_in_python(tmp_path: Path) -> None:
    card = save(tmp_path)
    with pytest.raises(CallError, match="for view lm-csa, and tra is measured"):
        learned_model(card, "tra")


def test_the_masks_of_a_drawn_picture_lie_on_its_muscles(tmp_path: Path) -> None:
    (mask,) = learned_model(save(tmp_path), "lm-csa")(two_muscles(), PANEL)["lm"]
    for (x, y), (across, _) in zip(CENTRES, HALVES, strict=True):
        assert mask[round(y / 0.1), round(x / 0.1)]
        assert not mask[round(y / 0.1), round((x + across + 0.8) / 0.1)]
