"""Read-only text that fills itself in pieces, its code coloured."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QWidget
from typing_extensions import override

from bakehouse.artifacts.languages import Span
from bakehouse.theme import LIGHT, Theme

_PIECE = 400
_TOKENS = {
    "comment": "muted", "keyword": "accent", "name": "warn", "text": "good", "number": "run", "deleted": "bad",
}  # fmt: skip


class _Colours(QSyntaxHighlighter):
    """Colours lines by what was found out about them beforehand."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._lines: Sequence[Sequence[Span]] = ()
        self._formats: dict[str, QTextCharFormat] = {}
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        for kind, token in _TOKENS.items():
            form = QTextCharFormat()
            form.setForeground(QColor(theme.runs[0]) if token == "run" else theme.color(token))
            form.setFontItalic(kind == "comment")
            self._formats[kind] = form
        if self._lines:
            self.rehighlight()

    def set_lines(self, lines: Sequence[Sequence[Span]]) -> None:
        """What the text that is set next is coloured by."""
        self._lines = lines

    @override
    def highlightBlock(self, text: str) -> None:
        number = self.currentBlock().blockNumber()
        for start, length, kind in self._lines[number] if number < len(self._lines) else ():
            self.setFormat(start, length, self._formats[kind])


class TextView(QPlainTextEdit):
    """Shows a text from its beginning; the rest follows behind, so that 20,000 lines never hold the window up."""

    def __init__(self, theme: Theme = LIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(0)
        flags = Qt.TextInteractionFlag
        self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        self.setAccessibleName("File text")
        self.setTabChangesFocus(True)
        self._colours = _Colours(self.document(), theme)
        self._waiting: list[str] = []
        self._filling = QTimer(self, interval=0)
        self._filling.timeout.connect(self._fill)

    def set_theme(self, theme: Theme) -> None:
        """New colours for code."""
        self._colours.set_theme(theme)

    def show_text(self, text: str, colours: Sequence[Sequence[Span]] = ()) -> None:
        """Show `text`; `colours` are the pieces of each line to be coloured."""
        lines = text.split("\n")
        self._waiting = ["\n".join(lines[i : i + _PIECE]) for i in range(0, len(lines), _PIECE)][::-1]
        self._colours.set_lines(colours)
        self.setPlainText(self._waiting.pop())
        if self._waiting:
            self._filling.start()
        else:
            self._filling.stop()

    def _fill(self) -> None:
        if self._waiting:
            cursor = QTextCursor(self.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText("\n" + self._waiting.pop())
        if not self._waiting:
            self._filling.stop()
