"""What a person does with the run table: columns, views, groups, stars, what differs, copying and exporting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Signal

from bakehouse.actions import COPY_AS, Context
from bakehouse.analysis.frame import RunFrame
from bakehouse.exports.formats import Format
from bakehouse.pages.runs.cell_menu import cell_menu
from bakehouse.pages.runs.commands import MENU_COMMANDS
from bakehouse.pages.runs.copying import RunCopying
from bakehouse.pages.runs.differing import DifferingColumns
from bakehouse.pages.runs.exporting import RunExporting
from bakehouse.pages.runs.header_menu import ColumnMenus
from bakehouse.pages.runs.loading import Survey
from bakehouse.pages.runs.stars import RunStars
from bakehouse.pages.runs.table_columns import TableColumns
from bakehouse.pages.runs.table_groups import TableGroups
from bakehouse.pages.runs.view_menu import ViewMenu
from bakehouse.pages.runs.view_rows import RowSection
from bakehouse.pages.runs.views import RunViews
from bakehouse.store.handle import Store

if TYPE_CHECKING:
    from bakehouse.pages.runs.page import RunsPage
    from bakehouse.settings import Settings
    from bakehouse.tasks import TaskRunner
    from bakehouse.theme import ThemeSource

_IN_THE_MENU = ("runs.star", "runs.copy", *COPY_AS, "runs.export", "runs.register")


class TableTools(QObject):
    """Owned by the page, whose table, selection and filter they work on; they know each other through it.

    GUI thread.
    """

    said = Signal(str)
    noticed = Signal(str, object)
    counted = Signal()
    """Something that the status line counts."""
    starred = Signal()
    """Other runs are to be shown, for their stars."""
    arranged = Signal()
    context_changed = Signal()

    def __init__(self, page: RunsPage, tasks: TaskRunner, settings: Settings, themes: ThemeSource) -> None:
        super().__init__(page)
        self._page, self._table, self._model, self._selection = page, page.table, page.model, page.selection
        self._bar = bar = page.filter_bar
        loader = page.loader
        self.columns = TableColumns(self._table, self._model, bar, loader, themes.theme, self)
        self._column_menus = ColumnMenus(self.columns, self)
        self.differing = DifferingColumns(tasks, self)
        self.views = RunViews(self.columns, bar, tasks, self)
        self.view_menu = ViewMenu(self.views, bar.view_button, self)
        self.copying = RunCopying(tasks, self._table, lambda: page.inspector.details, self)
        self.exporting = RunExporting(tasks, self._model, self._selection, themes, page)
        self.stars = RunStars(tasks, self._model, bar, themes, page)
        self.groups = TableGroups(self._model, bar, loader, settings, themes, page)
        self.set_theme = self.columns.set_theme
        self._keep_in_views()
        self._connect()

    def _keep_in_views(self) -> None:
        keep, plots, differing = self.views.keep, self._page.plots, self.differing
        keep("plots", plots.settings, plots.restore)
        keep("only_differing", lambda: differing.is_wanted, lambda one: differing.want(one is True))
        rows = RowSection(self.groups, self.stars)
        keep("rows", rows.capture, rows.restore)
        for change in (plots.settings_changed, self.groups.changed, self.stars.changed):
            change.connect(self.views.touch)

    def _connect(self) -> None:
        told = (self.views.said, self.copying.said, self.exporting.said, self.differing.failed, self.stars.failed)
        for sentence in told:
            sentence.connect(self.said)
        for change in (self.columns.sorted, self.stars.counted, self.groups.changed):
            change.connect(self.counted)
        for change in (self.views.changed, self.groups.changed):
            change.connect(self.context_changed)
        self.groups.changed.connect(self.arranged)
        self.stars.changed.connect(self.starred)
        self.exporting.noticed.connect(self.noticed)
        self.columns.chooser.differing_toggled.connect(self.differing.want)
        self.differing.changed.connect(self._show_differing)
        self._table.star_requested.connect(self._turn_stars)
        self._table.menu_requested.connect(self._open_menu)
        self._table.copy_requested.connect(partial(self.copying.copy_rows, Format.TSV))

    # What the page tells

    def open(self, store: Store) -> None:
        """Runs of this store come from now on."""
        for part in (self.copying, self.exporting, self.views, self.differing):
            part.open(store)
        self.stars.open(store.path)

    def close(self) -> None:
        """The store is about to go."""
        self.views.close()
        for part in (self.differing, self.copying, self.exporting):
            part.open(None)
        self.stars.close()

    def surveyed(self, survey: Survey) -> None:
        """It is known which columns there are."""
        self.columns.surveyed(survey)
        self.groups.surveyed()

    def put_back(self, frame: RunFrame, experiment_ids: Sequence[int]) -> None:
        """Everything about the columns of `frame` is shown: look at it as it was left."""
        self.differing.show_frame(frame, experiment_ids)
        self.views.surveyed()

    def _show_differing(self) -> None:
        wanted = self.differing.is_wanted
        self.columns.chooser.show_same(wanted, self.differing.same if self.differing.is_known else None)
        self.columns.hide_same(self.differing.same if wanted else frozenset())
        self.views.touch()

    # What the person asks

    def _turn_stars(self, run_ids: Sequence[str] = ()) -> None:
        self.stars.turn(run_ids or self._selection.ids)

    def _open_menu(self, row: int, section: int, place: QPoint) -> None:
        commands = [
            action
            for action in self._page.window().actions()
            if action.objectName() in _IN_THE_MENU or (action.objectName() in MENU_COMMANDS and action.isEnabled())
        ]
        cell_menu(self._model, self._bar, row, section, commands).popup(place)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """The commands answered here."""
        return {
            "runs.columns": self.columns.choose,
            "runs.column_menu": self._column_menus.open_current,
            "runs.column_left": partial(self.columns.move_current, -1),
            "runs.column_right": partial(self.columns.move_current, 1),
            "runs.views": self.view_menu.open,
            "runs.view_save": self.view_menu.save,
            "runs.view_save_as": self.view_menu.ask_save_as,
            "runs.view_reset": self.view_menu.reset,
            "runs.view_import": self.view_menu.ask_import,
            "runs.view_export": self.view_menu.ask_export,
            "runs.group": self.groups.choose,
            "runs.expand_all": self.groups.expand_all,
            "runs.fold_all": self.groups.fold_all,
            "runs.only_starred": self.stars.button.toggle,
            "runs.star": self._turn_stars,
            **self.copying.handlers(),
            **self.exporting.handlers(),
        }

    def context(self, context: Context) -> Context:
        """`context` with what is known here."""
        filtered = bool(self._bar.text) or self.stars.on
        return replace(context, view_changed=self.views.is_changed, filtered=filtered, foldable=self.groups.foldable)

    def words(self) -> list[str]:
        """What the status line says of stars and groups."""
        return [words for words in (self.stars.words(), self.groups.words()) if words]
