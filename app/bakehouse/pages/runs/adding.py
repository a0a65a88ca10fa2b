"""Files dropped on a run's artifacts: looked at, asked about, copied into the run's folder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from bakehouse.artifacts.adding import Addition, add_artifacts, plan_addition
from bakehouse.artifacts.copying import CopyResult, Existing
from bakehouse.artifacts.listing import size_text
from bakehouse.artifacts.locator import Locator
from bakehouse.dialogs.add_artifacts import AddArtifactsDialog
from bakehouse.domain.cancellation import Token
from bakehouse.domain.edits import AddArtifacts
from bakehouse.domain.text import counted, visible
from bakehouse.pages.editing import EditRoom
from bakehouse.tasks import Lane

ADD = "runs.add_artifacts"


def _look(locator: Locator, edit: AddArtifacts, token: Token) -> Addition:
    return plan_addition(locator, edit.address, edit.below, _paths(edit), token)


def _add(locator: Locator, edit: AddArtifacts, existing: Existing, token: Token) -> CopyResult:
    return add_artifacts(locator, edit.address, edit.below, _paths(edit), existing, token)


def _paths(edit: AddArtifacts) -> Sequence[Path]:
    return [Path(path) for path in edit.paths]


class ArtifactAdding(EditRoom):
    """Owned by the runs page's edits; editing mode is on before anything gets here. GUI thread only."""

    added = Signal()
    """A run's folder holds more than before."""

    def begin(self, edit: AddArtifacts, window: QWidget) -> None:
        """Look at the files, ask, and copy them."""
        if self.session is not None:
            self.session.tasks.start(
                "runs.add.look",
                partial(_look, self.session.locator, edit),
                done=partial(self._ask, edit, window),
                failed=partial(self.tell, window, "Nothing was added"),
                lane=Lane.FILES,
                title="Looking at the files",
            )

    def _ask(self, edit: AddArtifacts, window: QWidget, addition: Addition) -> None:
        dialog = AddArtifactsDialog(edit.run_name, addition, window)
        dialog.decided.connect(partial(self._copy, edit, window))
        self.show(dialog)

    def _copy(self, edit: AddArtifacts, window: QWidget, existing: Existing) -> None:
        if self.session is not None:
            self.session.tasks.start(
                "runs.add.copy",
                partial(_add, self.session.locator, edit, existing),
                done=partial(self._done, edit),
                failed=partial(self.tell, window, "Nothing was added"),
                lane=Lane.COPY,
                title=f"Adding to {visible(edit.run_name, 60)}",
            )

    def _done(self, edit: AddArtifacts, result: CopyResult) -> None:
        name = visible(edit.run_name, 60)
        if result.paths:
            self.said.emit(f"Added {counted(result.files, 'file')} ({size_text(result.size)}) to {name}")
            self.added.emit()
        else:
            self.said.emit(f"Nothing was added to {name}: every name was there already")
