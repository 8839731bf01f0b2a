from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from gui.setup_page import SetupPage
from gui.source_chooser import Entry, SourceChooser
from gui.theme import DARK, LIGHT, Theme, apply_theme
from segmentation.geometry import Calibration, Roi
from segmentation.results import FrameResult, Measurement, Picture, Status
from segmentation.views import MeasureSetup, Panel
from tests.fakes import oval
from usbio.choice import Choice
from usbio.draft_start import begin_draft
from usbio.errors import InputError
from usbio.frames import Frame
from usbio.sample import Counts, Sample
from usbio.samples import sample_clips
from usbio.setup import CalibrationTable, ImageTable, MeasureTable, SetupFile, load_setup
from usbio.setup_draft import Keep, Standing
from usbio.sources.clip import open_clip

PATIENCE_MS = 8000
Key = Qt.Key


@pytest.fixture(scope="module")
def screen() -> Picture:
    """The first picture of the sample clip of the abdominal wall: a screen with a ruler and writing."""
    return first_picture("tra_left")


@pytest.fixture(scope="module")
def both_sides() -> Picture:
    """The first picture of the sample clip of both multifidi."""
    return first_picture("lm_csa")


def first_picture(stem: str) -> Picture:
    frames = open_clip(clip(stem).path).frames()
    first = next(frames)
    frames.close()
    assert first is not None
    return first.image


def clip(stem: str = "tra_left") -> Any:
    return next(c for c in sample_clips() if c.path.stem == stem)


class FakeRun:
    """What the page needs of a run; looks at the picture as the real one does."""

    def __init__(
        self, known: SetupFile | None = None, wait: threading.Event | None = None, **said: Any
    ) -> None:
        self._known, self._wait, self._said = known or SetupFile(), wait, said
        self.used: list[SetupFile] = []
        self.confirmed = 0
        self.as_before = 0
        self.measured_as: MeasureSetup | None = None
        self.screen_changed = False
        self.is_device = False

    def begin_draft(self, picture: Picture, anew: bool = False) -> Any:
        if self._wait is not None:
            self._wait.wait(5)
        known = SetupFile() if anew else self._known
        return begin_draft(picture, known, name="scripted", **self._said)

    def confirm_scale(self) -> None:
        self.as_before += 1

    def use_setup(self, setup: SetupFile) -> None:
        self.used.append(setup)

    def confirm(self) -> None:
        self.confirmed += 1


class Desk:
    """A page with a run on it, and hands to use it."""

    def __init__(self, qtbot: Any, screen: Picture) -> None:
        self._qtbot, self._screen = qtbot, screen
        self._shown = 0
        entries = [Entry("sample", Choice("sample.mp4"))]
        self.chosen: list[Choice] = []
        self.page = SetupPage(SourceChooser(entries, self.chosen.append))
        self.finished: list[Any] = []
        self.page.finished.connect(self.finished.append)
        qtbot.addWidget(self.page)
        self.page.resize(1196, 640)
        self.page.show()
        qtbot.waitUntil(self.page.isActiveWindow, timeout=PATIENCE_MS)

    def begin(self, run: Any, at: Any = None) -> None:
        self.page.begin(run, at)
        self.show()
        self._qtbot.waitUntil(lambda: not self.page.guide.busy, timeout=PATIENCE_MS)

    def show(
        self, result: FrameResult | None = None, fault: str = "", arrived_s: float | None = None
    ) -> None:
        now = time.perf_counter() if arrived_s is None else arrived_s
        frame = Frame(self._shown, self._shown / 30, now, self._screen)
        self.page.show_sample(sample(frame, result, fault), None, None)
        self._shown += 1

    def keys(self, *keys: Any) -> None:
        for key in keys:
            to = QApplication.focusWidget() or self.page
            if isinstance(key, str):
                QTest.keyClicks(to, key)
            else:
                QTest.keyClick(to, key)
            self._qtbot.waitUntil(lambda: not self.page.guide.busy, timeout=PATIENCE_MS)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        canvas = self.page.canvas
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=self.at(start))
        QTest.mouseMove(canvas, self.at(end))
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=self.at(end))

    def click(self, *points: tuple[float, float]) -> None:
        for point in points:
            QTest.mouseClick(self.page.canvas, Qt.MouseButton.LeftButton, pos=self.at(point))

    def at(self, point: tuple[float, float]) -> QPoint:
        return self.page.canvas.widget_point(point).toPoint()

    @property
    def step(self) -> str:
        return self.page.guide.step

    @property
    def draft(self) -> Any:
        assert self.page.guide.draft is not None
        return self.page.guide.draft

    def words(self) -> str:
        return "\n".join(label.text() for label in self.page.findChildren(QLabel) if label.isVisible())


