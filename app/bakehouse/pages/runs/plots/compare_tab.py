"""The selected runs side by side, read in a task when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QCheckBox, QLineEdit, QMenu, QPushButton, QStackedLayout, QWidget
from typing_extensions import override

from bakehouse.analysis.comparison import ComparedRow, Comparison, Section, compare
from bakehouse.analysis.frame import RunFrame
from bakehouse.artifacts.locator import Locator
from bakehouse.artifacts.protection import Guard
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.text import counted
from bakehouse.exports.tables import Table, TableSource, coded
from bakehouse.itemmodels.comparison_table import HANDFUL, ComparisonModel
from bakehouse.pages.refreshing import Refresher
from bakehouse.pages.runs.plots.artifact_comparison import ArtifactComparison
from bakehouse.pages.runs.plots.directions import MetricDirections
from bakehouse.pages.runs.plots.tab import PlotTab, TableMaker
from bakehouse.plots.drawing import Drawing
from bakehouse.store.comparison import read_compared
from bakehouse.store.handle import Store
from bakehouse.store.reading import Reader
from bakehouse.tasks import TaskRunner
from bakehouse.theme import RunColors, Theme
from bakehouse.widgets.comparison_view import ComparisonView, paint_picture, picture_size
from bakehouse.widgets.labels import PlainLabel

RUNS_AT_MOST = 50
_SLOT = "runs.compare"
_CHOOSE = "Select two runs or more in the table to compare them."
_PICTURE_ROWS = 300


def read_comparison(store: Store, run_ids: Sequence[str], token: Token) -> Comparison:
    """The comparison of these runs, for a worker thread. Raises StoreError kin, Cancelled."""
    return compare(read_compared(store.reader(), run_ids, token), token.check)


class CompareTab(PlotTab):
    """Owns the comparison, what of it is shown and what is said of metrics. GUI thread."""

    title = "Compare"

    selection_wanted = Signal(object)
    """list[str]: these runs, in this order, shall be the selected ones."""
    run_centred = Signal(str)
    """Run id: show it in the table and the inspector; the selection stays."""
    histories_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        tasks: TaskRunner,
        colors: RunColors,
        directions: MetricDirections,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks, self._colors, self._directions = tasks, colors, directions
        self._theme = theme
        self._store: Store | None = None
        self.locator: Locator | None = None
        """Where artifacts lie; None while no store is open."""
        self._ids: tuple[str, ...] = ()
        self._selected = 0
        self._read: tuple[str, ...] | None = None
        self._is_shown = False
        self._has_chosen = False
        self.model = ComparisonModel(self)
        self.view = ComparisonView(self.model, theme, colors)
        self._message = PlainLabel(_CHOOSE, "muted")
        self._message.setObjectName("compare_message")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._layers = QStackedLayout(self)
        self._layers.addWidget(self._message)
        self._layers.addWidget(self.view)
        self._make_tools()
        self._later = QTimer(self, singleShot=True, interval=60)
        self._later.timeout.connect(self._load)
        self._refresher = Refresher(self._read_again, self)
        self.view.run_clicked.connect(self._run_clicked)
        self.view.run_menu_wanted.connect(self._open_run_menu)
        self.view.row_menu_wanted.connect(self._open_row_menu)
        self.view.section_pressed.connect(self.model.fold)
        self.model.baseline_changed.connect(self.status_changed)
        self._directions.changed.connect(self._take_directions)

    def _make_tools(self) -> None:
        self._search = QLineEdit()
        self._search.setObjectName("compare_search")
        self._search.setAccessibleName("Find rows")
        self._search.setPlaceholderText("Find rows")
        self._search.setClearButtonEnabled(True)
        self._search.setMinimumWidth(96)
        self._search.setMaximumWidth(180)
        self._only = QCheckBox("Differences only")
        self._only.setObjectName("compare_differences")
        self._only.setChecked(True)
        self._histories = QPushButton("Histories")
        self._histories.setObjectName("compare_histories")
        self._histories.setToolTip("Show the histories of these runs over each other")
        self._files = QPushButton("Artifacts")
        self._files.setObjectName("compare_artifacts")
        self._files.setToolTip("Compare the files of these runs")
        for widget in (self._search, self._only, self._histories, self._files):
            self.tool_row.addWidget(widget)
        self._search.textChanged.connect(self._filter)
        self._only.clicked.connect(self._choose_differences)
        self._histories.clicked.connect(self.histories_wanted)
        self._files.clicked.connect(self.compare_artifacts)

    @override
    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.view.set_theme(theme)
        for dialog in self.findChildren(ArtifactComparison):
            dialog.set_theme(theme)

    # What the panel tells

    @override
    def open(self, store: Store) -> None:
        self._store = store
        self.clear()

    @override
    def close_store(self) -> None:
        self.clear()
        self._store = self.locator = None
        for dialog in self.findChildren(ArtifactComparison):
            dialog.reject()

    def clear(self) -> None:
        """Forget the runs."""
        self._tasks.cancel(_SLOT)
        self._refresher.stop()
        self._ids, self._selected, self._read = (), 0, None
        self._has_chosen = False
        self.model.show_comparison(Comparison((), (), (), ()))
        self._say(_CHOOSE)

    @override
    def show_frame(self, frame: RunFrame, *, keep: bool) -> None:
        if not keep:
            self.clear()

    @override
    def show_selection(self, ids: Sequence[str]) -> None:
        self._selected = len(ids)
        self._ids = tuple(ids[:RUNS_AT_MOST])
        self._soon()

    @override
    def set_shown(self, shown: bool) -> None:
        self._is_shown = shown
        if shown:
            self._soon()

    @override
    def refresh(self) -> None:
        if self._is_shown:
            self._refresher.ask()
        else:
            self._read = None

    @override
    def status(self) -> str:
        if self._layers.currentWidget() is not self.view:
            return ""
        matching, size = self.model.counts()
        rows = counted(size, "row") if matching == size else f"{matching:,} of {size:,} rows"
        parts = [f"{counted(len(self.model.comparison.run_ids), 'run')}, {rows}"]
        if self._selected > len(self._ids):
            parts.append(f"the first {len(self._ids)} of {self._selected:,} selected")
        gone = len(self._ids) - len(self.model.comparison.run_ids)
        if gone > 0 and self._read == self._ids:
            parts.append(f"{counted(gone, 'run')} not in the store any more")
        return "; ".join(parts)

    @override
    def drawing(self) -> Drawing | None:
        if not self._is_drawn:
            return None
        return Drawing(picture_size(self.model, _PICTURE_ROWS), self._paint)

    def _paint(self, painter: QPainter, theme: Theme, _ratio: float) -> None:
        paint_picture(painter, self.model, theme, self._colors, _PICTURE_ROWS)

    @override
    def data(self) -> TableMaker | None:
        return partial(_table, self.model.comparison, self.model.shown_rows) if self._is_drawn else None

    @property
    def _is_drawn(self) -> bool:
        return self._layers.currentWidget() is self.view and self.model.rowCount() > 0

    # Loading

    def _soon(self) -> None:
        if self._is_shown and not self._later.isActive():
            self._later.start()

    def _load(self) -> None:
        if self._store is None or not self._is_shown or self._read == self._ids:
            return
        if len(self._ids) < 2:
            self._tasks.cancel(_SLOT)
            self._read = None
            self._say(_CHOOSE)
            return
        self._read = self._ids
        self._directions.learn()
        self._refresher.given_up()
        self._start("Comparing runs")

    def _read_again(self) -> bool:
        if self._read is None or self._store is None:
            return False
        self._start("")
        return True

    def _start(self, title: str) -> None:
        assert self._store is not None
        work = partial(read_comparison, self._store, self._ids)
        self._tasks.start(_SLOT, work, done=self._loaded, failed=self._failed, title=title)

    def _loaded(self, comparison: Comparison) -> None:
        self._refresher.finished()
        if len(comparison.run_ids) < 2:
            self._say("Fewer than two of the selected runs are in the store any more.")
            return
        if not self._has_chosen:
            self._only.setChecked(len(comparison.rows) > HANDFUL)
        self.model.show_comparison(comparison)
        self._filter()
        self._layers.setCurrentWidget(self.view)
        self.status_changed.emit()

    def _failed(self, error: BakehouseError) -> None:
        self._refresher.given_up()
        self._read = None
        self._say(str(error))

    def _say(self, sentence: str) -> None:
        self._message.setText(sentence)
        self._layers.setCurrentWidget(self._message)
        self.status_changed.emit()

    def _take_directions(self) -> None:
        self.model.set_directions(self._directions.chosen)

    # What the person chooses

    def _choose_differences(self) -> None:
        self._has_chosen = True
        self._filter()

    def _filter(self) -> None:
        self.model.filter(differing=self._only.isChecked(), words=self._search.text())
        self.status_changed.emit()

    def _run_clicked(self, run: int) -> None:
        # Only the current run changes: a click must not end the comparison.
        self.run_centred.emit(self.model.comparison.run_ids[run])

    def run_menu(self, run: int) -> QMenu:
        """What can be done with a column."""
        run_ids = list(self.model.comparison.run_ids)
        run_id = run_ids[run]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if run_id == self.model.baseline:
            menu.addAction("No baseline").triggered.connect(partial(self.model.hold_against, None))
        else:
            menu.addAction("Make baseline").triggered.connect(partial(self.model.hold_against, run_id))
        menu.addSeparator()
        for text, to in (("Move left", run - 1), ("Move right", run + 1), ("Move to the front", 0)):
            moved = [other for other in run_ids if other != run_id]
            moved.insert(to, run_id)
            action = menu.addAction(text)
            action.setEnabled(0 <= to < len(run_ids) and to != run)
            action.triggered.connect(partial(self.selection_wanted.emit, moved))
        menu.addSeparator()
        rest = [other for other in run_ids if other != run_id]
        menu.addAction("Remove from the selection").triggered.connect(partial(self.selection_wanted.emit, rest))
        return menu

    def _open_run_menu(self, run: int, at: QPoint) -> None:
        self.run_menu(run).popup(at)

    def row_menu(self, row: ComparedRow) -> QMenu:
        """Which way a metric is better."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._directions.fill(menu, row.name)
        return menu

    def _open_row_menu(self, row: int, at: QPoint) -> None:
        compared = self.model.row_at(row)
        if compared is not None and compared.section is Section.METRICS:
            self.row_menu(compared).popup(at)

    def compare_artifacts(self) -> None:
        """Open the files of these runs beside each other."""
        if self._is_drawn and self._store is not None and self.locator is not None:
            guard = Guard(self._store.path)
            comparison = self.model.comparison
            ArtifactComparison(comparison, self.locator, guard, self._tasks, self._theme, self).open()


def _table(
    comparison: Comparison, rows: Sequence[ComparedRow], _reader: Callable[[], Reader], _token: Token
) -> TableSource:
    """The rows as shown, with values in full: section, name, then a column for each run."""
    columns = [
        coded([row.exact(place) if row.present[place] else None for row in rows])
        for place in range(len(comparison.run_ids))
    ]
    names = ("section", "name", *(_titles(comparison)))
    cells = (coded([row.section.title.lower() for row in rows]), coded([row.name for row in rows]), *columns)
    return Table(names, cells, len(rows))


def _titles(comparison: Comparison) -> list[str]:
    """A run's name where no other column is called so, else its id."""
    taken = ["section", "name", *comparison.names]
    return [
        name if taken.count(name) == 1 else run_id
        for name, run_id in zip(comparison.names, comparison.run_ids, strict=True)
    ]
