"""The runs page over the sample store, driven as a person would."""

from __future__ import annotations

import math
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QPushButton, QTabBar, QToolButton

from bakehouse.actions import Context
from bakehouse.analysis.brushes import Brush
from bakehouse.analysis.frame import ColumnState
from bakehouse.analysis.order import SortKey
from bakehouse.artifacts.locator import Locator
from bakehouse.domain.arrangement import Arrangement
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import RUN_NAME, metric, param
from bakehouse.pages.runs import RunsPage
from bakehouse.pages.session import Session
from bakehouse.resources import sample_directory
from bakehouse.settings import Settings
from bakehouse.store.opening import open_store
from bakehouse.tasks import TaskRunner
from bakehouse.theme import DARK, ThemeSource

LR, UPLIFT = param("learning_rate"), metric("revenue_uplift")


class Opened:
    """A page with an open store and what a test asks of it."""

    def __init__(self, page: RunsPage, session: Session, tasks: TaskRunner) -> None:
        self.page, self.session, self.tasks = page, session, tasks
        self.said: list[str] = []
        page.said.connect(self.said.append)

    def names(self, count: int = 1000) -> list[str]:
        model = self.page.model
        return [model.index(row, 0).data() for row in range(min(count, model.rowCount()))]

    def section(self, key) -> int:
        return self.page.model.columns.index(key)


@pytest.fixture
def make_page(qtbot, tmp_path) -> Iterator[object]:
    opened: list[Opened] = []

    def make(path: Path, read_only: bool = False) -> Opened:
        tasks = TaskRunner()
        crashes: list[object] = []
        tasks.crashed.connect(crashes.append)
        themes = ThemeSource("light")
        settings = Settings(tmp_path / "settings.ini")
        page = RunsPage(themes, tasks, settings)
        qtbot.addWidget(page)
        page.resize(1500, 950)
        page.show()
        store = open_store(path, read_only=read_only)
        session = Session(store, Locator(path), tasks, themes, settings)
        parts = Opened(page, session, tasks)
        parts.crashes = crashes  # type: ignore[attr-defined]
        opened.append(parts)
        page.open(session)
        return parts

    yield make
    for parts in opened:
        parts.page.close_store()
        parts.tasks.close()
        parts.session.store.close()
        assert not parts.crashes  # type: ignore[attr-defined]


@pytest.fixture
def store_path(tmp_path) -> Path:
    target = tmp_path / "mlflow.db"
    shutil.copyfile(sample_directory() / "mlflow.db", target)
    return target


def settled(parts: Opened) -> bool:
    page = parts.page
    return len(page.model.columns) > 4 and page.loader.columns_left == 0 and not parts.tasks.busy


@pytest.fixture
def sample(make_page, store_path, qtbot) -> Opened:
    parts = make_page(store_path)
    qtbot.waitUntil(lambda: settled(parts), timeout=20_000)
    return parts


def test_that_the_fullest_experiment_is_shown_with_its_runs_counted(sample):
    assert sample.page.place() == "price_optimization_2024"
    assert sample.page.summary() == "200 runs · 1 selected"
    assert sample.page.model.rowCount() == 200
    assert sample.page.filter_bar.columns_button.text().startswith("Columns 10 of ")


def test_that_the_first_columns_and_axes_are_those_that_matter(sample):
    kinds = [key.kind for key in sample.page.model.columns]
    assert sample.page.model.columns[0] == RUN_NAME and kinds == sorted(kinds)
    assert LR in sample.page.model.columns and UPLIFT in sample.page.model.columns
    assert 3 <= len(sample.page.plots.columns) - 1 <= 7 and LR in sample.page.plots.columns


def test_that_a_click_on_a_header_sorts_by_value_and_a_second_one_turns_round(sample, qtbot):
    sample.page.model.arrange_by(Arrangement(nested=False))
    header, section = sample.page.table.horizontalHeader(), sample.section(LR)
    where = QPoint(header.sectionViewportPosition(section) + 10, header.height() - 8)
    for descending in (True, False):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=where)
        column = sample.page.model.frame.column(LR)
        values = [column.value(int(run)) for run in sample.page.model.rows]
        present = [value for value in values if value is not None]
        assert present == sorted(present, reverse=descending)
        assert None not in values[: len(present)]