def sample(frame: Frame, result: FrameResult | None = None, fault: str = "") -> Sample:
    return Sample(frame, result, Counts(), fault, time.perf_counter())


def found_border() -> FrameResult:
    return FrameResult(
        True,
        (Measurement("left", "tra", Status.OK, 0.9, "auto", thickness_mm=3.5, border_px=oval(9, 9, 5, 5)),),
    )


@pytest.fixture
def desk(qapp: QApplication, qtbot: Any, screen: Picture) -> Iterator[Desk]:
    apply_theme(qapp, DARK)
    desk = Desk(qtbot, screen)
    yield desk
    desk.page.stop()
    desk.page.close()


def test_a_scanner_seen_for_the_first_time_takes_six_keys(desk: Desk) -> None:
    run = FakeRun()
    desk.begin(run)
    desk.keys(Key.Key_Return, Key.Key_Return, "3", "1", Key.Key_Return)
    assert desk.step == "border"
    truth = load_setup(clip().setup_path)
    (used,) = run.used
    assert used.measure.view == "tra"
    assert used.image.side == "left"
    assert used.image.crop_px is not None
    assert truth.image.crop_px is not None
    assert np.allclose(used.image.crop_px, truth.image.crop_px, atol=6)  # px
    assert used.calibration.y_mm_per_px == pytest.approx(truth.calibration.y_mm_per_px, rel=0.01)
    desk.show(found_border())
    assert "found automatically" in desk.words()
    desk.keys(Key.Key_Return)
    assert run.confirmed == 1
    assert len(desk.finished) == 1
    assert desk.finished[0].next_step is None


def test_nothing_that_is_sure_is_asked(desk: Desk) -> None:
    run = FakeRun(load_setup(clip().setup_path).model_copy(update={"image": without_side(), "border": []}))
    desk.begin(run)
    assert desk.step == "side"
    desk.keys("2")
    assert desk.step == "border"
    assert run.used[0].image.side == "right"


def without_side() -> ImageTable:
    return load_setup(clip().setup_path).image.model_copy(update={"side": None})


def test_what_the_call_says_is_not_asked(desk: Desk) -> None:
    desk.begin(FakeRun(view="layer", side="left"))
    desk.keys(Key.Key_Return, Key.Key_Return)
    assert desk.step == "station"


def test_a_side_is_never_taken_by_enter_alone(desk: Desk) -> None:
    desk.begin(FakeRun(SetupFile(measure=MeasureTable(view="tra"))))
    desk.page.guide.go("side")
    desk.keys(Key.Key_Return)
    assert desk.step == "side"
    assert desk.draft.measured_sides == ()
    assert "Choose with 1 to 2" in desk.words()


def test_esc_and_page_keys_go_from_step_to_step(desk: Desk) -> None:
    desk.begin(FakeRun(view="tra", side="left"))
    desk.keys(Key.Key_Return, Key.Key_Return, Key.Key_Return)
    assert desk.step == "border"
    desk.keys(Key.Key_Escape)
    assert desk.step == "station"
    desk.keys(Key.Key_PageUp, Key.Key_PageUp, Key.Key_PageUp)
    assert desk.step == "scale"
    desk.keys(Key.Key_PageDown)
    assert desk.step == "view"
    desk.keys(Key.Key_Escape, Key.Key_Escape, Key.Key_Escape)
    assert desk.step == "source"
    left: list[int] = []
    desk.page.left.connect(lambda: left.append(1))
    desk.keys(Key.Key_Escape)
    assert left == [1]


