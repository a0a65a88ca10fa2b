"""The versions of one registered model as a board: a lane a stage, cards that are dragged into a question."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from bakehouse.domain.models import ModelVersion, Stage
from bakehouse.itemmodels.version_facts import VersionFacts
from bakehouse.itemmodels.version_lanes import LaneModel
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.version_cards import LaneView

LONG = 12
"""An archive of more versions than this is folded until the person unfolds it."""
_LEAST_WIDTH, _FOLDED_WIDTH = 152, 104


class _Lane(QWidget):
    """The heading of a lane and its cards, which fold away."""

    def __init__(self, stage: Stage | None, facts: VersionFacts, theme: Theme) -> None:
        super().__init__()
        title = stage.value if stage is not None else "Other stages"
        self.stage = stage
        self.cards = LaneModel(stage, facts, self)
        self.view = LaneView(self.cards, theme, title)
        self._title = PlainLabel(title)
        self._count = PlainLabel("", "muted")
        self.fold = QPushButton("Fold")
        self.fold.setObjectName(f"fold_{title}")
        self.fold.setProperty("link", "true")
        self.fold.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.is_folded = False
        self.chosen = False
        """Whether the person said whether it is folded."""
        head = QHBoxLayout()
        head.setContentsMargins(GRID + 4, GRID, GRID, 4)
        head.setSpacing(6)
        head.addWidget(self._title)
        head.addWidget(self._count, 1)
        head.addWidget(self.fold)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        self._column = column
        self.fold.clicked.connect(self._turn)
        self.set_folded(False)

    def fill(self, versions: list[ModelVersion]) -> None:
        """Show the versions that lie here."""
        self.cards.show(versions)
        count = len(self.cards.versions)
        self._count.setText(f"{count:,}")
        self.fold.setVisible(count > LONG)
        if not self.chosen:
            self.set_folded(self.stage is Stage.ARCHIVED and count > LONG)

    def set_folded(self, folded: bool) -> None:
        self.is_folded = folded
        self.fold.setText("Unfold" if folded else "Fold")
        self.fold.setAccessibleName(f"{self.fold.text()} {self._title.text()}")
        self.setMinimumWidth(_FOLDED_WIDTH if folded else _LEAST_WIDTH)
        self.setMaximumWidth(_FOLDED_WIDTH if folded else 16_777_215)
        self.view.set_folded(folded)

    def _turn(self) -> None:
        self.chosen = True
        self.set_folded(not self.is_folded)


class VersionBoard(QWidget):
    """One version is current, in whatever lane it lies. GUI thread."""

    version_chosen = Signal(object)
    version_opened = Signal(object)
    move_requested = Signal(object, object, object)
    """(ModelVersion, Stage it was dropped on, ModelVersion it was dropped on or None)."""
    menu_requested = Signal(object)

    def __init__(self, facts: VersionFacts, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board")
        self._versions: Sequence[ModelVersion] = ()
        self._current: int | None = None
        stages: tuple[Stage | None, ...] = (*Stage, None)
        self.lanes = [_Lane(stage, facts, theme) for stage in stages]
        lanes = QWidget()
        lanes.setObjectName("panel")
        row = QHBoxLayout(lanes)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for lane in self.lanes:
            if lane is not self.lanes[0]:
                line = QFrame()
                line.setProperty("line", "vertical")
                row.addWidget(line)
            row.addWidget(lane, 1)
            lane.view.version_chosen.connect(self._chosen)
            lane.view.version_opened.connect(self.version_opened)
            lane.view.version_dropped.connect(self._dropped)
            lane.view.lane_left.connect(self._step)
            lane.view.menu_requested.connect(self.menu_requested)
        self._last_line = line
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(lanes)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)

    def set_theme(self, theme: Theme) -> None:
        for lane in self.lanes:
            lane.view.set_theme(theme)

    @property
    def current(self) -> ModelVersion | None:
        """The current version, also while a search hides it."""
        return next((one for one in self._versions if one.version == self._current), None)

    def show_versions(self, versions: Sequence[ModelVersion], current: int | None) -> None:
        """Show these versions; `current` is the one that the inspector shows."""
        self._versions = versions
        parts: dict[str, list[ModelVersion]] = {lane.stage.value: [] for lane in self.lanes if lane.stage is not None}
        elsewhere: list[ModelVersion] = []
        for version in versions:
            parts.get(version.stage, elsewhere).append(version)
        for lane in self.lanes:
            lane.fill(elsewhere if lane.stage is None else parts[lane.stage.value])
        others = bool(self.lanes[-1].cards.versions)
        self.lanes[-1].setVisible(others)
        self._last_line.setVisible(others)
        self.choose(current)

    def choose(self, version: int | None) -> None:
        """Make a version current."""
        self._current = version
        for lane in self.lanes:
            lane.view.choose(-1 if version is None else version)

    def repaint_cells(self) -> None:
        """What the facts say is another."""
        for lane in self.lanes:
            lane.cards.repaint_cells()

    def take_keyboard(self) -> None:
        """Put the keyboard where the current card is."""
        lane = next((one for one in self.lanes if one.view.current is not None), None)
        if lane is None:
            lane = next((one for one in self.lanes if one.cards.versions), self.lanes[0])
        lane.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _chosen(self, version: ModelVersion) -> None:
        self._current = version.version
        for lane in self.lanes:
            if lane.view is not self.sender():
                lane.view.choose(-1)
        self.version_chosen.emit(version)

    def _dropped(self, number: int, on: ModelVersion | None) -> None:
        lane = next(one for one in self.lanes if one.view is self.sender())
        version = next((one for one in self._versions if one.version == number), None)
        if version is not None and lane.stage is not None:
            # The question waits until the drag, which runs an event loop of its own, is over.
            QTimer.singleShot(0, self, partial(self.move_requested.emit, version, lane.stage, on))

    def _step(self, by: int) -> None:
        """To the next lane that has cards, at the same height."""
        at = next(place for place, lane in enumerate(self.lanes) if lane.view is self.sender())
        view = self.lanes[at].view
        height = view.visualRect(view.currentIndex()).center().y() if view.currentIndex().isValid() else 0
        at += by
        while 0 <= at < len(self.lanes):
            lane = self.lanes[at]
            if lane.isVisibleTo(self) and not lane.is_folded and lane.view.enter(height):
                self._scroll.ensureWidgetVisible(lane)
                return
            at += by
