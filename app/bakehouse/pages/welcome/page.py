"""Where a person starts: open a store, a recent one, or the sample; errors of opening are shown here."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from bakehouse.domain.text import plain_tooltip, visible
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.icons import icon, pixmap
from bakehouse.widgets.labels import PlainLabel

_WIDTH = 560


class WelcomePage(QWidget):
    """Knows no store; tells the window what the person chose."""

    open_requested = Signal()
    sample_requested = Signal()
    path_chosen = Signal(object)
    """A recent store's Path."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._mark = QLabel()
        self._mark.setFixedSize(QSize(56, 56))
        self._notice = self._make_notice()
        self.open_button = QPushButton("Open store…")
        self.open_button.setProperty("primary", "true")
        self.open_button.clicked.connect(self.open_requested)
        self.sample_button = QPushButton("Open sample store")
        self.sample_button.clicked.connect(self.sample_requested)
        self._recent_title = PlainLabel("RECENT", "section")
        self.recent = QListWidget()
        self.recent.setAccessibleName("Recent stores")
        self.recent.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.recent.itemActivated.connect(self._choose)
        self.recent.itemClicked.connect(self._choose)
        self._lay_out()
        self.setFocusProxy(self.open_button)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._mark.setPixmap(pixmap("bakehouse", theme.text, 56, max(1.0, self.devicePixelRatioF())))
        for row in range(self.recent.count()):
            self.recent.item(row).setIcon(icon("database", theme))

    def set_recent(self, paths: list[Path]) -> None:
        """Show the stores opened before, the last one first."""
        self.recent.clear()
        for path in paths:
            item = QListWidgetItem(
                icon("database", self._theme), f"{visible(path.name)}  —  {visible(str(path.parent))}"
            )
            item.setData(Qt.ItemDataRole.UserRole, path)
            item.setToolTip(plain_tooltip(str(path)))
            item.setSizeHint(QSize(0, 32))
            self.recent.addItem(item)
        self._recent_title.setVisible(bool(paths))
        self.recent.setVisible(bool(paths))
        self.recent.setFixedHeight(min(len(paths), 8) * 32 + 4)

    def show_problem(self, sentence: str) -> None:
        """Say why the last store could not be opened; an empty sentence takes the notice away."""
        self._notice_text.setText(sentence)
        self._notice.setVisible(bool(sentence))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.recent.hasFocus():
            self._choose(self.recent.currentItem())
        else:
            super().keyPressEvent(event)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.path_chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _make_notice(self) -> QFrame:
        notice = QFrame()
        notice.setObjectName("notice_box")
        self._notice_text = PlainLabel("", "bad")
        self._notice_text.setObjectName("welcome_problem")
        self._notice_text.setWordWrap(True)
        self._notice_text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout(notice)
        row.setContentsMargins(12, 10, 12, 10)
        row.addWidget(self._notice_text, 1)
        notice.hide()
        return notice

    def _lay_out(self) -> None:
        title = PlainLabel("Bakehouse", "title")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() + 6)
        title.setFont(font)
        said = PlainLabel("Open an MLflow store to sort, plot and compare its runs. Or drop mlflow.db here.", "muted")
        said.setWordWrap(True)
        heading = QVBoxLayout()
        heading.setSpacing(2)
        heading.addWidget(title)
        heading.addWidget(said)
        top = QHBoxLayout()
        top.setSpacing(2 * GRID)
        top.addWidget(self._mark)
        top.addLayout(heading, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.sample_button)
        buttons.addStretch(1)
        column = QWidget()
        column.setMaximumWidth(_WIDTH)
        column.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        inner = QVBoxLayout(column)
        inner.setSpacing(2 * GRID)
        inner.addLayout(top)
        inner.addWidget(self._notice)
        inner.addLayout(buttons)
        inner.addSpacing(GRID)
        inner.addWidget(self._recent_title)
        inner.addWidget(self.recent)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(column, 100)
        row.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addLayout(row)
        outer.addStretch(3)