def test_a_click_goes_to_any_step_and_what_comes_first_is_said(desk: Desk) -> None:
    desk.begin(FakeRun())
    lines = {b.accessibleName().split(",")[0]: b for b in desk.page.steps.findChildren(QPushButton)}
    assert list(lines) == ["Source", "Picture", "Scale", "View", "Side", "Place", "Border"]
    lines["Scale"].click()
    assert desk.step == "scale"
    lines["Border"].click()
    assert desk.step == "view"
    assert "This comes first." in desk.words()
    assert "View, missing, current step" in [b.accessibleName() for b in lines.values()]


def test_an_edge_is_moved_by_keys_and_the_ruler_is_read_again(desk: Desk) -> None:
    desk.begin(FakeRun())
    before = desk.draft.panels[0]
    desk.keys(Key.Key_Left, Key.Key_Tab, Key.Key_Down, Key.Key_Return)
    assert desk.step == "scale"
    after = desk.draft.panels[0]
    assert (after.x, after.y) == (before.x - 1, before.y + 1)
    assert (after.x + after.width, after.y + after.height) == (
        before.x + before.width,
        before.y + before.height,
    )
    assert desk.draft.picture_source == "hand"
    assert desk.draft.rulers[0] is not None


def test_the_scale_from_two_points_and_a_typed_number(desk: Desk) -> None:
    desk.begin(FakeRun())
    desk.page.guide.go("scale")
    desk.keys("2")
    roi = desk.draft.panels[0]
    top, bottom = (roi.x + 50.0, roi.y + 20.0), (roi.x + 50.0, roi.y + 320.0)
    desk.drag(top, bottom)
    desk.keys("30", Key.Key_Return)
    scale = desk.draft.scales[0]
    assert scale.source == "points"
    assert scale.calibration.y_mm_per_px == pytest.approx(
        0.1, rel=0.01
    )  # 30 mm over 300 px, to a pixel or two
    assert desk.draft.standing("scale") is Standing.CONFIRMED


def test_the_mouse_alone_takes_a_typed_number(desk: Desk) -> None:
    desk.begin(FakeRun())
    desk.page.guide.go("scale")
    desk.keys("3", "4,5")
    (take,) = [b for b in desk.page.findChildren(QPushButton) if b.text() == "Take it"]
    QTest.mouseClick(take, Qt.MouseButton.LeftButton)
    assert desk.draft.scales[0].source == "depth"
    assert not take.isVisible()


def test_points_that_nobody_put_anywhere_give_no_scale(desk: Desk) -> None:
    desk.begin(FakeRun())
    desk.page.guide.go("scale")
    before = desk.draft.scales[0].calibration
    desk.keys("2", "30", Key.Key_Return)
    assert "Put the points on two marks first" in desk.words()
    assert desk.draft.scales[0].calibration == before


def test_a_number_that_cannot_be_is_told_and_the_points_stay(desk: Desk) -> None:
    desk.begin(FakeRun())
    desk.page.guide.go("scale")
    desk.keys("2")
    roi = desk.draft.panels[0]
    desk.drag((roi.x + 50.0, roi.y + 20.0), (roi.x + 50.0, roi.y + 320.0))
    tool: Any = desk.page.canvas.tool
    before = tool.points
    desk.keys("0", Key.Key_Return)
    assert desk.page.message.isVisible()
    assert desk.step == "scale"
    still: Any = desk.page.canvas.tool
    assert still.points == before


def test_the_depth_is_typed_with_a_comma(desk: Desk, screen: Picture) -> None:
    desk.begin(FakeRun())
    desk.page.guide.go("scale")
    desk.keys("3", "4,5", Key.Key_Return)
    assert desk.draft.scales[0].source == "depth"
    assert desk.draft.depth_mm == pytest.approx(45.0, rel=0.01)


