"""Which way metrics are better: what the person has said, read once and kept in tasks, for all plots of a window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from bakehouse.analysis.directions import guessed_direction
from bakehouse.domain.cancellation import Token
from bakehouse.domain.comparison import Direction
from bakehouse.domain.errors import BakehouseError
from bakehouse.personal.directions import DirectionFile
from bakehouse.tasks import Lane, TaskRunner

_SLOT = "runs.directions"
_WORDS = (
    ("Higher is better", Direction.HIGHER),
    ("Lower is better", Direction.LOWER),
    ("Neither", Direction.NEITHER),
    ("As guessed from the name", None),
)


class MetricDirections(QObject):
    """Owned by the plot panel; the comparison and the histories ask it. GUI thread, the file is read in tasks."""

    changed = Signal()
    said = Signal(str)

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._is_known = False
        self.chosen: dict[str, Direction] = {}
        """What the person has said, by the metric's name; empty until `learn` has read it."""

    def learn(self) -> None:
        """Read what was kept, the first time; `changed` tells when it is there."""
        if not self._is_known:
            self._is_known = True
            self._start(_read)

    def of(self, metric: str) -> tuple[Direction | None, bool]:
        """Which way a metric is better, None where nobody can say; and whether that is only guessed by its name."""
        known = self.chosen.get(metric)
        return (guessed_direction(metric), True) if known is None else (known, False)

    def keep(self, metric: str, direction: Direction | None) -> None:
        """Keep what the person says of a metric from now on; None forgets it."""
        self._is_known = True
        self._start(partial(_change, metric, direction))

    def fill(self, menu: QMenu, metric: str) -> None:
        """Offer in `menu` what can be said of a metric, the present state ticked."""
        known, is_guess = self.of(metric)
        for text, direction in _WORDS:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(direction is None if is_guess else direction is known)
            action.triggered.connect(partial(self.keep, metric, direction))

    def _start(self, work: Callable[[Token], dict[str, Direction]]) -> None:
        self._tasks.start(_SLOT, work, done=self._take, failed=self._not_kept, lane=Lane.FILES)

    def _take(self, chosen: dict[str, Direction]) -> None:
        if chosen != self.chosen:
            self.chosen = chosen
            self.changed.emit()

    def _not_kept(self, error: BakehouseError) -> None:
        self.said.emit(str(error))


def _read(_token: Token) -> dict[str, Direction]:
    return DirectionFile().read()


def _change(metric: str, direction: Direction | None, _token: Token) -> dict[str, Direction]:
    return DirectionFile().change(metric, direction)
