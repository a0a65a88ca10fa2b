"""Ctrl+,: what a person prefers; each choice works at once, in every window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from bakehouse.places import cache_directory, config_directory, data_directory
from bakehouse.settings import Settings
from bakehouse.theme import GRID, ThemeSource
from bakehouse.widgets.labels import ElidedLabel, PlainLabel

_THEMES = (("", "As the desktop"), ("light", "Light"), ("dark", "Dark"))
_TIMES = ((True, "How long ago (5 min ago)"), (False, "Date and time (2024-03-12 14:05)"))
_SECOND = ((True, "In a new window"), (False, "In the window in front"))
_FIELD = 280
_FIELD_HEIGHT = 30


class PreferencesDialog(QDialog):
    """Reads and writes the settings; there is nothing to confirm. Opened by a window. GUI thread."""

    def __init__(self, settings: Settings, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("preferences")
        self.setWindowTitle("Preferences")
        self._settings = settings
        self._themes = themes
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(2 * GRID)
        self._form.setVerticalSpacing(GRID)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._add_appearance()
        self._add_stores()
        self._add_personal()
        self._lay_out()
        themes.preference_changed.connect(self._show_theme)
        settings.recent_changed.connect(self._count)
        settings.filters_changed.connect(self._count)
        self._count()

    def _add_appearance(self) -> None:
        self._section("APPEARANCE")
        self.theme = self._choice("prefer_theme", "Theme", [text for _, text in _THEMES])
        self._show_theme()
        self.theme.activated.connect(self._set_theme)
        self.times = self._choice("prefer_times", "Times in tables", [text for _, text in _TIMES])
        self.times.setCurrentIndex(0 if self._settings.relative_times else 1)
        self.times.activated.connect(self._set_times)

    def _add_stores(self) -> None:
        self._section("STORES")
        self.reopen = QCheckBox("Open the last store when Bakehouse starts")
        self.reopen.setObjectName("prefer_reopen")
        self.reopen.setChecked(self._settings.reopens_last_store)
        self.reopen.toggled.connect(self._set_reopen)
        self._form.addRow(self.reopen)
        self.second = self._choice("prefer_second", "A store opened from outside", [text for _, text in _SECOND])
        self.second.setToolTip("By a double-click in the file manager or from the command line, while one is open")
        self.second.setCurrentIndex(0 if self._settings.second_store_in_new_window else 1)
        self.second.activated.connect(self._set_second)

    def _add_personal(self) -> None:
        self._section("PERSONAL DATA")
        for name, text, folder in (
            ("settings", "Settings", config_directory()),
            ("data", "Sample, stars, views", data_directory()),
            ("cache", "Log file", cache_directory()),
        ):
            row = QHBoxLayout()
            row.setSpacing(GRID)
            path = ElidedLabel(str(folder), "muted", mode=Qt.TextElideMode.ElideMiddle)
            path.setMinimumWidth(_FIELD)
            show = QPushButton("Open folder")
            show.setObjectName(f"open_{name}")
            show.setAccessibleName(f"Open the folder of: {text}")
            show.clicked.connect(partial(_show_folder, folder))
            row.addWidget(path, 1)
            row.addWidget(show)
            self._form.addRow(_label(text), row)
        self.forget_recent = self._forget("forget_recent", self._settings.forget_stores)
        self.forget_filters = self._forget("forget_filters", self._settings.forget_filters)
        self.forget_places = self._forget("forget_places", self._settings.forget_places)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for button in (self.forget_recent, self.forget_filters, self.forget_places):
            row.addWidget(button)
        row.addStretch(1)
        self._form.addRow(row)

    def _lay_out(self) -> None:
        body = QWidget()
        body.setObjectName("panel")
        body.setLayout(self._form)
        self._form.setContentsMargins(3 * GRID, GRID, 3 * GRID, GRID)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        close = QPushButton("Close")
        close.setProperty("primary", "true")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setContentsMargins(3 * GRID, 0, 3 * GRID, 0)
        row.addWidget(PlainLabel("Every choice works at once, in every window.", "muted"), 1)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GRID, 0, 2 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addWidget(scroll, 1)
        layout.addLayout(row)
        wanted = body.sizeHint()
        self.resize(max(wanted.width(), 640), wanted.height() + 12 * GRID)

    def _section(self, title: str) -> None:
        label = PlainLabel(title, "section")
        label.setContentsMargins(0, 2 * GRID if self._form.rowCount() else 0, 0, 0)
        self._form.addRow(label)

    def _choice(self, name: str, title: str, texts: list[str]) -> QComboBox:
        box = QComboBox()
        box.setObjectName(name)
        box.setAccessibleName(title)
        box.setMinimumWidth(_FIELD)
        box.addItems(texts)
        self._form.addRow(_label(title), box)
        return box

    def _forget(self, name: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton()
        button.setObjectName(name)
        button.clicked.connect(act)
        button.clicked.connect(self._count)
        return button

    # Choices

    def _show_theme(self) -> None:
        self.theme.setCurrentIndex([value for value, _ in _THEMES].index(self._themes.preference))

    def _set_theme(self, row: int) -> None:
        self._settings.theme = _THEMES[row][0]
        self._themes.prefer(_THEMES[row][0])

    def _set_times(self, row: int) -> None:
        self._settings.relative_times = _TIMES[row][0]

    def _set_reopen(self, wanted: bool) -> None:
        self._settings.reopens_last_store = wanted

    def _set_second(self, row: int) -> None:
        self._settings.second_store_in_new_window = _SECOND[row][0]

    def _count(self) -> None:
        """Say what there is to forget."""
        for button, number, one, several in (
            (self.forget_recent, len(self._settings.recent), "recent store", "recent stores"),
            (self.forget_filters, len(self._settings.filters), "earlier filter", "earlier filters"),
            (self.forget_places, len(self._settings.recent_places), "palette entry", "palette entries"),
        ):
            button.setText(f"Forget {number:,} {one if number == 1 else several}" if number else f"No {several}")
            button.setEnabled(number > 0)


def _label(text: str) -> PlainLabel:
    """As high as the field beside it, so that both stand on one line."""
    label = PlainLabel(text)
    label.setMinimumHeight(_FIELD_HEIGHT)
    return label


def _show_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
