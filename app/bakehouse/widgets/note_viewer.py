"""Foreign Markdown, shown without loading, running or fetching anything it names."""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFragment,
    QTextTable,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget
from typing_extensions import override

from bakehouse.domain.laying_out import laid_out_extent
from bakehouse.domain.source_links import is_web_link
from bakehouse.domain.text import visible, visible_lines
from bakehouse.theme import Theme

_CHARACTERS = 50_000
_INDENT = 18
_HEADING_AIR = 10
_FEATURES = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML


class NoteDocument(QTextDocument):
    """A document that never loads a resource, whatever its text names."""

    @override
    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None


class NoteViewer(QTextBrowser):
    """As tall as its text. HTML in it is shown as it is written, an image by its words; links are only told."""

    link_activated = Signal(str)
    """An http or https address that was clicked."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = ""
        self.setObjectName("note_viewer")
        self.setAccessibleName("Note")
        self.setDocument(self._new_document())
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.anchorClicked.connect(self._clicked)
        self.highlighted.connect(self._hovered)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.show_markdown(self._text)

    def show_markdown(self, text: str) -> None:
        """Show foreign Markdown; very long texts are cut, and say so."""
        self._text = text
        end = laid_out_extent(text[:_CHARACTERS])
        shown = visible_lines(text[:end], _CHARACTERS)
        if len(text) > end:
            shown += f"\n\n*Only the first {end:,} of {len(text):,} characters are shown.*"
        # Made whole before it is shown: a document on screen is laid out anew at every change of a format.
        document, old = self._new_document(), self.document()
        document.setMarkdown(shown, _FEATURES)
        self._name_images(document)
        self._colour(document)
        document.setTextWidth(self._text_width())
        self.setDocument(document)
        old.deleteLater()
        self._fit()

    def _new_document(self) -> NoteDocument:
        document = NoteDocument(self)
        document.setDocumentMargin(0)
        document.setUndoRedoEnabled(False)
        document.setIndentWidth(_INDENT)
        document.setDefaultFont(self.font())
        return document

    def _text_width(self) -> int:
        return max(self.viewport().width(), 40)

    @override
    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None

    def _name_images(self, document: QTextDocument) -> None:
        """Put the words of an image in its place."""
        places: list[tuple[int, int, str]] = []
        for fragment in _fragments(document):
            form = fragment.charFormat()
            if form.isImageFormat():
                words = form.property(QTextCharFormat.Property.ImageAltText) or form.toImageFormat().name()
                places.append((fragment.position(), fragment.length(), str(words)))
        plain = QTextCharFormat()
        plain.setForeground(self._theme.color("muted"))
        cursor = QTextCursor(document)
        for position, length, words in reversed(places):
            cursor.setPosition(position)
            cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(f"[image not shown: {visible(words, 120)}]", plain)

    def _colour(self, document: QTextDocument) -> None:
        """Links in the accent, tables and code with room and without heavy lines."""
        link = QTextCharFormat()
        link.setForeground(self._theme.color("accent"))
        code = QTextCharFormat()
        code.setBackground(self._theme.color("raised"))
        marks: list[tuple[int, int, QTextCharFormat]] = []
        for fragment in _fragments(document):
            form = fragment.charFormat()
            if form.isAnchor() or form.fontFixedPitch():
                marks.append((fragment.position(), fragment.length(), link if form.isAnchor() else code))
        cursor = QTextCursor(document)
        block = document.begin()
        while block.isValid():
            level = block.blockFormat().headingLevel()
            if level:
                # Markdown's own headings are twice the text's size: too loud beside the inspector's title.
                heading = QTextCharFormat()
                heading.setFontPointSize(self.font().pointSizeF() + max(0, 3 - level))
                # Qt multiplies the size by this besides.
                heading.setProperty(QTextFormat.Property.FontSizeAdjustment, 0)
                cursor.setPosition(block.position())
                cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
                cursor.mergeCharFormat(heading)
            self._space(block, cursor)
            block = block.next()
        for position, length, form in marks:
            cursor.setPosition(position)
            cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(form)
        for frame in document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                table = frame.format()
                table.setBorder(0)
                table.setCellPadding(4)
                table.setTopMargin(4)
                table.setBottomMargin(4)
                frame.setFormat(table)

    def _space(self, block: QTextBlock, cursor: QTextCursor) -> None:
        """Air above headings, a ground below code, quotes in quieter words."""
        form = block.blockFormat()
        changed = QTextBlockFormat()
        if form.headingLevel() and block.blockNumber():
            changed.setTopMargin(_HEADING_AIR)
        if form.hasProperty(QTextFormat.Property.BlockCodeFence):
            changed.setBackground(self._theme.color("raised"))
        elif form.hasProperty(QTextFormat.Property.BlockQuoteLevel):
            quiet = QTextCharFormat()
            quiet.setForeground(self._theme.color("muted"))
            cursor.setPosition(block.position())
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(quiet)
            # Qt indents quotes by 40 pixels on either side: too much of a narrow panel.
            changed.setLeftMargin(_INDENT)
            changed.setRightMargin(0)
        if changed.propertyCount():
            cursor.setPosition(block.position())
            cursor.mergeBlockFormat(changed)

    def _clicked(self, address: QUrl) -> None:
        text = address.toString()
        if is_web_link(text):
            self.link_activated.emit(text)

    def _hovered(self, address: QUrl) -> None:
        self.viewport().setToolTip("")
        if not address.isEmpty() and not is_web_link(address.toString()):
            self.viewport().setCursor(Qt.CursorShape.ForbiddenCursor)

    def _fit(self) -> None:
        document = self.document()
        document.setTextWidth(self._text_width())
        self.setFixedHeight(math.ceil(document.size().height()) + 2)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, self.height())


def _fragments(document: QTextDocument) -> Iterator[QTextFragment]:
    """The pieces of one format, in order."""
    block = document.begin()
    while block.isValid():
        piece = block.begin()
        while not piece.atEnd():
            yield piece.fragment()
            piece += 1
        block = block.next()
