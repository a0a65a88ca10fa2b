"""The person's stars on runs: shown at once, written behind, read again when the window comes to the front."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSize, Signal
from PySide6.QtWidgets import QToolButton, QWidget
from typing_extensions import override

from bakehouse.analysis.columns import Mask
from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.runs import Experiment
from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.personal.stars import StarFile, store_identity
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.theme import Theme, ThemeSource
from bakehouse.widgets.filter_bar import FilterBar
from bakehouse.widgets.icons import icon

_READ, _WRITE = "runs.stars", "runs.stars_saved"


class RunStars(QObject):
    """Owned by the page: the starred runs of the open store, and the switch that shows only them. GUI thread."""

    changed = Signal()
    """Other runs are to be shown."""
    counted = Signal()
    """Other runs have stars."""
    failed = Signal(str)

    def __init__(
        self, tasks: TaskRunner, model: RunTableModel, bar: FilterBar, themes: ThemeSource, page: QWidget
    ) -> None:
        super().__init__(page)
        self._tasks, self._model = tasks, model
        self._file: StarFile | None = None
        self._store: Path | None = None
        self._ids: frozenset[str] = frozenset()
        self._unsaved: dict[str, bool] = {}
        """What was turned here and is not in the file yet."""
        self.button = QToolButton(bar)
        self.button.setObjectName("only_starred")
        self.button.setCheckable(True)
        self.button.setIconSize(QSize(16, 16))
        self.button.setFixedSize(30, 30)
        self.button.setAccessibleName("Only starred runs")
        self.button.toggled.connect(self._switched)
        bar.add_control(self.button)
        self.set_theme(themes.theme)
        themes.changed.connect(self.set_theme)
        self._count()
        page.installEventFilter(self)

    def set_theme(self, theme: Theme) -> None:
        self.button.setIcon(icon("star", theme, 16))

    def open(self, store: Path) -> None:
        """The runs shown are of this store; its stars come with its experiments."""
        self.close()
        self._store = store

    def close(self) -> None:
        """Forget the store."""
        self._tasks.cancel(_READ)
        self._file = self._store = None
        self._unsaved = {}
        self.show_all()
        self._take(frozenset())

    def know(self, experiments: Sequence[Experiment]) -> None:
        """The store's experiments say which store it is."""
        if self._store is not None:
            self._file = StarFile(store_identity(experiments, self._store), self._store)
            self.read()

    def read(self) -> None:
        """Look into the file again: another window may have written it."""
        if self._file is not None:
            self._start(_READ, self._file.read, self._take, Lane.FILES)

    def turn(self, run_ids: Sequence[str]) -> None:
        """Give these runs a star; where all have one take it."""
        if self._file is None or not run_ids:
            return
        given = not all(run_id in self._ids for run_id in run_ids)
        changes = dict.fromkeys(run_ids, given)
        self._unsaved |= changes
        self._take(self._ids)
        self._start(_WRITE, partial(self._file.change, changes), partial(self._saved, changes), Lane.WRITE)

    @property
    def on(self) -> bool:
        """Whether only runs with a star are shown."""
        return self.button.isChecked()

    def mask_of(self, frame: RunFrame) -> Mask | None:
        """bool[runs] of those with a star while only they are shown, else None."""
        if not self.on:
            return None
        mask = np.zeros(frame.size, np.bool_)
        mask[[row for run_id in self._ids if (row := frame.row_of.get(run_id)) is not None]] = True
        return mask

    def show_all(self) -> None:
        """Show runs without a star too."""
        self.button.setChecked(False)

    def words(self) -> str:
        """How many of the runs have a star, in words; empty when none has."""
        count = int(np.count_nonzero(self._model.starred))
        return f"{count:,} starred" if count else ""

    def _switched(self, _checked: bool) -> None:
        self._count()
        self.changed.emit()

    def _saved(self, changes: dict[str, bool], ids: frozenset[str]) -> None:
        self._unsaved = {run: given for run, given in self._unsaved.items() if changes.get(run) is not given}
        self._take(ids)

    def _take(self, ids: frozenset[str]) -> None:
        """These are the stars now, but for what is on its way into the file."""
        given = {run for run, wanted in self._unsaved.items() if wanted}
        taken = {run for run, wanted in self._unsaved.items() if not wanted}
        ids = (ids | given) - taken
        if ids != self._ids:
            self._ids = ids
            self._model.show_stars(ids)
            self._count()
            (self.changed if self.on else self.counted).emit()

    def _count(self) -> None:
        words = self.words() or "none yet: a click on the star of a row, or S, gives one"
        self.button.setToolTip(f"Show only starred runs ({words})")

    def _start(
        self, slot: str, work: Callable[[], frozenset[str]], done: Callable[[frozenset[str]], None], lane: Lane
    ) -> None:
        def run(_token: Token) -> frozenset[str]:
            return work()

        self._tasks.start(slot, run, done=done, failed=self._told, lane=lane)

    def _told(self, error: BakehouseError) -> None:
        self._unsaved = {}
        self.failed.emit(str(error))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate:
            self.read()
        return False
