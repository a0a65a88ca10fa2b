"""The question of a registration: which model, under which name, with which words; and what would be stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from bakehouse.artifacts.digests import FolderDigest
from bakehouse.dialogs.question import QuestionDialog, text_field
from bakehouse.domain.models import RegisteredModel
from bakehouse.domain.text import visible
from bakehouse.registry.names import NAME_LIMIT
from bakehouse.registry.registering import (
    ModelSource,
    RegisterRequest,
    RegistrationPlan,
    aliases_in,
    digest_words,
    plan_registration,
    tags_in,
)
from bakehouse.theme import Theme
from bakehouse.widgets.labels import ElidedLabel, PlainLabel
from bakehouse.widgets.name_field import NameField
from bakehouse.widgets.stored_model import StoredModel

_WIDTH, _HEIGHT = 940, 640
_STORED_WIDTH = 380


class RegisterModelDialog(QuestionDialog):
    """Asks how to register one of `sources` (at least one); `decided` carries a RegisterRequest.

    `greatest_versions` is that of `store.registrations`. Whoever opens it fills `stored` for the chosen `source`.
    """

    source_chosen = Signal(object)
    """Another ModelSource."""

    def __init__(
        self,
        subject: str,
        sources: Sequence[ModelSource],
        models: Sequence[RegisteredModel],
        greatest_versions: Mapping[tuple[str, str], int],
        workspace: str,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        """`subject` says in muted words where the model comes from."""
        super().__init__("register_model", "Register model", "register", parent)
        self._sources = list(sources)
        self._models = [model for model in models if model.workspace == workspace]
        self._greatest = greatest_versions
        self._workspace = workspace
        self._digest = ""
        self._source = QComboBox()
        self._source.setObjectName("model_source")
        self._source.setAccessibleName("Model of the run")
        for source in self._sources:
            note = f" — {source.note}" if source.note else ""
            self._source.addItem(visible(source.title, 100) + note)
        self._address = ElidedLabel("", "muted", mode=Qt.TextElideMode.ElideMiddle)
        self._name = NameField((model.name for model in self._models), theme)
        self._name.setObjectName("new_name")
        self._name.setPlaceholderText("Name of a registered model, or a new one")
        self._name.setAccessibleName("Registered model")
        self._name.setMaxLength(NAME_LIMIT + 1)
        self._description = text_field(
            "version_description", "Description of the version", "What is new in this version (optional)"
        )
        self._tags = text_field("version_tags", "Tags of the version", "One a line, as key: value (optional)")
        self._aliases = QLineEdit()
        self._aliases.setObjectName("version_aliases")
        self._aliases.setAccessibleName("Aliases of the version")
        self._aliases.setPlaceholderText("Such as champion (optional)")
        self.stored = StoredModel(theme)
        self.stored.setMinimumWidth(_STORED_WIDTH)
        self.button.setText("Register")
        self._lay_out(subject)
        self._choose_first()
        self._source.currentIndexChanged.connect(self._choose_source)
        self._name.textChanged.connect(self._say)
        self._tags.textChanged.connect(self._say)
        self._aliases.textChanged.connect(self._say)
        self.button.clicked.connect(self._decide)
        self._say()
        self._name.setFocus()
        self._name.selectAll()

    @property
    def source(self) -> ModelSource:
        """The model chosen now."""
        return self._sources[max(0, self._source.currentIndex())]

    @property
    def name(self) -> str:
        """The registered model's name as typed, without blanks around it."""
        return self._name.text().strip()

    @property
    def plan(self) -> RegistrationPlan:
        """What the answers given so far would make."""
        tags, aliases = tags_in(self._tags.toPlainText()), aliases_in(self._aliases.text())
        return plan_registration(self.name, self._models, self._greatest, self._workspace, tags=tags, aliases=aliases)

    def note_digest(self, digest: FolderDigest) -> None:
        """The digest of the chosen model's folder is made; it becomes a tag of the version."""
        self._digest = digest_words(digest.sha256, digest.rule)
        self.stored.digest.show_digest(digest)

    def _choose_first(self) -> None:
        """The model that changed last is the likeliest."""
        if self._models:
            self._name.setText(max(self._models, key=lambda model: model.last_updated_time_ms or 0).name)

    def _choose_source(self) -> None:
        self._digest = ""
        self.stored.wait()
        self._say()
        self.source_chosen.emit(self.source)

    def _lay_out(self, subject: str) -> None:
        source: QWidget = self._source
        if len(self._sources) == 1:
            self._source.setParent(self)
            self._source.hide()
            source = ElidedLabel(self._source.itemText(0))
        self.lay_out(
            (PlainLabel("Register model", "title"), ElidedLabel(subject, "muted")),
            (
                ("MODEL", (source, self._address)),
                ("REGISTER AS", (self._name,)),
                ("DESCRIPTION OF THE VERSION", (self._description,)),
                ("TAGS", (self._tags,)),
                ("ALIASES", (self._aliases,)),
            ),
            beside=self.stored,
        )
        self.resize(_WIDTH, _HEIGHT)

    def _say(self) -> None:
        self._address.setText(f"Stored as {self.source.source}")
        plan = self.plan
        untouched = not self._name.text()
        words = " ".join((plan.sentence, *plan.remarks))
        sentence = "Type or choose a name." if untouched else plan.problem or words
        self.say(sentence, is_problem=bool(plan.problem) and not untouched, allowed=plan.allowed)

    def _decide(self) -> None:
        plan = self.plan
        if plan.allowed:
            request = RegisterRequest(
                self.name,
                plan.new_model,
                self.source,
                self._description.toPlainText().strip(),
                self._workspace,
                tags_in(self._tags.toPlainText()),
                aliases_in(self._aliases.text()),
                self._digest,
            )
            self.decide(request)
