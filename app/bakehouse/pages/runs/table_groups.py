"""How the run table is nested and grouped: the button, its popup, and the commands."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from bakehouse.analysis.frame import ColumnState
from bakehouse.analysis.nesting import parent_rows
from bakehouse.domain.arrangement import Arrangement
from bakehouse.domain.columns import ColumnKind
from bakehouse.itemmodels.run_table import RunTableModel, column_title
from bakehouse.pages.runs.loading import RunLoader
from bakehouse.settings import Settings
from bakehouse.theme import ThemeSource
from bakehouse.widgets.filter_bar import FilterBar
from bakehouse.widgets.group_chooser import GroupChooser

_NEST = "nest_runs"
_LABEL_CHARACTERS = 28


class TableGroups(QObject):
    """Owned by the page. Nesting is remembered for the person, groups for the window. GUI thread."""

    changed = Signal()

    def __init__(
        self,
        model: RunTableModel,
        bar: FilterBar,
        loader: RunLoader,
        settings: Settings,
        themes: ThemeSource,
        page: QWidget,
    ) -> None:
        super().__init__(page)
        self._model, self._loader, self._settings = model, loader, settings
        self.button = QPushButton("Group", bar)
        self.button.setObjectName("group_button")
        self.button.setAccessibleName("Group and nest runs")
        self.button.clicked.connect(self.choose)
        bar.add_control(self.button)
        self.chooser = GroupChooser(themes.theme, bar)
        themes.changed.connect(self.chooser.set_theme)
        self.chooser.arrangement_chosen.connect(self.arrange)
        self.chooser.fold_requested.connect(self._fold)
        model.arrange_by(Arrangement(nested=settings.flag(_NEST, True)))
        model.modelReset.connect(self._label)
        for folded in (model.rowsInserted, model.rowsRemoved):
            folded.connect(self._tell_folded)
        self._label()

    @property
    def arrangement(self) -> Arrangement:
        """What is chosen now."""
        return self._model.arranged.arrangement

    @property
    def foldable(self) -> bool:
        """Whether there is anything to fold."""
        return self._model.arranged.nested or self._model.arranged.grouping is not None

    def choose(self) -> None:
        """Let the person choose."""
        frame = self._model.frame
        self.chooser.open_below(self.button, frame, self.arrangement, parent_rows(frame) is not None)

    def arrange(self, arrangement: Arrangement) -> None:
        """Arrange the runs so; columns that are not there yet are read first."""
        if arrangement.nested != self.arrangement.nested:
            self._settings.remember_flag(_NEST, arrangement.nested)
        self._model.arrange_by(arrangement)
        self._loader.want(arrangement.group_by)
        self._label()
        self.changed.emit()

    def surveyed(self) -> None:
        """It is known which columns there are: what none of these runs has is not grouped by."""
        states = self._model.frame.states
        keys = tuple(key for key in self.arrangement.group_by if key.kind is ColumnKind.ATTRIBUTE or key in states)
        if keys != self.arrangement.group_by:
            self._model.arrange_by(replace(self.arrangement, group_by=keys))
        self._loader.want(keys)
        self._label()

    def expand_all(self) -> None:
        """Unfold every group and parent."""
        self._fold(True)

    def fold_all(self) -> None:
        """Fold every group and parent."""
        self._fold(False)

    def words(self) -> str:
        """Why the groups asked for are not shown, in words; empty when they are."""
        frame = self._model.frame
        waiting = self._model.arranged.waiting(frame) if frame.size else []
        if not waiting:
            return ""
        names = ", ".join(column_title(key)[:60] for key in waiting)
        failed = any(frame.state(key) is ColumnState.FAILED for key in waiting)
        return f"not grouped: {names} could not be read" if failed else f"reading {names} to group by"

    def _fold(self, is_open: bool) -> None:
        self._model.set_all_open(is_open)
        self.changed.emit()

    def _tell_folded(self, *_rows: object) -> None:
        self.changed.emit()

    def _label(self) -> None:
        names = ", ".join(column_title(key) for key in self.arrangement.group_by)
        text = "Nested" if self._model.arranged.nested else "Group"
        if names:
            text = names if len(names) <= _LABEL_CHARACTERS else names[: _LABEL_CHARACTERS - 1] + "…"
            text = f"By {text}"
        self.button.setText(text.replace("&", "&&"))
