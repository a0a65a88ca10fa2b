"""What the questions of a tag share: a key, and the value to set or that the tag is to be removed."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from bakehouse.dialogs.question import QuestionDialog, Sections, text_field
from bakehouse.domain.edits import Edit
from bakehouse.domain.limits import KEY_LIMIT, tag_key_problem
from bakehouse.widgets.labels import ElidedLabel, PlainLabel

SYSTEM = "mlflow."
"""Keys that begin so are MLflow's own."""


class TagQuestion(QuestionDialog):
    """Asks about one tag; whoever extends it knows whose, and calls `ask_about` once. `decided` carries the edit."""

    def __init__(self, name: str, title: str, hint: str, limit: int, parent: QWidget | None = None) -> None:
        """`name` is the dialog's object name, `hint` stands in the empty key, `limit` is the longest value."""
        super().__init__(name, title, "write_tag", parent)
        self._title, self._limit = title, limit
        self._key = QComboBox()
        self._key.setObjectName("tag_key")
        self._key.setAccessibleName("Key of the tag")
        self._key.setEditable(True)
        self._key.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        line = self._key.lineEdit()
        assert line is not None
        line.setPlaceholderText(hint)
        line.setMaxLength(KEY_LIMIT + 1)
        self._value = text_field("tag_value", "Value of the tag", "Value")
        self._remove = QCheckBox("Remove this tag instead")
        self._remove.setObjectName("remove_tag")
        self.consequence.setMinimumHeight(2 * self.consequence.fontMetrics().lineSpacing() + 2)
        self.consequence.setAlignment(Qt.AlignmentFlag.AlignTop)

    def ask_about(self, subject: str, keys: Iterable[str], above: Sections = ()) -> None:
        """Offer `keys`, and show `above` over the fields."""
        self._key.addItems(list(keys))
        self._key.setCurrentIndex(-1)
        fields: Sections = (("KEY", (self._key,)), ("VALUE", (self._value, self._remove)))
        self.lay_out((PlainLabel(self._title, "title"), ElidedLabel(subject, "muted")), (*above, *fields))
        self._key.currentTextChanged.connect(self._key_changed)
        self._value.textChanged.connect(self._say)
        self._remove.toggled.connect(self._say)
        self.button.clicked.connect(self._decide)
        self._key.setFocus()
        self._say()

    @property
    def key(self) -> str:
        return self._key.currentText().strip()

    @property
    def value(self) -> str:
        return self._value.toPlainText()

    @property
    def removes(self) -> bool:
        """Whether the tag is to be removed."""
        return self._remove.isEnabled() and self._remove.isChecked()

    def choose(self, key: str) -> None:
        """Begin with a tag that is there."""
        self._key.setEditText(key)
        self._value.setFocus(Qt.FocusReason.OtherFocusReason)

    # Whose tag it is

    @property
    def edit(self) -> Edit:
        """What the answers given so far ask for."""
        raise NotImplementedError

    def present(self, key: str) -> tuple[bool, str | None]:
        """(whether the tag is there; its value where there is only one)."""
        raise NotImplementedError

    def consequence_of(self, key: str) -> str:
        """What the answers given so far would do."""
        raise NotImplementedError

    def value_problem(self) -> str:
        """Why the tag cannot have this value; empty when it can."""
        if len(self.value) > self._limit:
            return f"The value has {len(self.value):,} characters; this store takes {self._limit:,}."
        return ""

    @property
    def changes(self) -> bool:
        """Whether the answers given so far would change anything."""
        return True

    # What it says

    def _key_changed(self) -> None:
        """A known key brings its value along, so that it can be corrected."""
        _, value = self.present(self.key)
        if value is not None:
            self._value.setPlainText(value)
        self._say()

    def _say(self) -> None:
        self._remove.setEnabled(self.present(self.key)[0])
        self._value.setEnabled(not self.removes)
        self.button.setText("Remove tag" if self.removes else "Set tag")
        problem = self._problem()
        if not self.key:
            self.say("Type or choose the key of a tag.", is_problem=False, allowed=False)
        elif problem:
            self.say(problem, is_problem=True, allowed=False)
        else:
            own = " It is one of MLflow's own tags." if self.key.startswith(SYSTEM) else ""
            self.say(self.consequence_of(self.key) + own, is_problem=False, allowed=self.changes)

    def _problem(self) -> str:
        problem = tag_key_problem(self.key)
        return problem or ("" if self.removes else self.value_problem())

    def _decide(self) -> None:
        if self.key and self.changes and not self._problem():
            self.decide(self.edit)
