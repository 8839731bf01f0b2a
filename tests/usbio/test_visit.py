"""Whole visits through the reducer, on a patient whose truth is known."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from math import nan

import pytest

from segmentation.results import FrameResult, Status
from segmentation.timing import Mark
from segmentation.traces import Span
from segmentation.views import VIEWS
from tests.usbio.scripted_visit import CHANGE, REST_MM, Clinic, Patient, short_protocol
from usbio.clip_records import muscle_records
from usbio.frame_log import FrameLog
from usbio.texts import Texts
from usbio.visit.facts import (
    CaptureTaken,
    Checked,
    PainNoted,
    RepetitionJudged,
    SecondSeen,
    StageTurned,
    TargetSet,
    VisitEnded,
)
from usbio.visit.inputs import Input, Lit, Seen
from usbio.visit.record import record_of
from usbio.visit.reducer import resume_visit
from usbio.visit.scene import patient_scene
from usbio.visit.state import VisitState
from usbio.visit.view import visit_view


def _judged(clinic: Clinic, block: str | None = None) -> list[RepetitionJudged]:
    found = [one for one in clinic.facts if isinstance(one, RepetitionJudged)]
    return [one for one in found if block in (None, one.trial.block)]


def _change(one: RepetitionJudged, muscle: str = "tra") -> float:
    return next(r.change_percent for r in one.results if (r.muscle, r.quantity) == (muscle, "thickness_mm"))


def _at(step: str, block: str | None = None, phase: str | None = None):  # type: ignore[no-untyped-def] # a test's own words
    def _there(state: VisitState) -> bool:
        running = state.running
        if state.stage.step != step:
            return False
        if phase is None:
            return running is not None or block is None
        return running is not None and running.timeline is not None and running.phase == phase

    return _there


@pytest.fixture(scope="module")
def finished() -> Clinic:
    """A first visit of both sides, made once."""
    clinic = Clinic()
    clinic.whole()
    return clinic


def test_a_visit_goes_through_its_steps_on_both_sides(finished: Clinic) -> None:
    steps = [(one.step, one.site.sides[0]) for one in finished.facts if isinstance(one, StageTurned)]
    before = ["checks", "borders", "rest", "pretest"]
    assert steps == [
        *((step, "left") for step in before),
        *((step, "right") for step in ["place", *before, "training", "posttest"]),
        *((step, "left") for step in ["borders", "training", "posttest", "closing", "done"]),
    ]
    ended = finished.facts[-1]
    assert isinstance(ended, VisitEnded)
    assert ended.reason == "finished"


def test_everything_is_taken_that_the_protocol_asks_for(finished: Clinic) -> None:
    taken = Counter((one.trial.block, one.trial.site.sides[0]) for one in _judged(finished))
    assert taken == {
        (block, side): 3 for block in ("pretest", "training", "posttest") for side in ("left", "right")
    }
    captures = Counter(one.trial.site.sides[0] for one in finished.facts if isinstance(one, CaptureTaken))
    assert captures == {"left": 3, "right": 3}
    assert len(finished.stills) == 6  # one a capture
    moments = [one.moment for one in finished.facts if isinstance(one, PainNoted)]
    assert moments == ["before_set", "after_set", "before_set", "after_set", "end"]
    lights = Counter(one.light for one in finished.facts if isinstance(one, Checked))
    assert lights == {"side": 12, "scale": 12, "rate": 12}  # before each capture and each set


def test_captures_are_taken_at_the_end_of_expiration(finished: Clinic) -> None:
    for one in finished.facts:
        if isinstance(one, CaptureTaken):
            tra = next(r for r in one.levels if (r.muscle, r.quantity) == ("tra", "thickness_mm"))
            assert one.breath == "end_expiration"
            # a breath moves it by 0.05 mm up and down, and it is thickest at that end
            assert tra.mean == pytest.approx(REST_MM["tra"] + 0.05, abs=0.025)


def test_where_no_breath_is_seen_the_steadiest_second_is_taken_and_says_so() -> None:
    clinic = Clinic(patient=Patient(breath_mm=0.0))
    clinic.until(lambda state: len(state.record.captures(state.site)) == 1)
    (one,) = clinic.state.record.captures(clinic.state.site)
    assert one.breath == "not_seen"


@pytest.mark.parametrize("holds", [False, True], ids=["breathes on", "holds the breath"])
def test_the_breath_is_looked_for_in_the_hold(holds: bool) -> None:
    """Two breaths fit into a hold of 8 s."""
    clinic = Clinic(short_protocol(hold_s=8.0), Patient(breath_mm=0.15, holds_breath=holds))
    clinic.until(lambda state: len(_judged(clinic, "training")) == 1)
    (one,) = _judged(clinic, "training")
    if holds:
        assert (one.breath, one.reason) == ("held", "visit.why.breath_held")
    else:
        assert (one.breath, one.outcome) == ("breathing", "passed")


def test_repetitions_come_to_the_truth(finished: Clinic) -> None:
    for one in _judged(finished):
        assert one.outcome == "passed"
        assert one.selectivity == "alone"
        assert _change(one) == pytest.approx(100.0 * CHANGE["tra"], abs=5.0)  # points; a breath makes 2.8
        assert {r.quantity for r in one.results} >= {"thickness_mm", "preferential_activation"}


def test_the_target_comes_from_the_own_test_without_feedback(finished: Clinic) -> None:
    tests = {one.trial.site: one for one in _judged(finished, "pretest")}
    for target in (one for one in finished.facts if isinstance(one, TargetSet)):
        mean = sum(_change(o) for o in _judged(finished, "pretest") if o.trial.site == target.site) / 3
        assert target.site in tests
        assert target.low_percent < mean < target.high_percent <= target.ceiling_percent
        assert target.io_limit_percent > 0


def test_the_engine_of_analyze_says_the_same() -> None:
    """The pictures of a test, as a clip with the same contractions marked, give the same numbers."""
    clinic = Clinic()
    clinic.until(_at("pretest", phase="count_in"))
    log = FrameLog()
    heard = clinic.hear

    def _hear(what: Input) -> None:
        if isinstance(what, Seen):
            log.add(what.frame, what.at_s, FrameResult(what.new_picture, what.measured))
        heard(what)

    clinic.hear = _hear  # type: ignore[method-assign,assignment] # a test listens in
    clinic.until(lambda state: len(_judged(clinic)) == 1)
    (judged,) = _judged(clinic)
    _, records = muscle_records(log, VIEWS["tra"], [Mark("contraction", Span(judged.cue_s, judged.end_s))])
    offline = {(r.side, r.muscle, t.quantity): t for r in records for t in r.trials}
    assert len(judged.results) == len(offline) == 4
    for result in judged.results:
        trial = offline[result.side, result.muscle, result.quantity]
        assert result.decision == trial.decision
        assert (result.rest_value, result.contracted_value) == (trial.rest.mean, trial.contracted.mean)
        assert result.hold_s == trial.hold_s or result.hold_s != result.hold_s


def test_tests_are_dark_and_training_is_not() -> None:
    clinic, texts = Clinic(), Texts("en")
    seen: dict[str, list[bool]] = {}

    def _look(state: VisitState) -> bool:
        if state.running is not None and state.running.timeline is not None:
            scene = patient_scene(state, texts)
            seen.setdefault(state.stage.step, []).append(not scene.dark)
            assert not (scene.dark and scene.shapes)
        return state.over

    clinic.until(_look, 3600.0)
    assert not any(seen["pretest"])
    assert not any(seen["posttest"])
    assert any(seen["training"])


def test_the_shape_swells_with_the_muscle() -> None:
    clinic, texts = Clinic(), Texts("en")
    clinic.until(_at("training", phase="contract"))
    clinic.pass_s(0.1)
    low = patient_scene(clinic.state, texts)
    clinic.pass_s(3.0)
    high = patient_scene(clinic.state, texts)
    assert low.shapes[0].level < 0.5 < high.shapes[0].level
    assert high.shapes[0].level == pytest.approx(1.0, abs=0.15)  # the own test is the target's centre
    assert high.in_target


@pytest.mark.parametrize(
    ("patient", "outcome", "reason"),
    [
        (Patient(effort=lambda state, at_s: 0.0), "not_passed", "visit.why.not_contracted"),
        (Patient(io_effort=20.0), "not_passed", "visit.why.io_joining"),
        (
            Patient(effort=lambda state, at_s: 0.15, breath_mm=0.5),
            "not_decidable",
            "visit.why.not_decidable",
        ),
    ],
    ids=["no contraction", "IO joins", "wanders"],
)
def test_what_is_not_right_does_not_pass(patient: Patient, outcome: str, reason: str) -> None:
    clinic = Clinic(patient=patient)
    clinic.until(lambda state: len(_judged(clinic, "training")) == 1)
    (one,) = _judged(clinic, "training")
    assert (one.outcome, one.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("effort", "reason"), [(0.3, "visit.why.below_target"), (1.0, "visit.why.above_ceiling")]
)
def test_too_little_and_too_much_are_told_apart(effort: float, reason: str) -> None:
    """Half the effort in the test sets the target."""
    patient = Patient(effort=lambda state, at_s: 0.5 if state.stage.step == "pretest" else effort)
    clinic = Clinic(patient=patient)
    clinic.until(lambda state: len(_judged(clinic, "training")) == 1)
    assert _judged(clinic, "training")[0].reason == reason


def test_nothing_begins_with_borders_that_nobody_stands_by() -> None:
    clinic = Clinic()
    clinic.until(_at("rest"))
    clinic.confirmed = None
    clinic.pass_s(0.2)
    assert not visit_view(clinic.state).confirmed
    assert visit_view(clinic.state).do.code == "visit.do.borders"
    clinic.press("next")  # the one key stands by them, and begins nothing yet
    assert clinic.state.running is None
    clinic.pass_s(0.2)
    assert visit_view(clinic.state).confirmed
    clinic.press("next")
    assert clinic.state.running is not None


def test_values_of_borders_that_nobody_stands_by_count_nowhere() -> None:
    clinic = Clinic()
    clinic.until(_at("pretest", phase="count_in"))
    clinic.confirmed = None
    clinic.until(lambda state: len(_judged(clinic)) == 1)
    (one,) = _judged(clinic)
    assert one.outcome == "not_decidable"
    assert one.results == ()


def test_a_source_that_dies_in_the_hold_breaks_the_repetition_off_and_no_other() -> None:
    clinic = Clinic()
    clinic.until(_at("training", phase="hold"))
    dead_s = clinic.state.at_s
    clinic.pictures = lambda at_s: at_s > dead_s + 5.0
    clinic.pass_s(1.5)
    (one,) = _judged(clinic, "training")
    assert (one.outcome, one.results) == ("broken", ())
    assert one.at_s - dead_s < 1.2  # s
    assert clinic.state.running is None
    assert "visit.trouble.source_lost" in clinic.said
    assert patient_scene(clinic.state, Texts("en")).shapes == ()
    clinic.press("next")
    assert clinic.said[-1] == "visit.trouble.no_picture"
    clinic.pass_s(4.0)
    clinic.until(lambda state: len(_judged(clinic, "training")) == 2)
    again = _judged(clinic, "training")[1]
    assert again.trial == one.trial  # the same repetition, made anew
    assert again.outcome == "passed"
    seconds = [f for f in clinic.facts if isinstance(f, SecondSeen) and f.trial == one.trial]
    assert any(s.at_s <= dead_s + 1.2 for s in seconds)  # what was seen of the broken one is kept


def test_a_patient_who_moves_gets_words_and_no_value() -> None:
    clinic, texts = Clinic(), Texts("en")
    clinic.until(_at("training", phase="hold"))
    lost_s = clinic.state.at_s
    clinic.status = lambda state, at_s: Status.LOST if at_s < lost_s + 2.5 else Status.OK
    clinic.pass_s(0.5)
    scene = patient_scene(clinic.state, texts)
    assert scene.hint == "Probe back to its place"
    assert all(shape.level != shape.level for shape in scene.shapes)
    clinic.until(lambda state: len(_judged(clinic, "training")) == 1)
    (one,) = _judged(clinic, "training")
    assert one.outcome in ("not_passed", "not_decidable")


def test_a_capture_can_be_taken_back_put_back_and_taken_again() -> None:
    clinic = Clinic()
    clinic.until(lambda state: state.stage.step == "rest" and len(state.record.captures(state.site)) == 2)
    first, second = clinic.state.record.captures(clinic.state.site)
    clinic.press("undo")
    assert clinic.state.record.captures(clinic.state.site) == (first,)
    clinic.press("redo")
    assert clinic.state.record.captures(clinic.state.site) == (first, second)
    clinic.press("repeat")
    clinic.until(lambda state: len(state.record.captures(state.site)) == 2)
    kept = clinic.state.record.captures(clinic.state.site)
    assert kept[0] == first
    assert kept[1].trial == second.trial
    assert kept[1].at_s > second.at_s


def test_a_capture_apart_from_the_others_is_offered_for_repetition() -> None:
    """The second of three is 1.5 mm thicker."""
    patient = Patient()
    clinic = Clinic(patient=patient)
    clinic.until(lambda state: state.stage.step == "rest")
    usual = REST_MM["tra"]
    try:
        clinic.until(lambda state: len(state.record.captures(state.site)) == 1)
        REST_MM["tra"] = usual + 1.5
        clinic.until(lambda state: len(state.record.captures(state.site)) == 2)
        REST_MM["tra"] = usual
        clinic.until(lambda state: len(state.record.captures(state.site)) == 3)
    finally:
        REST_MM["tra"] = usual
    offered = clinic.state.offered
    assert offered is not None
    assert offered.number == 2
    assert visit_view(clinic.state).do.code == "visit.do.outlier"
    clinic.press("repeat")
    clinic.until(lambda state: len(state.record.captures(state.site)) == 3)
    means = [one.levels[0].mean for one in clinic.state.record.captures(clinic.state.site)]
    assert max(means) - min(means) < 0.2  # mm


def test_a_key_in_the_middle_stops_the_repetition() -> None:
    clinic = Clinic()
    clinic.until(_at("pretest", phase="contract"))
    clinic.press("start")
    assert clinic.state.running is None
    assert [one.outcome for one in _judged(clinic)] == ["broken"]
    clinic.whole()
    assert Counter(one.outcome for one in _judged(clinic, "pretest")) == {"broken": 1, "passed": 6}


def test_a_marked_end_of_expiration_is_where_rest_is_taken() -> None:
    clinic = Clinic()
    clinic.until(lambda state: state.stage.step == "rest" and state.running is not None)
    clinic.pass_s(3.0)
    clinic.press("breath")
    marked_s = clinic.state.at_s
    clinic.until(lambda state: len(state.record.captures(state.site)) == 1)
    (one,) = clinic.state.record.captures(clinic.state.site)
    assert one.breath == "marked"
    assert one.start_s < marked_s < one.end_s


def test_a_held_breath_does_not_pass() -> None:
    clinic = Clinic()
    clinic.until(_at("training", phase="hold"))
    clinic.press("breath")
    clinic.until(lambda state: len(_judged(clinic, "training")) == 1)
    (one,) = _judged(clinic, "training")
    assert (one.breath, one.outcome, one.reason) == ("held", "not_passed", "visit.why.breath_held")


def test_both_sides_at_once_pass_together() -> None:
    protocol = short_protocol("lm_swelling_prone")
    clinic = Clinic(protocol, together=True)
    clinic.whole()
    assert {one.trial.site.sides for one in _judged(clinic)} == {("left", "right")}
    assert all(one.outcome == "passed" for one in _judged(clinic))
    assert {r.side for one in _judged(clinic) for r in one.results} == {"left", "right"}


def test_two_sources_are_judged_side_by_side() -> None:
    """The right side does nothing: each source has its own times, and is told by itself."""
    clinic = Clinic(short_protocol(), together=True, two_sources=True)
    clinic.until(lambda state: len(_judged(clinic, "training")) == 1)
    (one,) = _judged(clinic, "training")
    assert one.outcome == "passed"
    assert {r.side for r in one.results if r.muscle == "tra" and r.decision == "contracted"} == {
        "left",
        "right",
    }
    at_rest = Patient(right_effort=0.0)
    clinic = Clinic(short_protocol(), at_rest, together=True, two_sources=True)
    clinic.until(lambda state: len(_judged(clinic)) == 1)
    (one,) = _judged(clinic)
    told = {r.side: r.decision for r in one.results if r.muscle == "tra"}
    assert told == {"left": "contracted", "right": "not_contracted"}
    assert (one.outcome, one.reason) == ("not_passed", "visit.why.not_contracted")


def test_when_one_of_two_sources_dies_the_repetition_is_broken_off() -> None:
    clinic = Clinic(short_protocol(), together=True, two_sources=True)
    clinic.until(_at("training", phase="hold"))
    heard = clinic.hear

    def _left_alone(what: Input) -> None:
        if not (isinstance(what, Seen) and what.source == 1):
            heard(what)

    clinic.hear = _left_alone  # type: ignore[method-assign,assignment] # the right one's cable is out
    clinic.pass_s(1.5)
    assert [one.outcome for one in _judged(clinic, "training")] == ["broken"]


def test_a_protocol_that_alternates_goes_through_both_muscles() -> None:
    clinic = Clinic(short_protocol("tra_lm_alternating"))
    clinic.whole()
    places = {(one.trial.site.sides, one.trial.site.view) for one in _judged(clinic, "training")}
    assert places == {((side,), view) for side in ("left", "right") for view in ("tra", "lm-thickness")}


def test_the_second_visit_opens_with_a_retention_test_held_to_the_last_target(finished: Clinic) -> None:
    targets = tuple(one for one in finished.facts if isinstance(one, TargetSet))
    kept = Clinic(number=2, earlier=targets)
    kept.until(lambda state: len(_judged(kept, "retention")) == 3)
    assert [one.outcome for one in _judged(kept)] == ["passed"] * 3
    lost = Clinic(patient=Patient(effort=lambda state, at_s: 0.5), number=2, earlier=targets)
    lost.until(lambda state: len(_judged(lost, "retention")) == 3)
    assert {one.reason for one in _judged(lost)} == {"visit.why.below_target"}


def test_how_the_lights_stood_is_kept() -> None:
    clinic = Clinic()
    clinic.hear(Lit(0.0, "scale", "differs", "the depth is another"))
    clinic.until(lambda state: state.stage.step == "rest" and state.running is not None)
    found = {one.light: (one.verdict, one.reason) for one in clinic.facts if isinstance(one, Checked)}
    assert found["scale"] == ("differs", "the depth is another")
    assert found["side"] == ("not_checked", "")


def test_a_visit_broken_off_anywhere_goes_on_to_the_same_end(finished: Clinic) -> None:
    """Fifteen random moments: what was kept before stands, and everything is there in the end."""
    for k in random.Random(7).sample(range(5, len(finished.facts) - 1), 15):
        before = finished.facts[:k]
        clinic = Clinic()
        clinic.facts = list(before)
        clinic.state = replace(resume_visit(clinic.state.plan, before), live_site=clinic.state.live_site)
        clinic.live = clinic.state.site
        clinic.state = replace(clinic.state, live_site=clinic.live)
        kept = record_of(before)
        assert kept is not None
        clinic.whole()
        record = clinic.state.record
        assert record.trials[: len(kept.trials)] == kept.trials
        counted = Counter((t.trial.block, t.trial.site, t.trial.number) for t in record.standing)
        assert set(counted.values()) == {1}
        assert len(counted) == 6 + 18


def test_a_score_of_pain_is_0_to_10_or_not_told() -> None:
    clinic = Clinic()
    clinic.pain = nan
    clinic.until(lambda state: state.stage.step == "training" and state.running is not None)
    with pytest.raises(ValueError, match="0 to 10"):
        clinic.enter("pain", 11.0)


def test_every_picture_of_a_trial_is_kept_once(finished: Clinic) -> None:
    rows = [(row.frame, row.muscle) for f in finished.facts if isinstance(f, SecondSeen) for row in f.rows]
    assert len(rows) == len(set(rows))
    seconds = [f for f in finished.facts if isinstance(f, SecondSeen) and f.trial.block == "pretest"]
    of_one = [len(f.rows) for f in seconds if (f.trial.site.sides, f.trial.number) == (("left",), 1)]
    assert sum(of_one) == pytest.approx(3 * 9.0 * 20.0, abs=9)  # muscles x s x Hz


def test_activation_of_both_sides_is_told_with_the_error_of_a_change(finished: Clinic) -> None:
    """Three repetitions that agree prove nothing: Costa 2009 found 41 % for one change."""
    view = visit_view(finished.state)
    assert view.activation_points == pytest.approx(0.0, abs=8.0)  # points: both did the same
    assert view.activation_band_points == pytest.approx(41.0, abs=0.5)  # 1.96 x sqrt(2) x SEM is that SDC
    assert view.size is not None
    assert view.size.band_points > 10.0


def test_a_protocol_that_is_new_to_the_patient_opens_with_a_test_of_its_own() -> None:
    clinic = Clinic(number=3, in_a_row=1)
    clinic.until(lambda state: len(_judged(clinic)) == 1)
    assert _judged(clinic)[0].trial.block == "pretest"


def test_a_long_set_is_not_looked_at_as_a_whole() -> None:
    """Ten repetitions of 19 s: what is kept stays bounded, and each is told from its own rest."""
    clinic = Clinic(short_protocol(repetitions=10, hold_s=13.0))
    most = 0

    def _over(state: VisitState) -> bool:
        nonlocal most
        most = max(most, len(state.seen))
        return len(_judged(clinic, "training")) == 10

    clinic.until(_over, 900.0)
    assert most <= (120.0 + 20.0) * 20.0  # pictures at 20 Hz: two minutes and the repetition itself
    assert [one.outcome for one in _judged(clinic, "training")] == ["passed"] * 10


@pytest.mark.parametrize(
    ("typed", "said", "verdict"),
    [
        ("3.6", "visit.caliper.agrees", "ok"),
        ("3,3 mm", "visit.caliper.agrees", "ok"),
        ("4.4", "visit.caliper.differs", "differs"),  # the depth was read as another one
        ("three", "visit.caliper.no_number", None),
        ("-3", "visit.caliper.no_number", None),
    ],
)
def test_the_scanners_own_caliper_checks_the_scale(typed: str, said: str, verdict: str | None) -> None:
    clinic = Clinic()
    clinic.until(_at("checks"))
    clinic.pass_s(0.2)
    clinic.enter("caliper", words=typed)
    assert clinic.said[-1] == said
    scale = {one.verdict for one in visit_view(clinic.state).lights if one.light == "scale"}
    assert scale == {verdict or "not_checked"}


def test_without_a_picture_there_is_nothing_to_compare_the_caliper_with() -> None:
    clinic = Clinic()
    clinic.enter("caliper", words="3.5")
    assert clinic.said[-1] == "visit.caliper.no_value"


def test_a_test_that_is_stopped_while_relaxing_sets_its_target_all_the_same() -> None:
    clinic = Clinic()
    clinic.until(lambda state: len(_judged(clinic)) == 3)
    assert clinic.state.running is not None  # it relaxes
    clinic.press("start")
    assert visit_view(clinic.state).running is None
    clinic.until(lambda state: state.stage.site.sides == ("right",))
    (target,) = [fact for fact in clinic.facts if isinstance(fact, TargetSet)]
    assert target.low_percent < 100.0 * CHANGE["tra"] < target.high_percent
