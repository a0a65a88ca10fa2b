"""What an edit did, said for a few seconds over the lower edge of the pages, with the way back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget
from typing_extensions import override

from bakehouse.theme import GRID, Theme
from bakehouse.widgets.icons import icon
from bakehouse.widgets.labels import PlainLabel

_READING_MS = 10_000
_WIDEST = 640


class EditNotice(QFrame):
    """Lies over `host` and moves nothing; goes by itself unless it `stays`. GUI thread."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.setObjectName("edit_notice")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._act: Callable[[], object] | None = None
        self._text = PlainLabel()
        self._text.setObjectName("edit_notice_text")
        self._button = QPushButton()
        self._button.setObjectName("edit_notice_button")
        self._button.setProperty("link", "true")
        self._button.clicked.connect(self._do)
        self._close = QToolButton()
        self._close.setAccessibleName("Dismiss this notice")
        self._close.setIconSize(QSize(14, 14))
        self._close.clicked.connect(self.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        layout.setSpacing(2 * GRID)
        for part in (self._text, self._button, self._close):
            layout.addWidget(part)
        self._timer = QTimer(self, singleShot=True, interval=_READING_MS)
        self._timer.timeout.connect(self.dismiss)
        host.installEventFilter(self)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self._close.setIcon(icon("x", theme, 14))

    def show_notice(
        self, sentence: str, button: str = "", act: Callable[[], object] | None = None, *, stays: bool = False
    ) -> None:
        """Say `sentence`; `button` does `act`."""
        self._text.setWordWrap(False)
        self._text.setText(sentence)
        self._text.setAccessibleDescription(sentence)
        if self._text.sizeHint().width() > _WIDEST:
            self._text.setWordWrap(True)
            self._text.setFixedWidth(_WIDEST)
        else:
            self._text.setFixedWidth(self._text.sizeHint().width())
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self._act = act
        self._timer.stop()
        if not stays:
            self._timer.start()
        self.show()
        self._place()
        self.raise_()

    def dismiss(self) -> None:
        """Take the notice away."""
        self._timer.stop()
        self._act = None
        self.hide()

    def _do(self) -> None:
        act = self._act
        self.dismiss()
        if act is not None:
            act()

    def _place(self) -> None:
        host = self.parentWidget()
        if host is not None:
            self.adjustSize()
            self.move(max(0, (host.width() - self.width()) // 2), max(0, host.height() - self.height() - 2 * GRID))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)