def test_writing_is_hidden_with_a_box_and_a_ruler_is_allowed(desk: Desk) -> None:
    desk.begin(FakeRun())
    roi = desk.draft.panels[0]
    desk.page.guide.enter(mode("masks"))
    desk.drag((roi.x + 10.0, roi.y + 10.0), (roi.x + 90.0, roi.y + 30.0))
    (mask,) = desk.draft.masks
    assert np.allclose((mask.x, mask.y, mask.width, mask.height), (roi.x + 10, roi.y + 10, 80, 20), atol=2)
    desk.page.guide.enter(mode("keeps"))
    before = {keep.name for keep in desk.draft.keeps}
    assert before == set()  # nothing is kept that was not allowed
    desk.page.guide.enter(mode("keep box", keep="preset"))
    desk.drag((5.0, 5.0), (60.0, 20.0))
    assert [keep.name for keep in desk.draft.keeps] == ["preset"]


class Proposing(FakeRun):
    """A screen with writing in the picture and a ruler beside it."""

    def begin_draft(self, picture: Picture, anew: bool = False) -> Any:
        draft = super().begin_draft(picture, anew)
        roi = draft.panels[0]
        writing = Roi(roi.x + 5, roi.y + 5, 80, 12)
        ruler = Keep("ruler", Roi(roi.x + roi.width + 2, roi.y, 30, roi.height))
        return replace(draft, proposed_masks=(writing,), proposed_keeps=(ruler,))


@pytest.mark.parametrize(("key", "hidden"), [("1", 1), ("2", 0)])
def test_what_looks_like_writing_is_hidden_or_not_by_the_operator(desk: Desk, key: Any, hidden: int) -> None:
    desk.begin(Proposing())
    names = [button.accessibleName() for button in desk.page.findChildren(QPushButton)]
    assert "Yes, and hide what is marked in it (1)" in names
    desk.keys(Key.Key_Return)
    assert desk.step == "picture"  # neither is taken by Enter alone
    desk.keys(key)
    assert desk.step == "scale"
    assert len(desk.draft.masks) == hidden
    assert desk.draft.keeps == ()


def test_a_ruler_that_was_found_is_kept_only_when_it_is_allowed(desk: Desk) -> None:
    desk.begin(Proposing())
    desk.page.guide.enter(mode("keeps"))
    desk.keys("2")
    assert [keep.name for keep in desk.draft.keeps] == ["ruler"]
    desk.keys("2")
    assert desk.draft.keeps == ()


def mode(name: Any, **more: Any) -> Any:
    from gui.setup_guide import Mode

    return Mode(name, **more)


def test_a_border_is_traced_on_the_first_picture(desk: Desk) -> None:
    run = FakeRun(view="contour", side="left")
    desk.begin(run)
    desk.keys(Key.Key_Return, Key.Key_Return)
    assert desk.step == "border"
    desk.keys("2")
    x, y = desk.draft.panels[0].x + 100.0, desk.draft.panels[0].y + 100.0
    corners = [(x, y), (x + 80, y), (x + 80, y + 60), (x, y + 60), (x - 30, y + 90)]
    desk.click(*corners)
    desk.keys(Key.Key_Backspace, Key.Key_Return)
    assert len(run.used) == 2
    (border,) = run.used[-1].border
    assert border.side == "left"
    assert np.allclose(border.points_px, corners[:4], atol=1.0)  # px
    desk.keys(Key.Key_Return)
    assert desk.finished == []  # nothing to be looked at yet
    desk.show(found_border())
    desk.keys(Key.Key_Return)
    assert len(desk.finished) == 1


@pytest.mark.parametrize("is_device", [False, True])
def test_a_trace_lies_on_the_clips_first_picture_or_on_the_running_one(
    desk: Desk, qtbot: Any, is_device: bool
) -> None:
    run = FakeRun(view="contour", side="left")
    run.is_device = is_device
    desk.begin(run)
    desk.keys(Key.Key_Return, Key.Key_Return, "2")
    drawn: list[float] = []
    desk.page.canvas.drawn.connect(drawn.append)
    desk.show()
    QApplication.processEvents()
    assert bool(drawn) is is_device


def test_too_few_points_are_no_border(desk: Desk) -> None:
    desk.begin(FakeRun(view="contour", side="left"))
    desk.keys(Key.Key_Return, Key.Key_Return, "2")
    desk.click((200.0, 200.0))
    desk.keys(Key.Key_Return)
    assert desk.page.message.isVisible()
    assert desk.page.guide.mode.name == "trace"


