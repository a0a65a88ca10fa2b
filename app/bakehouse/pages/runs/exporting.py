"""Exports runs and histories to files: asks what and where, writes in a task, says what was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QStandardPaths, Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from bakehouse.analysis.columns import Ints
from bakehouse.analysis.order import sort_rows
from bakehouse.dialogs.export_runs import ExportOffer, ExportRunsDialog
from bakehouse.dialogs.message import MessageDialog
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.text import counted
from bakehouse.exports.formats import Format
from bakehouse.exports.requests import Exported, ExportRequest, preview, write_request
from bakehouse.exports.table_files import NameTaken
from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.itemmodels.selection import RunSelection
from bakehouse.store.handle import Store
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.theme import ThemeSource
from bakehouse.widgets.system_programs import file_acts

_PREVIEW = "runs.export_preview"
_SLOT = "runs.export"
_PATIENCE_MS = 20


class RunExporting(QObject):
    """Owned by the runs page; several exports are written one after another. GUI thread."""

    said = Signal(str)
    noticed = Signal(str, object)
    """A sentence that stays, and what to do about it: ((button, act), …)."""

    def __init__(
        self, tasks: TaskRunner, model: RunTableModel, selection: RunSelection, themes: ThemeSource, page: QWidget
    ) -> None:
        super().__init__(page)
        self._tasks, self._model, self._selection, self._themes, self._page = tasks, model, selection, themes, page
        self._store: Store | None = None
        self._dialog: ExportRunsDialog | None = None
        self._folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation))
        self._kind = Format.CSV
        self._started = 0
        self._begun: set[str] = set()
        self._ended: dict[str, Exported | None] = {}
        """By task slot: what was written, though nobody has been told yet."""
        tasks.task_finished.connect(self._finished)

    def open(self, store: Store | None) -> None:
        """Export from this store from now on; None for none."""
        if self._dialog is not None:
            self._dialog.reject()
        self._store = store

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """The command answered here."""
        return {"runs.export": self.ask}

    def ask(self) -> None:
        """Ask what to export."""
        if self._store is None or self._dialog is not None:
            return
        dialog = ExportRunsDialog(self._offer(), self._themes.theme, self._kind, self._page.window())
        dialog.preview_wanted.connect(self._preview)
        dialog.decided.connect(self._ask_where)
        dialog.finished.connect(self._dialog_closed)
        self._dialog = dialog
        self._preview(dialog.request)
        dialog.open()

    def _offer(self) -> ExportOffer:
        """Every set of runs in the order of the table, the one most likely meant first."""
        frame = self._model.frame
        visible = self._model.visible_runs()
        whole: Ints = sort_rows(frame, self._model.sort_keys, np.arange(frame.size, dtype=np.int32))
        chosen = np.zeros(frame.size, np.bool_)
        chosen[[frame.row_of[run_id] for run_id in self._selection.ids if run_id in frame.row_of]] = True
        runs = {"Visible runs": visible, "Selected runs": whole[chosen[whole]], "All runs of the experiments": whole}
        every = [key for key in frame.keys if not key.figure or key in self._model.columns]
        return ExportOffer(frame, runs, list(self._model.columns), every)

    def _preview(self, request: ExportRequest) -> None:
        if self._store is not None and self._dialog is not None:
            work = partial(preview, self._store, request)
            self._tasks.start(_PREVIEW, work, done=self._dialog.show_preview, failed=self._dialog.show_failure)

    def _dialog_closed(self) -> None:
        self._tasks.cancel(_PREVIEW)
        self._dialog = None

    def _ask_where(self, request: ExportRequest) -> None:
        self._kind = request.kind
        dialog = QFileDialog(self._page.window(), "Export to")
        dialog.setObjectName("export_file")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        # Whether a file is there is asked of the disk in the task, not here.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setNameFilter(f"{request.kind.title} (*{request.kind.ending})")
        dialog.setDirectory(str(self._folder))
        dialog.selectFile(("histories" if request.histories else "runs") + request.kind.ending)
        dialog.fileSelected.connect(partial(self._chosen, request))
        dialog.open()

    def _chosen(self, request: ExportRequest, file: str) -> None:
        path = Path(file)
        if path.suffix.lower() != request.kind.ending:
            path = path.with_name(path.name + request.kind.ending)
        self.write(request, path)

    def write(self, request: ExportRequest, path: Path, *, replace: bool = False) -> None:
        """Write `request` to `path`; a file that is there is asked about unless `replace`."""
        if self._store is None:
            return
        self._folder = path.parent
        self._started += 1
        slot = f"{_SLOT} {self._started}"
        work = partial(write_request, self._store, request, path, replace)
        self._tasks.start(
            slot,
            partial(_noting, self._begun, self._ended, slot, work),
            done=self._done,
            failed=partial(self._failed, request, path),
            lane=Lane.EXPORT,
            title=f"Exporting {counted(len(request.runs.rows), 'run')}",
        )

    def _done(self, exported: Exported) -> None:
        self.noticed.emit(exported.sentence, file_acts(exported.path))

    def _failed(self, request: ExportRequest, path: Path, error: BakehouseError) -> None:
        if not isinstance(error, NameTaken):
            self.noticed.emit(str(error), (("Export again…", self.ask),))
            return
        question = MessageDialog(
            "Replace the file?",
            f"{error} Replacing it takes its place only when the export is complete.",
            self._page.window(),
            ("Replace", "Cancel"),
            lambda _answer: self.write(request, path, replace=True),
        )
        question.setObjectName("replace_file")
        question.open()

    def _finished(self, slot: str, _title: str, elapsed_ms: float) -> None:
        if slot.startswith(f"{_SLOT} ") and not elapsed_ms:
            self._tell_cancelled(slot)

    def _tell_cancelled(self, slot: str) -> None:
        """Once the task has let go of the file: only then is it known whether it was complete already."""
        if slot in self._begun and slot not in self._ended:
            QTimer.singleShot(_PATIENCE_MS, self, partial(self._tell_cancelled, slot))
            return
        written = self._ended.get(slot)
        if written is None:
            self.said.emit("Export cancelled; no file was written")
        else:
            self._done(written)


def _noting(
    begun: set[str], ended: dict[str, Exported | None], slot: str, work: Callable[[Token], Exported], token: Token
) -> Exported:
    """In the task: that `work` has begun, and in the end what it has written, None for nothing."""
    begun.add(slot)
    exported = None
    try:
        exported = work(token)
        return exported
    finally:
        ended[slot] = exported
