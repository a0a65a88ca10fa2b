"""What stands where there is nothing to show: one sentence and one thing to do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.domain.text import plain_tooltip
from bakehouse.theme import GRID
from bakehouse.widgets.labels import PlainLabel

_WIDTH = 640


class EmptyState(QWidget):
    """Says a sentence and offers a button or lines of code to copy. GUI thread."""

    acted = Signal()
    """The button was pressed."""
    said = Signal(str)
    """What copying did."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` is the object name of the sentence; the button is called `name`_action."""
        super().__init__(parent)
        self._sentence = PlainLabel("", "muted")
        self._sentence.setObjectName(name)
        self._sentence.setWordWrap(True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._action = QPushButton()
        self._action.setObjectName(f"{name}_action")
        self._action.clicked.connect(self.acted)
        self._code = _CodeLabel()
        self._code.setObjectName(f"{name}_snippet")
        self._copy = QPushButton("Copy code")
        self._copy.setObjectName(f"{name}_copy")
        self._copy.clicked.connect(self._copy_snippet)
        self._box = QFrame()
        self._box.setObjectName("snippet")
        self._box.setMaximumWidth(_WIDTH)
        box = QVBoxLayout(self._box)
        box.setContentsMargins(2 * GRID, GRID + 4, 2 * GRID, GRID + 4)
        box.addWidget(self._code)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * GRID, 2 * GRID, 4 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addStretch(2)
        column.addWidget(self._sentence)
        for widget in (self._box, self._copy, self._action):
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(widget, 100 if widget is self._box else 0)
            row.addStretch(1)
            column.addLayout(row)
        column.addStretch(3)
        self.show_message("")

    def show_message(self, sentence: str, *, action: str = "", snippet: str = "", role: str = "muted") -> None:
        """Say `sentence`; `action` is the text of the button, `snippet` code to copy, empty for neither."""
        self._sentence.setText(sentence)
        self._sentence.set_role(role)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._code.show_code(snippet)
        for widget in (self._box, self._copy):
            widget.setVisible(bool(snippet))

    def _copy_snippet(self) -> None:
        QGuiApplication.clipboard().setText(self._code.code)
        self.said.emit("Copied the code")


class _CodeLabel(PlainLabel):
    """Lines of code, each cut in its middle to the width there is; a path would be cut at its telling end."""

    def __init__(self) -> None:
        super().__init__("", "mono")
        self.code = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_code(self, code: str) -> None:
        self.code = code
        self.setAccessibleName(code)
        self.setToolTip(plain_tooltip(code))
        self._cut()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        metrics, mode = self.fontMetrics(), Qt.TextElideMode.ElideMiddle
        self.setText("\n".join(metrics.elidedText(line, mode, self.width()) for line in self.code.split("\n")))
