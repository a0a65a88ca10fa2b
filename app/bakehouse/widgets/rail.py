"""The navigation rail: one button a page."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QToolButton, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.theme import RAIL_WIDTH, Theme
from bakehouse.widgets.icons import icon

_BADGE = 16


class _RailButton(QToolButton):
    """Icon over text, with an accent stripe at the left while its page is in front."""

    def __init__(self, page: str, text: str, icon_name: str) -> None:
        super().__init__()
        self.page = page
        self.icon_name = icon_name
        self._stripe = self.palette().highlight().color()
        self._ink = self.palette().base().color()
        self._badge = 0
        self.setObjectName(f"rail_{page}")
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(QSize(20, 20))
        self.setCheckable(True)
        self.setFixedSize(RAIL_WIDTH, 56)

    def set_theme(self, theme: Theme) -> None:
        self.setIcon(icon(self.icon_name, theme))
        self._stripe = theme.color("accent")
        self._ink = theme.color("on_accent")

    def set_badge(self, count: int, meaning: str) -> None:
        """Show a number at the icon; `meaning` says what it counts. 0 for none."""
        self._badge = count
        self.setAccessibleName(f"{self.text()}, {meaning}" if count else self.text())
        self.setToolTip(meaning if count else "")
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        if self.isChecked() and self.isEnabled():
            painter.fillRect(0, 6, 2, self.height() - 12, self._stripe)
        if self._badge:
            self._paint_badge(painter)

    def _paint_badge(self, painter: QPainter) -> None:
        text = f"{self._badge}" if self._badge < 100 else "99+"
        font = painter.font()
        font.setPixelSize(10)
        font.setBold(True)
        painter.setFont(font)
        width = max(_BADGE, painter.fontMetrics().horizontalAdvance(text) + 8)
        pill = QRectF(self.width() / 2 + 5, 3, width, _BADGE)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._stripe)
        painter.drawRoundedRect(pill, _BADGE / 2, _BADGE / 2)
        painter.setPen(self._ink)
        painter.drawText(pill, int(Qt.AlignmentFlag.AlignCenter), text)


class Rail(QWidget):
    """Holds the page buttons; the window adds the pages that exist and listens to `page_requested`."""

    page_requested = Signal(str)

    def __init__(self, pages: list[tuple[str, str, str]], parent: QWidget | None = None) -> None:
        """`pages`: (page id, text, icon name) from top to bottom."""
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(RAIL_WIDTH + 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 1, 8)
        layout.setSpacing(4)
        self._buttons: dict[str, _RailButton] = {}
        group = QButtonGroup(self)
        for page, text, icon_name in pages:
            button = _RailButton(page, text, icon_name)
            button.clicked.connect(self._clicked)
            group.addButton(button)
            layout.addWidget(button)
            self._buttons[page] = button
        layout.addStretch(1)

    def set_theme(self, theme: Theme) -> None:
        for button in self._buttons.values():
            button.set_theme(theme)

    def set_page(self, page: str) -> None:
        """Mark `page` as the one in front."""
        if page in self._buttons:
            self._buttons[page].setChecked(True)

    def set_badge(self, page: str, count: int, meaning: str) -> None:
        """Show at a page's button how many things wait there; 0 for none."""
        if page in self._buttons:
            self._buttons[page].set_badge(count, meaning)

    def set_open(self, store_open: bool) -> None:
        """Pages need a store."""
        for button in self._buttons.values():
            button.setEnabled(store_open)

    def _clicked(self) -> None:
        button = self.sender()
        if isinstance(button, _RailButton):
            self.page_requested.emit(button.page)
