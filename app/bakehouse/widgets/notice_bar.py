"""One sentence above the pages with what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

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
        self._acts: list[Callable[[], object]] = []
        self._buttons = [QPushButton(), QPushButton()]
        for place, button in enumerate(self._buttons):
            button.clicked.connect(partial(self._do, place))
        self._close = QToolButton()
        self._close.setAccessibleName("Dismiss this notice")
        self._close.setIconSize(QSize(16, 16))
        self._close.clicked.connect(self.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 4, 8, 4)
        layout.addWidget(self._text, 1)
        for button in self._buttons:
            layout.addWidget(button)
        layout.addWidget(self._close)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self._close.setIcon(icon("x", theme, 16))

    def show_notice(self, sentence: str, button: str = "", act: Callable[[], object] | None = None) -> None:
        """Say `sentence`; `button` does `act`."""
        self.show_choices(sentence, ((button, act),) if act is not None else ())

    def show_choices(self, sentence: str, choices: Sequence[tuple[str, Callable[[], object]]]) -> None:
        """Say `sentence` with up to two buttons (text, what it does)."""
        self._text.setText(sentence)
        self._acts = [act for _, act in choices]
        for place, button in enumerate(self._buttons):
            button.setVisible(place < len(choices))
            button.setText(choices[place][0] if place < len(choices) else "")
        self.show()

    def dismiss(self) -> None:
        """Take the notice away."""
        self._acts = []
        self.hide()

    def _do(self, place: int, _checked: bool = False) -> None:
        acts = self._acts
        self.dismiss()
        if place < len(acts):
            acts[place]()
