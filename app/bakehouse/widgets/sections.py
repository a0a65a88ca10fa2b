"""A scrolled column of titled sections, as the inspectors of all pages have it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from bakehouse.theme import GRID
from bakehouse.widgets.labels import PlainLabel


class SectionPanel(QWidget):
    """Shows what its owner puts into `column`, or one sentence in its place. GUI thread only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Inspector")
        self.setMinimumWidth(240)
        self._message = PlainLabel("", "muted")
        self._message.setObjectName("inspector_message")
        self._message.setWordWrap(True)
        empty = QWidget()
        sentence = QVBoxLayout(empty)
        sentence.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        sentence.addWidget(self._message)
        sentence.addStretch(1)
        body = QWidget()
        body.setObjectName("panel")
        self.column = QVBoxLayout(body)
        self.column.setContentsMargins(2 * GRID, 2 * GRID - 2, 2 * GRID, 2 * GRID)
        self.column.setSpacing(0)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(body)
        self._faces: dict[QWidget, QScrollArea] = {}
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self._scroll)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)

    def show_message(self, sentence: str) -> None:
        """Say `sentence` instead of showing the sections."""
        self._message.setText(sentence)
        self._stack.setCurrentIndex(0)

    def add_face(self, face: QWidget) -> None:
        """One more body that can stand in the column's place, see `show_face`; it scrolls as the column does."""
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        face.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        scroll.setWidget(face)
        self._faces[face] = scroll
        self._stack.addWidget(scroll)

    def show_face(self, face: QWidget) -> None:
        """Show one of the bodies of `add_face`."""
        self._stack.setCurrentWidget(self._faces[face])

    def show_sections(self, *, from_top: bool) -> None:
        """Show the column, `from_top` when it tells of something else than before."""
        if from_top:
            self._scroll.verticalScrollBar().setValue(0)
        self._stack.setCurrentIndex(1)


class Section(QWidget):
    """A small heading with a word or a link at its right, above a body; hidden while it has nothing to say."""

    def __init__(self, title: str, body: QWidget, aside: str = "") -> None:
        super().__init__()
        self.link = QPushButton("")
        self.link.setProperty("link", "true")
        self.link.setStyleSheet("font-size: 11px;")
        self.link.hide()
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(PlainLabel(title, "section"))
        line.addStretch(1)
        line.addWidget(PlainLabel(aside, "section"))
        line.addWidget(self.link)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2 * GRID, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(line)
        layout.addWidget(body)

    def offer(self, text: str) -> None:
        """Show a link at the right, or none for an empty text."""
        self.link.setText(text)
        self.link.setVisible(bool(text))
