"""What the plots share as widgets: an opaque canvas that takes keys and pointer, and a sentence while it is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from bakehouse.plots.drawing import Drawing

if TYPE_CHECKING:
    from bakehouse.theme import Theme


class PlotCanvas(QWidget):
    """A plain widget that a plot paints on; GUI thread only."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        """`name` is the object's name, `title` what a screen reader calls it."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def repaint_whole(self) -> None:
        """Paint anew what is kept between paint events; called when font or style change."""
        self.update()

    def paint_still(self, painter: QPainter, theme: Theme, ratio: float) -> None:
        """Paint everything but what the pointer shows, as large as the widget is, in the colours of `theme`.

        The ground is painted already; `ratio`: how many pixels of the painter's device a logical one has.
        """

    @property
    def has_picture(self) -> bool:
        """Whether `paint_still` has anything to paint."""
        raise NotImplementedError

    def drawing(self) -> Drawing | None:
        """What is shown as a picture to keep; None while there is none."""
        return Drawing(self.size(), self.paint_still) if self.has_picture else None

    def paint_empty(self, painter: QPainter, theme: Theme, sentence: str) -> None:
        """The sentence in the middle of an empty canvas."""
        painter.fillRect(self.rect(), theme.color("panel"))
        painter.setPen(theme.color("muted"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, sentence)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and takes_delete(event):
            event.accept()  # a brush is meant, not the selected runs
            return True
        return super().event(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.repaint_whole()

    @override
    def sizeHint(self) -> QSize:
        return QSize(800, 400)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(240, 160)


def takes_delete(event: QEvent) -> bool:
    """Whether Delete was pressed, which would otherwise be the window's shortcut."""
    return isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


def is_adding(event: QMouseEvent) -> bool:
    """Whether a click with these keys held adds to the selection."""
    return bool(event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier))
