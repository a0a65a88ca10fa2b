"""The head of the version page: which version, its stage and aliases, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.domain.models import ModelVersion
from bakehouse.domain.text import visible
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.icons import icon
from bakehouse.widgets.labels import ElidedLabel, PlainLabel
from bakehouse.widgets.stages import StagePill

_READ_ONLY = "This store is open for reading only."
_ONE_LINE_FROM = 860


class VersionHead(QWidget):
    """Shows what it is given; its signals are what the person wants. GUI thread."""

    back_requested = Signal()
    compare_requested = Signal()
    transition_requested = Signal()
    request_requested = Signal()
    """A transition shall be asked for, which others decide."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back = QToolButton()
        self.back.setObjectName("version_back")
        self.back.setToolTip("Back to the versions (Alt+Left)")
        self.back.setAccessibleName("Back to the versions")
        self.back.setIconSize(QSize(20, 20))
        self._name = ElidedLabel("", "title")
        self._name.setObjectName("version_page_model")
        self._number = PlainLabel("", "title")
        number_font = self._number.font()
        number_font.setBold(False)
        self._number.setFont(number_font)
        self._number.setObjectName("version_page_number")
        self._stage = StagePill(theme)
        self._aliases = ElidedLabel("", "muted")
        self._aliases.setObjectName("version_page_aliases")
        self._subtitle = ElidedLabel("", "muted")
        self._subtitle.setObjectName("version_page_subtitle")
        self.compare = QPushButton("Compare…")
        self.compare.setObjectName("version_compare")
        self.compare.setToolTip("Put another version of this model beside it")
        self.transition = QPushButton("Transition stage…")
        self.transition.setObjectName("version_transition")
        self.transition.setProperty("primary", "true")
        self.request = QPushButton("Request transition…")
        self.request.setObjectName("version_request")
        self.request.clicked.connect(self.request_requested)
        self.back.clicked.connect(self.back_requested)
        self.compare.clicked.connect(self.compare_requested)
        self.transition.clicked.connect(self.transition_requested)
        self._lay_out()
        self.set_theme(theme)

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(GRID)
        first.addWidget(self._name, 100)
        first.addWidget(self._number)
        first.addSpacing(2)
        first.addWidget(self._stage)
        first.addWidget(self._aliases, 60)
        first.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addLayout(first)
        words.addWidget(self._subtitle)
        self._actions = QWidget()
        actions = QHBoxLayout(self._actions)
        actions.setContentsMargins(0, 0, 0, 0)
        actions.setSpacing(GRID)
        for button in (self.compare, self.request, self.transition):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            actions.addWidget(button)
        actions.addStretch(1)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(GRID, 12, 2 * GRID, 12)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(GRID)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self.back, 0, 0)
        self._grid.addLayout(words, 0, 1)
        self._grid.addWidget(self._actions, 0, 2)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.width() < _ONE_LINE_FROM:
            self._grid.addWidget(self._actions, 1, 1)
        else:
            self._grid.addWidget(self._actions, 0, 2)

    def set_theme(self, theme: Theme) -> None:
        self._stage.set_theme(theme)
        self.back.setIcon(icon("arrow-left", theme))

    def set_read_only(self, read_only: bool) -> None:
        """Whether nothing may be changed."""
        for button in (self.request, self.transition):
            button.setEnabled(not read_only)
            button.setToolTip(_READ_ONLY if read_only else "")

    def show_version(self, version: ModelVersion, others: int, subtitle: str) -> None:
        """Show this version; `others` is the number of further versions of the model."""
        self._fit(self._name, version.name)
        self._number.setText(f"version {version.version}")
        self._stage.show_stage(version.stage)
        self._fit(self._aliases, "  ".join(f"@{alias}" for alias in version.aliases))
        self._subtitle.setText(subtitle)
        self._subtitle.setVisible(bool(subtitle))
        self.compare.setEnabled(others > 0)

    def _fit(self, label: ElidedLabel, text: str) -> None:
        """No wider than its text, so that what follows stands beside it."""
        label.setText(text)
        label.ensurePolished()
        label.setMaximumWidth(label.fontMetrics().horizontalAdvance(visible(text, 8000)) + 4)
        label.setVisible(bool(text))
