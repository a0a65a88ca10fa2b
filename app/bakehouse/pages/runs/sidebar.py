"""The experiments at the left of the runs page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QMenu, QPushButton, QStyleOptionViewItem, QWidget
from typing_extensions import override

from bakehouse.domain.runs import Experiment
from bakehouse.domain.text import counted, visible
from bakehouse.itemmodels.experiment_list import ExperimentListModel, ExperimentRole
from bakehouse.itemmodels.indexes import Index
from bakehouse.itemmodels.palette_rows import Entry, Group
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.search_list import CountedDelegate, SearchList

_ROW = 29
_HEADING_PIXELS = 11
_COMMANDS = (
    "experiments.create", "experiments.rename", "experiments.describe", "experiments.tags", "experiments.pin",
    "experiments.delete", "experiments.restore",
)  # fmt: skip


class _ExperimentDelegate(CountedDelegate):
    """Also draws headings, and deleted experiments muted."""

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if index.data(ExperimentRole.HEADING):
            painter.save()
            font = painter.font()
            font.setPixelSize(_HEADING_PIXELS)
            font.setLetterSpacing(font.SpacingType.AbsoluteSpacing, 0.5)
            painter.setFont(font)
            painter.setPen(self.theme.color("muted"))
            line = option.rect.adjusted(2 * GRID, 0, 0, -4)
            painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom), index.data())
            painter.restore()
            return
        self.text = "muted" if index.data(ExperimentRole.DELETED) else "text"
        super().paint(painter, option, index)


class ExperimentSidebar(SearchList):
    """Search over the experiments' names and a list with counts; Ctrl and Shift select several."""

    chosen = Signal(object)
    """list[int]: the experiments whose runs shall be shown."""
    deleted_toggled = Signal()
    """The person wants deleted experiments listed, or no more."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.model = ExperimentListModel()
        delegate = _ExperimentDelegate(theme, ExperimentRole.COUNT, _ROW, (0, _ROW))
        super().__init__(self.model, delegate, "experiment", "Experiments", parent)
        self._wanted: list[int] = []
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._open_menu)
        self._footer = QPushButton(self)
        self._footer.setObjectName("experiments_footer")
        self._footer.setProperty("link", "true")
        self._footer.clicked.connect(self.deleted_toggled)
        row = QHBoxLayout()
        row.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        row.addWidget(self._footer)
        row.addStretch(1)
        self.column.addLayout(row)
        self.searched.connect(self._find)
        self.picked.connect(self._pick)
        self._say()

    @property
    def selected(self) -> list[int]:
        """The chosen experiments, also while the search hides them."""
        return list(self._wanted)

    @property
    def chosen_experiments(self) -> list[Experiment]:
        """The same as values."""
        known = self.model.known
        return [known[number] for number in self._wanted if number in known]

    def place(self) -> str:
        """The experiment that is chosen by name, or how many are."""
        names = [self.model.title_of(one) for number, one in self.model.known.items() if number in self._wanted]
        return visible(names[0], 120) if len(names) == 1 else f"{len(names):,} experiments" if names else ""

    def show_experiments(self, experiments: Sequence[Experiment]) -> None:
        """Show a store's experiments; the selection stays as far as they are still there."""
        with self.filling():
            self.model.show(experiments)
            self._keep_known()
        self._say()

    def show_deleted(self, shown: bool) -> None:
        """List deleted experiments too, or no more; one that was chosen is let go then."""
        with self.filling():
            self.model.show_deleted(shown)
            self._keep_known()
        self._say()

    def pin(self, experiment_ids: Sequence[int]) -> None:
        """Keep these at the top."""
        with self.filling():
            self.model.pin(experiment_ids)
            self._mark()
        self._say()

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
                self.model.title_of(one),
                "chart-line",
                partial(go, one.experiment_id),
                hint=counted(one.active_runs, "run"),
            )
            for one in self.model.active
        ]
        return Group("Experiments", entries)

    def _keep_known(self) -> None:
        known = self.model.known
        self._wanted = [number for number in self._wanted if number in known]
        self._mark()

    def _find(self, text: str) -> None:
        with self.filling():
            self.model.search(text)
            self._mark()
        self._say()

    def _say(self) -> None:
        """The heading of the first group, and what the list leaves out."""
        some, every = len(self.model.shown), len(self.model.known)
        everything = "PINNED" if self.model.has_pinned else "ALL"
        self.section.setText(everything if some == every else f"{some:,} OF {every:,}")
        number = counted(self.model.deleted, "deleted experiment")
        self._footer.setText("Hide deleted experiments" if self.model.shows_deleted else f"Show {number}")
        self._footer.setVisible(self.model.deleted > 0)

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
        numbers = [one.experiment_id for row in rows if (one := self.model.at(row)) is not None]
        if numbers and numbers != self._wanted:
            self._wanted = numbers
            self.chosen.emit(self.selected)

    def menu_at(self, place: QPoint) -> QMenu:
        """The commands of the experiment at a place of the list, which is chosen first. It goes when closed."""
        under = self.model.at(self.list.indexAt(place).row())
        if under is not None and under.experiment_id not in self._wanted:
            self.select([under.experiment_id])
        actions = {action.objectName(): action for action in self.window().actions()}
        ids = _COMMANDS if under is not None else ("experiments.create", "experiments.show_deleted")
        menu = QMenu(self)
        menu.setObjectName("experiment_menu")
        for name in ids:
            # What does not apply to this experiment is left out: restoring an active one, deleting a deleted one.
            if name in actions and actions[name].isEnabled():
                menu.addAction(actions[name])
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _open_menu(self, place: QPoint) -> None:
        self.menu_at(place).popup(self.list.viewport().mapToGlobal(place))
