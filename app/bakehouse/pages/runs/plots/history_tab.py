"""The history of one metric in the selected runs, read when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import QComboBox, QStackedLayout, QWidget
from typing_extensions import override

from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.text import visible
from bakehouse.exports.history_tables import HistoryTable, Shape
from bakehouse.exports.tables import TableSource
from bakehouse.pages.refreshing import Refresher
from bakehouse.pages.runs.plots.tab import PlotTab, TableMaker
from bakehouse.plots.drawing import Drawing
from bakehouse.plots.history import HistoryPlot
from bakehouse.store.handle import Store
from bakehouse.store.metrics import History, metric_keys, read_history
from bakehouse.store.reading import Reader
from bakehouse.tasks import TaskRunner
from bakehouse.theme import RunColors, Theme, ThemeSource
from bakehouse.widgets.labels import PlainLabel

_SLOT = "runs.history"
_RUNS_AT_MOST = 50
_CHOOSE = "Select runs in the table to see how a metric went."
_MODES = (("Step", "step"), ("Time", "time"), ("Relative time", "relative"))


def read_histories(
    store: Store, run_ids: Sequence[str], wanted: Sequence[str], token: Token
) -> tuple[str, list[History]]:
    """The first key of `wanted` that one of these runs has, else their first metric; and its histories."""
    reader = store.reader()
    keys = metric_keys(reader, run_ids, token)
    ours = [key for key in wanted if key in keys] or [key for key in keys if not key.startswith("system/")] or keys
    if not ours:
        return "", []
    histories = []
    for run_id in run_ids:
        history = read_history(reader, run_id, ours[0], token)
        if len(history.values):
            histories.append(history)
        token.check()
    return ours[0], histories


class HistoryTab(PlotTab):
    """Owns the history plot (made when there is first something to draw) and its two choosers."""

    title = "History"

    def __init__(
        self, themes: ThemeSource, tasks: TaskRunner, colors: RunColors, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._colors = colors
        self._tasks = tasks
        self._store: Store | None = None
        self._plot: HistoryPlot | None = None
        self._frame = RunFrame([])
        self._ids: tuple[str, ...] = ()
        self._selected = 0
        self._read: tuple[tuple[str, ...], str] | None = None
        self._key = ""
        self._all_keys: list[str] = []
        self._preferred: list[str] = []
        self._is_shown = False
        self._status = ""
        self._message = PlainLabel(_CHOOSE, "muted")
        self._message.setObjectName("history_message")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._layers = QStackedLayout(self)
        self._layers.addWidget(self._message)
        self._metrics = QComboBox()
        self._metrics.setObjectName("history_metric")
        self._metrics.setAccessibleName("Metric")
        self._metrics.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._metrics.setMinimumContentsLength(18)
        self._modes = QComboBox()
        self._modes.setObjectName("history_x")
        self._modes.setAccessibleName("Horizontal axis")
        for title, mode in _MODES:
            self._modes.addItem(title, mode)
        self.tool_row.addWidget(self._metrics)
        self.tool_row.addWidget(self._modes)
        self._later = QTimer(self, singleShot=True, interval=60)
        self._later.timeout.connect(self._load)
        self._refresher = Refresher(self._read_again, self)
        self._metrics.activated.connect(self._metric_chosen)
        self._modes.activated.connect(self._mode_chosen)

    @override
    def set_theme(self, theme: Theme) -> None:
        if self._plot is not None:
            self._plot.set_theme(theme)

    @override
    def open(self, store: Store) -> None:
        self._store = store
        self.clear()

    @override
    def close_store(self) -> None:
        self.clear()
        self._store = None

    def clear(self) -> None:
        """Forget runs and metric."""
        self._tasks.cancel(_SLOT)
        self._refresher.stop()
        self._ids, self._selected, self._read, self._key = (), 0, None, ""
        self._say(_CHOOSE)

    @override
    def set_shown(self, shown: bool) -> None:
        """Whether the panel is in front; nothing is read while it is not."""
        self._is_shown = shown
        if shown:
            self._soon()

    @override
    def show_frame(self, frame: RunFrame, *, keep: bool) -> None:
        self._frame = frame
        if not keep:
            self.clear()
        names = [key.name for key in frame.keys if key.kind is ColumnKind.METRIC and not key.figure]
        keys = sorted(names, key=lambda name: (name.startswith("system/"), name))
        if not keep or keys != self._all_keys:
            self._all_keys = keys
            self._fill(keys)

    @override
    def set_axes(self, axes: Sequence[ColumnKey]) -> None:
        self.show_frame(self._frame, keep=True)
        self._preferred = [key.name for key in reversed(axes) if key.kind is ColumnKind.METRIC]

    @override
    def show_selection(self, ids: Sequence[str]) -> None:
        self._selected = len(ids)
        self._ids = tuple(ids[:_RUNS_AT_MOST])
        self._soon()

    def show_metric(self, key: str) -> None:
        """Draw this metric of the selected runs from now on."""
        self._key = key
        self._fill(self._all_keys)
        self._soon()

    @override
    def refresh(self) -> None:
        """Read again what is shown; what was zoomed to stays."""
        if self._is_shown:
            self._refresher.ask()
        else:
            self._read = None

    def _read_again(self) -> bool:
        if self._read is None or self._store is None or not self._ids:
            return False
        work = partial(read_histories, self._store, self._ids, [self._key] if self._key else self._preferred)
        self._tasks.start(_SLOT, work, done=partial(self._loaded, self._read), failed=self._failed)
        return True

    @override
    def status(self) -> str:
        """What is drawn, counted."""
        return self._status

    @override
    def drawing(self) -> Drawing | None:
        return self._plot.drawing() if self._is_drawn and self._plot is not None else None

    @override
    def data(self) -> TableMaker | None:
        return partial(_points, self._ids, [self._key]) if self._is_drawn else None

    @property
    def _is_drawn(self) -> bool:
        return self._plot is not None and self._layers.currentWidget() is self._plot

    def _soon(self) -> None:
        if self._is_shown and not self._later.isActive():
            self._later.start()

    def _load(self) -> None:
        if self._store is None or not self._is_shown:
            return
        if not self._ids:
            self._tasks.cancel(_SLOT)
            self._read = None
            self._say(_CHOOSE)
            return
        if self._read == (self._ids, self._key):
            return
        self._read = (self._ids, self._key)
        wanted = [self._key] if self._key else self._preferred
        work = partial(read_histories, self._store, self._ids, wanted)
        self._refresher.given_up()
        self._tasks.start(
            _SLOT, work, done=partial(self._loaded, None), failed=self._failed, title="Reading the history"
        )

    def _loaded(self, shown: tuple[tuple[str, ...], str] | None, result: tuple[str, list[History]]) -> None:
        """`shown`: of which runs and key the plot shows the histories already, None: of others."""
        self._refresher.finished()
        key, histories = result
        if not histories:
            self._say("The selected runs have no metric.")
            return
        self._key = key
        self._read = (self._ids, key)
        if self._metrics.currentData() != key:
            self._fill(self._all_keys)
        points = sum(len(one.values) for one in histories)
        without = len(self._ids) - len(histories)
        parts = [f"{points:,} {'point' if points == 1 else 'points'} of {len(histories):,} runs"]
        if without:
            parts.append(f"{without:,} without {visible(key, 40)}")
        if self._selected > len(self._ids):
            parts.append(f"the first {len(self._ids)} of {self._selected:,} selected")
        plot = self._made_plot()
        row_of = self._frame.row_of
        names = {run_id: self._frame.name(row_of[run_id]) for run_id in self._ids if run_id in row_of}
        plot.set_histories(histories, names, keep=shown == self._read)
        self._layers.setCurrentWidget(plot)
        self._status = "; ".join(parts)
        self.status_changed.emit()

    def _failed(self, error: BakehouseError) -> None:
        self._refresher.given_up()
        self._read = None
        self._say(str(error))

    def _say(self, sentence: str) -> None:
        self._message.setText(sentence)
        self._layers.setCurrentWidget(self._message)
        self._status = ""
        self.status_changed.emit()

    def _made_plot(self) -> HistoryPlot:
        if self._plot is None:
            self._plot = HistoryPlot(self._themes.theme, self._colors)
            self._plot.set_x_mode(self._modes.currentData())
            self._layers.addWidget(self._plot)
        return self._plot

    def _fill(self, keys: Sequence[str]) -> None:
        with QSignalBlocker(self._metrics):
            self._metrics.clear()
            for key in keys:
                self._metrics.addItem(visible(key, 120), key)
            self._metrics.setCurrentIndex(keys.index(self._key) if self._key in keys else -1)

    def _metric_chosen(self, place: int) -> None:
        self._key = self._metrics.itemData(place)
        self._soon()

    def _mode_chosen(self, place: int) -> None:
        if self._plot is not None:
            self._plot.set_x_mode(self._modes.itemData(place))


def _points(run_ids: Sequence[str], keys: Sequence[str], reader: Callable[[], Reader], token: Token) -> TableSource:
    """Every point of these metrics of these runs, one a row."""
    return HistoryTable(reader(), run_ids, [""] * len(run_ids), keys, Shape.LONG, token)