def test_a_layer_is_traced_as_two_edges(desk: Desk) -> None:
    run = FakeRun(view="layer", side="right")
    desk.begin(run)
    desk.keys(Key.Key_Return, Key.Key_Return, Key.Key_Return, "2")
    x, y = desk.draft.panels[0].x + 50.0, desk.draft.panels[0].y + 100.0
    desk.click((x, y), (x + 200, y))
    desk.keys(Key.Key_Return)
    assert "deep edge" in desk.words()
    desk.click((x, y + 60), (x + 200, y + 60))
    desk.keys(Key.Key_Return)
    assert [b.edge for b in run.used[-1].border] == ["superficial", "deep"]


def test_a_stretch_of_the_muscle_is_marked(desk: Desk) -> None:
    run = FakeRun(view="layer", side="right")
    desk.begin(run)
    desk.keys(Key.Key_Return, Key.Key_Return, "2")
    x, y = desk.draft.panels[0].x, desk.draft.panels[0].y + 50.0
    desk.drag((x + 40.0, y), (x + 140.0, y))
    desk.keys(Key.Key_Return)
    (station,) = run.used[0].station
    assert station.x_range_px is not None
    assert np.allclose(station.x_range_px, (x + 40, x + 140), atol=1.0)


def test_the_picture_goes_on_while_it_is_looked_at(desk: Desk, qtbot: Any) -> None:
    free = threading.Event()
    desk.page.begin(FakeRun(wait=free))
    desk.show()
    assert desk.page.guide.busy
    assert "Looking at the screen" in desk.words()
    for _ in range(3):
        with qtbot.waitSignal(desk.page.canvas.drawn, timeout=PATIENCE_MS):
            desk.show()
    assert desk.page.guide.busy
    free.set()
    qtbot.waitUntil(lambda: desk.page.guide.draft is not None, timeout=PATIENCE_MS)


def test_a_source_that_cannot_be_set_up_says_why(desk: Desk) -> None:
    class Refused(FakeRun):
        def begin_draft(self, picture: Picture, anew: bool = False) -> Any:
            raise InputError("x.mp4", "is black", "choose another")

    desk.begin(Refused())
    desk.show()
    assert "x.mp4: is black; choose another" in desk.words()
    desk.keys(Key.Key_Escape)
    assert desk.step == "source"


def test_a_setup_changed_later_has_its_border_looked_at_again(desk: Desk) -> None:
    run = FakeRun(view="layer", side="left")
    desk.begin(run)
    desk.keys(Key.Key_Return, Key.Key_Return, Key.Key_Return)
    desk.show(found_border())
    desk.keys(Key.Key_Return)
    assert len(desk.finished) == 1
    desk.page.open_at("scale")
    desk.keys("3", "5", Key.Key_Return)
    assert desk.step == "border"
    assert desk.draft.standing("border") is Standing.FOUND
    assert len(run.used) == 2


def test_what_hinders_measuring_is_said_at_the_border(desk: Desk) -> None:
    desk.begin(FakeRun(view="layer", side="left"))
    desk.keys(Key.Key_Return, Key.Key_Return, Key.Key_Return)
    desk.show(fault="the picture is black; freeze off")
    assert "the picture is black; freeze off" in desk.words()


def measured_with(mm_per_px: float) -> MeasureSetup:
    panel = Panel(Roi(0, 0, 500, 500), Calibration(mm_per_px, mm_per_px), ("left",))
    return MeasureSetup("layer", (panel,), (500, 500))


