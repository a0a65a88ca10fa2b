"""The question before something is deleted or restored: what happens, and what MLflow alone does for good."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from bakehouse.dialogs.question import QuestionDialog, Sections
from bakehouse.theme import GRID
from bakehouse.widgets.labels import ElidedLabel, PlainLabel

_IDS_AT_MOST = 20


class LifecycleDialog(QuestionDialog):
    """Says `sentence`; `decided` carries `edit`. `command` is shown to be copied, not run."""

    def __init__(
        self,
        title: str,
        subject: str,
        sentence: str,
        button: str,
        edit: object,
        command: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("lifecycle", title, "do_it", parent)
        self._edit = edit
        self.button.setText(button)
        after: Sections = ()
        if command:
            after = (("ONLY MLFLOW'S OWN COMMAND REMOVES FOR GOOD", (_command_line(command),)),)
        self.lay_out((PlainLabel(title, "title"), ElidedLabel(subject, "muted")), (), after)
        self.say(sentence, is_problem=False, allowed=True)
        self.button.clicked.connect(self._decide)
        self.button.setFocus()

    def _decide(self) -> None:
        self.decide(self._edit)


def gc_command(store: Path, *, run_ids: Sequence[str] = (), experiment_ids: Sequence[int] = ()) -> str:
    """MLflow's own command that removes what is deleted for good; without ids all of it."""
    words = ["mlflow", "gc", "--backend-store-uri", f"sqlite:///{store}"]
    if experiment_ids:
        words += ["--experiment-ids", ",".join(map(str, experiment_ids))]
    elif 0 < len(run_ids) <= _IDS_AT_MOST:
        words += ["--run-ids", ",".join(run_ids)]
    return shlex.join(words)


def _command_line(command: str) -> QWidget:
    line = QLineEdit(command)
    line.setObjectName("gc_command")
    line.setReadOnly(True)
    line.setAccessibleName("MLflow's command")
    line.setCursorPosition(0)
    copy = QPushButton("Copy")
    copy.setAccessibleName("Copy the command")
    copy.setAutoDefault(False)
    copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(command))
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GRID)
    row.addWidget(line, 1)
    row.addWidget(copy)
    return whole
