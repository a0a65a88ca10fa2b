"""The question of a new experiment: its name, and where its artifacts shall lie."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from bakehouse.dialogs.question import QuestionDialog
from bakehouse.domain.edits import CreateExperiment
from bakehouse.domain.limits import experiment_name_problem
from bakehouse.domain.text import visible
from bakehouse.widgets.labels import PlainLabel


class NewExperimentDialog(QuestionDialog):
    """`taken` are the names that the store has, deleted experiments too; `decided` carries a CreateExperiment."""

    def __init__(self, taken: Collection[str], parent: QWidget | None = None) -> None:
        super().__init__("new_experiment", "New experiment", "create", parent)
        self._taken = frozenset(taken)
        self._name = QLineEdit()
        self._name.setObjectName("experiment_name")
        self._name.setAccessibleName("Name of the experiment")
        self._name.setMaxLength(2_000)
        self._location = QLineEdit()
        self._location.setObjectName("artifact_location")
        self._location.setAccessibleName("Place of the artifacts")
        self._location.setPlaceholderText("Beside those of the other experiments")
        # Room for two lines, so that nothing moves while a place is typed.
        self.consequence.setMinimumHeight(2 * self.consequence.fontMetrics().lineSpacing() + 2)
        self.consequence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.button.setText("Create")
        self.lay_out(
            (PlainLabel("New experiment", "title"),),
            (("NAME", (self._name,)), ("ARTIFACTS (OPTIONAL: A FOLDER OR AN ADDRESS)", (self._location,))),
        )
        self._name.textChanged.connect(self._say)
        self._location.textChanged.connect(self._say)
        self.button.clicked.connect(self._decide)
        self._say()

    @property
    def edit(self) -> CreateExperiment:
        return CreateExperiment(self._name.text().strip(), self._location.text().strip())

    def _say(self) -> None:
        problem = experiment_name_problem(self.edit.name) or self._clash()
        if not self._name.text():
            self.say("Type a name for the new experiment.", is_problem=False, allowed=False)
            return
        place = self.edit.artifact_location
        where = f"at {visible(place, 80)}" if place else "beside those of the other experiments"
        sentence = f"Makes the experiment {visible(self.edit.name, 60)}; artifacts of its runs will lie {where}."
        self.say(problem or sentence, is_problem=bool(problem), allowed=not problem)

    def _clash(self) -> str:
        if self.edit.name in self._taken:
            return "An experiment of this store, perhaps a deleted one, has this name already."
        return ""

    def _decide(self) -> None:
        if not (experiment_name_problem(self.edit.name) or self._clash()):
            self.decide(self.edit)
