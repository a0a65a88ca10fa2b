"""The logged models of MLflow 3 as a second table beside the runs: read, found, looked at, registered."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from bakehouse.analysis.columns import Column, Mask
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.logged_models import frame_of_models, shown_columns
from bakehouse.analysis.text_filter import TextFilter
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.text import counted, visible
from bakehouse.pages.runs.logged_model_face import LoggedModelFace
from bakehouse.pages.session import Session
from bakehouse.store.handle import Store
from bakehouse.store.logged_models import LoggedModelDetails, read_logged_model, read_logged_models
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.theme import GRID, Theme, ThemeSource
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.logged_model_table import LoggedModelTable
from bakehouse.widgets.search_field import SearchField

_LIST, _ONE, _FIND, _FORGET = "logged.list", "logged.one", "logged.find", "logged.forget"
_TYPING_MS = 120
_REST_MS = 1_000
_REST_TIMES = 10
"""A store that somebody writes to is read again after this many times as long as reading it took."""
_EMPTY = "No logged models in these experiments. MLflow 3 lists the models here that runs log."
_NONE = "There is no logged model to show."
_CHOOSE = "Select a logged model to see its details."


class LoggedModelsArea(QWidget):
    """Owns table, search and the inspector's `face`; reads only while it is shown. GUI thread."""

    counted = Signal(str)
    """What is shown, for the status line."""
    run_requested = Signal(str)

    def __init__(self, themes: ThemeSource, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("logged_models_area")
        self._tasks = tasks
        self._session: Session | None = None
        self._experiments: tuple[int, ...] = ()
        self._is_shown = False
        self._is_stale = True
        self._took_ms = 0.0
        self._sought = ""
        self._finder = TextFilter()
        self.face = LoggedModelFace(themes, tasks)
        self.table = LoggedModelTable(themes.theme)
        self.search = SearchField()
        self.search.setObjectName("find_logged_models")
        self.search.setPlaceholderText("Find logged models: words of their names, params, metrics")
        self.search.setAccessibleName("Find logged models")
        self._sentence = PlainLabel("", "muted")
        self._sentence.setObjectName("logged_models_message")
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setWordWrap(True)
        self._layers = QStackedWidget()
        self._layers.addWidget(self.table)
        self._layers.addWidget(self._sentence)
        top = QHBoxLayout()
        top.setContentsMargins(2 * GRID - 2, GRID, 2 * GRID - 2, GRID)
        top.addWidget(self.search)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._layers, 1)
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typing.timeout.connect(self._find)
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._read)
        self.search.textChanged.connect(self._typing.start)
        self.table.model_chosen.connect(self._read_one)
        self.table.run_requested.connect(self.run_requested)
        self.table.model_menu_requested.connect(self._open_menu)

    def set_theme(self, theme: Theme) -> None:
        self.table.set_theme(theme)
        self.face.set_theme(theme)

    def open(self, session: Session) -> None:
        """Read from this store from now on."""
        self.close_store()
        self._session = session
        self.face.set_store(session.locator, read_only=session.read_only)

    def close_store(self) -> None:
        """Forget everything; nothing is read after this."""
        for timer in (self._typing, self._rest):
            timer.stop()
        for slot in (_LIST, _ONE, _FIND):
            self._tasks.cancel(slot)
        self._session = None
        self._sought = ""
        self._experiments = ()
        self.table.forget()
        self._put(RunFrame([]), [])
        self.search.clear()
        self.face.set_store(None, read_only=True)

    def set_shown(self, shown: bool) -> None:
        """Whether the table is in front."""
        self._is_shown = shown
        if shown and self._is_stale:
            self._read()
        if shown:
            self._say()

    def show_experiments(self, experiment_ids: Sequence[int]) -> None:
        """Show the models of these experiments."""
        if tuple(experiment_ids) != self._experiments:
            self._experiments = tuple(experiment_ids)
            self.table.forget()
            self.face.say(_CHOOSE)
            self._is_stale = True
            if self._is_shown:
                self._read()

    def choose(self, model_id: str) -> None:
        """Show this model, whatever is searched for."""
        self.search.clear()
        self.table.choose(model_id)

    def seek(self, model_id: str) -> None:
        """Show this model as soon as the table holds it: its experiment may be about to be read."""
        self._sought = model_id
        self._choose_sought()

    def _choose_sought(self) -> None:
        if self._sought in self.table.models.frame.row_of:
            model_id, self._sought = self._sought, ""
            self.choose(model_id)

    def note_change(self) -> None:
        """Somebody wrote to the store: read again, soon, but no more than a tenth of the time."""
        self._is_stale = True
        if self._is_shown and not self._rest.isActive():
            self._rest.start(round(max(_REST_MS, _REST_TIMES * self._took_ms)))

    # Reading

    def _read(self) -> None:
        if self._session is None or not self._experiments:
            return
        self._is_stale = False
        work = partial(_read_frame, self._session.store, self._experiments)
        self._tasks.start(_LIST, work, done=self._show, failed=self._failed, title="Reading logged models")

    def _show(self, result: tuple[RunFrame, list[ColumnKey], float]) -> None:
        frame, columns, self._took_ms = result
        same_columns = columns == self.table.models.columns
        self._put(frame, columns)
        if not same_columns:
            self.table.fit_columns()
        if not frame.size:
            self._tell(_EMPTY)
            self.face.say(_NONE)
        elif self.search.text().strip():
            self._find()
        else:
            self._layers.setCurrentWidget(self.table)
        if frame.size:
            current = self.table.current if self.table.current in frame.row_of else ""
            self._read_one(current) if current else self.table.choose(self.table.models.model_id(0))
            self._choose_sought()
        self._say()

    def _put(self, frame: RunFrame, columns: Sequence[ColumnKey]) -> None:
        """Show other models; those before are forgotten in a task: 100,000 texts take longer than a frame."""
        before = [self.table.models.frame]
        self.table.models.show_frame(frame, columns)
        if before[0].size:
            work = partial(_let_go, before)
            self._tasks.start(_FORGET, work, done=_nothing, failed=_nothing, lane=Lane.BACKGROUND)

    def _failed(self, error: BakehouseError) -> None:
        self._tell(str(error))

    def _tell(self, sentence: str) -> None:
        self._sentence.setText(sentence)
        self._layers.setCurrentWidget(self._sentence)

    def _find(self) -> None:
        frame, text = self.table.models.frame, self.search.text()
        if not text.strip():
            self._tasks.cancel(_FIND)
            self._masked(None)
            return
        work = partial(_mask, self._finder, dict(frame.columns), frame.size, text)
        self._tasks.start(_FIND, work, done=self._masked, failed=self._failed)

    def _masked(self, mask: Mask | None) -> None:
        models = self.table.models
        if mask is not None and len(mask) != models.frame.size:
            return
        models.show_mask(mask)
        if models.frame.size and not len(models.rows):
            self._tell(f"No logged model matches “{visible(self.search.text().strip(), 80)}”.")
        elif models.frame.size:
            self._layers.setCurrentWidget(self.table)
        self._say()

    def _say(self) -> None:
        if self._is_shown:
            self.counted.emit(self.summary())

    def summary(self) -> str:
        """What is shown, counted."""
        shown, every = len(self.table.models.rows), self.table.models.frame.size
        words = counted(every, "logged model")
        return words if shown == every else f"{shown:,} of {words}"

    # One model

    def _read_one(self, model_id: str) -> None:
        if self._session is not None and model_id:
            work = partial(_read_one, self._session.store, model_id)
            self._tasks.start(_ONE, work, done=self._show_one, failed=self._one_failed)

    def _show_one(self, details: LoggedModelDetails | None) -> None:
        if details is None:
            self.face.say("This logged model is no longer in the store.")
        else:
            self.face.show_model(details)

    def _one_failed(self, error: BakehouseError) -> None:
        self.face.say(str(error))

    def _open_menu(self, model_id: str, where: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName("logged_model_menu")
        details = self.face.details
        if details is not None and details.model_id == model_id:
            if details.run_id:
                menu.addAction("Go to source run").triggered.connect(partial(self.run_requested.emit, details.run_id))
            register = menu.addAction("Register model…")
            register.setEnabled(self.face.register.isEnabled())
            register.triggered.connect(self.face.request_registration)
            menu.addSeparator()
        clipboard = QGuiApplication.clipboard()
        menu.addAction("Copy model ID").triggered.connect(lambda: clipboard.setText(model_id))
        menu.addAction("Copy address").triggered.connect(lambda: clipboard.setText(f"models:/{model_id}"))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)


def _read_frame(store: Store, experiment_ids: tuple[int, ...], token: Token) -> tuple[RunFrame, list[ColumnKey], float]:
    began = time.perf_counter()
    frame = frame_of_models(read_logged_models(store.reader(), experiment_ids, token), token.check)
    return frame, shown_columns(frame), (time.perf_counter() - began) * 1000


def _read_one(store: Store, model_id: str, token: Token) -> LoggedModelDetails | None:
    return read_logged_model(store.reader(), model_id, token)


def _mask(finder: TextFilter, columns: dict[ColumnKey, Column], size: int, text: str, token: Token) -> Mask:
    return finder.mask(columns, size, text, token.check)


def _let_go(frames: list[RunFrame], _token: Token) -> None:
    """Free a frame piece by piece, in the thread that runs this."""
    frame = frames.pop()
    while frame.columns:
        frame.columns.popitem()


def _nothing(_result: object) -> None:
    """There is nothing to tell."""
