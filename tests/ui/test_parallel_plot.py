"""The parallel-coordinates plot under a person's hand."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bakehouse.analysis.axes import AxisData, AxisLane
from bakehouse.analysis.brushes import Brush, Interval
from bakehouse.analysis.scales import ScaleKind
from bakehouse.domain.columns import metric, param
from bakehouse.plots.drawing import RATIO, drawn_image, svg_bytes
from bakehouse.plots.parallel import ParallelPlot
from bakehouse.plots.parallel_layout import ParallelLayout
from bakehouse.plots.parallel_picture import Layer
from bakehouse.plots.parallel_runs import AxisChoice
from bakehouse.theme import DARK, LIGHT

NOBODY = np.empty(0, dtype=np.int32)


def number_axis(name: str, values: np.ndarray, missing: np.ndarray | None = None) -> AxisData:
    present = np.ones(len(values), dtype=np.bool_) if missing is None else ~missing
    return AxisData(param(name), name, np.where(present, values, np.nan), present)


def word_axis(name: str, codes: np.ndarray, categories: tuple[str, ...]) -> AxisData:
    codes = codes.astype(np.int32)
    return AxisData(param(name), name, np.full(len(codes), np.nan), codes >= 0, categories, codes)


def chosen(axes: list[AxisData]) -> list[AxisChoice]:
    return [AxisChoice(axis) for axis in axes]


def title_at(plot: ParallelPlot, axis: int) -> QPoint:
    return QPoint(round(layout_of(plot).axis_x[axis]), 20)


def ids_of(count: int) -> list[str]:
    return [f"{row:032x}" for row in range(count)]


def layout_of(plot: ParallelPlot) -> ParallelLayout:
    return plot._layout


def shown_plot(qtbot: QtBot, axes: list[AxisData], colour: AxisData | None = None) -> ParallelPlot:
    plot = ParallelPlot(LIGHT)
    qtbot.addWidget(plot)
    plot.resize(800, 400)
    plot.show()
    count = axes[0].size
    colours = None if colour is None else AxisChoice(colour)
    plot.set_data(chosen(axes), colours, ids_of(count), np.arange(count, dtype=np.int32), NOBODY)
    plot.finish()
    return plot


def three_runs(qtbot: QtBot) -> ParallelPlot:
    axes = [number_axis("a", np.array([0.0, 5.0, 10.0])), number_axis("b", np.array([10.0, 5.0, 0.0]))]
    return shown_plot(qtbot, axes)


def drag(plot: ParallelPlot, axis: int, first: float, second: float) -> None:
    """Drag on an axis between two positions of its scale."""
    layout = layout_of(plot)
    x = round(layout.axis_x[axis])
    start, end = (QPoint(x, round(layout.y_of(p))) for p in (first, second))
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(plot, (start + end) / 2)
    QTest.mouseMove(plot, end)
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)


def near(image: QImage, x: float, y: float, reach: int = 2) -> list[QColor]:
    ratio = image.devicePixelRatio()
    return [image.pixelColor(round(x * ratio), round(y * ratio) + dy) for dy in range(-reach, reach + 1)]


def picture(plot: ParallelPlot) -> QImage:
    plot.finish()
    return plot.grab().toImage()


def test_that_a_drag_on_an_axis_brushes_the_runs_inside(qtbot: QtBot) -> None:
    plot = three_runs(qtbot)
    with qtbot.waitSignal(plot.brushes_edited):
        drag(plot, 0, 0.3, 1.05)
    assert plot.brushes() == {param("a"): Brush.between(3.0, None)}
    assert plot.brush_mask().tolist() == [False, True, True]
    assert plot.status() == "2 of 3 runs brushed"


def test_that_a_brush_moves_and_is_resized_by_its_edges(qtbot: QtBot) -> None:
    plot = three_runs(qtbot)
    drag(plot, 0, 0.2, 0.6)
    drag(plot, 0, 0.4, 0.6)
    assert plot.brushes() == {param("a"): Brush.between(4.0, 8.0)}
    drag(plot, 0, 0.8, 0.95)
    assert plot.brushes() == {param("a"): Brush.between(4.0, 9.0)}


def test_that_a_click_beside_a_brush_clears_it_and_one_inside_keeps_it(qtbot: QtBot) -> None:
    plot = three_runs(qtbot)
    drag(plot, 0, 0.2, 0.6)
    drag(plot, 0, 0.4, 0.4)
    assert plot.brushes()
    drag(plot, 0, 0.9, 0.9)
    assert plot.brushes() == {}


def test_that_an_axis_takes_several_brushes_and_loses_them_one_by_one(qtbot: QtBot) -> None:
    plot = three_runs(qtbot)
    drag(plot, 0, -0.02, 0.2)
    drag(plot, 0, 0.8, 1.02)
    assert plot.brushes() == {param("a"): Brush((Interval(None, 2.0), Interval(8.0, None)))}
    assert plot.brush_mask().tolist() == [True, False, True]
    drag(plot, 0, 0.9, 0.4)  # taken by its middle, which cannot leave the scale's end behind
    layout = layout_of(plot)
    at = QPoint(round(layout.axis_x[0]), round(layout.y_of(0.1)))
    with qtbot.waitSignal(plot.brushes_edited):
        QTest.mouseDClick(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    (left,) = plot.brushes()[param("a")].intervals
    assert left.low is not None
    assert left.low > 2.0
    drag(plot, 0, 0.05, 0.2)
    drag(plot, 0, 0.1, 0.1)  # chosen, and the other one stays
    QTest.keyClick(plot, Qt.Key.Key_Delete)
    assert plot.brushes()[param("a")].intervals == (left,)


def test_that_keys_clear_brushes(qtbot: QtBot) -> None:
    plot = three_runs(qtbot)
    plot.set_brushes({param("a"): Brush.between(0.0, 5.0), param("b"): Brush.between(0.0, 5.0)})
    QTest.keyClick(plot, Qt.Key.Key_Right)
    QTest.keyClick(plot, Qt.Key.Key_Delete)
    assert set(plot.brushes()) == {param("a")}
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.brushes() == {}


def test_that_the_missing_lane_can_be_brushed(qtbot: QtBot) -> None:
    missing = np.array([False, True, False])
    plot = shown_plot(qtbot, [number_axis("a", np.arange(3.0), missing), number_axis("b", np.arange(3.0))])
    layout = layout_of(plot)
    lane = next(iter(layout.lanes.values()))
    below = layout.position_at(lane - 4)
    drag(plot, 0, below, layout.position_at(lane + 4))
    assert plot.brushes()[param("a")] == Brush(missing=True)
    assert plot.brush_mask().tolist() == [False, True, False]
    assert plot.status() == "1 of 3 runs brushed; 1 without a in their own lane"


def test_that_categories_are_brushed_by_name(qtbot: QtBot) -> None:
    axes = [word_axis("kind", np.array([0, 1, 2]), ("x", "y", "z")), number_axis("b", np.arange(3.0))]
    plot = shown_plot(qtbot, axes)
    drag(plot, 0, 1.02, 0.3)
    assert plot.brushes()[param("kind")] == Brush(categories=frozenset({"z"}), excluded=True)


def test_that_brushes_outlive_a_narrower_filter_and_go_with_their_axis(qtbot: QtBot) -> None:
    plot = three_runs(qtbot)
    axes = list(plot.runs.choices)
    plot.set_brushes({param("a"): Brush.between(0.0, 5.0)})
    plot.set_data(axes, None, ids_of(3), np.array([1, 2], dtype=np.int32), NOBODY)
    assert plot.brushes() == {param("a"): Brush.between(0.0, 5.0)}
    assert plot.status() == "1 of 2 runs brushed, 1 filtered out"
    plot.set_data(axes[1:], None, ids_of(3), np.arange(3, dtype=np.int32), NOBODY)
    assert plot.brushes() == {}


def test_that_hover_finds_the_run_and_a_click_names_it(qtbot: QtBot) -> None:
    plot = three_runs(qtbot)
    layout = layout_of(plot)
    middle = (layout.axis_x[0] + layout.axis_x[1]) / 2
    quarter = QPoint(round((layout.axis_x[0] + middle) / 2), round(layout.y_of(0.75)))
    QTest.mouseMove(plot, quarter)
    assert plot._hovered == 2
    with qtbot.waitSignal(plot.run_clicked) as clicked:
        QTest.mouseClick(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, quarter)
    assert clicked.args == [f"{2:032x}", True]
    away = QPoint(round(middle), round(layout.y_of(0.95)))
    QTest.mouseMove(plot, away)
    assert plot._hovered is None


def test_that_runs_outside_the_brush_are_not_found_under_the_pointer(qtbot: QtBot) -> None:
    plot = three_runs(qtbot)
    plot.set_brushes({param("a"): Brush.between(0.0, 1.0)})
    layout = layout_of(plot)
    at = QPointF(layout.axis_x[0] * 0.75 + layout.axis_x[1] * 0.25, layout.y_of(0.75))
    QTest.mouseMove(plot, at.toPoint())
    assert plot._hovered is None


@pytest.mark.parametrize("count", [500, 5000])
def test_that_a_single_outlier_is_seen_as_a_line_and_in_a_density(qtbot: QtBot, count: int) -> None:
    values = np.full(count, 1.0)
    values[0] = 9.0
    plot = shown_plot(qtbot, [number_axis("a", values), number_axis("b", values)])
    layout = layout_of(plot)
    image = picture(plot)
    panel = LIGHT.color("panel")
    x = layout.axis_x[0] * 0.5 + layout.axis_x[1] * 0.5
    strength = sum(panel.green() - colour.green() for colour in near(image, x, layout.y_of(1.0)))
    assert strength > 60
    assert all(colour == panel for colour in near(image, x, layout.y_of(0.5)))


def test_that_runs_without_a_value_run_through_the_lane(qtbot: QtBot) -> None:
    missing = np.array([True, True])
    plot = shown_plot(qtbot, [number_axis("a", np.zeros(2), missing), number_axis("b", np.zeros(2), missing)])
    layout = layout_of(plot)
    lane = next(iter(layout.lanes.values()))
    image = picture(plot)
    accent = [c.red() - c.blue() for c in near(image, (layout.axis_x[0] + layout.axis_x[1]) / 2, lane)]
    assert max(accent) > 60


def test_that_a_selected_run_is_drawn_in_its_own_colour_on_top(qtbot: QtBot) -> None:
    plot = three_runs(qtbot)
    plot.set_selected_rows(np.array([2], dtype=np.int32))
    layout = layout_of(plot)
    image = picture(plot)
    x = layout.axis_x[0] * 0.7 + layout.axis_x[1] * 0.3
    wanted = LIGHT.run_color(f"{2:032x}")
    found = near(image, x, layout.y_of(0.7), 3)
    distance = min(
        abs(c.red() - wanted.red()) + abs(c.green() - wanted.green()) + abs(c.blue() - wanted.blue()) for c in found
    )
    assert distance < 40


def test_that_brushed_runs_stand_out_and_the_others_turn_grey(qtbot: QtBot) -> None:
    plot = three_runs(qtbot)
    plot.set_brushes({param("a"): Brush.between(9.0, 10.0)})
    layout = layout_of(plot)
    image = picture(plot)
    x = layout.axis_x[0] * 0.75 + layout.axis_x[1] * 0.25
    brushed = max(c.red() - c.blue() for c in near(image, x, layout.y_of(0.75)))
    others = near(image, x, layout.y_of(0.25))
    assert brushed > 60
    assert max(abs(c.red() - c.blue()) for c in others) < 12
    assert min(c.green() for c in others) < 250


def test_that_a_hundred_thousand_runs_are_drawn_in_turns_of_the_event_loop(qtbot: QtBot) -> None:
    random = np.random.default_rng(1)
    count = 100_000
    axes = [number_axis(name, random.random(count)) for name in "abcd"]
    plot = ParallelPlot(DARK)
    qtbot.addWidget(plot)
    plot.resize(800, 400)
    plot.show()
    with qtbot.waitSignal(plot.picture_finished, timeout=20_000):
        plot.set_data(chosen(axes), AxisChoice(axes[0]), ids_of(count), np.arange(count, dtype=np.int32), NOBODY)
        assert not plot.is_settled
    assert plot.is_settled
    assert plot.status() == "100,000 runs drawn"


def test_that_empty_plots_say_what_to_do(qtbot: QtBot) -> None:
    plot = ParallelPlot(LIGHT)
    qtbot.addWidget(plot)
    plot.resize(400, 200)
    plot.show()
    assert plot.status() == ""
    plot.grab()
    axis = number_axis("a", np.zeros(2))
    plot.set_data(chosen([axis]), None, ids_of(2), NOBODY, NOBODY)
    plot.grab()
    plot.set_data(chosen([axis]), None, ids_of(2), np.arange(2, dtype=np.int32), NOBODY)
    plot.set_theme(DARK)
    plot.grab()
    assert plot.accessibleName()


@pytest.mark.parametrize(
    "values",
    [
        np.array([np.nan, np.inf, -np.inf, 1.0]),
        np.array([1e-300, 1e300, -1e300, 0.0]),
        np.array([3.0, 3.0, 3.0, 3.0]),
        np.array([np.nan] * 4),
    ],
)
def test_that_hostile_values_and_names_are_drawn(qtbot: QtBot, values: np.ndarray) -> None:
    hostile = "<img src=x>\u202e" + "n" * 8000
    odd = AxisData(metric(hostile), hostile, values, np.ones(4, dtype=np.bool_))
    words = word_axis("w", np.array([0, 1, -1, 0]), ("\x00\n", hostile))
    plot = shown_plot(qtbot, [odd, words, odd], odd)
    layout = layout_of(plot)
    QTest.mouseMove(plot, QPoint(round(layout.axis_x[0]) + 30, round(layout.y_of(0.5))))
    plot.grab()
    drag(plot, 0, 0.0, 1.0)
    plot.grab()
    assert plot.brush_mask().tolist() == np.isfinite(values).tolist()


def test_that_ten_thousand_categories_are_all_drawn(qtbot: QtBot) -> None:
    count = 10_000
    names = tuple(f"name {i:05}" for i in range(count))
    axes = [word_axis("w", np.arange(count), names), number_axis("b", np.arange(float(count)))]
    plot = shown_plot(qtbot, axes)
    drag(plot, 0, 1.01, 0.5)
    assert int(plot.brush_mask().sum()) == pytest.approx(5000, abs=40)


def test_that_a_title_is_dragged_to_another_place_and_flipped_by_a_double_click(qtbot: QtBot) -> None:
    plot = three_runs(qtbot)
    start, end = title_at(plot, 0), title_at(plot, 1) + QPoint(40, 0)
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(plot, (start + end) / 2)
    QTest.mouseMove(plot, end)
    plot.grab()
    with qtbot.waitSignal(plot.axis_moved) as moved:
        QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    assert moved.args == [0, 2]
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(plot, end)
    assert plot.is_held
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert not plot.is_held
    with qtbot.assertNotEmitted(plot.axis_moved):
        QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    with qtbot.waitSignal(plot.axis_flipped) as flipped:
        QTest.mouseDClick(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, title_at(plot, 1))
    assert flipped.args == [1]
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    assert plot.brushes() == {}


def test_that_a_flipped_axis_is_brushed_where_its_runs_are_drawn(qtbot: QtBot) -> None:
    axes = [number_axis("a", np.array([0.0, 5.0, 10.0])), number_axis("b", np.array([10.0, 5.0, 0.0]))]
    plot = shown_plot(qtbot, axes)
    upside_down = [AxisChoice(axes[0], is_flipped=True), AxisChoice(axes[1])]
    plot.set_data(upside_down, None, ids_of(3), np.arange(3, dtype=np.int32), NOBODY)
    drag(plot, 0, 0.8, 1.02)
    assert plot.brushes() == {param("a"): Brush.between(None, 2.0)}
    (box,) = plot.boxes(0)
    layout = layout_of(plot)
    assert (box.upper, box.lower) == pytest.approx((layout.y_of(1.0), layout.y_of(0.8)))


def test_that_zero_and_less_have_a_lane_on_a_logarithmic_axis(qtbot: QtBot) -> None:
    axes = [number_axis("a", np.array([1e-300, 1e300, 0.0, -5.0])), number_axis("b", np.arange(4.0))]
    plot = shown_plot(qtbot, axes)
    by_size = [AxisChoice(axes[0], ScaleKind.LOG), AxisChoice(axes[1])]
    plot.set_data(by_size, None, ids_of(4), np.arange(4, dtype=np.int32), NOBODY)
    layout = layout_of(plot)
    assert set(layout.lanes) == {AxisLane.MISSING, AxisLane.NOT_POSITIVE}
    assert "2 with a ≤ 0" in plot.status()
    lane = layout.lanes[AxisLane.NOT_POSITIVE]
    drag(plot, 0, layout.position_at(lane - 4), layout.position_at(lane + 4))
    assert plot.brush_mask().tolist() == [False, False, True, True]
    drag(plot, 0, 0.9, 1.02)
    assert plot.brush_mask().tolist() == [False, True, True, True]
    assert picture(plot).width()


def test_that_the_keyboard_brushes_moves_and_resizes(qtbot: QtBot) -> None:
    plot = three_runs(qtbot)
    QTest.keyClick(plot, Qt.Key.Key_Return)
    assert plot.brush_mask().tolist() == [False, True, True]
    QTest.keyClick(plot, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert plot.brush_mask().tolist() == [False, False, True]
    QTest.keyClick(plot, Qt.Key.Key_Down)
    assert plot.brush_mask().tolist() == [False, True, False]
    QTest.keyClick(plot, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert plot.brush_mask().tolist() == [False, True, True]
    with qtbot.waitSignal(plot.axis_moved) as moved:
        QTest.keyClick(plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert moved.args == [0, 2]
    QTest.keyClick(plot, Qt.Key.Key_Left)
    QTest.keyClick(plot, Qt.Key.Key_Delete)
    assert plot.brushes() == {}


def test_that_a_drag_is_given_up_with_escape(qtbot: QtBot) -> None:
    plot = three_runs(qtbot)
    layout = layout_of(plot)
    x = round(layout.axis_x[0])
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=QPoint(x, round(layout.y_of(0.2))))
    QTest.mouseMove(plot, QPoint(x, round(layout.y_of(0.7))))
    qtbot.waitUntil(lambda: bool(plot.brushes()))
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.brushes() == {}
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=QPoint(x, round(layout.y_of(0.7))))
    assert plot.brushes() == {}


def test_that_every_category_can_be_read_under_the_pointer(qtbot: QtBot) -> None:
    names = tuple(f"name {i:03}" for i in range(200))
    plot = shown_plot(qtbot, [word_axis("w", np.arange(200), names), number_axis("b", np.arange(200.0))])
    layout = layout_of(plot)
    axis = plot.runs.axes[0]
    QTest.mouseMove(plot, QPoint(round(layout.axis_x[0]), round(layout.y_of(axis.category_position(77)))))
    assert plot._hovered_axis is not None
    assert plot._hovered_axis[1] in names[75:80]
    plot.grab()


def test_that_a_run_under_the_pointer_elsewhere_is_shown(qtbot: QtBot) -> None:
    plot = three_runs(qtbot)
    before = picture(plot)
    plot.hover_row(2)
    assert picture(plot) != before
    plot.hover_row(-1)
    assert picture(plot) == before
    plot.hover_row(77)
    assert picture(plot) == before


@pytest.mark.parametrize("count", [600, 6000])
def test_that_categories_colour_the_runs_in_the_palette(qtbot: QtBot, count: int) -> None:
    values = np.repeat([0.0, 1.0], count // 2)
    kinds = word_axis("kind", (values > 0.5).astype(np.int32), ("x", "y"))
    plot = shown_plot(qtbot, [number_axis("a", values), number_axis("b", values)], kinds)
    layout = layout_of(plot)
    image = picture(plot)
    middle = (layout.axis_x[0] + layout.axis_x[1]) / 2
    for place, wanted in ((1.0, LIGHT.runs[1]), (0.0, LIGHT.runs[0])):
        colour = QColor(wanted)
        away = min(
            abs(c.red() - colour.red()) + abs(c.green() - colour.green()) + abs(c.blue() - colour.blue())
            for c in near(image, middle, layout.y_of(place))
        )
        assert away < 30


@pytest.mark.parametrize("coloured", [False, True])
def test_that_one_run_among_a_hundred_thousand_is_seen(qtbot: QtBot, coloured: bool) -> None:
    random = np.random.default_rng(2)
    values = random.random(100_000) * 0.4
    values[0] = 1.0
    axes = [number_axis("a", values), number_axis("b", values[::-1].copy()), number_axis("c", values)]
    axes[1].values[0] = 0.95
    plot = shown_plot(qtbot, axes, axes[2] if coloured else None)
    layout = layout_of(plot)
    image = picture(plot)
    panel = LIGHT.color("panel")
    axis = plot.runs.axes[1]
    for share in (0.3, 0.5, 0.7):
        x = layout.axis_x[0] * (1 - share) + layout.axis_x[1] * share
        y = layout.y_of(1.0) * (1 - share) + layout.y_of(float(axis.positions[0])) * share
        found = near(image, x, y, 3)
        assert max(abs(panel.green() - c.green()) + abs(panel.blue() - c.blue()) for c in found) > 60


@pytest.mark.parametrize("rows", [[0], [0, 1]])
def test_that_one_run_and_runs_without_any_value_are_drawn(qtbot: QtBot, rows: list[int]) -> None:
    missing = np.ones(2, np.bool_)
    axes = [
        number_axis("a", np.zeros(2), missing),
        number_axis("b", np.full(2, 3.0)),
        number_axis("c", np.ones(2), missing),
    ]
    plot = shown_plot(qtbot, axes, axes[0])
    shown = np.array(rows, np.int32)
    for kind in ScaleKind:
        choices = [AxisChoice(axis, kind) for axis in axes]
        plot.set_data(choices, choices[0], ids_of(2), shown, NOBODY)
        assert f"{len(rows)} run" in plot.status()
        drag(plot, 1, 0.2, 0.8)
        assert int(plot.brush_mask().sum()) == 2
        plot.grab()
        plot.clear_brushes()


def test_that_a_density_is_drawn_at_the_screens_own_pixels(qtbot: QtBot) -> None:
    count = 5_000
    values = np.full(count, 1.0)
    values[0] = 9.0
    other = np.linspace(0.0, 1.0, count)
    other[0] = 5.0
    plot = shown_plot(qtbot, [number_axis("a", values), number_axis("b", other)])
    layout, runs = layout_of(plot), plot._layers.runs
    layer = Layer(layout, 2.0)
    assert layer.is_coarse(runs)
    for _ in layer.draw(runs, plot._layers.top_ink(count), fine=True):
        pass
    x = (layout.axis_x[0] + layout.axis_x[1]) / 2
    column = [layer.image.pixelColor(round(x * 2), y).alpha() for y in range(layer.image.height() // 4)]
    inked = np.flatnonzero(np.array(column) > 40)
    assert 1 <= len(inked) <= 5
    assert abs(inked.mean() / 2 - layout.y_of(1.0)) <= 1.0


def test_that_a_picture_of_shapes_has_the_lines_that_the_screen_shows(qtbot: QtBot) -> None:
    """Few runs as lines in the colours of the picture; a crowd stays an image."""
    few = still_svg(qtbot, 30, brushed=True)
    assert few.count(b"<polyline") + few.count(b"<path") >= 30 + 30 // 2
    assert b"<image" not in few
    assert b"<image" in still_svg(qtbot, 3_000, brushed=False)


def still_svg(qtbot: QtBot, count: int, *, brushed: bool) -> bytes:
    values = np.random.default_rng(1).random((3, count))
    plot = shown_plot(qtbot, [number_axis(name, of) for name, of in zip("abc", values, strict=True)])
    if brushed:
        plot.set_brushes({param("a"): Brush.between(None, float(np.median(values[0])))})
    drawing = plot.drawing()
    assert drawing is not None
    ready: list[bool] = []
    drawing.when_ready(LIGHT, lambda: ready.append(True))
    qtbot.waitUntil(lambda: bool(ready))
    return svg_bytes(drawing, LIGHT, "Parallel coordinates")


@pytest.mark.parametrize("brushed", [False, True])
def test_that_a_cloud_of_runs_is_in_an_svg_file_as_it_is_in_a_picture(qtbot: QtBot, brushed: bool) -> None:
    random = np.random.default_rng(2)
    first, second = random.random(4_000), random.random(4_000)
    plot = shown_plot(qtbot, [number_axis("a", first), number_axis("b", first * 0.5 + second * 0.1)])
    if brushed:
        plot.set_brushes({param("a"): Brush.between(0.2, 0.6)})
        plot.finish()
    drawing, same = plot.drawing(), plot.drawing()
    assert drawing is not None
    assert same is not None
    image = QImage(drawing.size * RATIO, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(svg_bytes(drawing, LIGHT, "Parallel coordinates"))).render(painter)
    painter.end()
    expected = drawn_image(same, LIGHT)
    middle = range(round(image.height() * 0.2), round(image.height() * 0.8), 5)
    places = [(x, y) for x in range(300, 1200, 37) for y in middle]
    apart = [abs(image.pixelColor(*at).lightness() - expected.pixelColor(*at).lightness()) for at in places]
    ground = LIGHT.color("panel").lightness()
    assert np.mean([ground - expected.pixelColor(*at).lightness() for at in places]) > 20
    assert np.mean(apart) < 3
