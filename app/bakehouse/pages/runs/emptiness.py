"""What stands in the place of the run table when it has no rows: one sentence and one thing to do."""

from __future__ import annotations

from pathlib import Path

from bakehouse.domain.snippets import logging_snippet
from bakehouse.domain.text import visible
from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.pages.runs.run_area import NO_EXPERIMENTS, RunArea, no_runs
from bakehouse.pages.runs.sidebar import ExperimentSidebar

_FILTER_CHARACTERS = 80


class Emptiness:
    """Owned by the page, which tells of every change of what is shown."""

    def __init__(self, area: RunArea, model: RunTableModel, sidebar: ExperimentSidebar) -> None:
        self._area, self._model, self._sidebar = area, model, sidebar
        self.store: Path | None = None
        """The open store."""

    def no_experiments(self) -> None:
        """The store has none."""
        self._area.show_message(NO_EXPERIMENTS, snippet=self._snippet())

    def show(self, filter_text: str, *, starred: bool, deleted: bool) -> None:
        """The table, or why it has no rows: `filter_text` and the star hide them all, or there are none."""
        if len(self._model.rows):
            self._area.show_table()
        elif self._model.frame.size:
            text = visible(filter_text, _FILTER_CHARACTERS)
            words = [f"“{text}”"] if text else []
            words += ["the star" if words else "a star"] if starred else []
            self._area.show_message(f"No run matches {' and '.join(words)}.", clear=True)
        elif self.store is not None and self._sidebar.selected:
            if deleted:
                self._area.show_message(f"No deleted runs in {self._sidebar.place()}.")
            else:
                self._area.show_message(no_runs(self._sidebar.place()), snippet=self._snippet())

    def _snippet(self) -> str:
        chosen = [one for one in self._sidebar.model.active if one.experiment_id in self._sidebar.selected]
        name = chosen[0].name if len(chosen) == 1 and chosen[0].experiment_id else ""
        return "" if self.store is None else logging_snippet(self.store, name)
