"""Save as: asks where, copies in the FILES lane, asks once about names that are taken, says what was done."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QMessageBox, QWidget

from bakehouse.artifacts.copying import CopyResult, Existing, NamesTaken, copy_out
from bakehouse.artifacts.listing import size_text
from bakehouse.artifacts.protection import Guard
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.text import counted, visible
from bakehouse.tasks import Lane, TaskRunner

_ANSWER = "existing"

Chosen = Sequence[tuple[Path, Path]]
"""(file or folder, artifact folder it belongs to)"""


def _copy(chosen: Chosen, target: Path, guard: Guard, existing: Existing, name: str | None, token: Token) -> CopyResult:
    """Copy what was chosen; for a worker thread."""
    sources, roots = zip(*chosen, strict=True)
    return copy_out(sources, target, token, roots=roots, guard=guard, existing=existing, name=name)


class ArtifactSaving(QObject):
    """Owned by an ArtifactView; its dialogs belong to that view's window and never block. GUI thread."""

    said = Signal(str)
    """What was saved."""
    failed = Signal(str)
    """Why nothing was saved."""

    def __init__(self, tasks: TaskRunner, slot: str, view: QWidget) -> None:
        super().__init__(view)
        self._tasks = tasks
        self._slot = slot
        self._view = view
        self._folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)

    def ask(self, chosen: Chosen, guard: Guard, *, is_file: bool) -> None:
        """Ask for a file name (`is_file`: one file was chosen) or a folder (anything else) and save there."""
        dialog = QFileDialog(self._view.window(), "Save as")
        dialog.setObjectName("save_artifacts")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setDirectory(self._folder)
        if is_file:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setFileMode(QFileDialog.FileMode.AnyFile)
            dialog.selectFile(chosen[0][0].name)
            dialog.fileSelected.connect(partial(self._save_file, chosen, guard))
        else:
            dialog.setWindowTitle("Save into folder")
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
            dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Save here")
            dialog.fileSelected.connect(partial(self._save_into, chosen, guard))
        dialog.open()

    def save(
        self,
        chosen: Chosen,
        target: Path,
        guard: Guard,
        existing: Existing = Existing.ASK,
        name: str | None = None,
    ) -> None:
        """Copy into `target`; taken names are asked about once for all."""
        self._folder = str(target)
        self.failed.emit("")
        self._tasks.start(
            self._slot,
            partial(_copy, tuple(chosen), target, guard, existing, name),
            done=self._finish,
            failed=partial(self._fail, chosen, target, guard, name),
            lane=Lane.FILES,
            title=f"Saving {visible(chosen[0][0].name, 60)}" if len(chosen) == 1 else f"Saving {len(chosen)} items",
        )

    def _save_file(self, chosen: Chosen, guard: Guard, file: str) -> None:
        """The dialog has already asked about an existing file."""
        path = Path(file)
        self.save(chosen, path.parent, guard, Existing.REPLACE, path.name)

    def _save_into(self, chosen: Chosen, guard: Guard, folder: str) -> None:
        self.save(chosen, Path(folder), guard)

    def _finish(self, result: CopyResult) -> None:
        if not result.paths:
            self.said.emit("Nothing was saved: every name was there already")
            return
        where = visible(str(result.paths[0].parent), 200)
        sentence = f"Saved {counted(result.files, 'file')} ({size_text(result.size)}) to {where}"
        if result.left_out:
            sentence += f"; {len(result.left_out):,} left out, first {visible(result.left_out[0][0], 80)}"
        self.said.emit(sentence)

    def _fail(self, chosen: Chosen, target: Path, guard: Guard, name: str | None, error: BakehouseError) -> None:
        if isinstance(error, NamesTaken):
            self._ask_existing(chosen, target, guard, name, error)
        else:
            self.failed.emit(str(error))

    def _ask_existing(self, chosen: Chosen, target: Path, guard: Guard, name: str | None, error: NamesTaken) -> None:
        box = QMessageBox(self._view.window())
        box.setObjectName("names_taken")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Save as")
        box.setText(str(error))
        box.setInformativeText("Replace takes the place of files of the same name; other files in a folder stay.")
        role = QMessageBox.ButtonRole
        both = box.addButton("Keep both", role.AcceptRole)
        both.setProperty(_ANSWER, Existing.KEEP_BOTH.value)
        box.addButton("Skip", role.AcceptRole).setProperty(_ANSWER, Existing.SKIP.value)
        box.addButton("Replace", role.DestructiveRole).setProperty(_ANSWER, Existing.REPLACE.value)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(both)
        box.buttonClicked.connect(partial(self._answer, chosen, target, guard, name))
        box.open()

    def _answer(self, chosen: Chosen, target: Path, guard: Guard, name: str | None, button: QAbstractButton) -> None:
        answer = button.property(_ANSWER)
        if answer:
            self.save(chosen, target, guard, Existing(answer), name)
