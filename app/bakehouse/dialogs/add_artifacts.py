"""The question before files are added to a run: how much, into which folder, and what of names that are there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QWidget

from bakehouse.artifacts.adding import Addition
from bakehouse.artifacts.listing import size_text
from bakehouse.artifacts.placing import Existing
from bakehouse.dialogs.question import QuestionDialog, Sections
from bakehouse.domain.text import counted, visible
from bakehouse.widgets.labels import ElidedLabel, PlainLabel

_CHOICES = (
    (Existing.KEEP_BOTH, "Keep both: what is added gets a number"),
    (Existing.SKIP, "Skip: what is there stays, the rest is added"),
    (Existing.REPLACE, "Replace: files of the same name are overwritten for good"),
)


class AddArtifactsDialog(QuestionDialog):
    """`decided` carries what to do with names that are there (an Existing)."""

    def __init__(self, run_name: str, addition: Addition, parent: QWidget | None = None) -> None:
        super().__init__("add_artifacts", "Add files", "do_it", parent)
        self._addition = addition
        files = counted(addition.files, "file")
        self.button.setText(f"Add {files}")
        self.existing = QComboBox()
        self.existing.setObjectName("existing_names")
        self.existing.setAccessibleName("Names that are there already")
        self.existing.addItems([text for _, text in _CHOICES])
        self.existing.currentIndexChanged.connect(self._say)
        sections: Sections = ()
        if addition.taken:
            names = ", ".join(visible(name, 60) for name in addition.taken[:3])
            more = f" and {len(addition.taken) - 3:,} more" if len(addition.taken) > 3 else ""
            sections = (("THERE ALREADY", (ElidedLabel(names + more), self.existing)),)
        if addition.left_out:
            name, why = addition.left_out[0]
            more = f" And {len(addition.left_out) - 1:,} more." if len(addition.left_out) > 1 else ""
            label = PlainLabel(f"{visible(name, 80)}: {why}{more}", "muted")
            label.setWordWrap(True)
            sections = (*sections, ("LEFT OUT", (label,)))
        place = ElidedLabel(visible(str(addition.folder), 500), "muted", mode=Qt.TextElideMode.ElideMiddle)
        self.lay_out((PlainLabel(f"Add {files} to {visible(run_name, 60)}?", "title"), place), sections)
        self.button.clicked.connect(self._decide)
        self.button.setFocus()
        self._say()

    @property
    def _choice(self) -> Existing:
        return _CHOICES[self.existing.currentIndex()][0]

    def _say(self) -> None:
        addition = self._addition
        if not addition.files:
            self.say("There is no file among them that could be added.", is_problem=True, allowed=False)
            return
        copies = f"Copies {size_text(addition.size)} into the run's folder, where every MLflow client finds them."
        if addition.taken and self._choice is Existing.REPLACE:
            copies += " What is overwritten cannot be brought back."
        self.say(f"{copies} The originals stay.", is_problem=False, allowed=True)

    def _decide(self) -> None:
        self.decide(self._choice if self._addition.taken else Existing.ASK)
