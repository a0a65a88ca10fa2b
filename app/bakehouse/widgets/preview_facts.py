"""A sentence and what is known of a file that is not shown, with some of its bytes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from bakehouse.artifacts.preview_kinds import FactsPreview
from bakehouse.domain.text import visible
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.text_view import TextView


class FactsView(QWidget):
    """Sentence, facts as label and value, and below them bytes as hexadecimal lines. GUI thread."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._sentence = PlainLabel("")
        self._sentence.setWordWrap(True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._line = QFrame()
        self._line.setProperty("line", "horizontal")
        self._bytes = TextView(theme)
        self._bytes.setObjectName("file_bytes")
        self._bytes.setAccessibleName("File bytes")
        self._bytes.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self._rest = QWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self._sentence)
        layout.addLayout(self._grid)
        layout.addWidget(self._line)
        layout.addWidget(self._bytes, 1)
        layout.addWidget(self._rest, 1)

    def show_facts(self, shown: FactsPreview) -> None:
        """Show what is known of a file."""
        self._sentence.setText(shown.sentence)
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for row, (label, value) in enumerate(shown.facts):
            text = PlainLabel(visible(value, 1000))
            text.setWordWrap(True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(PlainLabel(label, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(text, row, 1)
        for widget in (self._bytes, self._line):
            widget.setVisible(bool(shown.content))
        self._rest.setVisible(not shown.content)
        self._bytes.show_text(shown.content)
