"""The question of a transition request: to which stage, what about the versions there, and why."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QWidget

from bakehouse.dialogs.question import QuestionDialog, text_field
from bakehouse.domain.models import ModelVersion, RegisteredModel, Stage
from bakehouse.domain.policy import Policy, policy_sentences
from bakehouse.domain.requests import VersionKey, comment_problem
from bakehouse.domain.text import visible
from bakehouse.registry.reviewing import Asked
from bakehouse.registry.transitions import ACTIVE_STAGES, in_words, others_in_stage
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.stages import StageButton


class RequestTransitionDialog(QuestionDialog):
    """Asks what to request for one version; `decided` carries an Asked.

    `policies` gives the policy of each target stage, `waiting` the stages for which a request waits already.
    """

    def __init__(
        self,
        model: RegisteredModel,
        version: ModelVersion,
        policies: dict[Stage, Policy | None],
        waiting: frozenset[Stage],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("request_transition", "Request transition", "request", parent)
        self._model, self._version, self._policies, self._waiting = model, version, policies, waiting
        self._stages = QButtonGroup(self)
        for stage in Stage:
            self._stages.addButton(self._stage_button(stage, theme))
        self._archive = QCheckBox()
        self._archive.setObjectName("archive_existing")
        self._archive.setChecked(True)
        self._comment = text_field("request_comment", "Comment", "Why this version, for whoever decides")
        self._policy = PlainLabel("", "muted")
        self._policy.setObjectName("policy_words")
        self._policy.setWordWrap(True)
        self.consequence.setMinimumHeight(2 * self.consequence.fontMetrics().lineSpacing() + 2)
        self.button.setText("Request")
        self._lay_out()
        self._stages.buttonToggled.connect(self._say)
        self._archive.toggled.connect(self._say)
        self._comment.textChanged.connect(self._say)
        self.button.clicked.connect(self._decide)
        self._choose_first()
        self._say()

    @property
    def stage(self) -> Stage | None:
        """The stage chosen now, None where there is none to choose."""
        chosen = self._stages.checkedButton()
        return chosen.stage if isinstance(chosen, StageButton) else None

    def choose(self, stage: Stage) -> None:
        """Choose a target stage as a click on it does."""
        for button in self._stages.buttons():
            if isinstance(button, StageButton) and button.stage is stage and button.isEnabled():
                button.setChecked(True)
                button.setFocus()

    def _stage_button(self, stage: Stage, theme: Theme) -> StageButton:
        here = self._version.stage == stage.value
        count = len(others_in_stage(self._model, self._version, stage))
        words = "empty" if count == 0 else f"{count:,} version{'s' * (count > 1)}"
        words = "it is here now" if here else "requested" if stage in self._waiting else words
        button = StageButton(stage, words, theme)
        button.setObjectName(f"stage_{stage.value}")
        button.setEnabled(not here and stage not in self._waiting)
        return button

    def _choose_first(self) -> None:
        way = {Stage.STAGING.value: Stage.PRODUCTION, Stage.PRODUCTION.value: Stage.ARCHIVED}
        for stage in (way.get(self._version.stage, Stage.STAGING), *Stage):
            if self.stage is None:
                self.choose(stage)

    def _lay_out(self) -> None:
        stages = QWidget()
        row = QHBoxLayout(stages)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for button in self._stages.buttons():
            row.addWidget(button, 1)
        title = PlainLabel(f"{visible(self._model.name, 60)} {self._version.version}", "title")
        title.setWordWrap(True)
        self.lay_out(
            (title, PlainLabel(f"Now in {in_words(self._version.stage)}", "muted")),
            (("MOVE TO", (stages, self._archive)), ("COMMENT", (self._comment,))),
            (("POLICY", (self._policy,)),),
        )

    def _say(self) -> None:
        stage = self.stage
        if stage is None:
            self.say("A request for every other stage waits already.", is_problem=True, allowed=False)
            return
        clearing = stage in ACTIVE_STAGES
        others = others_in_stage(self._model, self._version, stage) if clearing else ()
        self._archive.setText(f"Archive existing versions in {stage}" if clearing else "Archive existing versions")
        self._archive.setEnabled(bool(others))
        self._archive.setToolTip("" if others else "There is no version to archive.")
        self._policy.setText(" ".join(policy_sentences(self._policies[stage])))
        problem = comment_problem(self._comment.toPlainText())
        sentence = (
            f"Nothing moves yet: whoever may decide sees the request with today's evidence (metrics, params, data, "
            f"environment, the digest of the files) and moves the version to {in_words(stage)}."
        )
        self.say(problem or sentence, is_problem=bool(problem), allowed=not problem)

    def _decide(self) -> None:
        stage = self.stage
        if stage is None:
            return
        version = self._version
        self.decide(
            Asked(
                VersionKey(version.workspace, version.name, version.version),
                version.run_id or "",
                version.stage,
                stage,
                self._archive.isEnabled() and self._archive.isChecked(),
                self._comment.toPlainText().strip(),
            )
        )
