"""The search language in the window: what it shows, what it says, what it offers while one types."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from bakehouse.domain.columns import RUN_NAME, ColumnKey, ColumnKind, metric, param
from bakehouse.pages.runs.cell_menu import cell_menu
from bakehouse.settings import Settings
from bakehouse.widgets.labels import PlainLabel


@pytest.fixture
def page(window, qtbot):
    window.open_sample()
    page = window.runs
    qtbot.waitUntil(lambda: page.model.rowCount() == 200 and not window.tasks.busy, timeout=20_000)
    return page


def news(page) -> PlainLabel:
    return page.window().findChild(PlainLabel, "filter_news")


def shown_names(page, key: str) -> set[str]:
    frame = page.model.frame
    (column,) = (column for known, column in frame.columns.items() if known.name == key)
    return {column.text(int(run)) for run in page.model.visible_runs()}


def test_that_a_search_shows_the_runs_it_selects(page, qtbot):
    page.filter_bar.set_text("params.algorithm = 'random_forest'")
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < 200)
    assert shown_names(page, "algorithm") == {"random_forest"}
    assert not news(page).isVisible()
    page.filter_bar.set_text("params.algorithm != 'random_forest' or params.algorithm is null")
    qtbot.waitUntil(lambda: "gradient_boosting" in shown_names(page, "algorithm"))
    assert "random_forest" not in shown_names(page, "algorithm")
    page.clear_filter()
    assert page.model.rowCount() == 200


def test_that_a_figure_over_a_history_is_read_when_a_filter_asks_for_it(page, qtbot):
    least = ColumnKey(ColumnKind.METRIC, "rmse", "min")
    assert least not in page.model.frame.keys
    page.filter_bar.set_text("min(metrics.rmse) < 4 or at(metrics.rmse, 100) > 8")
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < 200)
    frame = page.model.frame
    low, at = frame.columns[least].numbers(), frame.columns[least._replace(figure="at", step=100)].numbers()
    assert set(page.model.visible_runs().tolist()) == {row for row in range(200) if low[row] < 4 or at[row] > 8}
    page.filter_bar.set_text("max(metrics.no_such) > 1")
    qtbot.waitUntil(lambda: page.model.rowCount() == 0)
    qtbot.waitUntil(lambda: news(page).text() == "no run here has metrics.no_such")


def test_that_a_number_against_a_param_counts_the_runs_it_leaves_out(page, qtbot):
    page.filter_bar.set_text("params.algorithm < 5")
    qtbot.waitUntil(lambda: page.model.rowCount() == 0)
    qtbot.waitUntil(news(page).isVisible)
    assert news(page).text().endswith("runs not compared: params.algorithm is no number there")


def test_that_an_unreadable_search_keeps_what_was_shown_and_says_why(page, qtbot):
    page.filter_bar.set_text("metrics.rmse < 4")
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < 200)
    shown = page.model.rowCount()
    page.filter_bar.set_text("metrics.rmse < 4 and metrics.r2 >> 0.5")
    qtbot.waitUntil(news(page).isVisible)
    assert ">>" in news(page).text()
    assert page.model.rowCount() == shown
    page.filter_bar.set_text("")
    assert not news(page).isVisible()
    assert page.model.rowCount() == 200


def test_that_a_name_that_no_run_has_is_said(page, qtbot):
    page.filter_bar.set_text("metrics.no_such < 1")
    qtbot.waitUntil(lambda: page.model.rowCount() == 0)
    qtbot.waitUntil(news(page).isVisible)
    assert news(page).text() == "no run here has metrics.no_such"


def test_that_names_comparators_and_values_are_completed_by_keys(page, qtbot):
    line = page.filter_bar.line
    page.filter_bar.focus()
    popup = next(one for one in QApplication.allWidgets() if one.objectName() == "completions")
    QTest.keyClicks(line, "params.alg")
    qtbot.waitUntil(popup.isVisible)
    QTest.keyClick(line, Qt.Key.Key_Tab)
    assert line.text() == "params.algorithm "
    QTest.keyClick(line, Qt.Key.Key_Tab)
    assert line.text() == "params.algorithm = "
    QTest.keyClicks(line, "'ran")
    QTest.keyClick(line, Qt.Key.Key_Tab)
    assert line.text() == "params.algorithm = 'random_forest'"
    assert not popup.isVisible()
    qtbot.waitUntil(lambda: shown_names(page, "algorithm") == {"random_forest"})


def test_that_escape_closes_the_offers_before_it_clears_the_line(page, qtbot):
    line = page.filter_bar.line
    page.filter_bar.focus()
    QTest.keyClicks(line, "metrics.")
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert line.text() == "metrics."
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert line.text() == ""


def test_that_a_filter_of_ten_thousand_characters_is_answered(page, qtbot):
    page.filter_bar.set_text(" or ".join(["metrics.rmse < 4"] * 500)[:9_996])
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < 200 or news(page).isVisible())


@pytest.mark.parametrize("text", ["(" * 5_000 + "metrics.a > 1", "not " * 2_000 + "tags.a = 'x'", "params.`a < 1"])
def test_that_a_hostile_filter_gets_a_sentence(page, qtbot, text):
    page.filter_bar.set_text(text)
    qtbot.waitUntil(news(page).isVisible)
    assert page.model.rowCount() == 200


def test_that_a_cell_narrows_the_filter(page, qtbot):
    page.model.show_columns([RUN_NAME, param("algorithm"), metric("rmse")])
    page.filter_bar.set_text("metrics.rmse < 5 or metrics.r2 > 0.9")
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < 200)
    copy = page.window().findChild(QAction, "runs.copy")
    menu = cell_menu(page.model, page.filter_bar, 0, 1, [copy])
    texts = [action.text() for action in menu.actions()]
    assert texts[0].startswith("Only params.algorithm = '")
    assert "Copy rows" in [text.replace("&", "") for text in texts]
    algorithm = page.model.text_at(0, 1)
    menu.actions()[0].trigger()
    assert page.filter_bar.text == f"(metrics.rmse < 5 or metrics.r2 > 0.9) AND params.algorithm = '{algorithm}'"
    qtbot.waitUntil(lambda: shown_names(page, "algorithm") == {algorithm})


def test_that_earlier_filters_come_back_with_the_up_key(page, qtbot):
    line = page.filter_bar.line
    for text in ("first", "metrics.rmse < 5", "metrics.rmse <", "metrics.rmse < 5"):
        page.filter_bar.focus()
        line.setText(text)
        qtbot.waitUntil(lambda wanted=text: page.visible.text == wanted)
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert Settings().filters[:2] == ["metrics.rmse < 5", "first"]
    page.filter_bar.set_text("")
    QTest.keyClick(line, Qt.Key.Key_Up)
    assert line.text() == "metrics.rmse < 5"
    QTest.keyClick(line, Qt.Key.Key_Up)
    QTest.keyClick(line, Qt.Key.Key_Up)
    assert line.text() == "first"
    QTest.keyClick(line, Qt.Key.Key_Down)
    assert line.text() == "metrics.rmse < 5"
    QTest.keyClick(line, Qt.Key.Key_Down)
    assert line.text() == ""


def chips(page):
    return page.filter_bar.summary.terms.chips


def chip_texts(page) -> list[str]:
    return [chip.text() for chip in chips(page)]


def test_that_each_term_is_a_chip_and_the_table_stays_where_it_is(page, qtbot):
    place = page.table.mapTo(page, page.table.rect().topLeft())
    page.filter_bar.set_text("metrics.rmse < 8 and (params.algorithm = 'linear' or metrics.r2 > 0.5)")
    assert chip_texts(page) == ["metrics.rmse < 8", "(params.algorithm = 'linear' or metrics.r2 > 0.5)"]
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < 200)
    count = page.window().findChild(PlainLabel, "filter_count").text()
    assert count.startswith(f"{len(page.model.visible_runs())} of 200 runs")
    assert page.table.mapTo(page, page.table.rect().topLeft()) == place
    page.filter_bar.set_text("gbm")
    assert chips(page) == []
    assert page.table.mapTo(page, page.table.rect().topLeft()) == place


def test_that_chips_agree_with_the_text_at_every_key(page):
    page.filter_bar.focus()
    text = "metrics.rmse < 8 and not params.algorithm = 'linear'"
    for place, key in enumerate(text):
        QTest.keyClicks(page.filter_bar.line, key)
        for term in page.filter_bar.summary.terms.terms:
            assert text[: place + 1][term.start : term.end] == term.text
    assert chip_texts(page) == ["metrics.rmse < 8", "not params.algorithm = 'linear'"]


def test_that_a_chip_selects_its_text_and_its_cross_takes_it_away(page, qtbot):
    line = page.filter_bar.line
    page.filter_bar.set_text("metrics.rmse < 8 AND metrics.r2 > 0.5 AND params.algorithm = 'linear'")
    QTest.mouseClick(chips(page)[1], Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert line.selectedText() == "metrics.r2 > 0.5"
    assert line.hasFocus()
    QTest.mouseClick(chips(page)[1], Qt.MouseButton.LeftButton, pos=chips(page)[1].rect().center() * 2 - QPoint(8, 10))
    assert line.text() == "metrics.rmse < 8 AND params.algorithm = 'linear'"
    qtbot.waitUntil(lambda: page.visible.text == line.text())


def test_that_the_keyboard_reaches_chips_and_takes_them_away(page):
    line = page.filter_bar.line
    page.filter_bar.set_text("metrics.rmse < 8 AND metrics.r2 > 0.5")
    chips(page)[0].setFocus()
    QTest.keyClick(chips(page)[0], Qt.Key.Key_Right)
    assert chips(page)[1].hasFocus()
    QTest.keyClick(chips(page)[1], Qt.Key.Key_Delete)
    assert line.text() == "metrics.rmse < 8"
    assert chips(page)[0].hasFocus()
    QTest.keyClick(chips(page)[0], Qt.Key.Key_Return)
    assert line.selectedText() == "metrics.rmse < 8"
    chips(page)[0].setFocus()
    QTest.keyClick(chips(page)[0], Qt.Key.Key_Delete)
    assert line.text() == ""
    assert line.hasFocus()


def test_that_chips_make_way_for_a_sentence_that_needs_the_room(page, qtbot):
    page.filter_bar.set_text("params.algorithm != 'a rather long value of a param' AND metrics.r2 >> 0.5")
    page.filter_bar.summary.setFixedWidth(420)
    qtbot.waitUntil(news(page).isVisible)
    assert not page.filter_bar.summary.terms.isVisible()
    page.filter_bar.summary.setFixedWidth(1_500)
    assert page.filter_bar.summary.terms.isVisible()


def test_that_terms_without_room_stand_in_a_menu(page, qtbot):
    page.filter_bar.set_text(" AND ".join(f"metrics.rmse < {number}" for number in range(8, 60)))
    more = page.window().findChild(QPushButton, "more_terms")
    assert more.isVisible()
    assert more.text() == f"+{52 - len(chips(page))} more"
    assert more.geometry().right() <= page.filter_bar.summary.terms.width()
    menu = page.filter_bar.summary.terms.rest_menu()
    menu.actions()[0].trigger()
    assert page.filter_bar.line.selectedText() == f"metrics.rmse < {8 + len(chips(page))}"
    menu.deleteLater()
