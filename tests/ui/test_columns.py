"""Columns of the run table: dragged, frozen, shaded, and the same by menu and keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QMenu

from bakehouse.analysis.order import SortKey
from bakehouse.dialogs.line import LineDialog
from bakehouse.domain.column_look import Ground
from bakehouse.domain.columns import DURATION, RUN_NAME, START_TIME, ColumnKey, ColumnKind, metric, param
from bakehouse.pages.runs.header_menu import HeaderMenu
from bakehouse.theme import LIGHT

LR, ALGORITHM, RMSE = param("learning_rate"), param("algorithm"), metric("rmse")
SHOWN = [RUN_NAME, START_TIME, DURATION, ALGORITHM, LR, RMSE]

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def page(window, qtbot):
    window.open_sample()
    page = window.runs
    qtbot.waitUntil(lambda: page.model.rowCount() == 200 and not window.tasks.busy, timeout=20_000)
    page.tools.columns.show(SHOWN)
    return page


def header_of(page):
    return page.table.horizontalHeader()


def on_title(page, key: ColumnKey) -> QPoint:
    section = page.model.columns.index(key)
    header = header_of(page)
    return QPoint(header.left_of(section) + 20, header.height() - 8)


def drag(page, key: ColumnKey, to: QPoint) -> None:
    viewport, start = header_of(page).viewport(), on_title(page, key)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(viewport, start + QPoint(40, 0))
    QTest.mouseMove(viewport, to)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, to)


def menu_of(page, key: ColumnKey) -> HeaderMenu:
    return HeaderMenu(page.tools.columns, page.model.columns.index(key), page.table)


def entry(menu: QMenu, text: str) -> QAction:
    for action in menu.actions():
        if action.text() == text:
            return action
        if action.menu() is not None and text in [one.text() for one in action.menu().actions()]:
            return entry(action.menu(), text)
    raise LookupError(text)


def test_that_a_dragged_title_moves_its_column_and_sorts_nothing(page):
    before = page.model.sort_keys
    drag(page, RMSE, on_title(page, START_TIME))
    assert page.model.columns == [RUN_NAME, RMSE, START_TIME, DURATION, ALGORITHM, LR]
    drag(page, RMSE, QPoint(header_of(page).viewport().width() - 40, 30))
    assert page.model.columns == SHOWN
    assert page.model.sort_keys == before


def test_that_escape_takes_a_drag_back(page):
    header, start = header_of(page), on_title(page, RMSE)
    QTest.mousePress(header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(header.viewport(), start - QPoint(200, 0))
    QTest.keyClick(header, Qt.Key.Key_Escape)
    QTest.mouseRelease(header.viewport(), Qt.MouseButton.LeftButton, pos=start - QPoint(200, 0))
    assert page.model.columns == SHOWN


def test_that_a_column_dropped_before_the_frozen_name_is_frozen_too(page):
    drag(page, RMSE, QPoint(3, 30))
    assert page.model.columns[:2] == [RMSE, RUN_NAME] and page.tools.columns.frozen == 2
    page.tools.columns.hide(0)
    assert page.model.columns[0] == RUN_NAME and page.tools.columns.frozen == 1


def test_that_an_edge_is_dragged_to_a_width_and_a_double_click_fits_it(page):
    header, section = header_of(page), SHOWN.index(ALGORITHM)
    edge = QPoint(header.left_of(section) + header.sectionSize(section) - 1, 30)
    before = header.sectionSize(section)
    QTest.mousePress(header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, edge)
    QTest.mouseMove(header.viewport(), edge - QPoint(60, 0))
    QTest.mouseRelease(header.viewport(), Qt.MouseButton.LeftButton, pos=edge - QPoint(60, 0))
    assert header.sectionSize(section) == before - 60
    assert page.table.chosen_widths == {ALGORITHM: before - 60}
    edge = QPoint(header.left_of(section) + header.sectionSize(section) - 1, 30)
    QTest.mouseDClick(header.viewport(), Qt.MouseButton.LeftButton, pos=edge)
    assert header.sectionSize(section) == before


def test_that_the_name_stands_still_while_the_rest_scrolls(page):
    table = page.table
    page.tools.columns.show([*SHOWN, *(key for key in page.model.frame.keys if key.kind is ColumnKind.METRIC)])
    bar = table.horizontalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.maximum() > 300
    assert table.visualRect(page.model.index(3, 0)).left() == 0
    assert table.indexAt(QPoint(40, 40)).column() == 0
    width = header_of(page).frozen_width()
    assert table.indexAt(QPoint(width + 5, 40)).column() > 1
    section = page.model.columns.index(DURATION)
    table.go_to_column(section)
    assert table.visualRect(page.model.index(0, section)).left() >= width
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 5 * 27 + 5))
    assert page.selection.current == page.model.run_id(5)
    image = table.viewport().grab().toImage()
    assert image.pixelColor(width - 1, 40) == LIGHT.color("line")


def test_that_a_click_on_a_frozen_title_sorts_by_it_also_when_scrolled(page):
    page.tools.columns.show([*SHOWN, *(key for key in page.model.frame.keys if key.kind is ColumnKind.METRIC)])
    page.table.horizontalScrollBar().setValue(300)
    QTest.mouseClick(header_of(page).viewport(), Qt.MouseButton.LeftButton, pos=QPoint(40, 35))
    assert page.model.sort_keys == (SortKey(RUN_NAME, False),)


def test_that_columns_too_wide_to_leave_room_do_not_stand_still(page):
    page.tools.columns.freeze(len(SHOWN) - 1)
    assert header_of(page).frozen == len(SHOWN) - 1 or header_of(page).frozen_width() == 0
    header_of(page).resizeSection(0, header_of(page).viewport().width())
    assert header_of(page).frozen == 0


def test_that_the_menu_moves_hides_freezes_and_sorts(page):
    entry(menu_of(page, RMSE), "Move left").trigger()
    assert page.model.columns[-2:] == [RMSE, LR]
    entry(menu_of(page, RMSE), "Move right").trigger()
    assert page.model.columns == SHOWN
    entry(menu_of(page, START_TIME), "Freeze up to here").trigger()
    assert page.tools.columns.frozen == 2
    entry(menu_of(page, START_TIME), "Unfreeze columns").trigger()
    assert header_of(page).frozen_width() == 0
    entry(menu_of(page, RMSE), "Sort ascending").trigger()
    entry(menu_of(page, LR), "Add as second key, descending").trigger()
    assert page.model.sort_keys == (SortKey(RMSE, False), SortKey(LR, True))
    entry(menu_of(page, RMSE), "Take out of the order").trigger()
    assert page.model.sort_keys == (SortKey(LR, True),)
    entry(menu_of(page, LR), "Hide column").trigger()
    assert LR not in page.model.columns
    assert not entry(menu_of(page, RUN_NAME), "Move left").isEnabled()


def test_that_the_keyboard_moves_the_column_it_is_in(page, window):
    page.table.setFocus()
    page.table.go_to_column(SHOWN.index(RMSE))
    for action in window.actions():
        if action.objectName() == "runs.column_left":
            action.trigger()
            action.trigger()
    assert page.model.columns.index(RMSE) == SHOWN.index(RMSE) - 2
    assert page.table.currentIndex().column() == SHOWN.index(RMSE) - 2


def test_that_shading_and_bars_exclude_each_other_and_follow_the_visible_runs(page, qtbot):
    entry(menu_of(page, RMSE), "Shading by rank").trigger()
    section = SHOWN.index(RMSE)
    cell = page.model.cell(section)
    values = page.model.frame.columns[RMSE].numbers()
    steps = cell.shades()
    assert cell.low == cell.high
    best = max(range(200), key=lambda run: values[run] if values[run] == values[run] else float("-inf"))
    assert steps[best] == steps.max() > 0
    page.filter_bar.set_text("params.algorithm = 'random_forest'")
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < 200)
    hidden = set(range(200)) - set(page.model.visible_runs().tolist())
    assert not page.model.cell(section).shades()[list(hidden)].any()
    entry(menu_of(page, RMSE), "Value bars").trigger()
    assert page.model.cell(section).shades is None and page.model.cell(section).high > page.model.cell(section).low
    assert page.model.ground(RMSE) is Ground.BARS


def test_that_chosen_decimals_are_those_of_every_row(page):
    entry(menu_of(page, RMSE), "1").trigger()
    texts = {page.model.text_at(row, SHOWN.index(RMSE)) for row in range(200)}
    numbers = {text for text in texts if text not in ("–", "NaN", "inf", "-inf")}
    assert numbers and all(len(text.partition(".")[2]) == 1 for text in numbers)
    entry(menu_of(page, RMSE), "Automatic").trigger()
    assert page.model.looks == {}


def test_that_a_metric_shows_its_least_value_or_that_at_a_step_in_its_place(page, window, qtbot):
    entry(menu_of(page, RMSE), "Minimum of its history").trigger()
    least = ColumnKey(ColumnKind.METRIC, "rmse", "min")
    assert page.model.columns[-1] == least
    qtbot.waitUntil(lambda: page.model.frame.column(least) is not None)
    entry(menu_of(page, least), "At a step…").trigger()
    dialog = page.findChild(LineDialog, "step_dialog")
    dialog.field.setText("three")
    assert not dialog.button.isEnabled()
    dialog.field.setText("3")
    dialog.button.click()
    assert page.model.columns[-1] == ColumnKey(ColumnKind.METRIC, "rmse", "at", 3)
    qtbot.waitUntil(lambda: page.model.frame.column(page.model.columns[-1]) is not None and not window.tasks.busy)


def test_that_only_columns_that_differ_are_shown_when_asked_and_the_others_counted(page, window, qtbot):
    alike = next(key for key, column in page.model.frame.columns.items() if not column.differs() and column.count)
    page.tools.columns.show([*SHOWN, alike])
    page.tools.columns.choose()
    box = page.tools.columns.chooser.findChild(QCheckBox, "only_differing")
    box.click()
    qtbot.waitUntil(lambda: alike not in page.model.columns)
    assert page.model.columns == SHOWN
    assert page.filter_bar.columns_button.text().endswith(", 1 alike hidden")
    page.tools.columns.move(5, 3)
    box.click()
    assert page.model.columns == [*SHOWN[:3], RMSE, alike, ALGORITHM, LR]
    page.tools.columns.chooser.hide()
    qtbot.waitUntil(lambda: not window.tasks.busy)


def test_that_the_chooser_adds_a_figure_of_a_metric_beside_it(page, window, qtbot):
    page.tools.columns.choose()
    chooser = page.tools.columns.chooser
    entry(chooser.figure_menu(RMSE), "Add maximum of its history").trigger()
    greatest = ColumnKey(ColumnKind.METRIC, "rmse", "max")
    assert page.model.columns == [*SHOWN, greatest]
    assert chooser.figure_menu(LR) is None
    entry(chooser.figure_menu(RMSE), "Add value at a step…").trigger()
    assert not chooser.isVisible()
    dialog = page.findChild(LineDialog, "step_dialog")
    dialog.field.setText("2")
    dialog.button.click()
    assert page.model.columns[-1] == ColumnKey(ColumnKind.METRIC, "rmse", "at", 2)
    qtbot.waitUntil(lambda: not window.tasks.busy)
