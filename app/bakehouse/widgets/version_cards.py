"""Versions as cards in a lane: painted, dragged, and dropped on."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from bakehouse.domain.models import ModelVersion, Stage
from bakehouse.itemmodels.indexes import Index
from bakehouse.itemmodels.version_lanes import CardRole, LaneModel
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.focus import KeyboardMark
from bakehouse.widgets.run_cells import tabular
from bakehouse.widgets.stages import paint_stage

MIME = "application/x-bakehouse-version"
CARD_HEIGHT = 102
_GAP = 6
_SMALL_PX = 12
_SINGLE = int(Qt.TextFlag.TextSingleLine)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter) | _SINGLE
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter) | _SINGLE


class _CardDelegate(QStyledItemDelegate):
    """Number and age, the run, aliases, and the chosen metric below each other."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.target = -1
        """The row that something is dragged over, to be exchanged with; -1 for none."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, CARD_HEIGHT)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, is_current = self.theme, bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect).adjusted(GRID + 0.5, _GAP / 2 + 0.5, -GRID - 0.5, -_GAP / 2 - 0.5)
        is_target = index.row() == self.target
        view = option.widget
        is_marked = is_target or (is_current and view is not None and view.hasFocus())
        painter.setPen(QPen(theme.color("accent" if is_marked else "line"), 2 if is_target else 1))
        painter.setBrush(theme.color("selection" if is_current else "panel"))
        painter.drawRoundedRect(box, 6, 6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._paint_words(painter, box.toRect().adjusted(10, 7, -10, -7), index)
        painter.restore()

    def _paint_words(self, painter: QPainter, room: QRect, index: Index) -> None:
        theme = self.theme
        height = room.height() // 4
        lines = [QRect(room.left(), room.top() + place * height, room.width(), height) for place in range(4)]
        small, bold = QFont(painter.font()), QFont(painter.font())
        small.setPixelSize(_SMALL_PX)
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(theme.color("text"))
        number = _cut(painter, str(index.data()), lines[0])
        painter.drawText(lines[0], _LEFT, number)
        used = painter.fontMetrics().horizontalAdvance(number) + GRID
        painter.setFont(small)
        painter.setPen(theme.color("muted"))
        # On a narrow card the age gives way: the number is what a card is known by.
        rest = lines[0].adjusted(used, 0, 0, 0)
        age = _cut(painter, str(index.data(CardRole.AGE)), rest)
        painter.drawText(rest, _RIGHT, age)
        first = lines[0].adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(age) - GRID, 0)
        stage = index.data(CardRole.STAGE)
        if stage is not None:
            paint_stage(painter, QRectF(first.adjusted(used, 0, 0, 0)), str(stage), theme)
        painter.setPen(theme.color("text"))
        painter.drawText(lines[1], _LEFT, _cut(painter, str(index.data(CardRole.RUN)), lines[1]))
        aliases = "  ".join(index.data(CardRole.ALIASES) or ())
        painter.setPen(theme.color("accent"))
        painter.drawText(lines[2], _LEFT, _cut(painter, aliases, lines[2]))
        metric = index.data(CardRole.METRIC)
        if metric is not None:
            self._paint_metric(painter, lines[3], *metric)

    def _paint_metric(self, painter: QPainter, line: QRect, name: str, value: str) -> None:
        painter.setPen(self.theme.color("text"))
        painter.drawText(line, _RIGHT, value)
        room = line.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(value) - GRID, 0)
        painter.setPen(self.theme.color("muted"))
        painter.drawText(room, _LEFT, _cut(painter, name, room))


class LaneView(QListView):
    """The cards of one lane. A card that is dropped here is only told of. GUI thread."""

    version_chosen = Signal(object)
    """The ModelVersion that became current by the person."""
    version_opened = Signal(object)
    version_dropped = Signal(int, object)
    """(number of the version that was dropped, the ModelVersion it was dropped on or None)."""
    lane_left = Signal(int)
    """The arrow key to the lane at the left (-1) or the right (1)."""
    menu_requested = Signal(object)

    def __init__(self, model: LaneModel, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards = model
        self._delegate = _CardDelegate(theme, self)
        self._filling = False
        self._is_over = self._is_folded = False
        self._held: tuple[int | None, int] = (None, 0)
        self.setObjectName(f"lane_{title}")
        self.setAccessibleName(f"Versions in {title}")
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setFont(tabular(self.font()))
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setStyleSheet("QListView { background: transparent; }")
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)
        KeyboardMark(self)
        model.modelAboutToBeReset.connect(self._hold)
        model.modelReset.connect(self._restore)
        self.selectionModel().currentChanged.connect(self._current_changed)
        self.doubleClicked.connect(self._open)

    def set_theme(self, theme: Theme) -> None:
        self._delegate.theme = theme
        self.viewport().update()

    def set_folded(self, folded: bool) -> None:
        """Show no cards, only that they are there; cards can be dropped all the same."""
        self._is_folded = folded
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOff if folded else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        )
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if folded else Qt.FocusPolicy.StrongFocus)
        self.viewport().update()

    @property
    def current(self) -> ModelVersion | None:
        index = self.currentIndex()
        return self.cards.versions[index.row()] if index.isValid() else None

    def choose(self, version: int) -> bool:
        """Make a version current; whether it lies here. Without it nothing is current here."""
        row = self.cards.row_of(version)
        self._filling = True
        if row < 0:
            self.selectionModel().clear()
        elif self.currentIndex().row() != row:
            self.setCurrentIndex(self.cards.index(row))
            self.scrollTo(self.cards.index(row))
        self._filling = False
        return row >= 0

    def enter(self, height: int) -> bool:
        """Take the keyboard at the card that lies at this height of the viewport; whether there is one."""
        if not self.cards.versions:
            return False
        index = self.indexAt(QPoint(self.viewport().width() // 2, height))
        self.setFocus(Qt.FocusReason.TabFocusReason)
        self.setCurrentIndex(index if index.isValid() else self.cards.index(len(self.cards.versions) - 1))
        return True

    def _hold(self) -> None:
        current = self.current
        self._held = current.version if current is not None else None, self.verticalScrollBar().value()
        self._filling = True

    def _restore(self) -> None:
        version, scrolled = self._held
        row = self.cards.row_of(version) if version is not None else -1
        if row >= 0:
            self.setCurrentIndex(self.cards.index(row))
        self.verticalScrollBar().setValue(scrolled)
        self._filling = False

    def _current_changed(self, current: Index, _before: Index) -> None:
        if not self._filling and current.isValid():
            self.version_chosen.emit(self.cards.versions[current.row()])

    def _open(self, index: Index) -> None:
        self.version_opened.emit(self.cards.versions[index.row()])

    # Keyboard and menu

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        if event.key() in (keys.Key_Left, keys.Key_Right) and not event.modifiers():
            self.lane_left.emit(-1 if event.key() == keys.Key_Left else 1)
        elif event.key() in (keys.Key_Return, keys.Key_Enter) and self.current is not None:
            self.version_opened.emit(self.current)
        else:
            super().keyPressEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._is_folded:
            super().mousePressEvent(event)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() is event.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            where = self.viewport().mapToGlobal(self.visualRect(index).center()) if by_key else event.globalPos()
            self.menu_requested.emit(where)

    # Dragging

    @override
    def startDrag(self, supportedActions: Qt.DropAction) -> None:
        version, index = self.current, self.currentIndex()
        if version is None:
            return
        data = QMimeData()
        data.setData(MIME, f"{version.version}".encode())
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.setPixmap(self._picture(index))
        drag.setHotSpot(QPoint(24, 16))
        drag.exec(Qt.DropAction.MoveAction)

    def _picture(self, index: Index) -> QPixmap:
        ratio = self.devicePixelRatioF()
        size = QSize(self.viewport().width(), CARD_HEIGHT)
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        option.rect = QRect(QPoint(0, 0), size)
        painter = QPainter(picture)
        painter.setFont(self.font())
        painter.setOpacity(0.9)
        self._delegate.paint(painter, option, index)
        painter.end()
        return picture

    def _takes(self, event: QDropEvent) -> bool:
        """A card of another lane, dropped on a stage that MLflow has."""
        source = event.source()
        return isinstance(source, LaneView) and source is not self and self.cards.stage is not None

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME) and self._takes(event):
            event.acceptProposedAction()
            self._show_over(event.position().toPoint())

    @override
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasFormat(MIME) and self._takes(event):
            event.acceptProposedAction()
            self._show_over(event.position().toPoint())
        else:
            event.ignore()

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_over(None)

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        on = self._card_under(event.position().toPoint())
        self._show_over(None)
        if not event.mimeData().hasFormat(MIME) or not self._takes(event):
            return
        event.acceptProposedAction()
        number = int(bytes(event.mimeData().data(MIME).data()).decode())
        self.version_dropped.emit(number, self.cards.versions[on] if on >= 0 else None)

    def _card_under(self, where: QPoint) -> int:
        """The row of the card there that could be exchanged; only Staging and Production have such cards."""
        if self.cards.stage not in (Stage.STAGING, Stage.PRODUCTION):
            return -1
        index = self.indexAt(where)
        return index.row() if index.isValid() and not self._is_folded else -1

    def _show_over(self, where: QPoint | None) -> None:
        self._is_over = where is not None
        self._delegate.target = self._card_under(where) if where is not None else -1
        self.viewport().update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._is_folded:
            super().paintEvent(event)
        painter = QPainter(self.viewport())
        theme = self._delegate.theme
        if self._is_folded or not self.cards.versions:
            words = f"{len(self.cards.versions):,} folded" if self._is_folded else "No versions"
            painter.setPen(theme.color("muted"))
            top = self.viewport().rect().adjusted(GRID + 4, GRID, -GRID, 0)
            painter.drawText(top, int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft), words)
        if self._is_over:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.color("accent"), 1.4, Qt.PenStyle.DashLine))
            box = QRectF(self.viewport().rect()).adjusted(3, 1, -3, -3)
            painter.drawRoundedRect(box, 6, 6)
        painter.end()


def _cut(painter: QPainter, text: str, room: QRect) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
