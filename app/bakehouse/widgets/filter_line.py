"""The line a filter is typed into: colours its words, underlines what cannot be read, offers what fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, QPoint, QStringListModel, Qt
from PySide6.QtGui import QFocusEvent, QFont, QInputMethodEvent, QKeyEvent, QTextCharFormat
from PySide6.QtWidgets import QListView, QWidget
from typing_extensions import override

from bakehouse.analysis.search.completion import Completions, complete
from bakehouse.analysis.search.intent import search_start
from bakehouse.analysis.search.words import Word, words
from bakehouse.domain.columns import ColumnKey
from bakehouse.theme import Theme
from bakehouse.widgets.search_field import SearchField

_POPUP_WIDTH = 360
_POPUP_ROWS = 10
_COLOURED_CHARACTERS = 2_000
"""Longer filters stay in one colour: they are pasted, not read."""


class FilterLine(SearchField):
    """A line for the search language and for plain words. GUI thread."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._keys: Sequence[ColumnKey] = ()
        self._values: Callable[[ColumnKey], Sequence[str]] = lambda _: ()
        self._wrong: int | None = None
        self._offered = Completions(0, 0)
        self._texts = QStringListModel(self)
        self._popup = QListView(self)
        self._popup.setObjectName("completions")
        self._popup.setAccessibleName("Completions")
        self._popup.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._popup.setUniformItemSizes(True)
        self._popup.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._popup.setModel(self._texts)
        self._popup.hide()
        self._popup.clicked.connect(self._clicked)
        font = QFont(self.font())
        font.setFamilies(["monospace"])
        font.setStyleHint(QFont.StyleHint.Monospace)
        self.setFont(font)
        self._popup.setFont(font)
        self.textEdited.connect(self._offer)
        self.textChanged.connect(self._changed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._paint_words()

    def set_vocabulary(self, keys: Sequence[ColumnKey], values: Callable[[ColumnKey], Sequence[str]]) -> None:
        """Which columns there are, and how to ask for the texts that one of them holds."""
        self._keys, self._values = keys, values

    @property
    def is_offering(self) -> bool:
        """Whether completions are shown."""
        return self._popup.isVisible()

    @property
    def is_readable(self) -> bool:
        """Whether nothing is underlined."""
        return self._wrong is None

    def underline(self, position: int | None) -> None:
        """Mark the word at this character as the one that cannot be read; None: nothing is wrong."""
        if position != self._wrong:
            self._wrong = position
            self._paint_words()

    def _changed(self) -> None:
        self._wrong = None
        self._paint_words()

    # Colours

    def _paint_words(self) -> None:
        # A line edit has no highlighter: parts of it take a format only from an input method.
        text, cursor = self.text(), self.cursorPosition()
        attributes = [
            QInputMethodEvent.Attribute(
                QInputMethodEvent.AttributeType.TextFormat, word.start - cursor, word.end - word.start, shape
            )
            for word, shape in self._formats(text)
        ]
        QCoreApplication.sendEvent(self, QInputMethodEvent("", attributes))

    def _formats(self, text: str) -> list[tuple[Word, QTextCharFormat]]:
        start = search_start(text) if len(text) <= _COLOURED_CHARACTERS else None
        if start is None:
            return []
        formats = []
        tokens = {"entity": "accent", "keyword": "accent", "number": "good", "text": "good"}
        wrong = self._wrong
        found = [word for word in words(text) if word.end > start - len(" AND ")]
        if wrong is not None and not any(word.start <= wrong < word.end for word in found):
            # At the end something is missing: the last word is the one to look at.
            wrong = found[-1].end - 1 if found else None
        for word in found:
            shape = QTextCharFormat()
            if word.kind in tokens:
                shape.setForeground(self._theme.color(tokens[word.kind]))
            if wrong is not None and word.start <= wrong < word.end:
                shape.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
                shape.setUnderlineColor(self._theme.color("bad"))
            formats.append((word, shape))
        return formats

    # Completion

    def _offer(self) -> None:
        text, cursor = self.text(), self.cursorPosition()
        if search_start(text) is None and not (len(text) > 1 and text.isalpha()):
            self._popup.hide()
            return
        self._offered = complete(text, cursor, self._keys, self._values)
        texts = [text for text in self._offered.texts if text]
        self._texts.setStringList(texts)
        self._popup.setVisible(bool(texts))
        if texts:
            self._place_popup(len(texts))

    def _place_popup(self, count: int) -> None:
        """Below the cursor and inside the window: it covers what lies there, and takes no focus."""
        host = self.window()
        height = min(count, _POPUP_ROWS) * self._popup.sizeHintForRow(0) + 12
        self._popup.setParent(host)
        self._popup.resize(min(_POPUP_WIDTH, self.width()), height)
        place = self.mapTo(host, QPoint(self.cursorRect().center().x(), self.height() + 4))
        self._popup.move(min(place.x(), host.width() - self._popup.width() - 8), place.y())
        self._popup.show()
        self._popup.raise_()

    def _clicked(self, index: QModelIndex) -> None:
        self._take(self._texts.stringList()[index.row()])

    def _take(self, chosen: str) -> None:
        offered = self._offered
        text = self.text()
        self.setText(text[: offered.start] + chosen + text[offered.end :])
        self.setCursorPosition(offered.start + len(chosen))
        self._paint_words()
        self._offer()

    @override
    def event(self, event: QEvent) -> bool:
        # Tab would leave the line before `keyPressEvent` sees it.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._steer(Qt.Key(event.key())):
            event.accept()
            return True
        return super().event(event)

    def _steer(self, key: Qt.Key) -> bool:
        """Let the offers have the keys that are meant for them; whether this is one."""
        if not self._popup.isVisible():
            return False
        row = self._popup.currentIndex().row()
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(key)
        if step is not None:
            following = min(max(row + step, 0), self._texts.rowCount() - 1)
            self._popup.setCurrentIndex(self._texts.index(following))
            return True
        if key == Qt.Key.Key_Tab or (key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row >= 0):
            self._take(self._texts.stringList()[max(row, 0)])
            return True
        if key == Qt.Key.Key_Escape:
            self._popup.hide()
            return True
        return False

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._popup.hide()
        super().focusOutEvent(event)
