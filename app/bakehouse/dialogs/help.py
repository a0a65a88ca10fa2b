"""A page of help, written by us and shipped with the application."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument, QTextTable
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from bakehouse.theme import GRID


class HelpDialog(QDialog):
    """Shows one page of help beside the window, which stays usable."""

    def __init__(self, title: str, markdown: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("help")
        self.setWindowTitle(title)
        self.resize(760, 620)
        text = QTextBrowser()
        text.setObjectName("help_text")
        text.setAccessibleName(title)
        text.setOpenLinks(False)
        text.document().setDocumentMargin(3 * GRID)
        text.setMarkdown(markdown)
        self._soften_tables(text.document())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(text)

    @staticmethod
    def _soften_tables(document: QTextDocument) -> None:
        """Markdown's tables come with narrow cells and heavy lines."""
        for frame in document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                form = frame.format()
                form.setBorder(0)
                form.setCellPadding(GRID - 2)
                form.setTopMargin(GRID)
                form.setBottomMargin(GRID)
                frame.setFormat(form)
