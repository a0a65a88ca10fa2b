"""The question of a transition: to which stage, what about the versions there, and why."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from bakehouse.dialogs.fitting import grow_to_fit
from bakehouse.domain.models import ModelVersion, RegisteredModel, Stage
from bakehouse.domain.text import visible
from bakehouse.registry.transitions import (
    ACTIVE_STAGES,
    TransitionPlan,
    TransitionRequest,
    in_words,
    others_in_stage,
    plan_transition,
)
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.stages import StageButton

_WIDTH = 560
_COMMENT_HEIGHT = 76


class TransitionStageDialog(QDialog):
    """Asks how to move one version and says live what that does. Collects the answer only; `decided` carries it."""

    decided = Signal(object)
    """The TransitionRequest, once, just before the dialog closes."""

    def __init__(
        self, model: RegisteredModel, version: ModelVersion, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("transition_stage")
        self.setWindowTitle("Transition stage")
        self._model = model
        self._version = version
        self._stages = QButtonGroup(self)
        for stage in Stage:
            self._stages.addButton(self._stage_button(stage, theme))
        self._archive = QCheckBox()
        self._archive.setObjectName("archive_existing")
        self._archive.setChecked(True)
        self._comment = QPlainTextEdit()
        self._comment.setObjectName("transition_comment")
        self._comment.setProperty("input", "true")
        self._comment.setTabChangesFocus(True)
        self._comment.setPlaceholderText("Why this move (optional; kept as a tag of the version)")
        self._comment.setAccessibleName("Comment")
        self._comment.setFixedHeight(_COMMENT_HEIGHT)
        self._consequence = PlainLabel()
        self._consequence.setObjectName("consequence")
        self._consequence.setWordWrap(True)
        # Room for the usual two sentences, so that nothing moves between the stages.
        self._consequence.setMinimumHeight(2 * self._consequence.fontMetrics().lineSpacing() + 2)
        self._move = QPushButton()
        self._move.setObjectName("move")
        self._move.setProperty("primary", "true")
        self._move.setDefault(True)
        self._lay_out()
        self._stages.buttonToggled.connect(self._say)
        self._archive.toggled.connect(self._say)
        self._comment.textChanged.connect(self._say)
        self._move.clicked.connect(self._decide)
        self._choose_first()
        self._say()

    @property
    def stage(self) -> Stage:
        """The stage chosen now."""
        chosen = self._stages.checkedButton()
        assert isinstance(chosen, StageButton)
        return chosen.stage

    @property
    def plan(self) -> TransitionPlan:
        """What the answers given so far would do."""
        return plan_transition(self._model, self._version, self.stage, self._archives, self._comment.toPlainText())

    @property
    def _archives(self) -> bool:
        return self._archive.isEnabled() and self._archive.isChecked()

    def choose(self, stage: Stage) -> None:
        """Choose a target stage as a click on it does."""
        for button in self._stages.buttons():
            if isinstance(button, StageButton) and button.stage is stage and button.isEnabled():
                button.setChecked(True)
                button.setFocus()

    def _stage_button(self, stage: Stage, theme: Theme) -> StageButton:
        here = self._version.stage == stage.value
        count = len(others_in_stage(self._model, self._version, stage))
        words = "it is here now" if here else "empty" if count == 0 else f"{count:,} version{'s' * (count > 1)}"
        button = StageButton(stage, words, theme)
        button.setObjectName(f"stage_{stage.value}")
        button.setEnabled(not here)
        return button

    def _choose_first(self) -> None:
        """The next stage on the usual way: Staging, then Production, then Archived."""
        way = {Stage.STAGING.value: Stage.PRODUCTION, Stage.PRODUCTION.value: Stage.ARCHIVED}
        self.choose(way.get(self._version.stage, Stage.STAGING))

    def _lay_out(self) -> None:
        stages = QHBoxLayout()
        stages.setSpacing(GRID)
        for button in self._stages.buttons():
            stages.addWidget(button, 1)
        box = QFrame()
        box.setObjectName("notice_box")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(12, GRID, 12, GRID)
        inside.addWidget(self._consequence)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._move)
        title = PlainLabel(f"{visible(self._model.name, 60)} {self._version.version}", "title")
        title.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        layout.addWidget(title)
        layout.addWidget(PlainLabel(f"Now in {in_words(self._version.stage)}", "muted"))
        layout.addSpacing(GRID)
        layout.addWidget(PlainLabel("MOVE TO", "section"))
        layout.addLayout(stages)
        layout.addWidget(self._archive)
        layout.addSpacing(GRID)
        layout.addWidget(PlainLabel("COMMENT", "section"))
        layout.addWidget(self._comment)
        layout.addSpacing(GRID)
        layout.addWidget(box)
        layout.addStretch(1)
        layout.addSpacing(GRID)
        layout.addLayout(buttons)
        self.setMinimumWidth(_WIDTH)

    def _say(self) -> None:
        stage = self.stage
        clearing = stage in ACTIVE_STAGES
        others = others_in_stage(self._model, self._version, stage) if clearing else ()
        self._archive.setText(
            f"Archive existing versions in {stage}" if clearing else "Archive existing versions in that stage"
        )
        self._archive.setEnabled(bool(others))
        self._archive.setToolTip("" if others else "There is no version to archive.")
        plan = self.plan
        self._consequence.setText("\n".join(plan.sentences) or plan.problem)
        self._consequence.setProperty("role", "" if plan.allowed else "bad")
        self._consequence.style().polish(self._consequence)
        self._move.setText(f"Move to {in_words(stage)}")
        self._move.setEnabled(plan.allowed)
        grow_to_fit(self)

    def _decide(self) -> None:
        plan = self.plan
        if not plan.allowed:
            return
        request = TransitionRequest(
            self._version.name,
            self._version.version,
            self._version.workspace,
            self._version.stage,
            self.stage,
            bool(plan.archived),
            frozenset(plan.archived),
            self._comment.toPlainText().strip(),
        )
        self.accept()
        self.decided.emit(request)
