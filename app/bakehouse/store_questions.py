"""What the window asks about a store: which one, and what to do with a damaged, replaced or vanished one."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from bakehouse.dialogs.message import MessageDialog
from bakehouse.domain.changes import FileChange
from bakehouse.domain.errors import BakehouseError
from bakehouse.pages.opening import StoreOpener
from bakehouse.settings import Settings
from bakehouse.widgets.notice_bar import NoticeBar

_STORES = "MLflow stores (*.db *.sqlite *.sqlite3);;All files (*)"
_REPAIR_COPY = "Open a repaired copy"
_REPAIR = "Repair the file"
_GONE = "The store's file is gone from its place. What was loaded is still shown; nothing new can be read."
_REPLACED = "Another file lies at the store's place now. What you see may be old."
_MIGRATED = (
    "Another program changed the store's tables (a newer MLflow migrates a store when it opens it). "
    "What you see may be old."
)


class StoreQuestions(QObject):
    """Owned by one window, which takes the answers. GUI thread."""

    path_chosen = Signal(object, bool)
    """Path of the store to open, and whether in another window."""

    def __init__(self, opener: StoreOpener, settings: Settings, notices: NoticeBar, window: QWidget) -> None:
        super().__init__(window)
        self._opener = opener
        self._settings = settings
        self._notices = notices
        self._window = window
        opener.unfinished.connect(self._ask_repair)

    def ask_for_store(self, *, new_window: bool = False) -> None:
        """Let the person choose a file."""
        recent = self._settings.recent
        folder = str(recent[0].parent) if recent else str(Path.home())
        title = "Open an MLflow store in a new window" if new_window else "Open an MLflow store"
        dialog = QFileDialog(self._window, title, folder, _STORES)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(partial(self._choose, new_window))
        dialog.open()

    def file_changed(self, change: FileChange) -> None:
        """Say that the open store is gone or another one, with the way out."""
        if change is FileChange.MISSING:
            self._notices.show_notice(_GONE, "Close store", self._opener.close)
        else:
            said = _REPLACED if change is FileChange.REPLACED else _MIGRATED
            self._notices.show_notice(said, "Load again", self.load_again)

    def load_again(self) -> None:
        """Open anew what is open."""
        if self._opener.session is not None:
            store = self._opener.session.store
            self._opener.open(store.path, read_only=store.read_only)

    def _choose(self, new_window: bool, path: str) -> None:
        self.path_chosen.emit(Path(path), new_window)

    def _ask_repair(self, path: Path, error: BakehouseError) -> None:
        MessageDialog(
            "A writer was stopped in mid-commit",
            str(error),
            self._window,
            (_REPAIR_COPY, _REPAIR, "Cancel"),
            partial(self._repair, path),
        ).open()

    def _repair(self, path: Path, answer: str) -> None:
        if answer == _REPAIR:
            self._opener.open_repaired(path)
            return
        copy = path.with_name(f"{path.stem}-repaired{path.suffix}")
        dialog = QFileDialog(self._window, "Save the repaired copy as", str(copy.parent), _STORES)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(copy.name)
        dialog.fileSelected.connect(partial(self._save_repaired, path))
        dialog.open()

    def _save_repaired(self, path: Path, target: str) -> None:
        self._opener.open_repaired_copy(path, Path(target))
