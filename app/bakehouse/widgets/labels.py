"""Labels for foreign text: never rich text."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget
from typing_extensions import override

from bakehouse.domain.text import plain_tooltip, visible, visible_lines

_PARAGRAPH_CHARACTERS = 20_000


class PlainLabel(QLabel):
    """A label whose text is always shown as it is.

    `role` is one of "", "section", "title", "muted", "bad", "good", "warn", "mono" or "link".
    """

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        if role == "title":
            font = self.font()
            font.setPointSizeF(font.pointSizeF() + 3)
            font.setBold(True)
            self.setFont(font)
        elif role == "mono":
            font = self.font()
            font.setFamilies(["monospace"])
            font.setStyleHint(font.StyleHint.Monospace)
            self.setFont(font)
        self.setText(text)

    def set_role(self, role: str) -> None:
        """Speak in another tone from now on: "", "muted", "bad", "good" or "warn"."""
        self.setProperty("role", role)
        self.style().polish(self)


class Paragraph(PlainLabel):
    """Wrapped foreign text of several lines that can be marked and copied."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setObjectName(name)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    @override
    def setText(self, text: str) -> None:
        super().setText(visible_lines(text, _PARAGRAPH_CHARACTERS))


class ElidedLabel(PlainLabel):
    """A one-line plain label that elides its text to the width it has; the tooltip holds the whole."""

    def __init__(
        self,
        text: str = "",
        role: str = "",
        parent: QWidget | None = None,
        *,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        self._mode = mode
        super().__init__(text, role, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @override
    def setText(self, text: str) -> None:
        shown = visible(text, 8000)
        super().setText(shown)
        self.setToolTip(plain_tooltip(shown))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), self._mode, rect.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(rect, int(self.alignment() | Qt.TextFlag.TextSingleLine), text)


class BreakingLabel(PlainLabel):
    """A word without blanks, a digest say, that breaks wherever its line ends; it can be marked."""

    def __init__(self, role: str = "", parent: QWidget | None = None) -> None:
        self.whole = ""
        """The word in one piece."""
        super().__init__("", role, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def show_text(self, text: str) -> None:
        self.whole = visible(text, 8000)
        self.setAccessibleName(self.whole)
        self._break()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._break()

    def _break(self) -> None:
        fitting = max(self.width() // max(self.fontMetrics().horizontalAdvance("m"), 1), 8)
        # Lines of equal length read better than a full one and a rest.
        lines = -(-len(self.whole) // fitting)
        length = -(-len(self.whole) // max(lines, 1)) or 1
        self.setText("\n".join(self.whole[at : at + length] for at in range(0, len(self.whole), length)))
