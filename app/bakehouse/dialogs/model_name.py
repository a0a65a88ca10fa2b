"""The question of a registered model's name: a new model's, or another one for a model there is."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from bakehouse.dialogs.question import QuestionDialog, Sections, text_field
from bakehouse.domain.models import RegisteredModel
from bakehouse.domain.registry_edits import CreateModel, RenameModel
from bakehouse.registry.consequences import consequence
from bakehouse.widgets.labels import ElidedLabel, PlainLabel

_DESCRIPTION_LIMIT = 5_000


class ModelNameDialog(QuestionDialog):
    """`decided` carries a CreateModel, or a RenameModel of `model`; `taken` are the names in use in its workspace."""

    def __init__(
        self,
        taken: Collection[str],
        workspace: str,
        model: RegisteredModel | None = None,
        parent: QWidget | None = None,
    ) -> None:
        title = "New model" if model is None else "Rename model"
        super().__init__("model_name_question", title, "name_model", parent)
        self._taken, self._workspace, self._model = taken, workspace, model
        self._name = QLineEdit("" if model is None else model.name)
        self._name.setObjectName("model_name")
        self._name.setAccessibleName("Name of the model")
        self._name.setMaxLength(2_000)
        self._name.selectAll()
        self._description = text_field("new_description", "Description", "What it is for, in Markdown (optional)")
        # Room for two lines, so that nothing moves while a name is typed.
        self.consequence.setMinimumHeight(2 * self.consequence.fontMetrics().lineSpacing() + 2)
        self.consequence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.button.setText("Create" if model is None else "Rename")
        sections: Sections = (("NAME", (self._name,)),)
        head: tuple[QWidget, ...] = (PlainLabel(title, "title"),)
        if model is None:
            sections += (("DESCRIPTION", (self._description,)),)
        else:
            head += (ElidedLabel(model.name, "muted"),)
        self.lay_out(head, sections)
        self._name.textChanged.connect(self._say)
        self._description.textChanged.connect(self._say)
        self.button.clicked.connect(self._decide)
        self._name.setFocus()
        self._say()

    @property
    def edit(self) -> CreateModel | RenameModel:
        """What the answers given so far ask for."""
        name = self._name.text().strip()
        if self._model is not None:
            return RenameModel(self._model.name, name, self._workspace)
        return CreateModel(name, self._description.toPlainText().strip(), (), self._workspace)

    def _say(self) -> None:
        if not self._name.text().strip():
            self.say("Type a name for the model.", is_problem=False, allowed=False)
            return
        plan = consequence(self.edit, self._model, self._taken)
        problem = plan.problem
        length = len(self._description.toPlainText())
        if not problem and length > _DESCRIPTION_LIMIT:
            problem = f"The description has {length:,} characters; MLflow takes at most {_DESCRIPTION_LIMIT:,}."
        self.say(problem or plan.sentence, is_problem=bool(problem), allowed=plan.allowed and not problem)

    def _decide(self) -> None:
        if self.button.isEnabled():
            self.decide(self.edit)
