"""A button that names the chosen metrics, and the popup in which a person checks others."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QPushButton,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from bakehouse.domain.text import plain_tooltip, visible
from bakehouse.itemmodels.indexes import Index
from bakehouse.itemmodels.metric_list import MetricListModel
from bakehouse.theme import GRID, ROW_HEIGHT, Theme

_WIDTH, _HEIGHT = 320, 400
_CHARACTERS = 20
_PADDING, _NARROWEST = 30, 104


class _LineDelegate(QStyledItemDelegate):
    """Headings small and muted, metrics with their check box."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, ROW_HEIGHT)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if index.data(Qt.ItemDataRole.CheckStateRole) is None:
            painter.save()
            font = painter.font()
            font.setPixelSize(11)
            painter.setFont(font)
            painter.setPen(self.theme.color("muted"))
            place = option.rect.adjusted(GRID, 4, -GRID, 0)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), index.data())
            painter.restore()
        else:
            option.rect = QRect(option.rect).adjusted(GRID - 4, 0, 0, 0)
            super().paint(painter, option, index)


class MetricChooser(QPushButton):
    """Shows the names of the chosen metrics; what is checked in the popup takes effect at once. GUI thread."""

    metrics_chosen = Signal(object)
    """list[str]: at least one."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("history_metrics")
        self._names: list[str] = []
        self._chosen: list[str] = []
        self._text = self._more = ""
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.popup = _Popup(theme, self)
        self.popup.model.chosen_changed.connect(self._take)
        self.clicked.connect(self._open)
        self._say()

    def set_theme(self, theme: Theme) -> None:
        self.popup.set_theme(theme)

    def offer(self, names: Sequence[str], chosen: Sequence[str]) -> None:
        """Offer metrics, some of them chosen; an open popup stays as it is."""
        self._names, self._chosen = list(names), list(chosen)
        self._say()

    def _open(self) -> None:
        self.popup.open_below(self, self._names, self._chosen)

    def _take(self) -> None:
        self._chosen = self.popup.model.chosen
        self._say()
        self.metrics_chosen.emit(list(self._chosen))

    def _say(self) -> None:
        chosen = self._chosen
        self._more = f" +{len(chosen) - 1}" if len(chosen) > 1 else ""
        self._text = visible(chosen[0], _CHARACTERS) if chosen else "Metrics"
        self.setAccessibleName("Metrics: " + ", ".join(chosen[:20]))
        self.setToolTip(plain_tooltip("\n".join(chosen[:20]) or "Choose metrics"))
        self.updateGeometry()
        self._fit()

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        room = self.width() - _PADDING - metrics.horizontalAdvance(self._more)
        short = metrics.elidedText(self._text, Qt.TextElideMode.ElideMiddle, room)
        self.setText((short + self._more).replace("&", "&&"))

    @override
    def sizeHint(self) -> QSize:
        return QSize(
            self.fontMetrics().horizontalAdvance(self._text + self._more) + _PADDING + 6, super().sizeHint().height()
        )

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(_NARROWEST, super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class _Popup(QFrame):
    """Search and list; a click beside a check box shows that metric alone."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("metric_chooser")
        self.setAccessibleName("Metrics")
        self.model = MetricListModel(self)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Find metric")
        self.search.setAccessibleName("Find metric")
        self.search.setClearButtonEnabled(True)
        self._list = QListView(self)
        self._list.setAccessibleName("Metrics")
        self._list.setModel(self.model)
        self._list.setUniformItemSizes(True)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._delegate = _LineDelegate(theme, self)
        self._list.setItemDelegate(self._delegate)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID + 2, GRID + 2, GRID + 2, GRID + 2)
        layout.setSpacing(GRID)
        layout.addWidget(self.search)
        layout.addWidget(self._list)
        self.set_theme(theme)
        self.search.textChanged.connect(self.model.search)
        self.search.returnPressed.connect(self._show_first)
        self._list.clicked.connect(self._clicked)

    def set_theme(self, theme: Theme) -> None:
        self._delegate.theme = theme
        self.setStyleSheet(f"#metric_chooser {{ background: {theme.panel}; border: 1px solid {theme.line}; }}")

    def open_below(self, anchor: QWidget, names: Sequence[str], chosen: Sequence[str]) -> None:
        """Show the popup under `anchor`, or above it where there is no room."""
        self.search.clear()
        self.model.show(names, chosen)
        self.resize(_WIDTH, _HEIGHT)
        at = anchor.mapToGlobal(QPoint(0, anchor.height() + 4))
        screen = anchor.screen().availableGeometry()
        if at.y() + _HEIGHT > screen.bottom():
            at.setY(anchor.mapToGlobal(QPoint(0, -_HEIGHT - 4)).y())
        at.setX(max(screen.left(), min(at.x(), screen.right() - _WIDTH)))
        self.move(at)
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _clicked(self, index: QModelIndex) -> None:
        # The check box turns itself where it is clicked.
        name = self.model.key_at(index)
        where = self._list.viewport().mapFromGlobal(self._list.cursor().pos())
        if name is not None and where.x() > self._list.visualRect(index).left() + GRID + 18:
            self.model.choose_only(name)

    def _show_first(self) -> None:
        name = self.model.key_at(self.model.first_metric())
        if name is not None:
            self.model.choose_only(name)
            self.hide()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self._list.setCurrentIndex(self.model.first_metric())
            self._list.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)
