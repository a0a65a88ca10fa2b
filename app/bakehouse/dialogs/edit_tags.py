"""The question of a tag: which key, set to what or removed, on how many runs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from bakehouse.dialogs.question import QuestionDialog, text_field
from bakehouse.domain.edits import DeleteTag, SetTag
from bakehouse.domain.limits import KEY_LIMIT, run_name_problem, tag_key_problem
from bakehouse.domain.text import counted, visible
from bakehouse.store.edit_facts import RunEditFacts
from bakehouse.widgets.labels import ElidedLabel, PlainLabel

_SHOWN = 60
_SYSTEM = "mlflow."


class EditTagsDialog(QuestionDialog):
    """Asks about one tag of the runs `run_ids`; `decided` carries a SetTag or DeleteTag."""

    def __init__(
        self, run_ids: tuple[str, ...], subject: str, facts: RunEditFacts, parent: QWidget | None = None
    ) -> None:
        super().__init__("edit_tags", "Edit tags", "write_tag", parent)
        self._run_ids = run_ids
        self._facts = facts
        self._key = QComboBox()
        self._key.setObjectName("tag_key")
        self._key.setAccessibleName("Key of the tag")
        self._key.setEditable(True)
        self._key.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        own = [use for use in facts.tags if not use.key.startswith(_SYSTEM)]
        for use in own:
            self._key.addItem(use.key)
        self._key.setCurrentIndex(-1)
        line = self._key.lineEdit()
        assert line is not None
        line.setPlaceholderText("A key of these runs, or a new one")
        line.setMaxLength(KEY_LIMIT + 1)
        self._value = text_field("tag_value", "Value of the tag", "Value")
        self._remove = QCheckBox("Remove this tag instead")
        self._remove.setObjectName("remove_tag")
        self.consequence.setMinimumHeight(2 * self.consequence.fontMetrics().lineSpacing() + 2)
        self.consequence.setAlignment(Qt.AlignmentFlag.AlignTop)
        head = (PlainLabel("Edit tags", "title"), ElidedLabel(subject, "muted"))
        self.lay_out(head, (("KEY", (self._key,)), ("VALUE", (self._value, self._remove))))
        self._key.currentTextChanged.connect(self._key_changed)
        self._value.textChanged.connect(self._say)
        self._remove.toggled.connect(self._say)
        self.button.clicked.connect(self._decide)
        self._say()

    @property
    def key(self) -> str:
        return self._key.currentText().strip()

    @property
    def edit(self) -> SetTag | DeleteTag:
        """What the answers given so far ask for."""
        if self._removes:
            return DeleteTag(self._run_ids, self.key)
        return SetTag(self._run_ids, self.key, self._value.toPlainText())

    @property
    def _removes(self) -> bool:
        return self._remove.isEnabled() and self._remove.isChecked()

    def _key_changed(self) -> None:
        """A known key brings its value along, so that it can be corrected."""
        use = self._facts.use(self.key)
        if use is not None and use.value is not None:
            self._value.setPlainText(use.value)
        self._say()

    def _say(self) -> None:
        use = self._facts.use(self.key)
        self._remove.setEnabled(use is not None)
        self._value.setEnabled(not self._removes)
        self.button.setText("Remove tag" if self._removes else "Set tag")
        problem = self._problem()
        if not self.key:
            self.say("Type or choose the key of a tag.", is_problem=False, allowed=False)
        elif problem:
            self.say(problem, is_problem=True, allowed=False)
        else:
            self.say(self._consequence(), is_problem=False, allowed=True)

    def _problem(self) -> str:
        key, text = self.key, self._value.toPlainText()
        problem = tag_key_problem(key)
        if problem or self._removes:
            return problem
        if key == "mlflow.runName":
            return run_name_problem(text)
        if len(text) > self._facts.value_limit:
            return f"The value has {len(text):,} characters; this store takes {self._facts.value_limit:,}."
        return ""

    def _consequence(self) -> str:
        key, runs, use = f"“{visible(self.key, _SHOWN)}”", counted(self._facts.runs, "run"), self._facts.use(self.key)
        system = " It is one of MLflow's own tags." if self.key.startswith(_SYSTEM) else ""
        if self._removes:
            there = f"the {counted(use.runs, 'run')}" if use is not None and self._facts.counted else "those"
            carry = "carries" if use is not None and use.runs == 1 else "carry"
            return f"Removes {key} from {there} of {runs} that {carry} it.{system}"
        sentence = f"Sets {key} on {runs}"
        if use is None:
            return f"{sentence}.{system}"
        if not self._facts.counted:
            return f"{sentence}, in place of the value that some may carry.{system}"
        carry = "carries" if use.runs == 1 else "carry"
        some = f"{use.runs:,} of them {carry}" if use.runs < self._facts.runs else "all of them carry"
        if self._facts.runs == 1:
            some = "it carries"
        return f"{sentence}; {some} it now, and the value there is replaced.{system}"

    def _decide(self) -> None:
        if self.key and not self._problem():
            self.decide(self.edit)
