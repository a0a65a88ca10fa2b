"""A line for a name that completes the names there are, and lists them all when asked."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QStyledItemDelegate, QWidget
from typing_extensions import override

from bakehouse.theme import Theme
from bakehouse.widgets.icons import icon


class NameField(QLineEdit):
    """Typing finds names that contain the text in any casing; Down or the arrow at its end lists all of them.

    What is typed stays as it is: only a name chosen from the list replaces it.
    """

    def __init__(self, names: Iterable[str], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._all = QCompleter(self)
        self._all.setModel(QStringListModel(sorted(names, key=str.casefold), self._all))
        self._all.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._all.setFilterMode(Qt.MatchFlag.MatchContains)
        self._all.setMaxVisibleItems(10)
        popup = _popup(theme)
        self._all.setPopup(popup)
        # The one that a completer gives to its list knows nothing of padding and colours.
        popup.setItemDelegate(QStyledItemDelegate(popup))
        self.setCompleter(self._all)
        if self._all.model().rowCount():
            arrow = self.addAction(icon("chevron-down", theme), QLineEdit.ActionPosition.TrailingPosition)
            arrow.setText("Show all names")
            arrow.setToolTip("Show all names")
            arrow.triggered.connect(self.show_all)

    def show_all(self) -> None:
        """List every name, whatever is typed."""
        self._all.setCompletionPrefix("")
        self._all.complete()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Down:
            self.show_all()
        else:
            super().keyPressEvent(event)


def _popup(theme: Theme) -> QListView:
    popup = QListView()
    popup.setObjectName("names")
    popup.setAccessibleName("Names there are")
    popup.setUniformItemSizes(True)
    popup.setStyleSheet(
        f"#names {{ background: {theme.panel}; color: {theme.text}; border: 1px solid {theme.line}; }}"
        f"#names::item {{ padding: 5px 8px; border-radius: 4px; }}"
        f"#names::item:selected {{ background: {theme.selection}; color: {theme.text}; }}"
    )
    return popup
