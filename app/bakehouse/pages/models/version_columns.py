"""Two columns of sections that scroll together, one below the other's beginning where there is no room for both."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.theme import GRID, INSPECTOR_WIDTH
from bakehouse.widgets.sections import Section

_BOTH_FROM = 860
_ASIDE_WIDTH = INSPECTOR_WIDTH - 3 * GRID
_ANY_WIDTH = 16_777_215


class VersionColumns(QScrollArea):
    """The version page's body. GUI thread."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._main, self._aside = QVBoxLayout(), QVBoxLayout()
        for column in (self._main, self._aside):
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            column.addStretch(1)
        self._side = QWidget()
        self._side.setLayout(self._aside)
        self._place = 0
        self._both = QHBoxLayout()
        self._both.setSpacing(3 * GRID)
        self._both.addLayout(self._main, 1)
        self._both.addWidget(self._side)
        body = QWidget()
        body.setObjectName("panel")
        around = QVBoxLayout(body)
        around.setContentsMargins(3 * GRID, 0, 3 * GRID, 2 * GRID)
        around.addLayout(self._both)
        around.addStretch(1)
        self.setWidget(body)

    def add_main(self, section: Section, *, is_before_aside: bool = False) -> None:
        """One more section at the end of the wide column; where there is one column, before the narrow one's or not."""
        self._main.insertWidget(self._main.count() - 1, section)
        if is_before_aside:
            self._place = self._main.count() - 1

    def add_aside(self, section: Section) -> None:
        """One more section at the end of the narrow column."""
        self._aside.insertWidget(self._aside.count() - 1, section)

    def show_top(self) -> None:
        """Scroll to the beginning."""
        self.verticalScrollBar().setValue(0)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= _BOTH_FROM
        if is_wide:
            self._both.addWidget(self._side)
        else:
            self._main.insertWidget(self._place, self._side)
        self._side.setMinimumWidth(_ASIDE_WIDTH if is_wide else 0)
        self._side.setMaximumWidth(_ASIDE_WIDTH if is_wide else _ANY_WIDTH)
