"""Adding, changing and removing one tag in place."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from bakehouse.domain.limits import tag_key_problem
from bakehouse.theme import GRID
from bakehouse.widgets.labels import PlainLabel


class TagEditor(QWidget):
    """Key and value of a tag with Save, Delete and Cancel; never writes. Ctrl+Enter saves, Escape cancels."""

    save_requested = Signal(str, str)
    delete_requested = Signal(str)
    cancelled = Signal()
    edited = Signal()
    """Key or value was changed by the person."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._base: tuple[str, str] | None = None
        self._limit = 0
        self._refusal = ""
        self.key = QLineEdit()
        self.key.setObjectName("tag_key")
        self.key.setPlaceholderText("Key")
        self.key.setAccessibleName("Key of the tag")
        self.value = QPlainTextEdit()
        self.value.setObjectName("tag_value")
        self.value.setPlaceholderText("Value")
        self.value.setAccessibleName("Value of the tag")
        self.value.setProperty("input", "true")
        self.value.setTabChangesFocus(True)
        self.value.setFixedHeight(60)
        self.news = PlainLabel("", "muted")
        self.news.setObjectName("tag_news")
        self.news.setWordWrap(True)
        self.save = QPushButton("Save")
        self.save.setObjectName("tag_save")
        self.save.setProperty("primary", "true")
        self.remove = QPushButton("Delete")
        self.remove.setObjectName("tag_delete")
        self._cancel = QPushButton("Cancel")
        self._cancel.setObjectName("tag_cancel")
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.remove)
        row.addStretch(1)
        row.addWidget(self._cancel)
        row.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in (self.key, self.value, self.news):
            column.addWidget(part)
        column.addLayout(row)
        self.key.textChanged.connect(self._changed)
        self.value.textChanged.connect(self._changed)
        self.key.returnPressed.connect(self.value.setFocus)
        self.save.clicked.connect(self._save)
        self.remove.clicked.connect(self._delete)
        self._cancel.clicked.connect(self.cancelled)
        for keys, act in (("Ctrl+Return", self._save), ("Ctrl+Enter", self._save), ("Esc", self.cancelled.emit)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    @property
    def draft(self) -> tuple[str, str]:
        """Key and value as they stand in the fields."""
        return self.key.text(), self.value.toPlainText()

    def begin(self, base: tuple[str, str] | None, draft: tuple[str, str], limit: int, refusal: str) -> None:
        """Offer `draft`; `base` is the tag as stored (None: a new one), `refusal` why none can be saved."""
        self._base, self._limit, self._refusal = base, limit, refusal
        self.key.setText(draft[0])
        self.key.setReadOnly(base is not None)
        if self.value.toPlainText() != draft[1]:
            self.value.setPlainText(draft[1])
        self.remove.setVisible(base is not None)
        self.remove.setEnabled(not refusal)
        self.remove.setToolTip(refusal)
        self._tell()

    def focus(self) -> None:
        """Put the cursor where typing starts."""
        (self.value if self._base is not None else self.key).setFocus(Qt.FocusReason.OtherFocusReason)

    def problem(self) -> str:
        """Why the tag cannot be saved as it stands, a sentence; empty when it can."""
        key, value = self.draft
        if self._base is None and key and (problem := tag_key_problem(key)):
            return problem
        if len(value) > self._limit:
            return f"A value has at most {self._limit:,} characters in this store; this has {len(value):,}."
        return ""

    def _changed(self) -> None:
        self._tell()
        self.edited.emit()

    def _tell(self) -> None:
        problem = self.problem()
        self.news.setText(self._refusal or problem)
        self.news.set_role("bad" if problem and not self._refusal else "muted")
        self.news.setVisible(bool(self._refusal or problem))
        is_new = self.draft != self._base and bool(self.key.text().strip())
        self.save.setEnabled(is_new and not problem and not self._refusal)
        self.save.setToolTip(self._refusal or "Ctrl+Enter")

    def _save(self) -> None:
        if self.save.isEnabled():
            self.save_requested.emit(*self.draft)

    def _delete(self) -> None:
        if self._base is not None and not self._refusal:
            self.delete_requested.emit(self._base[0])