def test_that_a_click_with_shift_adds_a_further_key(sample, qtbot):
    model, header = sample.page.model, sample.page.table.horizontalHeader()
    model.arrange_by(Arrangement(nested=False))
    model.show_columns([RUN_NAME, param("algorithm"), metric("rmse")])

    def click(section, modifier):
        place = QPoint(header.sectionViewportPosition(section) + 10, header.height() - 8)
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, modifier, place)

    click(1, Qt.KeyboardModifier.NoModifier)
    click(2, Qt.KeyboardModifier.ShiftModifier)
    click(2, Qt.KeyboardModifier.ShiftModifier)
    assert model.sort_keys == (SortKey(param("algorithm"), False), SortKey(metric("rmse"), False))
    shown = [
        (model.text_at(row, 1), model.frame.column(metric("rmse")).value(int(model.rows[row]))) for row in range(200)
    ]
    assert shown == sorted(shown, key=lambda pair: (pair[0], pair[1] is None or math.isnan(pair[1]), pair[1] or 0))
    click(2, Qt.KeyboardModifier.NoModifier)
    assert model.sort_keys == (SortKey(metric("rmse"), True),)


def test_that_words_filter_the_table_and_are_counted_and_cleared(sample, qtbot):
    sample.page.filter_bar.focus()
    qtbot.keyClicks(QGuiApplication.focusObject() or sample.page.filter_bar.line, "gbm")
    qtbot.waitUntil(lambda: 0 < sample.page.model.rowCount() < 200)
    shown = sample.page.model.rowCount()
    assert sample.page.summary() == f"{shown:,} of 200 runs · 1 selected"
    assert sample.page.context(_context()).filtered
    sample.page.clear_filter()
    qtbot.waitUntil(lambda: sample.page.model.rowCount() == 200)


def test_that_a_filter_without_a_match_says_so_and_offers_to_clear_it(sample, qtbot):
    sample.page.filter_bar.set_text("no such run")
    button = sample.page.findChild(QPushButton, "runs_message_action")
    qtbot.waitUntil(lambda: button.isVisible())
    assert "“no such run”" in sample.page.findChild(object, "runs_message").text()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: sample.page.model.rowCount() == 200)
    assert not button.isVisible()


def test_that_selected_runs_stay_selected_through_sort_and_filter(sample, qtbot):
    table, page = sample.page.table, sample.page
    for row, keys in ((1, Qt.KeyboardModifier.NoModifier), (4, Qt.KeyboardModifier.ControlModifier)):
        where = table.visualRect(page.model.index(row, 0)).center()
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, keys, where)
    chosen = page.selection.ids
    assert chosen == (page.model.run_id(1), page.model.run_id(4)) and page.selection.current == chosen[1]
    page.model.sort(sample.section(UPLIFT))
    assert page.selection.ids == chosen
    page.filter_bar.set_text("nothing at all")
    qtbot.waitUntil(lambda: page.model.rowCount() == 0)
    assert page.selection.ids == chosen
    assert page.summary() == "0 of 200 runs · 2 selected, 2 of them not shown"
    page.clear_filter()
    place = page.model.place_of(chosen[0])
    table.scrollTo(page.model.index(place, 0))
    where = table.visualRect(page.model.index(place, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, where)
    assert page.selection.ids == chosen[1:]


def test_that_shift_and_select_all_select_rows(sample, qtbot):
    table, page = sample.page.table, sample.page
    table.setFocus()
    page.table.runs.setCurrentIndex(page.model.index(2, 0), page.table.runs.SelectionFlag.ClearAndSelect)
    for _ in range(3):
        qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert page.selection.ids == tuple(page.model.run_id(row) for row in range(2, 6))
    page.selecting.select_all()
    assert len(page.selection.ids) == 200 and page.summary() == "200 runs · 200 selected"


def test_that_the_inspector_shows_the_current_run_and_offers_its_model(sample, qtbot):
    page = sample.page
    model_runs = sample.session.store.reader().rows("SELECT source_run_id FROM logged_models", (), token=_token())
    with_model = next(run_id for (run_id,) in model_runs if run_id in page.model.frame.row_of)
    asked = []
    page.edit_requested.connect(lambda what, details: asked.append((what, details.run_id)))
    page.selection.set([with_model], with_model)
    qtbot.waitUntil(lambda: page.inspector.has_model and not sample.tasks.busy)
    button = page.findChild(QPushButton, "register_model")
    assert button.isEnabled() and page.context(_context()).run_has_model
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == [("runs.register", with_model)]
    page.selection.set([])
    assert not page.inspector.has_model


def test_that_a_store_opened_for_reading_offers_no_registration(make_page, store_path, qtbot):
    parts = make_page(store_path, read_only=True)
    qtbot.waitUntil(lambda: settled(parts), timeout=20_000)
    found = parts.session.store.reader().rows("SELECT source_run_id FROM logged_models", (), token=_token())
    run_id = next(run_id for (run_id,) in found if run_id in parts.page.model.frame.row_of)
    parts.page.selection.set([run_id])
    qtbot.waitUntil(lambda: parts.page.inspector.has_model and not parts.tasks.busy)
    button = parts.page.findChild(QPushButton, "register_model")
    assert not button.isEnabled() and "reading only" in button.toolTip()


def test_that_a_damaged_column_says_so_and_the_others_go_on(sample, qtbot):
    page = sample.page
    section = sample.section(LR)
    page.model.frame.columns.pop(LR)
    page.model.frame.mark(LR, ColumnState.FAILED, "The store is damaged.")
    page.model.column_changed(LR)
    assert page.model.index(0, section).data() == "not read"
    assert page.table._tooltip(0, section) == "The store is damaged."
    page.loader.again(LR)
    qtbot.waitUntil(lambda: page.model.frame.column(LR) is not None)
    assert page.model.index(0, section).data() != "not read"


def test_that_space_in_the_table_hides_and_shows_the_inspector(sample, qtbot):
    page = sample.page
    assert page.inspector.isVisible()
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Space)
    assert not page.inspector.isVisible()
    qtbot.keyClick(page.table, Qt.Key.Key_Space)
    assert page.inspector.isVisible()


