"""One sentence above the pages with one thing to do about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from bakehouse.theme import Theme
from bakehouse.widgets.icons import icon
from bakehouse.widgets.labels import PlainLabel


class NoticeBar(QWidget):
    """Hidden until something about the store has to be said; the person dismisses it or acts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._text = PlainLabel()
        self._text.setObjectName("notice_text")
        self._act: Callable[[], object] | None = None
        self._button = QPushButton()
        self._button.clicked.connect(self._do)
        self._close = QToolButton()
        self._close.setAccessibleName("Dismiss this notice")
        self._close.setIconSize(QSize(16, 16))
        self._close.clicked.connect(self.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 4, 8, 4)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._button)
        layout.addWidget(self._close)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self._close.setIcon(icon("x", theme, 16))

    def show_notice(self, sentence: str, button: str = "", act: Callable[[], object] | None = None) -> None:
        """Say `sentence`; `button` does `act`."""
        self._text.setText(sentence)
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self._act = act
        self.show()

    def dismiss(self) -> None:
        """Take the notice away."""
        self._act = None
        self.hide()

    def _do(self) -> None:
        act = self._act
        self.dismiss()
        if act is not None:
            act()
