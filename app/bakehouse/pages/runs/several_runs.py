"""What the inspector says when several runs are selected: what they share and where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from bakehouse.analysis.columns import Column
from bakehouse.analysis.figures import MISSING, duration_text, moment_text, number_style
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.shared import SharedNumbers, SharedRuns, SharedTexts, shared_runs
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.text import counted
from bakehouse.pages.runs.run_facts import SYSTEM_PREFIX
from bakehouse.tasks import TaskRunner
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.fact_list import Fact, FactList
from bakehouse.widgets.key_section import KeySection
from bakehouse.widgets.labels import ElidedLabel, PlainLabel

_SLOT = "runs.shared"
_REST_MS = 80
_NAMES = 0.27
_LISTED = 4


class SeveralRuns(QWidget):
    """Looks through the loaded columns in a task; what is still being read is counted and comes behind. GUI thread."""

    shown = Signal()
    """Facts of the present selection are there."""

    def __init__(self, theme: Theme, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("several_runs")
        self._tasks = tasks
        self._frame = RunFrame([])
        self._ids: tuple[str, ...] = ()
        self._title = ElidedLabel("", "title")
        self._title.setObjectName("several_title")
        self._place = ElidedLabel("", "muted")
        self._partial = PlainLabel("", "muted")
        self._partial.setObjectName("several_partial")
        self._partial.setWordWrap(True)
        self.overview = FactList(theme, name_share=_NAMES)
        self.overview.setAccessibleName("Overview of the selected runs")
        self.metrics = KeySection("METRICS", "metric", FactList(theme, 3), FactList(theme, 3), "mean · min · max")
        self.params = KeySection("PARAMS", "param", FactList(theme), FactList(theme))
        self.tags = KeySection("TAGS", "tag", FactList(theme), FactList(theme))
        # The one run's inspector has a search of the same kind: names stay apart.
        for section in (self.metrics, self.params, self.tags):
            section.search.setObjectName(f"several_{section.search.objectName()}")
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID - 2, 2 * GRID, 2 * GRID)
        column.setSpacing(0)
        column.addWidget(self._title)
        column.addSpacing(2)
        column.addWidget(self._place)
        column.addSpacing(GRID)
        column.addWidget(self.overview)
        column.addWidget(self._partial)
        for section in (self.metrics, self.params, self.tags):
            column.addWidget(section)
        column.addStretch(1)
        self._later = QTimer(self, singleShot=True, interval=_REST_MS)
        self._later.timeout.connect(self._look)

    def set_theme(self, theme: Theme) -> None:
        for part in (self.overview, self.metrics, self.params, self.tags):
            part.set_theme(theme)

    def show_runs(self, frame: RunFrame, run_ids: Sequence[str]) -> None:
        """Tell of these runs; the count at once, what they share as soon as it is known."""
        self._frame, self._ids = frame, tuple(run_ids)
        self._title.setText(f"{counted(len(self._ids), 'run')} selected")
        self._later.start()

    def forget(self) -> None:
        """Tell of no runs."""
        self._later.stop()
        self._tasks.cancel(_SLOT)
        self._frame, self._ids = RunFrame([]), ()

    def refresh(self) -> None:
        """Columns have arrived."""
        if self._ids:
            self._later.start()

    def _look(self) -> None:
        frame = self._frame
        work = partial(_shared, dict(frame.columns), frame.row_of, self._ids)
        self._tasks.start(_SLOT, work, done=self._show, failed=self._failed)

    def _failed(self, error: BakehouseError) -> None:
        self._partial.setText(str(error))

    def _show(self, result: tuple[SharedRuns, _Lines]) -> None:
        shared, lines = result
        names = ", ".join(name for name, _ in shared.experiments[:_LISTED])
        more = len(shared.experiments) - _LISTED
        self._place.setText(f"{names} and {more} more" if more > 0 else names)
        self.overview.show_facts(overview_of(shared))
        missing = sum(
            1 for key in self._frame.keys if key.kind is not ColumnKind.ATTRIBUTE and key not in self._frame.columns
        )
        self._partial.setText(f"{counted(missing, 'column')} still to read" if missing else "")
        self._partial.setVisible(missing > 0)
        for section, facts in zip((self.metrics, self.params, self.tags), lines, strict=True):
            section.show_facts(facts)
        self.shown.emit()


_Lines = tuple[list[Fact], list[Fact], list[Fact]]


def _shared(
    columns: dict[ColumnKey, Column], row_of: dict[str, int], run_ids: tuple[str, ...], token: Token
) -> tuple[SharedRuns, _Lines]:
    shared = shared_runs(columns, row_of, run_ids, token.check)
    return shared, lines_of(shared)


def lines_of(shared: SharedRuns) -> _Lines:
    """Metrics, params and tags as lines; MLflow's own tags are left out."""
    of_params = [_text_fact(one) for one in shared.texts if one.key.kind is ColumnKind.PARAM]
    of_tags = [
        _text_fact(one)
        for one in shared.texts
        if one.key.kind is ColumnKind.TAG and not one.key.name.startswith(SYSTEM_PREFIX)
    ]
    return [_number_fact(one) for one in shared.numbers], of_params, of_tags