def test_that_a_narrow_page_shows_the_inspector_over_the_table_when_asked(sample, qtbot):
    page = sample.page
    handle = page.panels.findChild(QToolButton, "inspector_handle")
    assert page.inspector.isVisible() and not handle.isVisible()
    width = page.inspector.width()
    page.resize(1000, 700)
    assert not page.inspector.isVisible() and handle.isVisible()
    table = page.table.width()
    handle.click()
    assert page.inspector.isVisible() and not handle.isVisible()
    assert page.table.width() == table
    qtbot.keyClick(page.inspector, Qt.Key.Key_Escape)
    assert not page.inspector.isVisible() and handle.isVisible()
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Space)
    assert page.inspector.isVisible()
    page.resize(1500, 700)
    assert page.inspector.isVisible() and page.inspector.width() == width and not handle.isVisible()


def test_that_copied_rows_are_tab_separated_with_full_values(sample, qtbot):
    page = sample.page
    page.model.sort(sample.section(UPLIFT), Qt.SortOrder.DescendingOrder)
    page.selection.set([page.model.run_id(0)])
    page.table.copy_requested.emit()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() != "")
    lines = QGuiApplication.clipboard().text().splitlines()
    cells = lines[1].split("\t")
    assert len(lines) == 2 and cells[0] == sample.names(1)[0]
    value = page.model.frame.column(UPLIFT).text(int(page.model.rows[0]))
    assert cells[sample.section(UPLIFT)] == value


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_that_the_chooser_shows_and_hides_columns_at_once(sample, qtbot):
    page = sample.page
    page.tools.columns.choose()
    chooser = page.tools.columns.chooser
    chooser.model.search("max_depth")
    index = chooser.model.first_key()
    assert chooser.model.key_at(index) == param("max_depth")
    had = param("max_depth") in page.model.columns
    chooser.model.toggle(index)
    assert (param("max_depth") in page.model.columns) is not had
    chooser.model.search("")
    chooser.model.set_found(False)
    assert page.model.columns == [RUN_NAME]
    chooser.hide()


def test_that_a_search_narrows_the_experiments_and_several_can_be_chosen(sample, qtbot):
    page = sample.page
    page.sidebar.model.search("churn")
    assert [one.name for one in page.sidebar.model.shown] == ["customer_churn_v2"]
    page.sidebar.model.search("")
    both = [one.experiment_id for one in page.sidebar.model.active if one.active_runs]
    page.sidebar.select(both)
    qtbot.waitUntil(lambda: page.model.rowCount() == sum(one.active_runs for one in page.sidebar.model.active))
    assert page.place() == f"{len(both)} experiments"
    assert page.model.columns[1].name == "experiment"
    qtbot.waitUntil(lambda: settled(sample), timeout=20_000)


def test_that_an_experiment_without_runs_says_so(sample, qtbot):
    page = sample.page
    page.sidebar.select([0])
    message = page.findChild(object, "runs_message")
    qtbot.waitUntil(message.isVisible)
    assert message.text().startswith("No runs in Default yet.")


