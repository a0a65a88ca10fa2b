"""Where on the runs page a person is, and the way back there."""

from __future__ import annotations

from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.history import Place
from bakehouse.itemmodels.selection import RunSelection
from bakehouse.pages.runs.sidebar import ExperimentSidebar
from bakehouse.widgets.filter_bar import FilterBar
from bakehouse.widgets.run_table_view import RunTableView


class Whereabouts:
    """Names the place that is shown and restores one. GUI thread; owned by the page, which tells it of frames."""

    def __init__(
        self, sidebar: ExperimentSidebar, filter_bar: FilterBar, selection: RunSelection, table: RunTableView
    ) -> None:
        self._sidebar = sidebar
        self._filter_bar = filter_bar
        self._selection = selection
        self._table = table
        self._settled = False
        self._run = ""

    def here(self) -> Place | None:
        """The place that is shown, None while its runs are on their way."""
        if not self._settled or not self._sidebar.selected:
            return None
        area = tuple(sorted(self._sidebar.selected))
        return Place(area=area, item=self._selection.current, filter=self._filter_bar.text)

    def leave(self) -> None:
        """Other runs are on their way, or none."""
        self._settled = False

    def frame_shown(self, frame: RunFrame) -> bool:
        """The runs are there; whether one of them was to be shown and is."""
        self._settled = True
        run, self._run = self._run, ""
        return self._show(run, frame)

    def return_to(self, place: Place, frame: RunFrame) -> None:
        """Show the experiments, the filter and the run of `place` as far as they are still there."""
        known = self._sidebar.model.known
        experiments = [number for number in place.area if isinstance(number, int) and number in known]
        self._filter_bar.set_text(place.filter)
        run = place.item if isinstance(place.item, str) else ""
        if experiments and experiments != sorted(self._sidebar.selected):
            self._run = run
            self._sidebar.select(experiments)
        elif self._settled:
            self._show(run, frame)
        else:
            self._run = run

    def _show(self, run_id: str, frame: RunFrame) -> bool:
        if run_id not in frame.row_of:
            return False
        self._selection.set([run_id], run_id)
        self._table.show_run(run_id)
        return True
