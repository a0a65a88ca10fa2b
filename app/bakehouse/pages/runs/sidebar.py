"""The experiments at the left of the runs page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from bakehouse.domain.runs import Experiment
from bakehouse.itemmodels.experiment_list import ExperimentListModel, ExperimentRole
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.labels import PlainLabel, plain_tooltip

_ROW = 29
_MARK = 3


class _ExperimentDelegate(QStyledItemDelegate):
    """A name, its number of runs, and a mark at the left edge while selected."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, _ROW)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect, theme = option.rect, self.theme
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color("selection"))
            painter.fillRect(rect.left(), rect.top(), _MARK, rect.height(), theme.color("accent"))
        inner = rect.adjusted(2 * GRID, 0, -2 * GRID, 0)
        metrics, count = painter.fontMetrics(), index.data(ExperimentRole.COUNT)
        painter.setPen(theme.color("muted"))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), count)
        room = inner.width() - metrics.horizontalAdvance(count) - GRID
        name = metrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, room)
        painter.setPen(theme.color("text"))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), name)


class ExperimentSidebar(QWidget):
    """Search over the experiments' names and a list with counts; Ctrl and Shift select several."""

    chosen = Signal(object)
    """list[int]: the experiments whose runs shall be shown."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(140)
        self.model = ExperimentListModel(self)
        self._wanted: list[int] = []
        self._filling = False
        self._search = QLineEdit(self)
        self._search.setObjectName("experiment_search")
        self._search.setPlaceholderText("Find experiment")
        self._search.setAccessibleName("Find experiment")
        self._search.setClearButtonEnabled(True)
        self._list = QListView(self)
        self._list.setObjectName("experiments")
        self._list.setAccessibleName("Experiments")
        self._list.setModel(self.model)
        self._list.setUniformItemSizes(True)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setStyleSheet("QListView { background: transparent; }")
        self._delegate = _ExperimentDelegate(theme, self)
        self._list.setItemDelegate(self._delegate)
        self._section = PlainLabel("ALL", "section", self)
        self._section.setContentsMargins(2 * GRID, GRID, GRID, 4)
        self._footer = PlainLabel("", "muted", self)
        self._footer.setObjectName("experiments_footer")
        self._footer.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        self._footer.setWordWrap(True)
        self._lay_out()
        self._search.textChanged.connect(self._find)
        self._list.selectionModel().selectionChanged.connect(self._selected)
        self._list.entered.connect(self._tell_name)
        self._list.setMouseTracking(True)

    def _lay_out(self) -> None:
        top = QVBoxLayout()
        top.setContentsMargins(GRID + 4, GRID + 2, GRID + 4, 0)
        top.addWidget(self._search)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self._section)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._footer)

    def set_theme(self, theme: Theme) -> None:
        self._delegate.theme = theme
        self._list.viewport().update()

    @property
    def selected(self) -> list[int]:
        """The chosen experiments, also while the search hides them."""
        return list(self._wanted)

    def show_experiments(self, experiments: Sequence[Experiment]) -> None:
        """Show a store's experiments; the selection stays as far as they are still there."""
        self._filling = True
        self.model.show(experiments)
        known = {one.experiment_id for one in self.model.active}
        self._wanted = [number for number in self._wanted if number in known]
        self._mark()
        self._filling = False
        deleted = self.model.deleted
        self._footer.setText(f"{deleted:,} deleted {'experiment' if deleted == 1 else 'experiments'} not shown")
        self._footer.setVisible(deleted > 0)

    def select(self, experiment_ids: Sequence[int]) -> None:
        """Choose these experiments; `chosen` follows when that is a change."""
        if list(experiment_ids) != self._wanted:
            self._wanted = list(experiment_ids)
            self._filling = True
            self._mark()
            self._filling = False
            self.chosen.emit(self.selected)

    def focus_search(self) -> None:
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _find(self, text: str) -> None:
        self._filling = True
        self.model.search(text)
        self._mark()
        self._filling = False
        some, every = len(self.model.shown), len(self.model.active)
        self._section.setText("ALL" if some == every else f"{some:,} OF {every:,}")

    def _mark(self) -> None:
        chosen = QItemSelection()
        for number in self._wanted:
            row = self.model.row_of(number)
            if row >= 0:
                chosen.select(self.model.index(row), self.model.index(row))
        self._list.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if not chosen.isEmpty():
            index = chosen.at(0).topLeft()
            self._list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)

    def _selected(self) -> None:
        if self._filling:
            return
        rows = sorted(index.row() for index in self._list.selectedIndexes())
        numbers = [self.model.shown[row].experiment_id for row in rows]
        if numbers and numbers != self._wanted:
            self._wanted = numbers
            self.chosen.emit(self.selected)

    def _tell_name(self, index: QModelIndex) -> None:
        self._list.setToolTip(plain_tooltip(str(index.data())))
