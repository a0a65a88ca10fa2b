"""The experiments at the left of the runs page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Signal
from PySide6.QtWidgets import QAbstractItemView, QWidget

from bakehouse.domain.runs import Experiment
from bakehouse.domain.text import counted
from bakehouse.itemmodels.experiment_list import ExperimentListModel, ExperimentRole
from bakehouse.itemmodels.palette_rows import Entry, Group
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.search_list import CountedDelegate, SearchList

_ROW = 29


class ExperimentSidebar(SearchList):
    """Search over the experiments' names and a list with counts; Ctrl and Shift select several."""

    chosen = Signal(object)
    """list[int]: the experiments whose runs shall be shown."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.model = ExperimentListModel()
        delegate = CountedDelegate(theme, ExperimentRole.COUNT, _ROW, (0, _ROW))
        super().__init__(self.model, delegate, "experiment", "Experiments", parent)
        self._wanted: list[int] = []
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.section.setText("ALL")
        self._footer = PlainLabel("", "muted", self)
        self._footer.setObjectName("experiments_footer")
        self._footer.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        self._footer.setWordWrap(True)
        self.column.addWidget(self._footer)
        self.searched.connect(self._find)
        self.picked.connect(self._pick)

    @property
    def selected(self) -> list[int]:
        """The chosen experiments, also while the search hides them."""
        return list(self._wanted)

    def show_experiments(self, experiments: Sequence[Experiment]) -> None:
        """Show a store's experiments; the selection stays as far as they are still there."""
        with self.filling():
            self.model.show(experiments)
            known = {one.experiment_id for one in self.model.active}
            self._wanted = [number for number in self._wanted if number in known]
            self._mark()
        self._footer.setText(f"{counted(self.model.deleted, 'deleted experiment')} not shown")
        self._footer.setVisible(self.model.deleted > 0)

    def select(self, experiment_ids: Sequence[int]) -> None:
        """Choose these experiments; `chosen` follows when that is a change."""
        if list(experiment_ids) != self._wanted:
            self._wanted = list(experiment_ids)
            with self.filling():
                self._mark()
            self.chosen.emit(self.selected)

    def places(self, store: str, go: Callable[[int], object]) -> Group:
        """Every experiment for the palette; `go` is called with the id of the one that was chosen."""
        entries = [
            Entry(
                f"experiment/{store}/{one.experiment_id}",
                one.name,
                "chart-line",
                partial(go, one.experiment_id),
                hint=counted(one.active_runs, "run"),
            )
            for one in self.model.active
        ]
        return Group("Experiments", entries)

    def _find(self, text: str) -> None:
        with self.filling():
            self.model.search(text)
            self._mark()
        some, every = len(self.model.shown), len(self.model.active)
        self.section.setText("ALL" if some == every else f"{some:,} OF {every:,}")

    def _mark(self) -> None:
        chosen = QItemSelection()
        for number in self._wanted:
            row = self.model.row_of(number)
            if row >= 0:
                chosen.select(self.model.index(row), self.model.index(row))
        selection, flags = self.list.selectionModel(), QItemSelectionModel.SelectionFlag
        selection.select(chosen, flags.ClearAndSelect)
        if not chosen.isEmpty():
            selection.setCurrentIndex(chosen.at(0).topLeft(), flags.NoUpdate)

    def _pick(self, rows: list[int]) -> None:
        numbers = [self.model.shown[row].experiment_id for row in rows]
        if numbers != self._wanted:
            self._wanted = numbers
            self.chosen.emit(self.selected)
