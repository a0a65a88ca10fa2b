"""The selected runs side by side, read in a task when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QCheckBox, QMenu, QPushButton, QToolButton, QWidget
from typing_extensions import override

from bakehouse.analysis.comparison import RUN_SECTIONS, ComparedRow, Comparison, Section, compare
from bakehouse.analysis.frame import RunFrame
from bakehouse.artifacts.fetching import Fetched
from bakehouse.artifacts.locator import Locator
from bakehouse.artifacts.protection import Guard
from bakehouse.domain.cancellation import Token
from bakehouse.domain.text import counted
from bakehouse.exports.tables import Table, TableSource, coded
from bakehouse.itemmodels.comparison_table import HANDFUL, ComparisonModel
from bakehouse.pages.runs.plots.artifact_comparison import ArtifactComparison
from bakehouse.pages.runs.plots.compared_files import FileReading
from bakehouse.pages.runs.plots.directions import MetricDirections
from bakehouse.pages.runs.plots.selection_tab import SelectionTab
from bakehouse.pages.runs.plots.tab import TableMaker
from bakehouse.personal.view_format import Json
from bakehouse.plots.drawing import Drawing
from bakehouse.store.comparison import read_compared
from bakehouse.store.handle import Store
from bakehouse.store.reading import Reader
from bakehouse.tasks import TaskRunner
from bakehouse.theme import RunColors, Theme
from bakehouse.widgets.comparison_view import ComparisonView, paint_picture, picture_size
from bakehouse.widgets.icons import icon
from bakehouse.widgets.search_field import SearchField

_PICTURE_ROWS = 300


def read_comparison(store: Store, run_ids: Sequence[str], token: Token) -> Comparison:
    """The comparison of these runs, for a worker thread. Raises StoreError kin, Cancelled."""
    return compare(read_compared(store.reader(), run_ids, token), token.check)


class CompareTab(SelectionTab):
    """Owns the comparison, what of it is shown and what is said of metrics. GUI thread."""

    title = "Compare"
    slot = "runs.compare"
    name = "compare"
    task_title = "Comparing runs"
    invitation = "Select two runs or more in the table to compare them."
    runs_at_most = 50

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
        super().__init__(tasks, parent)
        self._colors, self._directions, self._theme = colors, directions, theme
        self.locator: Locator | None = None
        """Where artifacts lie; None while no store is open."""
        self._has_chosen = False
        """Whether the person has said which rows there shall be."""
        self._baseline = ""
        """The run that the others are to be held against whenever it is among them."""
        self._unified = False
        """Whether texts of artifacts are compared in one column."""
        self.model = ComparisonModel(self)
        self.view = ComparisonView(self.model, theme, colors)
        self._layers.addWidget(self.view)
        self._make_tools()
        self.view.run_clicked.connect(self._run_clicked)
        self.view.run_menu_wanted.connect(self._open_run_menu)
        self.view.row_menu_wanted.connect(self._open_row_menu)
        self.view.section_pressed.connect(self._fold)
        self.model.baseline_changed.connect(self.status_changed)
        self._directions.changed.connect(self._take_directions)

    def _make_tools(self) -> None:
        self._search = SearchField()
        self._search.setObjectName("compare_search")
        self._search.setAccessibleName("Find rows")
        self._search.setPlaceholderText("Find rows")
        self._search.setMinimumWidth(72)
        self._search.setMaximumWidth(180)
        self._only = QCheckBox("Differences only")
        self._only.setObjectName("compare_differences")
        self._only.setChecked(True)
        self._show = QPushButton("Show")
        self._show.setObjectName("compare_show")
        self._show.setToolTip("Which sections there are, and whether better and worse are told apart")
        self._histories = self._tool("compare_histories", "Show the histories of these runs over each other")
        self._files = self._tool("compare_artifacts", "Compare the files of these runs")
        for widget in (self._search, self._only, self._show, self._histories, self._files):
            self.tool_row.addWidget(widget)
        self._search.textChanged.connect(self._search_changed)
        self._only.clicked.connect(self._choose_differences)
        self._show.clicked.connect(self._open_show_menu)
        self._histories.clicked.connect(self.histories_wanted)
        self._files.clicked.connect(self.compare_artifacts)
        self._draw_icons()

    def _tool(self, name: str, words: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setIconSize(QSize(16, 16))
        button.setFixedSize(30, 30)
        button.setToolTip(words)
        button.setAccessibleName(words)
        return button

    def _draw_icons(self) -> None:
        self._histories.setIcon(icon("chart-line", self._theme, 16))
        self._files.setIcon(icon("file-text", self._theme, 16))

    @override
    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.view.set_theme(theme)
        self._draw_icons()
        for dialog in self.findChildren(ArtifactComparison):
            dialog.set_theme(theme)

    # What the panel tells

    @override
    def close_store(self) -> None:
        super().close_store()
        self.locator = None
        for dialog in self.findChildren(ArtifactComparison):
            dialog.reject()

    @override
    def clear(self) -> None:
        super().clear()
        self._has_chosen, self._baseline = False, ""
        self.model.show_comparison(Comparison((), (), (), ()))

    @override
    def show_frame(self, frame: RunFrame, *, keep: bool) -> None:
        if not keep:
            self.clear()

    @override
    def settings(self) -> dict[str, Json]:
        kept: dict[str, Json] = {}
        if self._has_chosen:
            kept["differences"] = self._only.isChecked()
        if self._baseline:
            kept["baseline"] = self._baseline
        if self.model.folded:
            kept["folded"] = [section.title.lower() for section in sorted(self.model.folded)]
        if not self.model.tells_directions:
            kept["directions"] = False
        if self._search.text().strip():
            kept["words"] = self._search.text().strip()
        if self._unified:
            kept["unified"] = True
        return kept

    @override
    def restore(self, settings: Mapping[str, Json]) -> None:
        differing, baseline = settings.get("differences"), settings.get("baseline")
        folded, words = settings.get("folded"), settings.get("words")
        self._baseline = baseline if isinstance(baseline, str) else ""
        self._has_chosen = isinstance(differing, bool)
        self._only.setChecked(differing if isinstance(differing, bool) else self._differs_at_first())
        with QSignalBlocker(self._search):
            self._search.setText(words if isinstance(words, str) else "")
        self._unified = settings.get("unified") is True
        named = folded if isinstance(folded, list) else []
        self.model.show_sections(section for section in Section if section.title.lower() not in named)
        self.model.tell_directions(settings.get("directions") is not False)
        self.model.hold_against(self._baseline if self._baseline in self.model.comparison.run_ids else None)
        self._filter()

    @override
    def status(self) -> str:
        if self._layers.currentWidget() is not self.view:
            return ""
        matching, size = self.model.counts()
        rows = counted(size, "row") if matching == size else f"{matching:,} of {size:,} rows"
        parts = [f"{counted(len(self.model.comparison.run_ids), 'run')}, {rows}"]
        parts += filter(None, [self.left_out])
        gone = len(self._ids) - len(self.model.comparison.run_ids)
        if gone > 0 and self._asked == self._ids:
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

    # Reading

    @override
    def asked(self) -> Hashable:
        return self._ids if len(self._ids) > 1 else None

    @override
    def reading(self, store: Store) -> Callable[[Token], Comparison]:
        self._directions.learn()
        return partial(read_comparison, store, self._ids)

    @override
    def show_read(self, result: Comparison) -> None:
        if len(result.run_ids) < 2:
            self.say("Fewer than two of the selected runs are in the store any more.")
            return
        self.model.show_comparison(result)
        if self._baseline in result.run_ids:
            self.model.hold_against(self._baseline)
        if not self._has_chosen:
            self._only.setChecked(self._differs_at_first())
        self._filter()
        self._layers.setCurrentWidget(self.view)
        self.status_changed.emit()

    def _differs_at_first(self) -> bool:
        """Whether only rows that differ are shown until the person says otherwise."""
        return len(self.model.comparison.rows) > HANDFUL

    def _take_directions(self) -> None:
        self.model.set_directions(self._directions.chosen)

    # What the person chooses

    def _choose_differences(self) -> None:
        self._has_chosen = True
        self._filter()
        self.settings_changed.emit()

    def _filter(self) -> None:
        self.model.filter(differing=self._only.isChecked(), words=self._search.text())
        self.status_changed.emit()

    def _search_changed(self) -> None:
        self._filter()
        self.settings_changed.emit()

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
            menu.addAction("No baseline").triggered.connect(partial(self._hold_against, ""))
        else:
            menu.addAction("Make baseline").triggered.connect(partial(self._hold_against, run_id))
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

    def _hold_against(self, run_id: str) -> None:
        self._baseline = run_id
        self.model.hold_against(run_id or None)
        self.settings_changed.emit()

    def show_menu(self) -> QMenu:
        """Which sections are unfolded, and whether directions are told."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for section in RUN_SECTIONS:
            action = menu.addAction(section.title)
            action.setCheckable(True)
            action.setChecked(section not in self.model.folded)
            action.triggered.connect(partial(self._turn_section, section))
        menu.addSeparator()
        action = menu.addAction("Better and worse")
        action.setCheckable(True)
        action.setChecked(self.model.tells_directions)
        action.triggered.connect(self._turn_directions)
        return menu

    def _open_show_menu(self) -> None:
        self.show_menu().popup(self._show.mapToGlobal(self._show.rect().bottomLeft()))

    def _turn_section(self, section: Section) -> None:
        """Fold an unfolded section, unfold a folded one."""
        self.model.show_sections((set(Section) - self.model.folded) ^ {section})
        self._tell()

    def _turn_directions(self, on: bool) -> None:
        self.model.tell_directions(on)
        self._tell()

    def _fold(self, row: int) -> None:
        if self.model.section_at(row) is not None:
            self.model.fold(row)
            self._tell()

    def _tell(self) -> None:
        self.status_changed.emit()
        self.settings_changed.emit()

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
            reading = FileReading(self._store, self.locator, Guard(self._store.path), Fetched())
            dialog = ArtifactComparison(self.model.comparison, reading, self._tasks, self._theme, self)
            dialog.unify(self._unified)
            dialog.unified_chosen.connect(self._keep_way)
            dialog.open()

    def _keep_way(self, unified: bool) -> None:
        self._unified = unified
        self.settings_changed.emit()


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
