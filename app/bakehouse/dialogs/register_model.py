"""The question of a registration: which model of the run, under which name, with which description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from bakehouse.dialogs.fitting import grow_to_fit
from bakehouse.domain.models import RegisteredModel
from bakehouse.domain.text import visible
from bakehouse.registry.names import NAME_LIMIT
from bakehouse.registry.registering import ModelSource, RegisterRequest, RegistrationPlan, plan_registration
from bakehouse.theme import GRID
from bakehouse.widgets.labels import ElidedLabel, PlainLabel

_WIDTH = 560
_DESCRIPTION_HEIGHT = 76


class RegisterModelDialog(QDialog):
    """Asks how to register one of `sources` (at least one) and says live what that makes.

    Collects the answer only; `decided` carries it. `greatest_versions` is that of `store.registrations`.
    """

    decided = Signal(object)
    """The RegisterRequest, once, just before the dialog closes."""

    def __init__(
        self,
        run_name: str,
        sources: Sequence[ModelSource],
        models: Sequence[RegisteredModel],
        greatest_versions: Mapping[tuple[str, str], int],
        workspace: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("register_model")
        self.setWindowTitle("Register model")
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
        self._description = QPlainTextEdit()
        self._description.setObjectName("version_description")
        self._description.setProperty("input", "true")
        self._description.setTabChangesFocus(True)
        self._description.setPlaceholderText("What is new in this version (optional)")
        self._description.setAccessibleName("Description of the version")
        self._description.setFixedHeight(_DESCRIPTION_HEIGHT)
        self._consequence = PlainLabel()
        self._consequence.setObjectName("consequence")
        self._consequence.setWordWrap(True)
        self._register = QPushButton("Register")
        self._register.setObjectName("register")
        self._register.setProperty("primary", "true")
        self._register.setDefault(True)
        self._lay_out(run_name)
        self._choose_first()
        self._source.currentIndexChanged.connect(self._say)
        self._target.currentIndexChanged.connect(self._say)
        self._name.textChanged.connect(self._say)
        self._register.clicked.connect(self._decide)
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
        buttons.addWidget(self._register)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        layout.addWidget(PlainLabel("Register model", "title"))
        layout.addWidget(ElidedLabel(f"from run {run_name}", "muted"))
        layout.addSpacing(GRID)
        layout.addWidget(PlainLabel("MODEL", "section"))
        if len(self._sources) > 1:
            layout.addWidget(self._source)
        else:
            self._source.setParent(self)
            self._source.hide()
            layout.addWidget(ElidedLabel(self._source.itemText(0)))
        layout.addWidget(self._address)
        layout.addSpacing(GRID)
        layout.addWidget(PlainLabel("REGISTER AS", "section"))
        layout.addWidget(self._target)
        layout.addWidget(self._name)
        layout.addSpacing(GRID)
        layout.addWidget(PlainLabel("DESCRIPTION OF THE VERSION", "section"))
        layout.addWidget(self._description)
        layout.addSpacing(GRID)
        layout.addWidget(box)
        layout.addStretch(1)
        layout.addSpacing(GRID)
        layout.addLayout(buttons)
        self.setMinimumWidth(_WIDTH)

    def _say(self) -> None:
        new = self._target.currentData() is None
        self._name.setVisible(new)
        self._address.setText(f"Stored as {self.source.source}")
        plan = self.plan
        untouched = new and not self._name.text()
        self._consequence.setText("Type a name for the new model." if untouched else plan.sentence or plan.problem)
        self._consequence.setProperty("role", "" if plan.allowed or untouched else "bad")
        self._consequence.style().polish(self._consequence)
        self._register.setEnabled(plan.allowed)
        grow_to_fit(self)

    def _decide(self) -> None:
        plan = self.plan
        if not plan.allowed:
            return
        description = self._description.toPlainText().strip()
        request = RegisterRequest(self.name, plan.new_model, self.source, description, self._workspace)
        self.accept()
        self.decided.emit(request)
