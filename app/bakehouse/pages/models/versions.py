"""The versions of one registered model as a table."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)
from typing_extensions import override

from bakehouse.domain.models import ModelVersion
from bakehouse.domain.text import plain_tooltip
from bakehouse.itemmodels.indexes import Index
from bakehouse.itemmodels.registry_models import STAGE_ROLE, VersionColumn, VersionTableModel
from bakehouse.theme import HEADER_HEIGHT, ROW_HEIGHT, Theme
from bakehouse.widgets.focus import KeyboardMark, paint_focus
from bakehouse.widgets.run_cells import tabular
from bakehouse.widgets.stages import paint_stage

_PADDING = 8
_FIRST_PADDING = 16
_WIDTHS = {
    VersionColumn.VERSION: 84,
    VersionColumn.STAGE: 116,
    VersionColumn.ALIASES: 140,
    VersionColumn.RUN: 160,
    VersionColumn.CREATED: 96,
    VersionColumn.UPDATED: 96,
}
_QUIET = (VersionColumn.CREATED, VersionColumn.UPDATED, VersionColumn.DESCRIPTION)


class _VersionDelegate(QStyledItemDelegate):
    """Text cells over a thin line; the stage as a pill in its colour."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, ROW_HEIGHT)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect, theme, column = option.rect, self.theme, index.column()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color("selection"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color("line"))
        paint_focus(painter, option, theme)
        inner = rect.adjusted(_left_of(column), 0, -_PADDING, -1)
        if column == VersionColumn.STAGE:
            paint_stage(painter, QRectF(inner), str(index.data(STAGE_ROLE)), theme)
            return
        painter.setPen(theme.color("muted" if column in _QUIET else "text"))
        shown = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)

    @override
    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """The whole text of a cell that is cut."""
        text = str(index.data() or "")
        is_cut = view.fontMetrics().horizontalAdvance(text) > option.rect.width() - 2 * _PADDING
        QToolTip.showText(event.globalPos(), plain_tooltip(text) if is_cut else "", view)
        return True


class _VersionHeader(QHeaderView):
    """Titles over the cells' own left edges, with the sort's arrow behind its title."""

    def __init__(self, versions: VersionTableModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._versions = versions
        self.theme = theme
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(56)
        self.setFixedHeight(HEADER_HEIGHT)
        self.setAccessibleName("Columns of the versions")

    @override
    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        theme = self.theme
        column, order = self._versions.sorted_by
        painter.fillRect(rect, theme.color("raised"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color("line"))
        arrow = "" if column != logicalIndex else " ▾" if order == Qt.SortOrder.DescendingOrder else " ▴"
        inner = rect.adjusted(_left_of(logicalIndex), 0, -_PADDING, -1)
        painter.setPen(theme.color("text" if arrow else "muted"))
        title = VersionColumn(logicalIndex).title + arrow
        shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)


def _left_of(column: int) -> int:
    """The first column starts under the model's title."""
    return _FIRST_PADDING if column == 0 else _PADDING


class VersionTable(QTableView):
    """A flat table of versions, one of them current; keeps it through sorting and reloading."""

    version_chosen = Signal(object)
    """The current ModelVersion, None when there is none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("versions")
        self.setAccessibleName("Versions")
        self.versions = VersionTableModel(self)
        self._wanted: int | None = None
        self._filling = False
        self._delegate = _VersionDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self.setModel(self.versions)
        self.setFont(tabular(self.font()))
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        KeyboardMark(self)
        self._header = _VersionHeader(self.versions, theme, self)
        self._set_up_headers()
        self.selectionModel().currentRowChanged.connect(self._current_changed)

    def _set_up_headers(self) -> None:
        rows, header = self.verticalHeader(), self._header
        self.setHorizontalHeader(header)
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        header.setSectionResizeMode(VersionColumn.DESCRIPTION, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        # Header sections would ask whether whole columns are selected, at every paint.
        for one in (rows, header):
            one.setSelectionModel(QItemSelectionModel(self.versions, one))
        self.setSortingEnabled(True)
        header.setSortIndicator(*self.versions.sorted_by)

    def set_theme(self, theme: Theme) -> None:
        self._delegate.theme = theme
        self._header.theme = theme
        self._header.viewport().update()
        self.viewport().update()

    @property
    def current(self) -> ModelVersion | None:
        """The version that the inspector shows."""
        index = self.currentIndex()
        return self.versions.versions[index.row()] if index.isValid() else None

    def show_versions(self, versions: tuple[ModelVersion, ...], now_ms: int, wanted: int | None = None) -> None:
        """Show these versions and make `wanted` current (else the one that was, else the newest)."""
        scrolled = self.verticalScrollBar().value()
        stays = wanted is None and self.current is not None
        if stays and self.current is not None:
            wanted = self.current.version
        self._filling = True
        self.versions.show(versions, now_ms)
        self._filling = False
        row = self.versions.row_of(wanted) if wanted is not None else -1
        if row < 0 and versions:
            row = self.versions.row_of(max(version.version for version in versions))
        if row >= 0:
            self.selectRow(row)
        else:
            self.version_chosen.emit(None)
        if stays:
            self.verticalScrollBar().setValue(scrolled)

    def choose(self, version: int) -> None:
        """Make the version with that number current."""
        row = self.versions.row_of(version)
        if row >= 0:
            self.selectRow(row)
            self.scrollTo(self.versions.index(row, 0))

    def _current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        if not self._filling:
            self.version_chosen.emit(self.versions.versions[current.row()] if current.isValid() else None)
