"""A dataset as the person asks for it on any page: what the store says of it, and what came of it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from bakehouse.dialogs.dataset import DatasetDialog
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.lineage import RUN_LINK, DatasetUse, linked_version
from bakehouse.domain.runs import DatasetInput
from bakehouse.pages.session import Session
from bakehouse.store.dataset_use import use_of_dataset
from bakehouse.store.handle import Store


class DatasetRoom(QObject):
    """Owned by a page; shows one dataset at a time. GUI thread."""

    run_requested = Signal(str)
    version_requested = Signal(str, int)
    """(model name, version)."""

    def __init__(self, slot: str, parent: QObject) -> None:
        """`slot` is a name of its own among the task runner's."""
        super().__init__(parent)
        self._slot = slot
        self._dialog: DatasetDialog | None = None

    def show(self, data: DatasetInput, session: Session, window: QWidget) -> None:
        """Open the dialog and read behind it what came of the dataset."""
        if self._dialog is not None:
            self._dialog.close()
        dialog = DatasetDialog(data, session.themes.theme, window)
        dialog.link_activated.connect(self._follow)
        dialog.finished.connect(partial(self._forget, session))
        self._dialog = dialog
        dialog.open()
        session.tasks.start(
            self._slot,
            partial(_read, session.store, data.name, data.digest),
            done=self._show_use,
            failed=self._fail,
        )

    def _show_use(self, use: DatasetUse) -> None:
        if self._dialog is not None:
            self._dialog.show_use(use)

    def _fail(self, error: BakehouseError) -> None:
        if self._dialog is not None:
            self._dialog.say(str(error))

    def _forget(self, session: Session, _result: int) -> None:
        session.tasks.cancel(self._slot)
        self._dialog = None

    def _follow(self, link: str) -> None:
        if self._dialog is not None:
            self._dialog.accept()
        version = linked_version(link)
        if version is not None:
            self.version_requested.emit(*version)
        elif link.startswith(RUN_LINK):
            self.run_requested.emit(link.removeprefix(RUN_LINK))


def _read(store: Store, name: str, digest: str, token: Token) -> DatasetUse:
    return use_of_dataset(store.reader(), name, digest, token)