@pytest.mark.parametrize(("times", "marked"), [(1.0, "go on"), (1.5, "Yes")])
def test_a_changed_screen_is_looked_at_anew(desk: Desk, times: float, marked: str) -> None:
    """Set back, Enter goes on as before; at another depth, Enter takes the new scale."""
    truth = load_setup(clip().setup_path)
    assert truth.calibration.y_mm_per_px is not None
    run = FakeRun(truth, view="layer", side="left")
    run.screen_changed = True
    run.measured_as = measured_with(truth.calibration.y_mm_per_px * times)
    left: list[int] = []
    desk.page.left.connect(lambda: left.append(1))
    desk.begin(run, "scale")
    assert desk.page.heading.text() == "The screen has changed"
    assert desk.draft.scales[0].source == "ruler"
    (chosen,) = [
        b for b in desk.page.findChildren(QPushButton) if b.property("rank") == "marked" and b.isVisible()
    ]
    assert marked in chosen.text()
    desk.keys(Key.Key_Return)
    assert (run.as_before, len(left)) == ((1, 1) if times == 1.0 else (0, 0))
    assert desk.draft.standing("scale") is (Standing.FOUND if times == 1.0 else Standing.CONFIRMED)


def test_looking_at_the_scale_alone_changes_nothing(desk: Desk) -> None:
    """Measuring goes on and is not begun anew, so that a recording goes on too."""
    truth = load_setup(clip().setup_path)
    run = FakeRun(truth.model_copy(update={"border": []}))
    run.measured_as = measured_with(0.1)
    desk.begin(run, "scale")
    desk.show(found_border())
    desk.keys(Key.Key_Return)
    assert desk.page.heading.text() == "Is this the border?"
    desk.keys(Key.Key_Return)
    assert len(desk.finished) == 1
    assert run.used == []
    assert run.confirmed == 1


def test_a_ruler_that_says_otherwise_is_offered(desk: Desk) -> None:
    wrong = CalibrationTable(x_mm_per_px=0.2, y_mm_per_px=0.2)
    desk.begin(FakeRun(SetupFile(calibration=wrong), view="layer", side="left"), "scale")
    assert desk.page.heading.text() == "The ruler says otherwise"
    desk.keys(Key.Key_Return)
    assert desk.draft.scales[0].source == "ruler"


def test_a_picture_that_is_not_found_is_drawn_or_looked_for_again(qtbot: Any, screen: Picture) -> None:
    desk = Desk(qtbot, np.zeros_like(screen))
    desk.begin(FakeRun())
    assert desk.page.heading.text() == "Where is the picture?"
    desk._screen = screen
    desk.show()
    desk.keys("1")
    desk.show()
    qtbot.waitUntil(lambda: bool(desk.page.guide.draft and desk.draft.panels), timeout=PATIENCE_MS)
    desk.page.stop()
    desk.page.close()
    drawn = Desk(qtbot, np.zeros_like(screen))
    drawn.begin(FakeRun())
    drawn.drag((110.0, 50.0), (610.0, 450.0))
    qtbot.waitUntil(lambda: not drawn.page.guide.busy, timeout=PATIENCE_MS)
    (roi,) = drawn.draft.panels
    assert np.allclose((roi.x, roi.y, roi.width, roi.height), (110, 50, 500, 400), atol=2)  # px
    drawn.page.stop()
    drawn.page.close()


class PressedTissue:
    """Tissue pushed in beside the probe, on one side of the picture."""

    def __init__(self, image: Picture, roi: Roi, on: str) -> None:
        self._image, self._roi = image, roi
        self._columns, self._rows = np.meshgrid(
            *(np.arange(n, dtype=np.float32) for n in (roi.width, roi.height))
        )
        across = self._columns / roi.width - (0.15 if on == "left" else 0.85)
        self._down = np.exp(-((across / 0.3) ** 2) - self._rows / roi.height).astype(np.float32)
        self._out = np.asarray(0.4 * self._down * np.sign(across), np.float32)
        self._noise = np.random.default_rng(1).integers(0, 5, (roi.height + 9, roi.width), np.uint8)

    def frame(self, number: int, push_px: float) -> Picture:
        push = np.float32(push_px)
        maps = self._columns - push * self._out, self._rows - push * self._down
        moved = cv2.remap(np.ascontiguousarray(self._image[self._roi.slices]), *maps, cv2.INTER_LINEAR)
        frame = self._image.copy()
        frame[self._roi.slices] = cv2.add(moved, self._noise[number % 9 :][: self._roi.height])
        return frame


