"""A random walk over the runs page: whatever a person does in whatever order, table, selection and counts agree."""

from __future__ import annotations

import csv
import io
import math
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.exceptions import TimeoutError as NotYet

from bakehouse.analysis.brushes import Brush
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.order import SortKey
from bakehouse.domain.arrangement import Arrangement
from bakehouse.domain.columns import DURATION, RUN_NAME, START_TIME, ColumnKey, metric, param
from bakehouse.resources import sample_directory
from bakehouse.window import MainWindow
from tests.stores import add_run

STEPS = 25
LR, ALGORITHM, RMSE, UPLIFT = param("learning_rate"), param("algorithm"), metric("rmse"), metric("revenue_uplift")
COLUMNS = (LR, ALGORITHM, RMSE, UPLIFT, param("n_trees"), param("seed"), metric("latency_ms"))

Row = Callable[[ColumnKey], "float | str | None"]


def _number(row: Row, key: ColumnKey) -> float:
    """The number in a cell, NaN where there is none; NaN makes every comparison false, as the language does."""
    value = row(key)
    try:
        return math.nan if value is None else float(value)
    except ValueError:
        return math.nan


FILTERS: dict[str, Callable[[Row], bool]] = {
    "": lambda row: True,
    "params.algorithm = 'random_forest'": lambda row: row(ALGORITHM) == "random_forest",
    "params.algorithm != 'random_forest'": lambda row: row(ALGORITHM) not in (None, "random_forest"),
    "metrics.rmse < 8": lambda row: _number(row, RMSE) < 8,
    "params.learning_rate > 0.05 and metrics.rmse <= 9": lambda row: (
        _number(row, LR) > 0.05 and _number(row, RMSE) <= 9
    ),
    "metrics.rmse > 8.5 or params.algorithm = 'linear'": lambda row: (
        _number(row, RMSE) > 8.5 or row(ALGORITHM) == "linear"
    ),
    "params.learning_rate is null": lambda row: row(LR) is None,
    "attributes.run_name ILIKE '%gbm%'": lambda row: "gbm" in str(row(RUN_NAME)).lower(),
    "metrics.rmse > 1e9": lambda row: False,
}


def row_of(frame: RunFrame, run: int) -> Row:
    """What a run has in a column, read cell by cell."""

    def cell(key: ColumnKey) -> float | str | None:
        if key == RUN_NAME:
            return frame.names[run]
        column = frame.column(key)
        assert column is not None, key
        if column.kind == "number":
            return column.value(run)
        return column.text(run) if column.present()[run] else None

    return cell


def naive_order(frame: RunFrame, runs: list[int], keys: tuple[SortKey, ...]) -> list[int]:
    """Sorted one key after another: numbers, then texts, then NaN's place for metrics, then what is missing."""
    ordered = sorted(runs)
    for key in reversed(keys):
        column = frame.column(key.column)
        assert column is not None
        numbers, words, undefined, missing = [], [], [], []
        for run in ordered:
            value = column.value(run)
            if not column.present()[run]:
                missing.append(run)
            elif value is None:
                words.append(run)
            elif math.isnan(value):
                undefined.append(run)
            else:
                numbers.append(run)
        numbers.sort(key=lambda run: column.value(run) or 0.0, reverse=False)
        words.sort(key=lambda run: (column.text(run).casefold(), column.text(run)))
        if key.descending:
            numbers = _stable_reverse(numbers, column.value)
            words = _stable_reverse(words, column.text)
        ordered = [*numbers, *words, *undefined, *missing]
    return ordered


def _stable_reverse(runs: list[int], value: Callable[[int], object]) -> list[int]:
    """The other way round, equal ones in the order they had."""
    groups: list[list[int]] = []
    for run in runs:
        if groups and value(groups[-1][0]) == value(run):
            groups[-1].append(run)
        else:
            groups.append([run])
    return [run for group in reversed(groups) for run in group]


