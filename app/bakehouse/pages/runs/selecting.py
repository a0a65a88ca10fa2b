"""How runs come to be selected from outside the table: by plots, links, other pages and keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QItemSelectionModel, QObject, Qt, Signal

from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.itemmodels.selection import RunSelection
from bakehouse.pages.runs.finding import RunFinder
from bakehouse.pages.runs.plots import PlotPanel
from bakehouse.store.handle import Store
from bakehouse.tasks import TaskRunner
from bakehouse.widgets.run_table_view import RunTableView


class Selecting(QObject):
    """Owned by the page; every way ends in the one selection, with the run in sight. GUI thread."""

    experiment_wanted = Signal(int)
    """The run that is sought is in this experiment: show it."""
    found = Signal()
    """A run that was sought is about to be selected."""
    failed = Signal(str)

    def __init__(
        self,
        tasks: TaskRunner,
        table: RunTableView,
        model: RunTableModel,
        selection: RunSelection,
        show_all: Callable[[], None],
        page: QObject,
    ) -> None:
        """`show_all` takes away whatever hides a run that is sought."""
        super().__init__(page)
        self._table, self._model, self._selection, self._show_all = table, model, selection, show_all
        self.finder = RunFinder(tasks, self)
        self.finder.found.connect(self.select_found)
        self.finder.experiment_wanted.connect(self.experiment_wanted)
        self.finder.failed.connect(self.failed)

    def follow(self, plots: PlotPanel) -> None:
        """Select what is clicked or drawn around on these plots."""
        plots.run_clicked.connect(self.click)
        plots.runs_selected.connect(self.select_drawn)
        plots.run_centred.connect(self.centre)

    def seek(self, run_id: str, store: Store) -> None:
        """Select a run wherever in the store it is."""
        self.finder.find(run_id, store, self._model.frame)

    def click(self, run_id: str, adding: bool) -> None:
        """A run was clicked on a plot."""
        if adding:
            self._selection.toggle(run_id)
        else:
            self._selection.set([run_id], run_id)
        self._table.show_run(run_id)

    def centre(self, run_id: str) -> None:
        """One of the selected runs is the current one from now on."""
        self._selection.set(self._selection.ids, run_id)
        self._table.show_run(run_id)

    def select_drawn(self, run_ids: Sequence[str], adding: bool) -> None:
        """Runs were chosen on a plot by box, lasso, bar or group."""
        self._selection.set(dict.fromkeys([*self._selection.ids, *run_ids]) if adding else run_ids)

    def select_found(self, run_id: str) -> None:
        """A run of the present frame: select it and lead the keyboard to it."""
        self.found.emit()
        if self._model.place_of(run_id) < 0:
            self._show_all()
        self._selection.set([run_id], run_id)
        self._table.show_run(run_id)
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)

    def select_together(self, run_ids: Sequence[str]) -> None:
        """Those of these runs that are in the present frame."""
        known = [run_id for run_id in run_ids if run_id in self._model.frame.row_of]
        if known:
            self._selection.set(known, known[0])
            self._table.show_run(known[0])

    def select_first(self) -> None:
        """The inspector never stands empty beside a full table."""
        if not self._selection.ids and len(self._model.rows):
            frame = self._model.frame
            self._selection.set([frame.run_ids[run] for run in self._model.visible_runs()[:1].tolist()])

    def select_all(self) -> None:
        """Every visible run."""
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._table.selectAll()

    def enter_table(self) -> None:
        """Lead the keyboard into the table, to its first run if there was none."""
        self._table.setFocus(Qt.FocusReason.TabFocusReason)
        if not self._table.currentIndex().isValid() and len(self._model.rows):
            flags = QItemSelectionModel.SelectionFlag
            self._table.runs.setCurrentIndex(self._model.index(0, 0), flags.ClearAndSelect | flags.Rows)
