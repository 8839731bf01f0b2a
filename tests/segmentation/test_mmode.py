from __future__ import annotations

import numpy as np
import pytest

from segmentation.geometry import Roi
from segmentation.mmode import crossings, edge_crossings, line_column, station_line
from segmentation.results import Measurement, Status


def measured(**values: np.ndarray) -> Measurement:
    return Measurement("left", "lm", Status.OK, 1.0, **values)  # type: ignore[arg-type]  # arrays only


def test_a_slanting_caliper_is_drawn_out_over_the_crop() -> None:
    caliper = np.array([[50.0, 40.0], [60.0, 60.0]])
    line = station_line(measured(caliper_px=caliper), Roi(0, 0, 200, 101))
    assert line is not None
    np.testing.assert_allclose(line, [[30.0, 0.0], [80.0, 100.0]])


def test_a_line_that_would_leave_the_crop_sideways_ends_at_its_edge() -> None:
    caliper = np.array([[10.0, 40.0], [20.0, 50.0]])
    line = station_line(measured(caliper_px=caliper), Roi(0, 0, 200, 101))
    assert line is not None
    np.testing.assert_allclose(line, [[0.0, 30.0], [70.0, 100.0]])


def test_a_closed_border_gives_a_vertical_line_through_its_middle() -> None:
    border = np.array([[20.0, 20.0], [40.0, 20.0], [40.0, 60.0], [20.0, 60.0]])
    line = station_line(measured(border_px=border), Roi(5, 10, 100, 80))
    assert line is not None
    np.testing.assert_allclose(line, [[30.0, 10.0], [30.0, 89.0]])


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"caliper_px": np.full((2, 2), np.nan)},
        {"caliper_px": np.array([[10.0, 40.0], [20.0, 40.0]])},  # along the skin
        {"caliper_px": np.array([[500.0, 40.0], [500.0, 60.0]])},  # beside the picture
    ],
)
def test_without_a_place_there_is_no_line(values: dict[str, np.ndarray]) -> None:
    assert station_line(measured(**values), Roi(0, 0, 100, 100)) is None


def test_luma_between_pixels_is_bilinear() -> None:
    y, x = np.mgrid[0:50, 0:60]
    plane = (2 * x + y).astype(np.uint8)
    line = np.array([[10.25, 5.5], [20.25, 35.5]])
    n = 16
    at = line[0] + np.linspace(0, 1, n)[:, None] * (line[1] - line[0])
    # uint8 rounds and OpenCV works in steps of 1/32 px: one grey level
    np.testing.assert_allclose(line_column(plane, line, n), 2 * at[:, 0] + at[:, 1], atol=1.0)


def test_outside_the_picture_is_black() -> None:
    white = np.full((10, 10), 255, np.uint8)
    assert line_column(white, np.array([[5.0, -8.0], [5.0, -4.0]]), 4).tolist() == [0, 0, 0, 0]


def test_one_sample_is_not_a_line() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        line_column(np.zeros((4, 4), np.uint8), np.zeros((2, 2)), 1)


def test_crossings_of_a_circle_lie_a_diameter_apart() -> None:
    around = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    circle = np.stack([50 + 20 * np.cos(around), 50 + 20 * np.sin(around)], axis=1)
    met = crossings(circle, np.array([[50.0, 0.0], [50.0, 100.0]]), closed=True)
    np.testing.assert_allclose(met, [0.3, 0.7], atol=1e-4)


def test_an_open_edge_is_not_joined_at_its_ends() -> None:
    edge = np.array([[0.0, 10.0], [50.0, 30.0], [100.0, 10.0]])
    line = np.array([[25.0, 0.0], [25.0, 40.0]])
    np.testing.assert_allclose(crossings(edge, line, closed=False), [0.5])
    np.testing.assert_allclose(crossings(edge, line, closed=True), [0.25, 0.5])


def test_a_curve_beside_the_line_is_not_crossed() -> None:
    edge = np.array([[0.0, 10.0], [20.0, 10.0]])
    assert len(crossings(edge, np.array([[50.0, 0.0], [50.0, 40.0]]), closed=False)) == 0


LINE = np.array([[50.0, 0.0], [50.0, 100.0]])


def both_edges(**values: np.ndarray) -> list[float]:
    upper, lower = edge_crossings(measured(**values), LINE)
    return [float(upper), float(lower)]


def test_a_closed_border_is_crossed_first_and_last() -> None:
    border = np.array([[20.0, 20.0], [80.0, 20.0], [80.0, 60.0], [20.0, 60.0]])
    assert both_edges(border_px=border) == [0.2, 0.6]


def test_the_apex_of_a_facet_is_an_edge_of_one_point() -> None:
    edge = np.array([[0.0, 10.0], [100.0, 10.0]])
    assert both_edges(superficial_px=edge, deep_px=np.array([[54.0, 70.0]])) == [0.1, 0.7]


@pytest.mark.parametrize(("end_px", "met"), [(45.0, 0.3), (30.0, np.nan)])
def test_an_edge_that_ends_a_few_pixels_short_is_read_at_its_end(end_px: float, met: float) -> None:
    edge = np.array([[0.0, 30.0], [end_px, 30.0], [np.nan, np.nan]])
    np.testing.assert_allclose(both_edges(superficial_px=edge), [met, np.nan])
