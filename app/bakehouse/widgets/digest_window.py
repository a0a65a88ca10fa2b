"""The digest of a file or folder, to be copied, or checked against one that came from elsewhere."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from bakehouse.artifacts.digests import FolderDigest
from bakehouse.artifacts.listing import size_text
from bakehouse.domain.text import counted, visible
from bakehouse.theme import GRID
from bakehouse.widgets.labels import ElidedLabel, PlainLabel

_DIGEST = re.compile(r"\b[0-9a-f]{64}\b", re.IGNORECASE)


class DigestWindow(QDialog):
    """Shows a digest that was computed; gone when closed. GUI thread."""

    def __init__(self, name: str, digest: FolderDigest | str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("digest_window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Digest")
        self.setMinimumWidth(640)
        self._sha256 = digest if isinstance(digest, str) else digest.sha256
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        self._shown = QLineEdit(self._sha256)
        self._shown.setReadOnly(True)
        self._shown.setFont(fixed)
        self._shown.setAccessibleName("SHA-256")
        self._shown.setCursorPosition(0)
        copy = QPushButton("Copy")
        copy.clicked.connect(self._copy)
        self.other = QLineEdit()
        self.other.setObjectName("digest_to_check")
        self.other.setFont(fixed)
        self.other.setAccessibleName("A digest to check against")
        self.other.setPlaceholderText("Paste a digest, or a line of sha256sum, to compare")
        self.other.textChanged.connect(self._compare)
        self.verdict = PlainLabel(" ", "muted")
        self.verdict.setObjectName("digest_verdict")
        close = QPushButton("Close")
        close.setProperty("primary", "true")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        how = PlainLabel(_how(digest), "muted")
        how.setWordWrap(True)
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self._shown, 1)
        line.addWidget(copy)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(ElidedLabel(visible(name, 300), "title", mode=Qt.TextElideMode.ElideMiddle))
        column.addWidget(how)
        column.addSpacing(GRID)
        column.addWidget(PlainLabel("SHA-256", "section"))
        column.addLayout(line)
        column.addSpacing(GRID)
        column.addWidget(PlainLabel("CHECK", "section"))
        column.addWidget(self.other)
        column.addWidget(self.verdict)
        column.addStretch(1)
        column.addLayout(buttons)
        self.other.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._sha256)

    def _compare(self, text: str) -> None:
        found = _DIGEST.search(text)
        if not text.strip():
            self._say(" ", "muted")
        elif found is None:
            self._say("This holds no SHA-256: 64 digits from 0 to 9 and a to f.", "muted")
        elif found[0].lower() == self._sha256:
            self._say("✓ The same: every byte is equal.", "good")
        else:
            self._say("✗ Different: something was changed, or this is of another file.", "bad")

    def _say(self, sentence: str, role: str) -> None:
        self.verdict.setText(sentence)
        self.verdict.set_role(role)


def _how(digest: FolderDigest | str) -> str:
    if isinstance(digest, str):
        return "Of the file's content, as sha256sum computes it."
    return (
        f"Of {counted(len(digest.files), 'file')} ({size_text(digest.size)}) by Bakehouse's rule {digest.rule}: "
        "over the sorted names, sizes and digests of everything inside."
    )
