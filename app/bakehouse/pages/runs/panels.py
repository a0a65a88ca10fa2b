"""How the runs page is parted: sidebar, middle and inspector, and in the middle the table over the plots."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.pages.runs.run_area import RunArea
from bakehouse.settings import Settings
from bakehouse.widgets.side_panels import SidePanels

_DOWN = "runs.down"


class RunPanels(SidePanels):
    """Remembers also how the middle is parted."""

    def __init__(
        self, sidebar: QWidget, area: RunArea, inspector: QWidget, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(sidebar, area, inspector, settings, "runs", parent)
        self._down = area.splitter
        state = settings.layout(_DOWN)
        if state is not None:
            self._down.restoreState(state)

    @override
    def remember(self) -> None:
        super().remember()
        self._settings.remember_layout(_DOWN, self._down.saveState())
