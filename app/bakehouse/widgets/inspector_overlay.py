"""The inspector over the table of a narrow page, and the handle that brings it out."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.theme import INSPECTOR_WIDTH

_SHADOW = 12
_LEFT_FREE = 160


class InspectorOverlay(QWidget):
    """Lies over its parent's right side with a shadow at its left; Escape closes it. GUI thread only."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("inspector_overlay")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(_SHADOW, 0, 0, 0)
        self.hide()

    def take(self, inspector: QWidget) -> None:
        """Hold the inspector from now on."""
        self._layout.addWidget(inspector)
        inspector.show()

    def fit(self, area: QRect) -> None:
        """Lie at the right of `area`, and leave some of what is below in sight."""
        width = min(INSPECTOR_WIDTH, area.width() - _LEFT_FREE) + _SHADOW
        self.setGeometry(area.right() + 1 - width, area.top(), width, area.height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shadow = QLinearGradient(0, 0, _SHADOW, 0)
        shadow.setColorAt(0, QColor(0, 0, 0, 0))
        shadow.setColorAt(1, QColor(0, 0, 0, 46))
        painter.fillRect(0, 0, _SHADOW - 1, self.height(), shadow)
        painter.fillRect(_SHADOW - 1, 0, 1, self.height(), self.palette().mid())
        painter.end()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
