"""Which columns the run table shows, and in what order the runs stand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from bakehouse.analysis.frame import ColumnState, default_columns
from bakehouse.domain.columns import DURATION, EXPERIMENT, RUN_NAME, START_TIME, ColumnKey
from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.pages.runs.loading import RunLoader, Survey
from bakehouse.pages.runs.visible_runs import is_system_tag
from bakehouse.theme import Theme
from bakehouse.widgets.column_chooser import ColumnChooser
from bakehouse.widgets.filter_bar import FilterBar
from bakehouse.widgets.run_table_view import RunTableView

_FIRST_COLUMNS = (START_TIME, DURATION)


class TableColumns(QObject):
    """Owned by the page: fills the table's columns, asks the loader for them, and opens the chooser. GUI thread."""

    sorted = Signal()

    def __init__(
        self, table: RunTableView, model: RunTableModel, bar: FilterBar, loader: RunLoader, theme: Theme, page: QObject
    ) -> None:
        super().__init__(page)
        self._model, self._bar, self._loader = model, bar, loader
        self._defaults: list[ColumnKey] = []
        self.chooser = ColumnChooser(theme, bar)
        self.set_theme = self.chooser.set_theme
        bar.columns_requested.connect(self.choose)
        table.sorted_by.connect(self._sorted)
        self.chooser.columns_chosen.connect(self._chosen)

    def first(self, *, several: bool) -> list[ColumnKey]:
        """The columns shown before it is known which there are; with `several` experiments their names too."""
        self._defaults = []
        return [RUN_NAME, *([EXPERIMENT] if several else []), *_FIRST_COLUMNS]

    def surveyed(self, survey: Survey) -> None:
        """It is known which columns there are: show the most telling."""
        columns = default_columns(self._model.frame, survey.relevance, survey.constant)
        if EXPERIMENT in self._model.columns:
            columns.insert(1, EXPERIMENT)
        self._defaults = columns
        self._model.show_columns(columns)
        self.count()

    def choose(self) -> None:
        """Let the person choose."""
        frame = self._model.frame
        keys = [key for key in frame.keys if not is_system_tag(key) or key in self._model.columns]
        self.chooser.open_below(self._bar.columns_button, keys, self._model.columns, self._defaults, frame)

    def count(self) -> None:
        """Say on the button how many there are."""
        every = sum(not is_system_tag(key) for key in self._model.frame.keys)
        self._bar.set_columns(len(self._model.columns), every)

    def _chosen(self, keys: Sequence[ColumnKey]) -> None:
        present = [key for key in self._model.columns if key in keys]
        columns = sorted([*present, *(key for key in keys if key not in present)], key=lambda key: key.kind)
        self._model.show_columns(columns or [RUN_NAME])
        self._loader.want(columns)
        self.count()

    def _sorted(self, key: ColumnKey, _descending: bool) -> None:
        if self._model.frame.state(key) is ColumnState.FAILED:
            self._loader.again(key)
        else:
            self._loader.want([key])
        self.sorted.emit()
