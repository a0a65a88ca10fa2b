"""The question of a transition: to which stage, what about the versions there, and why."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QComboBox, QHBoxLayout, QWidget

from bakehouse.dialogs.question import QuestionDialog, text_field
from bakehouse.domain.models import ModelVersion, RegisteredModel, Stage
from bakehouse.domain.text import visible
from bakehouse.registry.transitions import (
    ACTIVE_STAGES,
    SwapRequest,
    TransitionPlan,
    TransitionRequest,
    canonical,
    in_words,
    others_in_stage,
    partners,
    plan_swap,
    plan_transition,
)
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.stages import StageButton

_MOST_PARTNERS = 100


class TransitionStageDialog(QuestionDialog):
    """Asks how to move one version; `decided` carries a StageMove."""

    def __init__(
        self, model: RegisteredModel, version: ModelVersion, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__("transition_stage", "Transition stage", "move", parent)
        self._model = model
        self._version = version
        self._stages = QButtonGroup(self)
        for stage in Stage:
            self._stages.addButton(self._stage_button(stage, theme))
        self._archive = QCheckBox()
        self._archive.setObjectName("archive_existing")
        self._archive.setChecked(True)
        self._archived_before = True
        self._exchange = QCheckBox("Exchange stages with")
        self._exchange.setObjectName("exchange_stages")
        self._partner = QComboBox()
        self._partner.setObjectName("exchange_partner")
        self._partner.setAccessibleName("Version to exchange stages with")
        self._comment = text_field(
            "transition_comment", "Comment", "Why this move (optional; kept as a tag of the version)"
        )
        # Room for the usual two sentences, so that nothing moves between the stages.
        self.consequence.setMinimumHeight(2 * self.consequence.fontMetrics().lineSpacing() + 2)
        self._lay_out()
        self._stages.buttonToggled.connect(self._stage_chosen)
        self._archive.toggled.connect(self._archive_toggled)
        self._exchange.toggled.connect(self._exchange_toggled)
        self._partner.currentIndexChanged.connect(self._say)
        self._comment.textChanged.connect(self._say)
        self.button.clicked.connect(self._decide)
        self._choose_first()
        self._offer_partners()
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
        partner = self.partner
        if partner is not None:
            return plan_swap(self._model, self._version, partner, self._comment.toPlainText())
        return plan_transition(self._model, self._version, self.stage, self._archives, self._comment.toPlainText())

    @property
    def partner(self) -> ModelVersion | None:
        """The version to exchange stages with; None where none is asked for."""
        number = self._partner.currentData()
        if not (self._exchange.isEnabled() and self._exchange.isChecked()):
            return None
        return next((one for one in self._model.versions if one.version == number), None)

    @property
    def _archives(self) -> bool:
        return self._archive.isEnabled() and self._archive.isChecked()

    def choose(self, stage: Stage) -> None:
        """Choose a target stage as a click on it does."""
        for button in self._stages.buttons():
            if isinstance(button, StageButton) and button.stage is stage and button.isEnabled():
                button.setChecked(True)
                button.setFocus()

    def exchange_with(self, other: ModelVersion) -> None:
        """Choose the stage of another version, and to take each other's place, where that can be."""
        for stage in Stage:
            if stage.value == other.stage:
                self.choose(stage)
        place = self._partner.findData(other.version)
        if place >= 0:
            self._partner.setCurrentIndex(place)
            self._exchange.setChecked(True)

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
        stages = QWidget()
        row = QHBoxLayout(stages)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for button in self._stages.buttons():
            row.addWidget(button, 1)
        exchange = QWidget()
        beside = QHBoxLayout(exchange)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(GRID)
        beside.addWidget(self._exchange)
        beside.addWidget(self._partner)
        beside.addStretch(1)
        title = PlainLabel(f"{visible(self._model.name, 60)} {self._version.version}", "title")
        title.setWordWrap(True)
        self.lay_out(
            (title, PlainLabel(f"Now in {in_words(self._version.stage)}", "muted")),
            (("MOVE TO", (stages, self._archive, exchange)), ("COMMENT", (self._comment,))),
        )

    def _stage_chosen(self, _button: object, checked: bool) -> None:
        if checked:
            self._offer_partners()
            self._say()

    def _offer_partners(self) -> None:
        """The versions in the stage chosen now, the newest first; very many are not for a list."""
        found = partners(self._model, self._version, self.stage)
        with QSignalBlocker(self._partner):
            self._partner.clear()
            for number in found[:_MOST_PARTNERS]:
                self._partner.addItem(f"version {number}", number)
        left = len(found) - _MOST_PARTNERS
        about = f"The newest {_MOST_PARTNERS}; {left:,} older ones are moved by themselves." if left > 0 else ""
        self._partner.setToolTip(about)
        self._partner.setEnabled(bool(found))
        self._exchange.setEnabled(bool(found))
        self._exchange.setToolTip("" if found else "There is no version to exchange stages with.")

    def _archive_toggled(self, checked: bool) -> None:
        """What is archived does not change places."""
        if checked:
            with QSignalBlocker(self._exchange):
                self._exchange.setChecked(False)
        self._say()

    def _exchange_toggled(self, checked: bool) -> None:
        with QSignalBlocker(self._archive):
            if checked:
                self._archived_before = self._archive.isChecked()
            self._archive.setChecked(not checked and self._archived_before)
        self._say()

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
        self.button.setText("Exchange stages" if self.partner is not None else f"Move to {in_words(stage)}")
        self.say("\n".join(plan.sentences) or plan.problem, is_problem=not plan.allowed, allowed=plan.allowed)

    def _decide(self) -> None:
        plan = self.plan
        if not plan.allowed:
            return
        comment, partner, back = self._comment.toPlainText().strip(), self.partner, canonical(self._version.stage)
        if partner is not None and back is not None:
            where = self._version.name, self._version.workspace, self._version.version
            self.decide(SwapRequest(*where, back, partner.version, self.stage, comment))
            return
        request = TransitionRequest(
            self._version.name,
            self._version.version,
            self._version.workspace,
            self._version.stage,
            self.stage,
            bool(plan.archived),
            frozenset(plan.archived),
            comment,
        )
        self.decide(request)
