"""A line for a name that completes the names there are, and lists them all when asked."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget
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
