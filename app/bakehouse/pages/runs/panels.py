"""How the runs page is parted: sidebar, middle and inspector, hidden and sized as the person wants."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.pages.runs.run_area import RunArea
from bakehouse.settings import Settings
from bakehouse.theme import INSPECTOR_WIDTH, SIDEBAR_WIDTH

_INSPECTOR_FROM = 1_100
_ACROSS, _DOWN, _SIDEBAR, _INSPECTOR = "runs.across", "runs.down", "runs.sidebar", "runs.inspector"


class RunPanels(QWidget):
    """Until the person shows or hides the inspector, it is there when the page is wide enough."""

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
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._splitter)
        self._inspector_wanted: bool | None = None if settings.flag(_INSPECTOR, True) else False
        self._restore()

    def _restore(self) -> None:
        for name, target in ((_ACROSS, self._splitter), (_DOWN, self._area.splitter)):
            state = self._settings.layout(name)
            if state is not None:
                target.restoreState(state)
        self._sidebar.setVisible(self._settings.flag(_SIDEBAR, True))
        self._fit_inspector()

    def toggle_sidebar(self) -> None:
        """Show or hide the sidebar."""
        self._sidebar.setVisible(self._sidebar.isHidden())
        self._settings.remember_flag(_SIDEBAR, not self._sidebar.isHidden())

    def toggle_inspector(self) -> None:
        """Show or hide the inspector; from then on the page's width no longer decides."""
        self._inspector_wanted = self._inspector.isHidden()
        self._inspector.setVisible(self._inspector_wanted)
        self._settings.remember_flag(_INSPECTOR, self._inspector_wanted)

    def remember(self) -> None:
        """Keep the sizes for the next session."""
        self._settings.remember_layout(_ACROSS, self._splitter.saveState())
        self._settings.remember_layout(_DOWN, self._area.splitter.saveState())

    def _fit_inspector(self) -> None:
        wanted = self._inspector_wanted
        self._inspector.setVisible(self.width() >= _INSPECTOR_FROM if wanted is None else wanted)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._inspector_wanted is None:
            self._fit_inspector()
