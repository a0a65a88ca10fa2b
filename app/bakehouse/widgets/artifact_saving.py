"""Save as, also as a zip: asks where, copies, asks once about names that are taken, says what was done."""

from __future__ import annotations

import itertools
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QMessageBox, QWidget

from bakehouse.artifacts.choosing import Choice, sources
from bakehouse.artifacts.copying import CopyResult, Existing, NamesTaken, copy_out
from bakehouse.artifacts.listing import size_text
from bakehouse.artifacts.protection import Guard
from bakehouse.artifacts.zipping import zip_out
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.text import counted, visible
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.widgets.plain_question import PlainQuestion

_ANSWER = "existing"


def _copy(chosen: Choice, target: Path, guard: Guard, existing: Existing, name: str | None, token: Token) -> CopyResult:
    """Copy what was chosen; for a worker thread."""
    wanted, roots = zip(*sources(chosen, token), strict=True)
    return copy_out(wanted, target, token, roots=roots, guard=guard, existing=existing, name=name)


def _zip(chosen: Choice, file: Path, guard: Guard, token: Token) -> CopyResult:
    """Pack what was chosen; for a worker thread."""
    wanted, roots = zip(*sources(chosen, token), strict=True)
    return zip_out(wanted, file, token, roots=roots, guard=guard)


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
        self._numbers = itertools.count(1)
        self._slots: set[str] = set()
        self._folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)

    def ask(self, chosen: Choice, guard: Guard, *, is_file: bool, name: str | None = None) -> None:
        """Ask for a file name (`is_file`: one file was chosen) or a folder (anything else) and save there.

        `name` is what a single one shall be called, where that is not its own.
        """
        dialog = QFileDialog(self._view.window(), "Save as")
        dialog.setObjectName("save_artifacts")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setDirectory(self._folder)
        if is_file:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setFileMode(QFileDialog.FileMode.AnyFile)
            dialog.selectFile(name or chosen.first_name)
            dialog.fileSelected.connect(partial(self._save_file, chosen, guard))
        else:
            dialog.setWindowTitle("Save into folder")
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
            dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Save here")
            dialog.fileSelected.connect(partial(self._save_into, chosen, guard, name))
        dialog.open()

    def ask_zip(self, chosen: Choice, guard: Guard) -> None:
        """Ask for the name of a zip file and pack everything into it."""
        dialog = QFileDialog(self._view.window(), "Save as zip")
        dialog.setObjectName("save_zip")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setDirectory(self._folder)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setNameFilter("Zip files (*.zip)")
        dialog.setDefaultSuffix("zip")
        name = chosen.first_name if len(chosen) == 1 else "artifacts"
        dialog.selectFile(f"{name}.zip")
        dialog.fileSelected.connect(partial(self.save_zip, chosen, guard))
        dialog.open()

    def save_zip(self, chosen: Choice, guard: Guard, file: str) -> None:
        """Pack into `file`; the dialog has asked about one that is there."""
        path = Path(file)
        self._folder = str(path.parent)
        self.failed.emit("")
        slot = self._new_slot()
        self._tasks.start(
            slot,
            partial(_zip, chosen, path, guard),
            done=partial(self._finish, slot),
            failed=partial(self._fail_zip, slot),
            lane=Lane.COPY,
            title=_title("Packing", chosen),
        )

    def cancel(self) -> None:
        """Stop every copy; what they have begun is removed."""
        for slot in self._slots:
            self._tasks.cancel(slot)
        self._slots.clear()

    def _new_slot(self) -> str:
        """Each copy has a slot of its own: a second one waits for the first instead of ending it."""
        slot = f"{self._slot}.{next(self._numbers)}"
        self._slots.add(slot)
        return slot

    def save(
        self,
        chosen: Choice,
        target: Path,
        guard: Guard,
        existing: Existing = Existing.ASK,
        name: str | None = None,
    ) -> None:
        """Copy into `target`; taken names are asked about once for all."""
        self._folder = str(target)
        self.failed.emit("")
        slot = self._new_slot()
        self._tasks.start(
            slot,
            partial(_copy, chosen, target, guard, existing, name),
            done=partial(self._finish, slot),
            failed=partial(self._fail, slot, chosen, target, guard, name),
            lane=Lane.COPY,
            title=_title("Saving", chosen),
        )

    def _save_file(self, chosen: Choice, guard: Guard, file: str) -> None:
        """The dialog has already asked about an existing file."""
        path = Path(file)
        self.save(chosen, path.parent, guard, Existing.REPLACE, path.name)

    def _save_into(self, chosen: Choice, guard: Guard, name: str | None, folder: str) -> None:
        self.save(chosen, Path(folder), guard, name=name)

    def _finish(self, slot: str, result: CopyResult) -> None:
        self._slots.discard(slot)
        if not result.paths:
            self.said.emit("Nothing was saved: every name was there already")
            return
        where = visible(str(result.paths[0].parent), 200)
        sentence = f"Saved {counted(result.files, 'file')} ({size_text(result.size)}) to {where}"
        if result.left_out:
            name, why = result.left_out[0]
            more = f" and {len(result.left_out) - 1:,} more" if len(result.left_out) > 1 else ""
            sentence += f". Note {visible(name, 80)}{more}: {why}"
        self.said.emit(sentence)

    def _fail_zip(self, slot: str, error: BakehouseError) -> None:
        self._slots.discard(slot)
        self.failed.emit(str(error))

    def _fail(
        self, slot: str, chosen: Choice, target: Path, guard: Guard, name: str | None, error: BakehouseError
    ) -> None:
        self._slots.discard(slot)
        if isinstance(error, NamesTaken):
            self._ask_existing(chosen, target, guard, name, error)
        else:
            self.failed.emit(str(error))

    def _ask_existing(self, chosen: Choice, target: Path, guard: Guard, name: str | None, error: NamesTaken) -> None:
        words = "Replace takes the place of files of the same name; other files in a folder stay."
        box = PlainQuestion("names_taken", "Save as", str(error), words, self._view.window())
        role = QMessageBox.ButtonRole
        both = box.addButton("Keep both", role.AcceptRole)
        both.setProperty(_ANSWER, Existing.KEEP_BOTH.value)
        box.addButton("Skip", role.AcceptRole).setProperty(_ANSWER, Existing.SKIP.value)
        box.addButton("Replace", role.DestructiveRole).setProperty(_ANSWER, Existing.REPLACE.value)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(both)
        box.buttonClicked.connect(partial(self._answer, chosen, target, guard, name))
        box.open()

    def _answer(self, chosen: Choice, target: Path, guard: Guard, name: str | None, button: QAbstractButton) -> None:
        answer = button.property(_ANSWER)
        if answer:
            self.save(chosen, target, guard, Existing(answer), name)


def _title(verb: str, chosen: Choice) -> str:
    return f"{verb} {visible(chosen.first_name, 60)}" if len(chosen) == 1 else f"{verb} {len(chosen):,} items"
