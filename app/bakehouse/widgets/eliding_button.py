"""A button whose words give way where there is no room for them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget
from typing_extensions import override

_PADDING = 30


class ElidingButton(QPushButton):
    """Shortens `text` as far as it has to and keeps `more` behind it; never narrower than `narrowest` pixels."""

    def __init__(
        self, narrowest: int, elided: Qt.TextElideMode = Qt.TextElideMode.ElideRight, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._narrowest, self._elided = narrowest, elided
        self._whole = self._more = ""
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str, more: str = "") -> None:
        """Show `text` literally, no letter of it being a shortcut."""
        self._whole, self._more = text, more
        self.updateGeometry()
        self._fit()

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        room = self.width() - _PADDING - metrics.horizontalAdvance(self._more)
        self.setText((metrics.elidedText(self._whole, self._elided, room) + self._more).replace("&", "&&"))

    @override
    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._whole + self._more) + _PADDING + 6
        return QSize(width, super().sizeHint().height())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._narrowest, super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
