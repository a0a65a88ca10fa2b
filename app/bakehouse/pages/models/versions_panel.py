"""The versions of one model, searched: as a table, or as a board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from bakehouse.domain.models import ModelVersion
from bakehouse.domain.text import counted, visible
from bakehouse.itemmodels.version_facts import VersionFacts
from bakehouse.pages.models.board import VersionBoard
from bakehouse.pages.models.versions import VersionTable
from bakehouse.settings import Settings
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.empty_state import EmptyState
from bakehouse.widgets.icons import icon
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.metric_chooser import MetricChooser

_NO_VERSIONS = "No versions yet. Select a run with a model and choose Register model."
_SHOW_RUNS = "Show the runs"
_CLEAR = "Clear search"
_HINT = "Find: words, stage:staging, alias:champion, tag:team=pricing, run:gbm"
_BOARD = "models_board"


class VersionsPanel(QWidget):
    """One version is current, in table and board alike; in the table several may be selected. GUI thread."""

    version_chosen = Signal(object)
    """The current ModelVersion, None when there is none."""
    version_opened = Signal(object)
    """A ModelVersion whose page is wanted."""
    selection_changed = Signal()
    menu_requested = Signal(object)
    """The global QPoint of a menu over the selected versions."""
    move_requested = Signal(object, object, object)
    """(ModelVersion, Stage, the ModelVersion it was dropped on or None)."""
    metrics_chosen = Signal(object)
    """list[str]: the metrics to be shown."""
    compare_requested = Signal()
    runs_requested = Signal()
    said = Signal()

    def __init__(self, settings: Settings, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.facts = VersionFacts()
        self.table = VersionTable(self.facts, theme)
        self.board = VersionBoard(self.facts, theme)
        self.search = QLineEdit()
        self.search.setObjectName("version_search")
        self.search.setAccessibleName("Find versions")
        self.search.setPlaceholderText(_HINT)
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(100)
        self._count = PlainLabel("", "muted")
        self._count.setObjectName("versions_count")
        self.metrics = MetricChooser(theme, name="version_metrics", needs_one=False)
        self.metrics.metrics_chosen.connect(self.metrics_chosen)
        self.compare = QPushButton("Compare")
        self.compare.setObjectName("compare_versions")
        self.compare.setToolTip("Put the selected versions side by side (Ctrl+J)")
        self.as_table, self.as_board = QPushButton("Table"), QPushButton("Board")
        self._no_versions = EmptyState("versions_empty")
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.show_board(settings.flag(_BOARD, False))

    @property
    def current(self) -> ModelVersion | None:
        """The version that the inspector shows."""
        return self.board.current if self.is_board else self.table.current

    @property
    def selected(self) -> list[ModelVersion]:
        """The versions that a menu or a comparison is about."""
        if not self.is_board:
            return self.table.selected
        return [self.board.current] if self.board.current is not None else []

    @property
    def selected_count(self) -> int:
        """How many versions are selected."""
        return len(self.selected) if self.is_board else self.table.selected_count

    @property
    def is_board(self) -> bool:
        return self.as_board.isChecked()

    def set_theme(self, theme: Theme) -> None:
        for widget in (self.table, self.board, self.metrics):
            widget.set_theme(theme)
        self.as_table.setIcon(icon("table", theme, 16))
        self.as_board.setIcon(icon("columns-3", theme, 16))

    def show_versions(self, versions: Sequence[ModelVersion], wanted: int | None) -> None:
        """Show these versions; `wanted` becomes current, else the one that was, else the newest."""
        if wanted is None and self.is_board and self.board.current is not None:
            wanted = self.board.current.version
        if wanted is not None and versions and self._hides(versions, wanted):
            self.search.clear()
        self.table.show_versions(versions, wanted)
        self._fill_board()
        self._say()

    def _hides(self, versions: Sequence[ModelVersion], wanted: int) -> bool:
        return bool(self.search.text()) and any(one.version == wanted for one in versions)

    def choose(self, version: int) -> None:
        """Make a version current; a search that hides it is cleared."""
        if self.table.versions.row_of(version) < 0:
            self.search.clear()
        self.table.choose(version)
        self.board.choose(version)

    def show_metrics(self, names: Sequence[str], values: Mapping[str, Mapping[str, float]]) -> None:
        """Offer these metrics, and show the values of the chosen ones by run id."""
        others = list(values) != self.facts.metrics
        self.facts.show_metrics(values)
        self.metrics.offer(names, list(values))
        self.metrics.setVisible(bool(names))
        if others:
            self.table.take_metrics()
        else:
            self.table.versions.take_values()
        self.board.repaint_cells()

    def take_names(self) -> None:
        """More names of runs are known."""
        self.table.versions.take_names()
        self.board.repaint_cells()

    def show_times(self, *, relative: bool) -> None:
        """Say how long ago versions were made and changed, or when."""
        self.facts.relative_times = relative
        self.repaint_cells()

    def repaint_cells(self) -> None:
        """What the facts say is another."""
        self.table.versions.repaint_cells()
        self.board.repaint_cells()

    def show_board(self, board: bool) -> None:
        """Show the board or the table, from now on."""
        current = self.current
        (self.as_board if board else self.as_table).setChecked(True)
        if self._settings.flag(_BOARD, False) != board:
            self._settings.remember_flag(_BOARD, board)
        if current is not None:
            self.table.choose(current.version)
        self._fill_board()
        self._say()

    def take_keyboard(self) -> None:
        """Put the keyboard into the versions."""
        if self.is_board:
            self.board.take_keyboard()
        else:
            self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _fill_board(self) -> None:
        if self.is_board:
            current = self.table.current
            found = sorted(self.table.versions.versions, key=lambda one: -one.version)
            self.board.show_versions(found, current.version if current is not None else None)

    def _find(self, text: str) -> None:
        self.table.versions.search(text)
        self._fill_board()
        self._say()

    def _say(self) -> None:
        versions = self.table.versions
        some, every = len(versions.versions), versions.size
        self._count.setText(counted(every, "version") if some == every else f"{some:,} of {counted(every, 'version')}")
        if not every:
            self._no_versions.show_message(_NO_VERSIONS, action=_SHOW_RUNS)
        elif not some:
            sought = visible(self.search.text(), 80)
            self._no_versions.show_message(f"No version matches “{sought}”.", action=_CLEAR)
        face = self.board if self.is_board else self.table
        self._layers.setCurrentWidget(face if some else self._no_versions)
        self._tools.setVisible(bool(every))
        self._offer_comparison()
        self.said.emit()

    def _offer_comparison(self) -> None:
        self.compare.setEnabled(self.selected_count > 1)
        self.compare.setVisible(not self.is_board)

    def _selected(self) -> None:
        self._offer_comparison()
        self.selection_changed.emit()

    def _act_on_nothing(self) -> None:
        if self.search.text():
            self.search.clear()
        else:
            self.runs_requested.emit()

    def _table_chose(self, version: ModelVersion | None) -> None:
        if version is not None:
            self.board.choose(version.version)
        self.version_chosen.emit(version)

    def _board_chose(self, version: ModelVersion) -> None:
        # The table tells the others.
        self.table.choose(version.version)

    def _face_chosen(self, _button: object, checked: bool) -> None:
        if checked:
            self.show_board(self.is_board)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.take_keyboard()
        elif event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
        else:
            super().keyPressEvent(event)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._find)
        self.search.returnPressed.connect(self.take_keyboard)
        self._no_versions.acted.connect(self._act_on_nothing)
        self._faces.buttonToggled.connect(self._face_chosen)
        self.compare.clicked.connect(self.compare_requested)
        self.table.version_chosen.connect(self._table_chose)
        self.table.selection_changed.connect(self._selected)
        self.board.version_chosen.connect(self._board_chose)
        self.board.move_requested.connect(self.move_requested)
        for face in (self.table, self.board):
            face.version_opened.connect(self.version_opened)
            face.menu_requested.connect(self.menu_requested)

    def _lay_out(self) -> None:
        self._faces = QButtonGroup(self)
        faces = QHBoxLayout()
        faces.setSpacing(0)
        for button, name, tip in (
            (self.as_table, "versions_as_table", "Versions as a table"),
            (self.as_board, "versions_as_board", "Versions as a board, a lane a stage"),
        ):
            button.setObjectName(name)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            button.setProperty("segment", "true")
            button.setIconSize(QSize(16, 16))
            self._faces.addButton(button)
            faces.addWidget(button)
        self.as_table.setChecked(True)
        self._tools = QWidget()
        tools = QHBoxLayout(self._tools)
        tools.setContentsMargins(2 * GRID, 4, 2 * GRID, 12)
        tools.setSpacing(GRID)
        tools.addWidget(self.search, 1)
        for widget in (self._count, self.metrics, self.compare):
            tools.addWidget(widget)
        tools.addLayout(faces)
        self._layers = QStackedWidget()
        for face in (self.table, self.board, self._no_versions):
            self._layers.addWidget(face)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tools)
        column.addWidget(self._layers, 1)