def test_that_a_refresh_keeps_selection_order_filter_and_place(sample, store_path, qtbot):
    page = sample.page
    page.model.sort(sample.section(UPLIFT), Qt.SortOrder.DescendingOrder)
    kept = page.model.run_id(50)
    page.selection.set([kept], kept)
    page.table.verticalScrollBar().setValue(900)
    at_top = page.model.run_id(page.table.rowAt(0))
    writer = sqlite3.connect(store_path)
    writer.execute("UPDATE latest_metrics SET value = 99 WHERE key = 'revenue_uplift' AND run_uuid = ?", (kept,))
    writer.execute("UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = ?", (page.model.run_id(100),))
    writer.commit()
    writer.close()
    page.refresh(None)
    qtbot.waitUntil(lambda: page.model.rowCount() == 199, timeout=10_000)
    assert page.model.run_id(0) == kept and page.selection.ids == (kept,)
    assert page.model.run_id(page.table.rowAt(0)) == at_top
    assert page.table.verticalScrollBar().value() == 927, "the run that went to the top stands above now"
    qtbot.waitUntil(lambda: settled(sample), timeout=20_000)


def test_that_a_run_is_revealed_in_its_own_experiment(sample, qtbot):
    other = sample.session.store.reader().rows(
        "SELECT run_uuid FROM runs WHERE experiment_id <> (SELECT max(experiment_id) FROM runs) AND lifecycle_stage ="
        " 'active' LIMIT 1", (), token=_token(),
    )[0][0]  # fmt: skip
    sample.page.reveal(other)
    qtbot.waitUntil(lambda: sample.page.selection.current == other, timeout=10_000)
    assert other in sample.page.model.frame.row_of
    qtbot.waitUntil(lambda: settled(sample), timeout=20_000)


def drawn(sample, key):
    """The plot, once it shows an axis of this column."""
    plot = sample.page.plots.parallel.plot
    return plot if plot.is_settled and key in [choice.data.key for choice in plot.runs.choices] else None


def test_that_a_brush_is_a_term_of_the_filter_that_can_be_edited_and_removed(sample, qtbot):
    page = sample.page
    plot = page.plots.parallel.plot
    qtbot.waitUntil(lambda: drawn(sample, LR) is not None, timeout=10_000)
    plot.set_brushes({LR: Brush.between(None, 0.05)})
    assert page.filter_bar.text == "params.learning_rate <= 0.05"
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < 200)
    column = page.model.frame.column(LR)
    assert all(column.value(int(run)) <= 0.05 for run in page.model.visible_runs())
    assert len(plot.runs.rows) == 200  # the others stay as the ground
    assert plot.brush_mask().tolist() == page.visible.mask.tolist()
    assert [term.text for term in page.filter_bar.summary.terms.terms] == ["params.learning_rate <= 0.05"]
    page.filter_bar.set_text("params.learning_rate <= 0.01 AND status = 'FINISHED'")
    qtbot.waitUntil(lambda: plot.brushes() == {LR: Brush.between(None, 0.01)})
    assert len(plot.runs.rows) < 200
    plot.set_brushes({LR: Brush.between(0.01, 0.02)})
    assert (
        page.filter_bar.text
        == "(params.learning_rate >= 0.01 AND params.learning_rate <= 0.02) AND status = 'FINISHED'"
    )
    page.filter_bar.summary.terms.chips[0].removed.emit()
    qtbot.waitUntil(lambda: plot.brushes() == {})
    assert page.filter_bar.text == "status = 'FINISHED'"
    page.clear_filter()
    qtbot.waitUntil(lambda: page.model.rowCount() == 200)


def test_that_a_brush_narrows_plain_words_instead_of_driving_them_out(sample, qtbot):
    page = sample.page
    plot = page.plots.parallel.plot
    qtbot.waitUntil(lambda: drawn(sample, LR) is not None, timeout=10_000)
    page.filter_bar.set_text("gbm")
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < 200)
    found = page.model.rowCount()
    qtbot.waitUntil(lambda: len(plot.runs.rows) == found)
    plot.set_brushes({LR: Brush.between(None, 0.05)})
    assert page.filter_bar.text == "gbm AND params.learning_rate <= 0.05"
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < found)
    assert len(plot.runs.rows) == found
    page.plots.parallel.clear_brushes()
    assert page.filter_bar.text == "gbm"


def test_that_what_no_filter_can_say_is_not_brushed(sample, qtbot):
    page = sample.page
    plot = page.plots.parallel.plot
    qtbot.waitUntil(lambda: drawn(sample, LR) is not None, timeout=10_000)
    many = Brush(categories=frozenset(f"a rather long name {number}" for number in range(1_000)))
    with qtbot.waitSignal(page.said) as said:
        plot.set_brushes({LR: many})
    assert "too long" in said.args[0]
    assert page.filter_bar.text == ""
    assert plot.brushes() == {}


