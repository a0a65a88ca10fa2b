"""How a page is parted: sidebar, middle and inspector, hidden and sized as the person wants."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QToolButton, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.settings import Settings
from bakehouse.theme import INSPECTOR_WIDTH, SIDEBAR_WIDTH, Theme
from bakehouse.widgets.icons import icon
from bakehouse.widgets.inspector_overlay import InspectorOverlay

_INSPECTOR_FROM = 1_100
_HANDLE, _STRIP = 28, 36


class SidePanels(QWidget):
    """A wide page has the inspector beside its middle as long as the person wants it; a narrow one shows it over the
    middle when asked, by the handle at the right edge or the command."""

    def __init__(
        self,
        sidebar: QWidget,
        area: QWidget,
        inspector: QWidget,
        settings: Settings,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        """`name` begins the names under which sizes and what is hidden are remembered."""
        super().__init__(parent)
        self._sidebar, self._area, self._inspector, self._settings = sidebar, area, inspector, settings
        self._across_name, self._sidebar_name, self._inspector_name = (
            f"{name}.{part}" for part in ("across", "sidebar", "inspector")
        )
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        for part in (sidebar, area, inspector):
            self._splitter.addWidget(part)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        for place, stretch in enumerate((0, 1, 0)):
            self._splitter.setStretchFactor(place, stretch)
        self._splitter.setSizes([SIDEBAR_WIDTH, 1000, INSPECTOR_WIDTH])
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._splitter)
        self._overlay = InspectorOverlay(self)
        self._overlay.closed.connect(self._close_overlay)
        self._handle = QToolButton(self)
        self._handle.setObjectName("inspector_handle")
        self._handle.setAccessibleName("Show the inspector")
        self._handle.setToolTip("Show the inspector (Ctrl+I)")
        self._handle.clicked.connect(self.toggle_inspector)
        self._handle.hide()
        self._is_narrow = False
        self._across = QByteArray()
        self._inspector_wanted = settings.flag(self._inspector_name, True)
        self._has_inspector = True
        self._restore()

    def set_theme(self, theme: Theme) -> None:
        self._handle.setIcon(icon("panel-right", theme, 16))

    def _restore(self) -> None:
        state = self._settings.layout(self._across_name)
        if state is not None:
            self._splitter.restoreState(state)
        self._sidebar.setVisible(self._settings.flag(self._sidebar_name, True))
        self._inspector.setVisible(self._inspector_wanted)

    def toggle_sidebar(self) -> None:
        """Show or hide the sidebar."""
        self._sidebar.setVisible(self._sidebar.isHidden())
        self._settings.remember_flag(self._sidebar_name, not self._sidebar.isHidden())

    def toggle_inspector(self) -> None:
        """Show or hide the inspector; what a wide page does is remembered."""
        if not self._has_inspector:
            return
        if self._is_narrow:
            self._overlay.setVisible(self._overlay.isHidden())
            self._overlay.raise_()
            self._fit()
            return
        self._inspector_wanted = self._inspector.isHidden()
        self._inspector.setVisible(self._inspector_wanted)
        self._settings.remember_flag(self._inspector_name, self._inspector_wanted)

    def have_inspector(self, has: bool) -> None:
        """Whether what is in the middle has an inspector at all."""
        if has == self._has_inspector:
            return
        self._has_inspector = has
        if self._is_narrow:
            self._overlay.hide()
            self._layout.setContentsMargins(0, 0, _STRIP if has else 0, 0)
        else:
            self._inspector.setVisible(has and self._inspector_wanted)
        self._fit()

    def bring_inspector(self) -> None:
        """Show the inspector wherever the page has it now."""
        is_hidden = self._overlay.isHidden() if self._is_narrow else self._inspector.isHidden()
        if is_hidden:
            self.toggle_inspector()

    def remember(self) -> None:
        """Keep the sizes for the next session."""
        across = self._across if self._is_narrow else self._splitter.saveState()
        self._settings.remember_layout(self._across_name, across)

    def _close_overlay(self) -> None:
        self._overlay.hide()
        self._fit()
        self._area.setFocus(Qt.FocusReason.OtherFocusReason)

    def _follow_width(self) -> None:
        is_narrow = self.width() < _INSPECTOR_FROM
        if is_narrow == self._is_narrow:
            return
        self._is_narrow = is_narrow
        self._layout.setContentsMargins(0, 0, _STRIP if is_narrow and self._has_inspector else 0, 0)
        if is_narrow:
            self._across = self._splitter.saveState()
            self._overlay.hide()
            self._overlay.take(self._inspector)
            return
        self._splitter.insertWidget(2, self._inspector)
        self._splitter.setStretchFactor(2, 0)
        self._splitter.restoreState(self._across)
        self._inspector.setVisible(self._inspector_wanted and self._has_inspector)
        self._overlay.hide()

    def _fit(self) -> None:
        self._overlay.fit(self.rect())
        self._handle.setVisible(self._is_narrow and self._has_inspector and self._overlay.isHidden())
        self._handle.setGeometry(self.width() - _STRIP + (_STRIP - _HANDLE) // 2, 10, _HANDLE, _HANDLE)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._follow_width()
        self._fit()