class Walk:
    """A person with a memory: what was done, and what has to be true after it."""

    def __init__(self, window: MainWindow, qtbot, store: Path, folder: Path, seed: int) -> None:
        self.window, self.qtbot, self.store, self.folder = window, qtbot, store, folder
        self.random = random.Random(seed)
        self.page = window.runs
        self.done: list[str] = []
        self.size = 200
        self.filter = ""
        self.brush: tuple[float, float] | None = None
        self.selected = set(self.page.selection.ids)

    # What a person does

    def sort(self) -> None:
        keys = self.random.sample([RMSE, LR, ALGORITHM, UPLIFT, START_TIME, DURATION], self.random.choice((1, 1, 2)))
        chosen = [SortKey(key, self.random.random() < 0.5) for key in keys]
        self.note(f"sort {chosen}")
        self.page.model.sort_by(chosen)

    def search(self) -> None:
        self.filter = self.random.choice(list(FILTERS))
        self.note(f"filter {self.filter!r}")
        self.brush = None  # the filter is the one place in which it stands
        self.page.filter_bar.set_text(self.filter)

    def brush_axis(self) -> None:
        plot = self.page.plots.parallel.plot
        if self.random.random() < 0.4:
            self.brush, self.filter = None, ""
            self.note("clear the filter")
            self.page.clear_filter()
            return
        if "metrics.rmse" in self.filter:  # a brush would take the place of that term
            self.filter = ""
            self.page.clear_filter()
        low = self.random.uniform(3, 9)
        self.brush = (low, low + self.random.uniform(0, 4))
        self.note(f"brush {self.brush}")
        self.qtbot.waitUntil(lambda: RMSE in [choice.data.key for choice in plot.runs.choices], timeout=10_000)
        plot.set_brushes({RMSE: Brush.between(*self.brush)})

    def select(self) -> None:
        model = self.page.model
        rows = [row for row in range(model.rowCount()) if model.run_id(row)]
        chosen = {model.run_id(row) for row in self.random.sample(rows, min(len(rows), self.random.randint(0, 4)))}
        self.note(f"select {len(chosen)}")
        self.page.selection.set(sorted(chosen))
        self.selected = chosen

    def select_all(self) -> None:
        self.note("select all")
        self.page.selecting.select_all()
        # Runs that are not shown stay as they were only where Qt adds; all visible ones are selected.
        visible = {self.page.model.frame.run_ids[run] for run in self.page.model.visible_runs()}
        assert visible <= set(self.page.selection.ids)
        self.selected = set(self.page.selection.ids)

    def move(self) -> None:
        self.note("down")
        if self.page.model.rowCount():
            self.page.table.setFocus(Qt.FocusReason.OtherFocusReason)
            self.qtbot.keyClick(self.page.table, Qt.Key.Key_Down)
            self.selected = set(self.page.selection.ids)

    def show_columns(self) -> None:
        keys = [RUN_NAME, *self.random.sample(COLUMNS, self.random.randint(0, len(COLUMNS)))]
        self.note(f"columns {[key.name for key in keys]}")
        self.page.model.show_columns(keys)
        self.page.loader.want(keys)

    def arrange(self) -> None:
        arrangement = self.random.choice(
            (Arrangement(nested=False), Arrangement(nested=True), Arrangement(nested=False, group_by=(ALGORITHM,)))
        )
        self.note(f"arrange {arrangement}")
        self.page.model.arrange_by(arrangement)

    def refresh(self) -> None:
        self.note("refresh")
        if self.random.random() < 0.5:
            self.size += 1
            experiment = self.page.sidebar.selected[0]
            add_run(self.store, f"{self.size:032x}", experiment_id=experiment, name=f"new {self.size}", start=1)
        self.page.refresh(None)
        self.qtbot.waitUntil(lambda: self.page.model.frame.size == self.size, timeout=20_000)

    def copy(self) -> None:
        self.note("copy")
        chosen = self.page.tools.copying.selected_rows()
        if not len(chosen):
            return
        QGuiApplication.clipboard().clear()
        self.window.menus.trigger("runs.copy_csv")
        self.qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() != "", timeout=20_000)
        copied = list(csv.reader(io.StringIO(QGuiApplication.clipboard().text(), newline="")))
        names = self.page.model.frame.names
        assert [row[0] for row in copied[1:]] == [names[run] for run in chosen]
        assert len(copied[0]) == len(self.page.model.columns)

    def export(self) -> None:
        self.note("export")
        self.window.menus.trigger("runs.export")
        dialog = self.page.tools.exporting._dialog
        assert dialog is not None
        request = dialog.request
        dialog.reject()
        self.qtbot.waitUntil(lambda: self.page.tools.exporting._dialog is None)
        if request.problem:
            return
        path = self.folder / "walk.csv"
        self.window.notices.dismiss()
        self.page.tools.exporting.write(request, path, replace=True)
        self.qtbot.waitUntil(self.window.notices.isVisible, timeout=20_000)
        with path.open(newline="") as file:
            rows = list(csv.reader(file))[1:]
        assert len(rows) == len(self.page.model.visible_runs())

    # What has to be true

    def check(self) -> None:
        page, model = self.page, self.page.model
        try:
            self.qtbot.waitUntil(lambda: self.is_settled() and self.is_shown(), timeout=20_000)
        except NotYet:
            assert self.is_settled()
            assert sorted(model.visible_runs().tolist()) == sorted(self.expected(model.frame))
        frame, expected = model.frame, self.expected(model.frame)
        assert frame.size == self.size
        shown = model.visible_runs().tolist()
        assert len(shown) == len(expected)
        arrangement = model.arranged.arrangement
        if not arrangement.nested and not arrangement.group_by:
            assert shown == naive_order(frame, shown, model.sort_keys)
            assert model.rows.tolist() == shown
        assert set(page.selection.ids) == self.selected
        assert page.selection.current is None or page.selection.current in self.selected
        self.check_words(len(expected))
        for row in self.random.sample(range(model.rowCount()), min(5, model.rowCount())):
            run = int(model.rows[row])
            if run >= 0:
                assert model.full_text_at(row, 0) == frame.names[run]
                assert model.run_id(row) == frame.run_ids[run]

    def is_settled(self) -> bool:
        return not self.window.tasks.busy and self.page.loader.columns_left == 0

    def is_shown(self) -> bool:
        return sorted(self.page.model.visible_runs().tolist()) == self.expected(self.page.model.frame)

    def expected(self, frame: RunFrame) -> list[int]:
        low, high = self.brush or (-math.inf, math.inf)
        keep = FILTERS[self.filter]
        found = []
        for run in range(frame.size):
            row = row_of(frame, run)
            if keep(row) and (self.brush is None or low <= _number(row, RMSE) <= high):
                found.append(run)
        return found

    def check_words(self, shown: int) -> None:
        words = self.page.summary()
        counts = f"{shown:,} of {self.size:,} runs" if shown != self.size else f"{self.size:,} runs"
        assert words.startswith(counts), (words, counts)
        said = re.search(r"([\d,]+) selected", words)
        assert (int(said[1].replace(",", "")) if said else 0) == len(self.selected), words
        visible = {self.page.model.frame.run_ids[run] for run in self.page.model.arranged.ordered_runs()}
        hidden = len(self.selected - visible)
        said = re.search(r"([\d,]+) of them not shown", words)
        assert (int(said[1].replace(",", "")) if said else 0) == hidden, words

    def note(self, what: str) -> None:
        self.done.append(what)


ACTS = (
    Walk.sort, Walk.sort, Walk.search, Walk.search, Walk.brush_axis, Walk.select, Walk.select_all, Walk.move,
    Walk.show_columns, Walk.arrange, Walk.refresh, Walk.copy, Walk.export,
)  # fmt: skip


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize("seed", range(3))
def test_that_table_selection_and_counts_agree_whatever_is_done(seed, window, qtbot, tmp_path):
    store = tmp_path / "mlflow.db"
    shutil.copyfile(sample_directory() / "mlflow.db", store)
    window.open_store(store)
    page = window.runs
    qtbot.waitUntil(lambda: page.model.frame.size == 200 and page.loader.columns_left == 0, timeout=20_000)
    qtbot.waitUntil(lambda: not window.tasks.busy and page.plots.parallel.plot.is_settled, timeout=20_000)
    walk = Walk(window, qtbot, store, tmp_path, seed)
    walk.check()
    for _ in range(STEPS):
        walk.random.choice(ACTS)(walk)
        try:
            walk.check()
        except Exception as error:
            steps = "\n".join(walk.done)
            raise AssertionError(f"seed {seed}, after:\n{steps}\n{error}") from error
