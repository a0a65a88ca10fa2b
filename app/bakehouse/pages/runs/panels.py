"""How the runs page is parted: sidebar, middle and inspector, hidden and sized as the person wants."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QToolButton, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.pages.runs.inspector_overlay import InspectorOverlay
from bakehouse.pages.runs.run_area import RunArea
from bakehouse.settings import Settings
from bakehouse.theme import INSPECTOR_WIDTH, SIDEBAR_WIDTH, Theme
from bakehouse.widgets.icons import icon

_INSPECTOR_FROM = 1_100
_HANDLE, _STRIP = 28, 36
_ACROSS, _DOWN, _SIDEBAR, _INSPECTOR = "runs.across", "runs.down", "runs.sidebar", "runs.inspector"


class RunPanels(QWidget):
    """A wide page has the inspector beside the table as long as the person wants it; a narrow one shows it over the
    table when asked, by the handle at the right edge or the command."""

    def __init__(
        self, sidebar: QWidget, area: RunArea, inspector: QWidget, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._sidebar, self._area, self._inspector, self._settings = sidebar, area, inspector, settings
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
        self._inspector_wanted = settings.flag(_INSPECTOR, True)
        self._restore()

    def set_theme(self, theme: Theme) -> None:
        self._handle.setIcon(icon("panel-right", theme, 16))

    def _restore(self) -> None:
        for name, target in ((_ACROSS, self._splitter), (_DOWN, self._area.splitter)):
            state = self._settings.layout(name)
            if state is not None:
                target.restoreState(state)
        self._sidebar.setVisible(self._settings.flag(_SIDEBAR, True))
        self._inspector.setVisible(self._inspector_wanted)

    def toggle_sidebar(self) -> None:
        """Show or hide the sidebar."""
        self._sidebar.setVisible(self._sidebar.isHidden())
        self._settings.remember_flag(_SIDEBAR, not self._sidebar.isHidden())

    def toggle_inspector(self) -> None:
        """Show or hide the inspector; what a wide page does is remembered."""
        if self._is_narrow:
            self._overlay.setVisible(self._overlay.isHidden())
            self._overlay.raise_()
            self._fit()
            return
        self._inspector_wanted = self._inspector.isHidden()
        self._inspector.setVisible(self._inspector_wanted)
        self._settings.remember_flag(_INSPECTOR, self._inspector_wanted)

    def remember(self) -> None:
        """Keep the sizes for the next session."""
        across = self._across if self._is_narrow else self._splitter.saveState()
        self._settings.remember_layout(_ACROSS, across)
        self._settings.remember_layout(_DOWN, self._area.splitter.saveState())

    def _close_overlay(self) -> None:
        self._overlay.hide()
        self._fit()
        self._area.setFocus(Qt.FocusReason.OtherFocusReason)

    def _follow_width(self) -> None:
        is_narrow = self.width() < _INSPECTOR_FROM
        if is_narrow == self._is_narrow:
            return
        self._is_narrow = is_narrow
        self._layout.setContentsMargins(0, 0, _STRIP if is_narrow else 0, 0)
        if is_narrow:
            self._across = self._splitter.saveState()
            self._overlay.hide()
            self._overlay.take(self._inspector)
            return
        self._splitter.insertWidget(2, self._inspector)
        self._splitter.setStretchFactor(2, 0)
        self._splitter.restoreState(self._across)
        self._inspector.setVisible(self._inspector_wanted)
        self._overlay.hide()

    def _fit(self) -> None:
        self._overlay.fit(self.rect())
        self._handle.setVisible(self._is_narrow and self._overlay.isHidden())
        self._handle.setGeometry(self.width() - _STRIP + (_STRIP - _HANDLE) // 2, 10, _HANDLE, _HANDLE)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._follow_width()
        self._fit()
