"""The line on top: mark, menus, what is open, and the way to the palette."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenuBar, QPushButton, QToolButton, QWidget

from bakehouse.theme import Theme
from bakehouse.widgets.icons import icon, pixmap
from bakehouse.widgets.labels import ElidedLabel, PlainLabel


class TopBar(QWidget):
    """Shows the store's name and the page's place in it; the palette button stands at the right."""

    palette_requested = Signal()

    def __init__(self, menus: QMenuBar, ways: Sequence[QAction], parent: QWidget | None = None) -> None:
        """`ways` are the commands that lead back and forward."""
        super().__init__(parent)
        self.setObjectName("topbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(44)
        self._mark = QLabel()
        self._mark.setFixedSize(QSize(24, 24))
        self._store = PlainLabel()
        font = self._store.font()
        font.setBold(True)
        self._store.setFont(font)
        self._place = ElidedLabel("", "muted")
        self._palette = QPushButton("Go to run, experiment, command      Ctrl+K")
        self._palette.setObjectName("palette_button")
        self._palette.setIconSize(QSize(16, 16))
        self._palette.setAccessibleName("Go to")
        self._palette.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._palette.clicked.connect(self.palette_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(12)
        layout.addWidget(self._mark)
        layout.addWidget(menus, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addSpacing(4)
        arrows = QHBoxLayout()
        arrows.setSpacing(0)
        for way in ways:
            arrows.addWidget(_arrow(way))
        layout.addLayout(arrows)
        layout.addWidget(self._store)
        layout.addWidget(self._place, 1)
        layout.addWidget(self._palette)

    def set_theme(self, theme: Theme) -> None:
        self._mark.setPixmap(pixmap("bakehouse", theme.text, 24, max(1.0, self.devicePixelRatioF())))
        self._palette.setIcon(icon("search", theme, 16))

    def set_place(self, store: str, place: str) -> None:
        """Name the open store and what is looked at inside it."""
        self._store.setText(store)
        self._place.setText(place)


def _arrow(way: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(way)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    button.setIconSize(QSize(16, 16))
    button.setFixedSize(QSize(28, 28))
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setObjectName(f"{way.objectName()}_button")
    button.setAccessibleName(way.text().replace("&", ""))
    return button
