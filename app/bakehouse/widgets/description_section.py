"""A Markdown description of something, read and written in place."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.theme import Theme
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.note_editor import NoteEditor
from bakehouse.widgets.note_viewer import NoteViewer
from bakehouse.widgets.sections import Section

_CHANGED = "The description was changed elsewhere since you began. Saving replaces it."


@dataclass(frozen=True)
class _Draft:
    """What was stored when the person began, and what is typed since."""

    begun: str
    text: str


class DescriptionSection(Section):
    """A draft stays with what it describes until the store holds it or the person cancels it. GUI thread."""

    save_requested = Signal(str)
    link_activated = Signal(str)
    """An http or https address that was clicked."""

    def __init__(self, theme: Theme, *, most_height: int = 0) -> None:
        """`most_height` is where reading starts to scroll; 0 for never."""
        self.viewer = NoteViewer(theme)
        self.viewer.setObjectName("description_viewer")
        self.viewer.setAccessibleName("Description")
        self.editor = NoteEditor(theme)
        self.editor.setObjectName("description_editor")
        self._none = PlainLabel("No description yet.", "muted")
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._reading: QWidget = _ShortArea(self.viewer, most_height) if most_height else self.viewer
        for part in (self._reading, self._none, self.editor):
            column.addWidget(part)
        super().__init__("DESCRIPTION", body)
        self.link.setObjectName("edit_description")
        self._key: Hashable = None
        self._text = self._refusal = ""
        self._limit = 0
        self._drafts: dict[Hashable, _Draft] = {}
        self.link.clicked.connect(self.begin)
        self.editor.edited.connect(self._keep)
        self.editor.cancelled.connect(self._leave)
        self.editor.save_requested.connect(self.save_requested)
        self.viewer.link_activated.connect(self.link_activated)
        self.editor.link_activated.connect(self.link_activated)

    def set_theme(self, theme: Theme) -> None:
        self.viewer.set_theme(theme)
        self.editor.set_theme(theme)

    def show_text(self, key: Hashable, text: str, limit: int, refusal: str) -> None:
        """Show the description of `key`, of at most `limit` characters; `refusal` says why it cannot be changed now."""
        if key != self._key:
            self.editor.tabs.setCurrentIndex(0)
        is_new = key != self._key or text != self._text
        self._key, self._text, self._limit, self._refusal = key, text, limit, refusal
        if is_new:
            self.viewer.show_markdown(text)
        draft = self._drafts.get(key)
        if draft is not None and draft.begun != text:
            if draft.text == text:
                del self._drafts[key]
            elif draft.text == draft.begun:
                self._drafts[key] = _Draft(text, text)
        self._show()

    def forget(self) -> None:
        """Another store is opened: nothing of it has drafts here."""
        self._drafts.clear()
        self._key = None

    def begin(self) -> None:
        """Offer the description for editing."""
        if self._key is not None and not self._refusal:
            self._drafts[self._key] = _Draft(self._text, self._text)
            self._show()
            self.editor.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        draft = self._drafts.get(self._key)
        self.editor.setVisible(draft is not None)
        self._reading.setVisible(draft is None and bool(self._text))
        self._none.setVisible(draft is None and not self._text)
        self.offer("" if draft is not None else "Edit" if self._text else "Write one")
        self.link.setEnabled(not self._refusal)
        self.link.setToolTip(self._refusal)
        if draft is not None:
            self.editor.begin(self._text, draft.text, self._limit, self._refusal)
            self.editor.warn(_CHANGED if draft.begun != self._text else self._refusal)

    def _keep(self, text: str) -> None:
        draft = self._drafts.get(self._key)
        if draft is not None:
            self._drafts[self._key] = _Draft(draft.begun, text)

    def _leave(self) -> None:
        self._drafts.pop(self._key, None)
        self._show()


class _ShortArea(QScrollArea):
    """As tall as the viewer in it up to a height, from which on it scrolls."""

    def __init__(self, viewer: NoteViewer, most_height: int) -> None:
        super().__init__()
        self._viewer, self._most = viewer, most_height
        holder = QWidget()
        holder.setObjectName("panel")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(viewer)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(holder)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        viewer.installEventFilter(self)

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, min(self._most, self._viewer.sizeHint().height()))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(100, 0)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.updateGeometry()
        return super().eventFilter(watched, event)