def test_that_the_history_of_selected_runs_is_drawn_when_looked_at(sample, qtbot):
    page = sample.page
    page.selection.set([page.model.run_id(row) for row in range(3)])
    page.plots.bring_forward(page.plots.history)
    qtbot.waitUntil(lambda: "3 runs" in page.plots.history.status() or "runs;" in page.plots.history.status())
    page.selection.set([])
    message = page.findChild(object, "history_message")
    qtbot.waitUntil(message.isVisible)


def test_that_every_part_follows_the_theme(sample):
    sample.page.set_theme(DARK)
    image = sample.page.grab().toImage()
    table = sample.page.table.mapTo(sample.page, QPoint(300, 200))
    assert all(image.pixelColor(table + QPoint(x, 0)).lightness() < 110 for x in range(0, 40, 5))


def test_that_the_table_stays_a_faithful_model_through_loading_sorting_and_filtering(make_page, store_path, qtbot):
    parts = make_page(store_path)
    tester = QAbstractItemModelTester(parts.page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    qtbot.waitUntil(lambda: len(parts.page.sidebar.model.active) > 0)
    smallest = min((one for one in parts.page.sidebar.model.active if one.active_runs), key=lambda one: one.active_runs)
    parts.page.sidebar.select([smallest.experiment_id])
    qtbot.waitUntil(lambda: settled(parts), timeout=60_000)
    parts.page.model.sort(3)
    parts.page.filter_bar.set_text("1")
    qtbot.waitUntil(lambda: not parts.tasks.busy)
    assert tester is not None


def test_that_a_store_without_runs_is_an_empty_page(make_page, tmp_path, qtbot):
    path = tmp_path / "empty.db"
    database = sqlite3.connect(path)
    schema = Path(__file__).parent.parent / "data" / "schema-3.17.sql"
    database.executescript(schema.read_text(encoding="utf-8"))
    database.commit()
    database.close()
    parts = make_page(path)
    message = parts.page.findChild(object, "runs_message")
    qtbot.waitUntil(lambda: message.isVisible() and bool(message.text()))
    assert message.text().startswith(("This store has no experiments yet", "No runs in"))
    qtbot.waitUntil(lambda: not parts.tasks.busy)


def _context():
    return Context(True, False, "runs")


def _token():
    return Token()


def test_that_the_scatter_plot_draws_the_visible_runs_and_selects_for_all(sample, qtbot):
    page = sample.page
    scatter = page.plots.scatter
    page.plots.bring_forward(scatter)
    qtbot.waitUntil(lambda: scatter.plot.status().startswith("200 runs drawn"))
    page.filter_bar.set_text("params.algorithm = 'linear'")
    some = len(page.model.frame.run_ids)
    qtbot.waitUntil(lambda: 0 < len(page.model.rows) < some)
    shown = {page.model.run_id(row) for row in range(len(page.model.rows))}
    qtbot.waitUntil(lambda: scatter.plot.status().startswith(f"{len(shown)} runs drawn"))
    scatter.plot.runs_selected.emit(sorted(shown)[:3], False)
    assert set(page.selection.ids) == set(sorted(shown)[:3])
    scatter.plot.runs_selected.emit(sorted(shown)[3:4], True)
    assert len(page.selection.ids) == 4


def test_that_every_tab_of_the_plots_stays_in_sight_at_every_width(sample, qtbot):
    page = sample.page
    bar = page.plots.findChild(QTabBar, "plot_tabs")
    for width in (1024, 1280, 1600):
        page.resize(width - 65, 720)
        for place in range(bar.count()):
            bar.setCurrentIndex(place)
            qtbot.waitUntil(lambda: bar.width() >= bar.sizeHint().width())
            tools = page.plots.front().tools
            qtbot.waitUntil(lambda tools=tools: tools.isVisible() and tools.width() >= tools.minimumSizeHint().width())
            shown = [tools.mapTo(page.plots, tools.rect().topRight()), bar.mapTo(page.plots, bar.rect().topRight())]
            assert all(page.plots.rect().contains(corner) for corner in shown)
            apart = tools.mapTo(page.plots, tools.rect().topLeft()).x() > shown[1].x()
            assert apart or tools.mapTo(page.plots, tools.rect().topLeft()).y() >= shown[1].y() + bar.height() - 4
