"""Which frame the runs page shows: the chosen experiments' runs, read first, completed, and read again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from bakehouse.analysis.frame import RunFrame, default_columns
from bakehouse.analysis.growing import attributes_differ
from bakehouse.domain.columns import ColumnKey
from bakehouse.domain.runs import Experiment
from bakehouse.pages.runs.live import Prepared
from bakehouse.pages.runs.loading import Reloaded, Survey
from bakehouse.pages.runs.plots import first_axes

if TYPE_CHECKING:
    from bakehouse.pages.runs.page import RunsPage

_QUIET_MS = 300


class ShownRuns(QObject):
    """Owned by the page: hands what the loader brings to all parts, each whole and in one order. GUI thread."""

    changed = Signal()
    """Other rows stand in the table."""
    context_changed = Signal()

    def __init__(self, page: RunsPage) -> None:
        super().__init__(page)
        self._page, self._loader = page, page.loader
        self.frame = RunFrame([])
        self._experiments: Sequence[Experiment] = ()
        self.quiet = QTimer(self, singleShot=True, interval=_QUIET_MS)
        """Running while it is too early to speak of columns on their way."""
        self.quiet.timeout.connect(partial(page.model.show_waiting, True))
        page.sidebar.chosen.connect(self.load)
        page.commands.lifecycle_changed.connect(self.load_selected)
        self._loader.experiments_loaded.connect(self._experiments_loaded)
        self._loader.frame_loaded.connect(self.show)
        self._loader.surveyed.connect(self._surveyed)
        self._loader.column_changed.connect(self._column_changed)
        self._loader.reloaded.connect(self._reloaded)
        self._loader.failed.connect(self._failed)

    def forget(self) -> None:
        """The store is closed."""
        self.quiet.stop()
        self.show(RunFrame([]))

    def load(self, experiment_ids: Sequence[int]) -> None:
        """Read and show the runs of these experiments."""
        page = self._page
        page.live.given_up()
        page.places_been.leave()
        page.area.wait()
        names = {one.experiment_id: one.name for one in page.sidebar.model.known.values()}
        deleted = page.commands.shows_deleted
        page.area.show_lifecycle(deleted)
        self._loader.load_runs(experiment_ids, names, deleted=deleted)
        page.second.show_experiments(experiment_ids)
        self.context_changed.emit()

    def load_selected(self) -> None:
        """Those of the experiments chosen in the sidebar."""
        self.load(self._page.sidebar.selected)

    def _experiments_loaded(self, experiments: Sequence[Experiment]) -> None:
        page = self._page
        self._experiments = experiments
        page.sidebar.show_experiments(experiments)
        page.tools.stars.know(experiments)
        active = page.sidebar.model.active
        if not active:
            page.emptiness.no_experiments()
        elif not page.sidebar.selected:
            # The one most people came for: the fullest.
            page.sidebar.select([max(active, key=lambda one: one.active_runs).experiment_id])
        self.context_changed.emit()

    def show(self, frame: RunFrame) -> None:
        """Show the runs of `frame`, whose columns are on their way."""
        page = self._page
        self.frame = frame
        page.tools.views.before_frame(page.sidebar.selected)
        page.model.show_waiting(False)
        page.model.show_frame(frame, page.tools.columns.first(several=len(page.sidebar.selected) > 1))
        page.table.runs.adopt_frame()
        page.table.forget_widths()
        page.table.scrollToTop()
        page.plots.show_frame(frame)
        self.quiet.start()
        page.visible.show_frame(frame)
        page.show_visible()
        page.tools.columns.count()
        sought = page.places_been.frame_shown(frame) or page.selecting.finder.frame_shown(frame)
        if not sought:
            page.selecting.select_first()

    def _surveyed(self, survey: Survey) -> None:
        page = self._page
        page.filter_bar.line.set_vocabulary(self.frame.keys, self.frame.texts_of)
        page.visible.column_arrived()
        page.tools.surveyed(survey)
        page.glimpser.look()
        self._loader.want(page.model.columns)
        axes = default_columns(self.frame, survey.relevance, survey.constant, params=5, metrics=2)
        page.plots.set_axes(first_axes(axes))
        page.tools.put_back(self.frame, page.sidebar.selected)

    def _column_changed(self, key: ColumnKey) -> None:
        page = self._page
        page.model.column_changed(key)
        page.plots.column_changed(key)
        if self.frame.column(key) is not None:
            page.visible.column_arrived()
        if any(sort.column == key for sort in page.model.sort_keys):
            page.say()

    def _reloaded(self, result: Reloaded) -> None:
        """The one place where a frame takes another one's place: all of it at once, nothing flickers."""
        page = self._page
        if result.experiments != self._experiments:
            self._experiments = result.experiments
            page.sidebar.show_experiments(result.experiments)
            self.context_changed.emit()
        if result.grown is None:
            page.tools.stars.read()
        if not page.sidebar.selected:
            self._experiments_loaded(result.experiments)
            return
        if page.commands.shows_deleted != self._loader.deleted:
            # The chosen experiment was deleted or restored.
            self.load_selected()
            return
        before, current = self.frame, page.selection.current
        if result.changed is None or result.changed:
            self._swap(result)
        if result.touched is None or not result.touched.isdisjoint(page.selection.ids):
            page.plots.refresh()
        touched = current is not None and (result.touched is None or current in result.touched)
        if touched or (current is not None and attributes_differ(before, self.frame, current)):
            page.live.reload_inspector()

    def _swap(self, result: Reloaded) -> None:
        page = self._page
        prepared = result.prepared if isinstance(result.prepared, Prepared) else Prepared()
        self.frame = result.frame
        page.visible.adopt(result.frame, prepared.text, prepared.answer)
        page.plots.show_frame(result.frame, keep=True, prepared=prepared.axes)
        page.tell_plots()
        with page.table.keeping_runs():
            page.model.show_frame(result.frame, page.model.columns, page.visible.mask)
        page.table.runs.adopt_frame()
        page.tools.differing.show_frame(result.frame, page.sidebar.selected, keep=True)
        page.show_emptiness()
        page.say()
        page.tools.columns.count()
        self.context_changed.emit()

    def _failed(self, sentence: str) -> None:
        self._page.live.given_up()
        if self.frame.size:
            self._page.said.emit(sentence)
        else:
            self._page.area.show_message(sentence, retry=True)