def overview_of(shared: SharedRuns) -> list[Fact]:
    """Statuses, times and users of the runs together."""
    facts = [Fact("Status", _listed(shared.statuses, lower=True))]
    first, last = shared.first_start_ms, shared.last_start_ms
    if first == first:
        one, other = moment_text(first), moment_text(last)
        # Under one day the date is said once.
        words = (
            one[:16]
            if one[:16] == other[:16]
            else f"{one[:16]} – {other[11:16] if one[:10] == other[:10] else other[:10]}"
        )
        facts.append(Fact("Started", words, full=f"{one} – {other}"))
    if shared.timed:
        total, mean = shared.total_duration_ms, shared.total_duration_ms / shared.timed
        words = f"{duration_text(total)} in all, {duration_text(mean)} each"
        facts.append(Fact("Duration", words, full=f"{total:,.0f} ms in {counted(shared.timed, 'run')}"))
    users = tuple(user for user in shared.users if user[0])
    if users:
        facts.append(Fact("User", users[0][0] if len(users) == 1 else _listed(users)))
    if shared.missing:
        facts.append(Fact("Not here", f"{counted(shared.missing, 'run')} of other experiments"))
    return facts


def _listed(counts: Sequence[tuple[str, int]], *, lower: bool = False) -> str:
    words = [f"{number:,} {(text.lower() if lower else text) or 'without'}" for text, number in counts[:_LISTED]]
    more = sum(number for _, number in counts[_LISTED:])
    return ", ".join([*words, f"{more:,} others"] if more else words) or MISSING


def _text_fact(one: SharedTexts) -> Fact:
    without = f" · {one.without:,} without" if one.without else ""
    if one.text is not None:
        return Fact(one.key.name, f"{one.text or '(empty)'}{without}", copy=one.text)
    words = f"{one.distinct:,} values"
    if one.low is not None and one.high is not None:
        style = number_style(np.array([one.low, one.high]))
        words += f", {style.text(one.low)} – {style.text(one.high)}"
    return Fact(one.key.name, f"{words}{without}", token="muted")


def _number_fact(one: SharedNumbers) -> Fact:
    figures = [value for value in (one.mean, one.low, one.high) if value is not None]
    style = number_style(np.array(figures))
    mean, low, high = (MISSING if value is None else style.text(value) for value in (one.mean, one.low, one.high))
    parts = [f"mean {one.mean}, min {one.low}, max {one.high}"]
    parts += [f"{counted(one.not_finite, 'value')} not finite"] if one.not_finite else []
    parts += [f"{counted(one.without, 'run')} without"] if one.without else []
    return Fact(one.key.name, mean, (low, high), ", ".join(parts), copy="" if one.mean is None else repr(one.mean))
