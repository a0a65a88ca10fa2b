"""What happened, newest first, as a thread: a ring an activity, who and when below its title, and what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.domain.text import plain_tooltip, visible
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.labels import Paragraph, PlainLabel

_RING = 5.5
_RING_Y = 9
_MARGIN = 21
_FIRST = 100


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """One activity for the eye. `token` is the ring's colour, `note` what speaks against it."""

    title: str
    about: str
    """Who, when and whether it is signed: `reviewer · 1 h ago · signed`."""
    text: str = ""
    token: str = "accent"
    note: str = ""
    tooltip: str = ""


class _Entry(QWidget):
    def __init__(self, line: ActivityLine, theme: Theme) -> None:
        super().__init__()
        self.line, self.theme = line, theme
        self.is_last = False
        title = PlainLabel(visible(line.title, 200))
        title.setWordWrap(True)
        about = PlainLabel(visible(line.about, 200), "muted")
        about.setWordWrap(True)
        for label in (title, about):
            label.setToolTip(plain_tooltip(line.tooltip))
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, 0, 0, GRID + 6)
        column.setSpacing(1)
        column.addWidget(title)
        column.addWidget(about)
        if line.text:
            said = Paragraph()
            said.setText(line.text)
            column.addWidget(said)
        if line.note:
            note = PlainLabel(line.note, "bad")
            note.setWordWrap(True)
            column.addWidget(note)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        x = _RING + 1
        top = _RING_Y + _RING
        if not self.is_last:
            painter.fillRect(int(x), int(top), 1, self.height() - int(top) + _RING_Y, self.theme.color("line"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.color(self.line.token), 1.8))
        painter.setBrush(self.theme.color("panel"))
        painter.drawEllipse(QPointF(x, _RING_Y), _RING, _RING)


class ActivityThread(QWidget):
    """Shows activities in the order given, the first hundred at first. GUI thread only."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("activities")
        self.setAccessibleName("Trail")
        self._theme = theme
        self._lines: tuple[ActivityLine, ...] = ()
        self._entries: list[_Entry] = []
        self._none = PlainLabel("", "muted")
        self._none.setWordWrap(True)
        self._more = QPushButton()
        self._more.setProperty("link", "true")
        self._more.clicked.connect(self._show_all)
        row = QHBoxLayout()
        row.setContentsMargins(_MARGIN, 0, 0, 0)
        row.addWidget(self._more)
        row.addStretch(1)
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._none)
        layout.addLayout(self._column)
        layout.addLayout(row)

    @property
    def lines(self) -> tuple[ActivityLine, ...]:
        """All of them."""
        return self._lines

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for entry in self._entries:
            entry.theme = theme
            entry.update()

    def show_lines(self, lines: Sequence[ActivityLine], nothing: str = "") -> None:
        """Show these; `nothing` is the sentence where there is none. What is the same already stays as it is."""
        if tuple(lines) == self._lines and not self._none.isVisibleTo(self):
            return
        self._lines = tuple(lines)
        self._none.setText(nothing)
        self._none.setVisible(not lines and bool(nothing))
        self._fill(_FIRST)

    def _show_all(self) -> None:
        self._fill(len(self._lines))

    def _fill(self, most: int) -> None:
        for entry in self._entries:
            self._column.removeWidget(entry)
            entry.hide()
            entry.deleteLater()
        self._entries = [_Entry(line, self._theme) for line in self._lines[:most]]
        for entry in self._entries:
            self._column.addWidget(entry)
        left = len(self._lines) - len(self._entries)
        if self._entries:
            self._entries[-1].is_last = not left
        self._more.setText(f"Show {left:,} more")
        self._more.setVisible(left > 0)
