"""The metric history under a person's hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bakehouse.plots.history import HistoryPlot
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
