"""Ctrl+K: find a command, an experiment, a run, a model or a store by typing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QListView,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from bakehouse.domain.text import visible
from bakehouse.itemmodels.indexes import Index
from bakehouse.itemmodels.palette_rows import Entry, Group, PaletteModel, PaletteRole
from bakehouse.theme import GRID, ROW_HEIGHT, Theme
from bakehouse.widgets.icons import icon
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.search_field import SearchField

_ICON = 16
_SIZE = QSize(640, 480)
_PAGE = 8
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)


class _EntryDelegate(QStyledItemDelegate):
    """A heading in small muted letters; an entry as icon, name with what was typed marked, detail and hint."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, ROW_HEIGHT + (4 if index.data(PaletteRole.ENTRY) is None else 1))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: Entry | None = index.data(PaletteRole.ENTRY)
        rect = option.rect.adjusted(GRID + 4, 0, -GRID - 4, 0)
        painter.save()
        if entry is None:
            font = QFont(painter.font())
            font.setPixelSize(11)
            painter.setFont(font)
            painter.setPen(self._theme.color("muted"))
            painter.drawText(rect.adjusted(0, 6, 0, 0), _LEFT, index.data().upper())
        else:
            if option.state & QStyle.StateFlag.State_Selected:
                painter.fillRect(option.rect, self._theme.color("selection"))
            painter.setOpacity(1 if entry.enabled else 0.55)
            self._paint_entry(painter, rect, entry, index)
        painter.restore()

    def _paint_entry(self, painter: QPainter, rect: QRect, entry: Entry, index: Index) -> None:
        theme, metrics = self._theme, painter.fontMetrics()
        top = rect.top() + (rect.height() - _ICON) // 2
        icon(entry.icon, theme, _ICON).paint(painter, QRect(rect.left(), top, _ICON, _ICON))
        inner = rect.adjusted(_ICON + GRID + 2, 0, 0, 0)
        painter.setPen(theme.color("muted"))
        hint = metrics.elidedText(entry.hint, Qt.TextElideMode.ElideMiddle, inner.width() // 3)
        painter.drawText(inner, _RIGHT, hint)
        if hint:
            inner.setRight(inner.right() - metrics.horizontalAdvance(hint) - 2 * GRID)
        text = metrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, inner.width())
        bold = QFont(painter.font())
        bold.setBold(True)
        place, regular = 0, painter.font()
        for start, end in [*index.data(PaletteRole.SPANS), (len(text), len(text))]:
            for piece, is_typed in ((text[place:start], False), (text[start:end], True)):
                painter.setFont(bold if is_typed else regular)
                painter.setPen(theme.color("accent" if is_typed else "text"))
                painter.drawText(inner, _LEFT, piece)
                inner.setLeft(inner.left() + painter.fontMetrics().horizontalAdvance(piece))
            place = max(place, end)
        painter.setFont(regular)
        painter.setPen(theme.color("muted"))
        inner.setLeft(inner.left() + GRID + 2)
        if entry.detail and inner.width() > 3 * GRID:
            detail = metrics.elidedText(visible(entry.detail, 200), Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner, _LEFT, detail)


class PaletteDialog(QDialog):
    """A line to type in and what matches. Its owner answers `typed` by `show_groups`; Enter goes to the marked one."""

    typed = Signal(str)
    gone_to = Signal(object)
    """The Entry that was chosen, before it is gone to."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("palette")
        self.setWindowTitle("Go to")
        self.resize(_SIZE if parent is None else _SIZE.boundedTo(parent.size() - QSize(48, 96)))
        self.search = SearchField()
        self.search.setObjectName("palette_search")
        self.search.setPlaceholderText("Command, experiment, run, model, store")
        self.search.setAccessibleName("Go to")
        self.search.textChanged.connect(self.typed)
        self.search.installEventFilter(self)
        self.model = PaletteModel(self)
        self.list = QListView()
        self.list.setObjectName("palette_matches")
        self.list.setAccessibleName("Matches")
        self.list.setModel(self.model)
        self.list.setItemDelegate(_EntryDelegate(theme, self))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.clicked.connect(self._click)
        self._nothing = PlainLabel("", "muted")
        self._nothing.setObjectName("palette_nothing")
        self._nothing.setWordWrap(True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setContentsMargins(3 * GRID, 0, 3 * GRID, 3 * GRID)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._nothing)
        self._footer = PlainLabel("", "section")
        self._footer.setObjectName("palette_footer")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GRID + 4, 0, GRID)
        layout.setSpacing(GRID)
        line = QVBoxLayout()
        line.setContentsMargins(GRID + 4, 0, GRID + 4, 0)
        line.addWidget(self.search)
        layout.addLayout(line)
        layout.addWidget(self._stack, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(GRID + 4, 0, GRID + 4, 0)
        foot.addWidget(self._footer)
        layout.addLayout(foot)

    def show_groups(self, groups: Sequence[Group], *, nothing: str, footer: str, keep: bool = False) -> None:
        """Show what matches, `nothing` where that is nothing; with `keep` what was marked stays marked."""
        before = self.model.entry(self.list.currentIndex().row()) if keep else None
        scrolled = self.list.verticalScrollBar().value()
        self.model.show(groups)
        rows = self.model.choosable()
        self._nothing.setText(nothing)
        self._footer.setText(footer)
        self._stack.setCurrentIndex(0 if self.model.rowCount() else 1)
        key = before.key if before is not None else ""
        same = (row for row in rows if (entry := self.model.entry(row)) is not None and entry.key == key)
        row = next(same, rows[0] if rows else -1)
        self._mark(row)
        if keep:
            self.list.verticalScrollBar().setValue(scrolled)
        elif rows:
            self.list.scrollToTop()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _PAGE, Qt.Key.Key_PageUp: -_PAGE}
            step = steps.get(Qt.Key(event.key()))
            if step is not None:
                self._step(step)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                aside = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
                self._take(self.list.currentIndex(), aside=aside)
                return True
        return super().eventFilter(watched, event)

    def _step(self, by: int) -> None:
        rows = self.model.choosable()
        if not rows:
            return
        here = self.list.currentIndex().row()
        place = rows.index(here) + by if here in rows else 0
        # One step goes round, a page stops at the ends.
        place = place % len(rows) if abs(by) == 1 else min(max(place, 0), len(rows) - 1)
        self._mark(rows[place])
        if place == 0:
            self.list.scrollToTop()

    def _mark(self, row: int) -> None:
        self.list.setCurrentIndex(self.model.index(row, 0) if row >= 0 else QModelIndex())

    def _click(self, index: QModelIndex) -> None:
        self._take(index, aside=False)

    def _take(self, index: QModelIndex, *, aside: bool) -> None:
        entry = self.model.entry(index.row())
        if entry is None or not entry.enabled:
            return
        go = entry.go_aside if aside and entry.go_aside is not None else entry.go
        self.gone_to.emit(entry)
        self.close()
        go()
