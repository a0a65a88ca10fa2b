"""What the inspector of the runs page leads to: other runs, models, web pages, histories, columns, filters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from bakehouse.analysis.search.expression import Comparator, Condition, filter_text
from bakehouse.analysis.search.quick import with_term
from bakehouse.dialogs.web_link import ask_to_open
from bakehouse.domain.columns import ColumnKey, ColumnKind, metric, param, tag
from bakehouse.domain.edits import AddArtifacts, DeleteTag, RenameRun, RunEdit, SetNote, SetTag
from bakehouse.domain.lineage import DATASET_LINK, LOGGED_LINK, MODEL_LINK, RUN_LINK, linked_version
from bakehouse.domain.text import visible
from bakehouse.pages.datasets import DatasetRoom
from bakehouse.pages.runs.run_facts import CHILDREN_LINK, WEB_LINK
from bakehouse.theme import ThemeSource
from bakehouse.widgets.fact_list import Fact

if TYPE_CHECKING:
    from bakehouse.pages.runs.inspector import RunInspector
    from bakehouse.pages.runs.plots.panel import PlotPanel
    from bakehouse.pages.runs.table_columns import TableColumns
    from bakehouse.widgets.filter_bar import FilterBar

_SHOWN_CHARACTERS = 60
_COMMANDS: dict[type, str] = {
    AddArtifacts: "runs.add_artifacts",
    RenameRun: "runs.rename",
    SetTag: "runs.tags",
    DeleteTag: "runs.tags",
    SetNote: "runs.note",
}


class InspectorLinks(QObject):
    """Owned by the runs page: turns what is clicked in the inspector into what the page does. GUI thread."""

    run_requested = Signal(str)
    runs_requested = Signal(object)
    """Ids of runs to be selected together."""
    model_requested = Signal(object)
    """The name of a registered model, or (name, version)."""
    logged_model_requested = Signal(str)
    """The id of a logged model."""
    edit_requested = Signal(str, object)
    """(action id, edit)."""

    def __init__(
        self,
        inspector: RunInspector,
        plots: PlotPanel,
        columns: TableColumns,
        bar: FilterBar,
        themes: ThemeSource,
        page: QObject,
    ) -> None:
        super().__init__(page)
        self._inspector, self._plots, self._columns, self._bar, self._themes = inspector, plots, columns, bar, themes
        self._datasets = DatasetRoom("runs.dataset", self)
        self._datasets.run_requested.connect(self.run_requested)
        self._datasets.version_requested.connect(self._tell_version)
        inspector.link_activated.connect(self.follow)
        inspector.metric_chosen.connect(self._show_history)
        inspector.edit_requested.connect(self._ask)
        inspector.note.runs_requested.connect(self._show_runs)
        inspector.metrics.menu_opening.connect(self._fill_metric_menu)
        inspector.params.menu_opening.connect(self._fill_param_menu)
        for section, key_of in ((inspector.several.metrics, metric), (inspector.several.params, param)):
            section.menu_opening.connect(partial(self._fill_shared_menu, key_of))
        inspector.several.tags.menu_opening.connect(partial(self._fill_shared_menu, tag))
        inspector.tags.menu_opening.connect(self._fill_tag_menu)

    def follow(self, link: str) -> None:
        """Go where one of the links of `domain.lineage` and `run_facts` leads."""
        kind, target = link.partition(":")[0] + ":", link.partition(":")[2]
        details, lineage = self._inspector.details, self._inspector.lineage
        version = linked_version(link)
        if version is not None:
            self.model_requested.emit(version)
        elif kind == RUN_LINK:
            self.run_requested.emit(target)
        elif kind == MODEL_LINK:
            self.model_requested.emit(target)
        elif kind == LOGGED_LINK:
            self.logged_model_requested.emit(target)
        elif kind == WEB_LINK:
            ask_to_open(target, self._inspector.window())
        elif kind == CHILDREN_LINK and lineage is not None:
            self.runs_requested.emit(lineage.child_ids)
        elif kind == DATASET_LINK and details is not None:
            session = self._inspector.session
            if session is not None:
                self._datasets.show(details.datasets[int(target)], session, self._inspector.window())

    def _tell_version(self, name: str, version: int) -> None:
        self.model_requested.emit((name, version))

    def _show_runs(self, run_ids: Sequence[str]) -> None:
        """One wherever it is, several of the present table."""
        if len(run_ids) == 1:
            self.run_requested.emit(run_ids[0])
        else:
            self.runs_requested.emit(run_ids)

    def _show_history(self, name: str) -> None:
        self._plots.history.show_metric(name)
        self._plots.bring_forward(self._plots.history)

    def _ask(self, edit: RunEdit | AddArtifacts) -> None:
        self.edit_requested.emit(_COMMANDS[type(edit)], edit)

    # Menus

    def _fill_metric_menu(self, fact: Fact, menu: QMenu) -> None:
        menu.addAction("Show history").triggered.connect(partial(self._show_history, fact.name))
        menu.addSeparator()
        self._add_column_entries(metric(fact.name), menu)

    def _fill_param_menu(self, fact: Fact, menu: QMenu) -> None:
        self._add_filter_entry(param(fact.name), fact.value, menu)
        self._add_column_entries(param(fact.name), menu)

    def _fill_tag_menu(self, name: str, menu: QMenu) -> None:
        details = self._inspector.details
        value = details.tag(name) if details is not None else None
        if value is not None:
            self._add_filter_entry(tag(name), value, menu)
        self._add_column_entries(tag(name), menu)

    def _fill_shared_menu(self, key_of: Callable[[str], ColumnKey], fact: Fact, menu: QMenu) -> None:
        self._add_column_entries(key_of(fact.name), menu)

    def _add_filter_entry(self, key: ColumnKey, value: str, menu: QMenu) -> None:
        try:
            term = filter_text(Condition(key, Comparator.EQUAL, value))
        except ValueError:  # quotes of both kinds, which the language cannot write
            return
        entry = menu.addAction(f"Only {visible(term, _SHOWN_CHARACTERS)}".replace("&", "&&"))
        entry.triggered.connect(lambda: self._bar.set_text(with_term(self._bar.text.strip(), term)))
        menu.addSeparator()

    def _add_column_entries(self, key: ColumnKey, menu: QMenu) -> None:
        if not self._columns.is_shown(key):
            menu.addAction("Add as column").triggered.connect(lambda: self._columns.add(key))
        falling = key.kind is ColumnKind.METRIC
        menu.addAction("Sort by this").triggered.connect(lambda: self._columns.sort(key, descending=falling))
