"""What tabs share that read the selected runs in a task: when somebody looks, again when the store has changed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Sequence
from typing import Any, ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QStackedLayout, QWidget
from typing_extensions import override

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.pages.refreshing import Refresher
from bakehouse.pages.runs.plots.tab import PlotTab
from bakehouse.store.handle import Store
from bakehouse.tasks import TaskRunner
from bakehouse.widgets.labels import PlainLabel

_REST_MS = 60


class SelectionTab(PlotTab):
    """Owns the selection, what was asked for and the sentence that stands where nothing is shown. GUI thread.

    Who extends it says what is to be read (`asked`), reads it (`reading`) and shows it (`show_read`).
    """

    slot: ClassVar[str]
    name: ClassVar[str]
    """What its widgets' names begin with."""
    task_title: ClassVar[str]
    invitation: ClassVar[str]
    """What to do where nothing is selected."""
    runs_at_most: ClassVar[int]

    def __init__(self, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._store: Store | None = None
        self._ids: tuple[str, ...] = ()
        self._selected = 0
        self._asked: Hashable = None
        """What was read or is being read; None for nothing."""
        self._is_shown = False
        self._message = PlainLabel(self.invitation, "muted")
        self._message.setObjectName(f"{self.name}_message")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._layers = QStackedLayout(self)
        self._layers.addWidget(self._message)
        self._later = QTimer(self, singleShot=True, interval=_REST_MS)
        self._later.timeout.connect(self._load)
        self._refresher = Refresher(self._read_again, self)

    @abstractmethod
    def asked(self) -> Hashable:
        """What of the selected runs is to be read; None where nothing is."""

    @abstractmethod
    def reading(self, store: Store) -> Callable[[Token], Any]:
        """What reads it, for a worker thread."""

    @abstractmethod
    def show_read(self, result: Any) -> None:
        """Show what was read."""

    def let_go(self) -> None:
        """Forget what was read; it may be large."""
        self._tasks.cancel(self.slot)
        self._asked = None

    def clear(self) -> None:
        """Forget the runs."""
        self.let_go()
        self._refresher.stop()
        self._ids, self._selected = (), 0
        self.say(self.invitation)

    # What the panel tells

    @override
    def open(self, store: Store) -> None:
        self._store = store
        self.clear()

    @override
    def close_store(self) -> None:
        self.clear()
        self._store = None

    @override
    def show_selection(self, ids: Sequence[str]) -> None:
        self._selected = len(ids)
        self._ids = tuple(ids[: self.runs_at_most])
        self.soon()

    @override
    def set_shown(self, shown: bool) -> None:
        """Nothing is read while it is not in front."""
        self._is_shown = shown
        if shown:
            self.soon()

    @override
    def refresh(self) -> None:
        """Read what is new of what is shown."""
        if self._is_shown:
            self._refresher.ask()
        else:
            self._asked = None

    # For who extends it

    def soon(self) -> None:
        """What is to be read may be something else now; several changes together are read once."""
        if self._is_shown and not self._later.isActive():
            self._later.start()

    def say(self, sentence: str) -> None:
        """Show this instead of a plot."""
        self._message.setText(sentence)
        self._layers.setCurrentWidget(self._message)
        self.status_changed.emit()

    @property
    def left_out(self) -> str:
        """How many of the selected runs are not among those shown; empty when all are."""
        shown = len(self._ids)
        return f"the first {shown:,} of {self._selected:,} selected" if self._selected > shown else ""

    def failed(self, error: BakehouseError) -> None:
        """What was asked for could not be had."""
        self._refresher.given_up()
        self._asked = None
        self.say(str(error))

    # Inside

    def _load(self) -> None:
        if self._store is None or not self._is_shown:
            return
        asked = self.asked()
        if asked is None:
            self.let_go()
            self.say(self.invitation)
        elif asked != self._asked:
            self._refresher.given_up()
            self._read(self.task_title)

    def _read_again(self) -> bool:
        if self._asked is None or self._store is None or self.asked() is None:
            return False
        self._read("")
        return True

    def _read(self, title: str) -> None:
        if self._store is not None:
            self._asked = self.asked()
            work = self.reading(self._store)
            self._tasks.start(self.slot, work, done=self._read_done, failed=self.failed, title=title)

    def _read_done(self, result: Any) -> None:
        self._refresher.finished()
        self.show_read(result)