@pytest.mark.parametrize(("on", "key", "image_left"), [("left", "1", "left"), ("right", "1", "right")])
def test_pressing_beside_the_probe_tells_the_side(
    qtbot: Any, both_sides: Picture, on: str, key: str, image_left: str
) -> None:
    """Who pressed on the patient's left and saw the right half move has the patient's right on its left."""
    desk = Desk(qtbot, both_sides)
    desk.begin(FakeRun(view="lm-csa"))
    desk.page.guide.go("side")
    desk.keys("5")
    roi = desk.draft.panels[0]
    assert desk.page.heading.text() == "Hold the probe still …"
    tissue = PressedTissue(both_sides, roi, on)
    for k in range(60):
        push_px = 14.0 * max(0.0, np.sin(2 * np.pi * (k / 12 - 2.3))) if k > 28 else 0.0
        desk._screen = tissue.frame(k, push_px)
        desk.show(arrived_s=k / 12)
        if k == 27:
            assert desk.page.heading.text() == "Press beside the probe now"
    assert desk.page.heading.text() == "Where did you press?"
    assert f"The {on} half" in desk.words()
    desk.keys(key)
    assert desk.draft.image_left == image_left
    desk.page.stop()
    desk.page.close()


CARDS: tuple[Callable[[Desk], object], ...] = (
    lambda d: d.page.guide.go("source"),
    lambda d: d.page.guide.go("picture"),
    lambda d: d.page.guide.enter(mode("masks")),
    lambda d: d.page.guide.enter(mode("keeps")),
    lambda d: d.page.guide.go("scale"),
    lambda d: d.page.guide.enter(mode("points")),
    lambda d: d.page.guide.enter(mode("depth")),
    lambda d: d.page.guide.go("view"),
    lambda d: d.page.guide.go("side"),
    lambda d: d.page.guide.enter(mode("tap")),
    lambda d: d.page.guide.go("border"),
    lambda d: d.page.guide.enter(mode("trace", side="left")),
)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_nothing_is_cut_off_and_every_control_has_a_name(
    desk: Desk, qapp: QApplication, theme: Theme, size: tuple[int, int]
) -> None:
    apply_theme(qapp, theme)
    desk.page.resize(size[0] - 84, size[1] - 80)  # what the window leaves of it
    desk.page.fit(*size)
    desk.begin(FakeRun(view="lm-csa", image_left="left"))
    for card in CARDS:
        card(desk)
        qapp.processEvents()
        assert desk.page.height() == size[1] - 80, desk.page.heading.text()
        for widget in desk.page.findChildren(QWidget):
            if not widget.isVisible():
                continue
            assert widget.fontInfo().pixelSize() >= 14, widget
            if isinstance(widget, QPushButton):
                assert widget.accessibleName() or widget.text()
                assert widget.sizeHint().width() <= widget.width(), widget.text()
                assert widget.sizeHint().height() <= widget.height() + 1, widget.text()
            if isinstance(widget, QLabel):
                needed = (
                    widget.heightForWidth(widget.width()) if widget.wordWrap() else widget.sizeHint().height()
                )
                assert needed <= widget.height() + 1, widget.text()
    apply_theme(qapp, DARK)


def test_the_first_step_opens_a_source(desk: Desk) -> None:
    assert desk.step == "source"
    desk.keys(Key.Key_Return)
    assert [choice.address for choice in desk.chosen] == ["sample.mp4"]


def test_the_focus_is_always_visible(desk: Desk) -> None:
    desk.begin(FakeRun())
    for keys in ((), (Key.Key_Return,), (Key.Key_Return,), ("3",), ("1",)):
        desk.keys(*keys)
        focus = QApplication.focusWidget()
        assert focus is not None
        assert focus.isVisible()
        assert desk.page.isAncestorOf(focus)


def test_stopping_leaves_no_thread(desk: Desk) -> None:
    free = threading.Event()
    desk.page.begin(FakeRun(wait=free))
    desk.show()
    threading.Timer(0.05, free.set).start()
    desk.page.stop()
    assert not [t for t in threading.enumerate() if t.name == "finding"]
