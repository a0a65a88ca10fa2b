"""The metric history under a person's hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bakehouse.analysis.envelope import Polyline, envelope, make_series, value_at
from bakehouse.analysis.history_canvas import on_one_canvas
from bakehouse.analysis.history_charts import HistoryLook, make_chart
from bakehouse.plots.history import HistoryPlot
from bakehouse.plots.history_pointer import DrawnLines, LineValues
from bakehouse.plots.history_window import Window
from bakehouse.theme import DARK, LIGHT


@dataclass
class History:
    """As `store.metrics.History`."""

    run_id: str
    key: str
    steps: np.ndarray
    timestamps_ms: np.ndarray
    values: np.ndarray


def history(values: list[float] | np.ndarray, run_id: str = "a" * 32, steps: list[int] | None = None) -> History:
    floats = np.asarray(values, dtype=np.float64)
    places = np.arange(len(floats)) if steps is None else np.array(steps, dtype=np.int64)
    return History(run_id, "loss", places, 1_700_000_000_000 + 1000 * np.arange(len(floats)), floats)


def shown_plot(qtbot: QtBot, *histories: History) -> HistoryPlot:
    plot = HistoryPlot(LIGHT)
    qtbot.addWidget(plot)
    plot.resize(800, 400)
    plot.show()
    plot.set_histories(histories, {h.run_id: f"run {i}" for i, h in enumerate(histories)})
    return plot


def place_of(plot: HistoryPlot, x: float, y: float) -> QPoint:
    window = plot.window_shown()
    return QPoint(round(window.x_pixels(np.array([x]))[0]), round(window.y_pixels(np.array([y]))[0]))


def is_run_colour(plot: HistoryPlot, image: QImage, at: QPoint, run_id: str, slack: int = 60) -> bool:
    wanted = LIGHT.run_color(run_id)
    for dx in range(-2, 3):
        for dy in range(-2, 3):
            colour = image.pixelColor(at.x() + dx, at.y() + dy)
            if abs(colour.red() - wanted.red()) + abs(colour.blue() - wanted.blue()) < slack:
                return True
    return False


def turn_wheel(plot: HistoryPlot, at: QPoint, steps: int, modifiers: Qt.KeyboardModifier) -> None:
    event = QWheelEvent(
        QPointF(at), QPointF(plot.mapToGlobal(at)), QPoint(), QPoint(0, 120 * steps), Qt.MouseButton.NoButton,
        modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(plot, event)


def test_that_a_spike_among_a_million_points_is_drawn(qtbot: QtBot) -> None:
    values = np.zeros(1_000_000)
    values[400_000] = 5.0
    plot = shown_plot(qtbot, history(values))
    image = plot.grab().toImage()
    assert is_run_colour(plot, image, place_of(plot, 400_000, 5.0), "a" * 32)
    assert is_run_colour(plot, image, place_of(plot, 400_000, 2.5), "a" * 32)
    assert not is_run_colour(plot, image, place_of(plot, 300_000, 2.5), "a" * 32)


def test_that_nan_breaks_the_line_and_odd_values_are_marked_at_the_edges(qtbot: QtBot) -> None:
    plot = shown_plot(qtbot, history([1.0, 1.0, np.nan, np.nan, np.nan, 1.0, np.inf, 1.0, -np.inf, 2.0, 0.0]))
    image = plot.grab().toImage()
    plot_rect = plot.window_shown().plot
    run = "a" * 32
    assert is_run_colour(plot, image, place_of(plot, 9.5, 1.0), run)
    assert not is_run_colour(plot, image, place_of(plot, 3, 1.0), run)
    below, above = round(plot_rect.bottom()) - 4, round(plot_rect.top()) + 4
    assert is_run_colour(plot, image, QPoint(place_of(plot, 3, 1.0).x(), below), run, 200)
    assert is_run_colour(plot, image, QPoint(place_of(plot, 6, 1.0).x(), above), run, 200)
    assert is_run_colour(plot, image, QPoint(place_of(plot, 8, 1.0).x(), below), run, 200)


def test_that_a_history_of_one_point_is_a_dot(qtbot: QtBot) -> None:
    plot = shown_plot(qtbot, history([4.0]))
    assert is_run_colour(plot, plot.grab().toImage(), place_of(plot, 0, 4.0), "a" * 32)
    assert plot.status() == "1 point of 1 run"


def test_that_negative_steps_lie_left_of_zero(qtbot: QtBot) -> None:
    plot = shown_plot(qtbot, history([1.0, 2.0, 3.0], steps=[-10, -10, 10]))
    low, high = plot.x_range()
    assert low < -10
    assert high > 10
    assert is_run_colour(plot, plot.grab().toImage(), place_of(plot, -10, 1.5), "a" * 32)


def test_that_the_wheel_zooms_along_x_around_the_pointer_and_a_double_click_resets(qtbot: QtBot) -> None:
    plot = shown_plot(qtbot, history(np.arange(1000.0)))
    whole = plot.x_range()
    at = place_of(plot, 250, 500)
    turn_wheel(plot, at, 5, Qt.KeyboardModifier.NoModifier)
    low, high = plot.x_range()
    assert high - low < (whole[1] - whole[0]) / 2
    assert plot.window_shown().x_at(at.x()) == pytest.approx(250, abs=2)
    assert plot.window_shown().y_low < 0.0
    QTest.mouseDClick(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert plot.x_range() == whole
    turn_wheel(plot, at, 5, Qt.KeyboardModifier.ControlModifier)
    assert plot.x_range() == whole
    assert plot.window_shown().y_low > 0.0


def test_that_a_drag_moves_the_view_but_never_beyond_the_data(qtbot: QtBot) -> None:
    plot = shown_plot(qtbot, history(np.arange(1000.0)))
    whole = plot.x_range()
    plot.set_x_range(400, 600)
    at = place_of(plot, 500, 500)
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    QTest.mouseMove(plot, at + QPoint(30, 0))
    QTest.mouseMove(plot, at + QPoint(60, 0))
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at + QPoint(60, 0))
    assert plot.x_range()[0] < 400
    assert plot.x_range()[1] - plot.x_range()[0] == pytest.approx(200)
    plot.set_x_range(-5000, -4800)
    assert plot.x_range()[0] == whole[0]


def test_that_x_can_be_time_or_time_since_the_start(qtbot: QtBot) -> None:
    plot = shown_plot(qtbot, history(np.arange(50.0)), history(np.arange(50.0), "b" * 32))
    plot.set_x_mode("time")
    assert plot.x_range()[0] == pytest.approx(1_700_000_000_000, abs=1000)
    plot.grab()
    plot.set_x_mode("relative")
    low, high = plot.x_range()
    assert low == pytest.approx(0, abs=1)
    assert high == pytest.approx(49, abs=1)
    plot.grab()


def test_that_a_click_on_a_line_names_its_run(qtbot: QtBot) -> None:
    plot = shown_plot(qtbot, history([0.0, 0.0]), history([1.0, 1.0], "b" * 32))
    plot.grab()
    at = place_of(plot, 0.5, 1.0)
    with qtbot.waitSignal(plot.run_clicked) as clicked:
        QTest.mouseClick(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert clicked.args == ["b" * 32, False]


def test_that_the_pointer_reads_values_and_themes_change_in_place(qtbot: QtBot) -> None:
    plot = shown_plot(qtbot, history([0.0, 1.0, np.nan]), history([np.nan, np.nan], "b" * 32))
    before = plot.grab().toImage()
    QTest.mouseMove(plot, place_of(plot, 1.0, 0.5))
    assert plot.grab().toImage() != before
    plot.set_theme(DARK)
    assert plot.grab().toImage().pixelColor(2, 2) == DARK.color("panel")


def test_that_nothing_to_draw_is_said(qtbot: QtBot) -> None:
    plot = shown_plot(qtbot)
    assert plot.status() == ""
    empty = plot.grab().toImage()
    plot.set_histories([history([1.0, 2.0])], {"a" * 32: "<b>\u202ename"})
    assert plot.grab().toImage() != empty
    plot.set_histories([history([])], {})
    plot.set_empty_text("This run has no such metric.")
    plot.grab()


@pytest.mark.parametrize("values", [[1e300, -1e300], [1.7e308, -1.7e308], [np.nan, np.nan], [np.inf], [5e-324, 0.0]])
def test_that_extreme_values_are_drawn(qtbot: QtBot, values: list[float]) -> None:
    plot = shown_plot(qtbot, history(values))
    plot.grab()
    turn_wheel(plot, QPoint(300, 200), 200, Qt.KeyboardModifier.NoModifier)
    plot.grab()


def test_that_many_runs_keep_their_names_apart(qtbot: QtBot) -> None:
    histories = [history([1.0, 2.0], f"{i:032x}") for i in range(60)]
    plot = shown_plot(qtbot, *histories)
    plot.grab()
    assert plot.status() == "120 points of 60 runs"


def canvas_plot(qtbot: QtBot, axes: str, *runs: str, metrics: dict[str, list[float]]) -> HistoryPlot:
    """All metrics of all runs on one canvas; each run's values are the metric's, lower by a tenth of its number."""
    made = []
    for key, values in metrics.items():
        of = [replace(history([v * (1 - 0.1 * n) for v in values], run_id=run), key=key) for n, run in enumerate(runs)]
        made.append(make_chart(of, {run: f"run {n}" for n, run in enumerate(runs)}, HistoryLook()))
    plot = HistoryPlot(LIGHT)
    qtbot.addWidget(plot)
    plot.resize(800, 400)
    plot.show()
    plot.set_chart(on_one_canvas(made, axes))
    plot.grab()
    return plot


def test_that_metrics_of_one_run_have_colours_and_of_several_runs_dashes(qtbot):
    metrics = {"loss": [3.0, 2.0, 1.0], "acc": [0.1, 0.5, 0.9]}
    alone = canvas_plot(qtbot, "two", "a" * 32, metrics=metrics)._picture.curves
    assert [curve.dash for curve in alone] == [(), ()]
    assert alone[0].colour != alone[1].colour
    together = canvas_plot(qtbot, "two", "a" * 32, "b" * 32, metrics=metrics)._picture.curves
    assert together[0].dash == together[1].dash == ()
    assert together[2].dash == together[3].dash != ()
    assert together[0].colour == together[2].colour != together[1].colour


def test_that_each_axis_of_a_canvas_uses_the_whole_height(qtbot):
    plot = canvas_plot(qtbot, "fit", "a" * 32, metrics={"loss": [3000.0, 1000.0], "acc": [0.1, 0.9]})
    window = plot.window_shown()
    for axis, (least, most) in enumerate(((1000.0, 3000.0), (0.1, 0.9))):
        on = window.on(axis)
        assert on.plot.top() <= on.y_pixel(most) < on.plot.top() + on.plot.height() * 0.1
        assert on.plot.bottom() >= on.y_pixel(least) > on.plot.bottom() - on.plot.height() * 0.1


def test_that_zooming_along_y_moves_all_axes_of_a_canvas_alike(qtbot):
    plot = canvas_plot(qtbot, "fit", "a" * 32, metrics={"loss": [3000.0, 1000.0], "acc": [0.1, 0.9]})
    before = plot.window_shown()
    turn_wheel(plot, QPoint(300, 200), 2, Qt.KeyboardModifier.ControlModifier)
    after = plot.window_shown()
    shares = []
    for axis in (0, 1):
        old, new = before.on(axis), after.on(axis)
        assert new.y_high - new.y_low < old.y_high - old.y_low
        shares.append((new.y_low - old.y_low) / (old.y_high - old.y_low))
    assert shares[0] == pytest.approx(shares[1])


def test_that_the_pointer_on_a_line_of_a_canvas_brings_out_all_lines_of_its_run(qtbot):
    plot = canvas_plot(qtbot, "fit", "a" * 32, "b" * 32, metrics={"loss": [3e3, 1e3], "acc": [0.1, 0.9]})
    heard: list[str] = []
    plot.run_hovered.connect(heard.append)
    window = plot.window_shown().on(1)
    QTest.mouseMove(plot, QPoint(round(window.x_pixel(0.8)), round(window.y_pixel(0.9 * (0.1 + 0.8 * 0.8)))))
    assert heard == ["b" * 32]
    assert sorted(plot._hovered) == [1, 3]
    assert plot._hovered[0] == 3
    assert not plot.grab().isNull()


def test_that_the_pointer_on_a_metric_in_the_head_brings_out_its_lines(qtbot):
    plot = canvas_plot(qtbot, "own", "a" * 32, "b" * 32, metrics={"loss": [3e3, 1e3], "acc": [0.1, 0.9]})
    heard: list[str] = []
    plot.run_hovered.connect(heard.append)
    plot._hover_by_pointer(("a" * 32,), 0)
    entry = plot._picture._measured[2].entries[1]
    QTest.mouseMove(plot, QPoint(round(12 + entry.box.center().x()), round(9 + entry.box.center().y())))
    assert plot._hovered == (2, 3)
    assert heard == ["a" * 32, ""]
    plot.show_hovered("a" * 32)
    assert sorted(plot._hovered) == [0, 2]
    plot.show_hovered("")
    QTest.mouseMove(plot, QPoint(round(14 + entry.box.center().x()), round(9 + entry.box.center().y())))
    assert not plot.grab().isNull()
    QTest.mouseMove(plot, QPoint(600, 5))
    assert plot._hovered == ()


SERIES = st.lists(st.lists(st.tuples(st.integers(-20, 20), st.floats(-5, 5)), max_size=30), min_size=1, max_size=5)


@given(SERIES, st.floats(-25, 25))
def test_that_values_of_all_lines_are_those_of_each_alone(points, x):
    series = [make_series(np.array([p[0] for p in of], float), np.array([p[1] for p in of], float)) for of in points]
    found = LineValues(series).at(x)
    alone = [(place, *value) for place, one in enumerate(series) if (value := value_at(one, x)) is not None]
    assert list(zip(found.places.tolist(), found.x.tolist(), found.y.tolist(), strict=True)) == alone


@given(SERIES, st.tuples(st.floats(0, 200), st.floats(0, 100)))
def test_that_the_line_under_the_pointer_is_the_nearest_one_within_reach(points, at):
    series = [make_series(np.array([p[0] for p in of], float), np.array([p[1] for p in of], float)) for of in points]
    window = Window(QRectF(0, 0, 200, 100), -20, 20, -5, 5)
    drawn = {place: envelope(one, -20, 20, 200) for place, one in enumerate(series)}
    curves = [SimpleNamespace(axis=0) for _ in series]
    found = DrawnLines(drawn, curves, window).nearest(QPointF(*at), 6.0)
    distances = [_distance(window, line, at) for line in drawn.values()]
    assert (found is None) == (min(distances) > 6.0)
    if found is not None:
        assert distances[found] == pytest.approx(min(distances), abs=1e-6)


def _distance(window: Window, line: Polyline, at: tuple[float, float]) -> float:
    """Of a line to a place by all its points and segments, one after the other."""
    x, y = window.x_pixels(line.x), window.y_pixels(line.y)
    best = min((float(np.hypot(a - at[0], b - at[1])) for a, b in zip(x, y, strict=True)), default=np.inf)
    for place in np.flatnonzero(line.connect[:-1]).tolist() if len(x) > 1 else []:
        first, last = np.array([x[place], y[place]]), np.array([x[place + 1], y[place + 1]])
        along = last - first
        share = np.clip(((np.array(at) - first) @ along) / max(float(along @ along), 1e-12), 0, 1)
        best = min(best, float(np.hypot(*(first + share * along - np.array(at)))))
    return best
