"""The question of a registration: which model of the run, under which name, with which description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from bakehouse.dialogs.question import QuestionDialog, text_field
from bakehouse.domain.models import RegisteredModel
from bakehouse.domain.text import visible
from bakehouse.registry.names import NAME_LIMIT
from bakehouse.registry.registering import ModelSource, RegisterRequest, RegistrationPlan, plan_registration
from bakehouse.widgets.labels import ElidedLabel, PlainLabel


class RegisterModelDialog(QuestionDialog):
    """Asks how to register one of `sources` (at least one); `decided` carries a RegisterRequest.

    `greatest_versions` is that of `store.registrations`.
    """

    def __init__(
        self,
        run_name: str,
        sources: Sequence[ModelSource],
        models: Sequence[RegisteredModel],
        greatest_versions: Mapping[tuple[str, str], int],
        workspace: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("register_model", "Register model", "register", parent)
        self._sources = list(sources)
        self._models = [model for model in models if model.workspace == workspace]
        self._greatest = greatest_versions
        self._workspace = workspace
        self._source = QComboBox()
        self._source.setObjectName("model_source")
        self._source.setAccessibleName("Model of the run")
        for source in self._sources:
            note = f" — {source.note}" if source.note else ""
            self._source.addItem(visible(source.title, 100) + note)
        self._address = ElidedLabel("", "muted", mode=Qt.TextElideMode.ElideMiddle)
        self._target = QComboBox()
        self._target.setObjectName("target_model")
        self._target.setAccessibleName("Registered model")
        self._target.addItem("New model", None)
        for model in sorted(self._models, key=lambda model: model.name.casefold()):
            self._target.addItem(visible(model.name, 100), model.name)
        self._name = QLineEdit()
        self._name.setObjectName("new_name")
        self._name.setPlaceholderText("Name of the new model")
        self._name.setAccessibleName("Name of the new model")
        self._name.setMaxLength(NAME_LIMIT + 1)
        self._description = text_field(
            "version_description", "Description of the version", "What is new in this version (optional)"
        )
        self.button.setText("Register")
        self._lay_out(run_name)
        self._choose_first()
        self._source.currentIndexChanged.connect(self._say)
        self._target.currentIndexChanged.connect(self._say)
        self._name.textChanged.connect(self._say)
        self.button.clicked.connect(self._decide)
        self._say()

    @property
    def source(self) -> ModelSource:
        """The model chosen now."""
        return self._sources[max(0, self._source.currentIndex())]

    @property
    def name(self) -> str:
        """The registered model's name as chosen or typed, without blanks around it."""
        chosen = self._target.currentData()
        return chosen if isinstance(chosen, str) else self._name.text().strip()

    @property
    def plan(self) -> RegistrationPlan:
        """What the answers given so far would make."""
        return plan_registration(self.name, self._models, self._greatest, self._workspace)

    def _choose_first(self) -> None:
        """The model that changed last is the likeliest; without any, a new one."""
        if self._models:
            latest = max(self._models, key=lambda model: model.last_updated_time_ms or 0)
            self._target.setCurrentIndex(self._target.findData(latest.name))

    def _lay_out(self, run_name: str) -> None:
        source: QWidget = self._source
        if len(self._sources) == 1:
            self._source.setParent(self)
            self._source.hide()
            source = ElidedLabel(self._source.itemText(0))
        self.lay_out(
            (PlainLabel("Register model", "title"), ElidedLabel(f"from run {run_name}", "muted")),
            (
                ("MODEL", (source, self._address)),
                ("REGISTER AS", (self._target, self._name)),
                ("DESCRIPTION OF THE VERSION", (self._description,)),
            ),
        )

    def _say(self) -> None:
        new = self._target.currentData() is None
        self._name.setVisible(new)
        self._address.setText(f"Stored as {self.source.source}")
        plan = self.plan
        untouched = new and not self._name.text()
        sentence = "Type a name for the new model." if untouched else plan.sentence or plan.problem
        self.say(sentence, is_problem=not plan.allowed and not untouched, allowed=plan.allowed)

    def _decide(self) -> None:
        plan = self.plan
        if plan.allowed:
            description = self._description.toPlainText().strip()
            self.decide(RegisterRequest(self.name, plan.new_model, self.source, description, self._workspace))
