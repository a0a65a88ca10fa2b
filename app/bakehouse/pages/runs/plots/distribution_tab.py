"""How the values of a column are spread over the visible runs, in all or by the groups of another column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.analysis.axes import AxisData
from bakehouse.analysis.columns import Ints
from bakehouse.domain.columns import DURATION, ColumnKey, ColumnKind
from bakehouse.pages.runs.plots.column_tab import ColumnTab, Make
from bakehouse.plots.distribution import DistributionPlot
from bakehouse.plots.distribution_runs import DistributionRuns
from bakehouse.tasks import TaskRunner
from bakehouse.theme import Theme
from bakehouse.widgets.column_picker import ColumnPicker


class DistributionTab(ColumnTab):
    """Owns the distribution plot."""

    title = "Distribution"

    def __init__(self, theme: Theme, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        self.plot = DistributionPlot(theme)
        pickers = {
            "values": ColumnPicker("Values", theme, scales=True),
            "groups": ColumnPicker("By", theme, none="all runs"),
        }
        super().__init__(tasks, self.plot, self.plot.status, pickers, parent)
        self.plot.runs_selected.connect(self.runs_selected)

    @override
    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.plot.set_theme(theme)

    @override
    def first_keys(self, axes: Sequence[ColumnKey]) -> dict[str, ColumnKey | None]:
        metrics = (key for key in reversed(axes) if key.kind is ColumnKind.METRIC)
        return {"values": next(metrics, DURATION), "groups": None}

    @override
    def maker(self, data: Mapping[str, AxisData | None], rows: Ints) -> Make | None:
        values = data["values"]
        if values is None:
            return None
        return partial(
            DistributionRuns.over, (values, self.scales["values"]), data["groups"], self._frame.run_ids, rows
        )

    @override
    def show_made(self, made: Any) -> None:
        self.plot.set_runs(made)

    @override
    def say(self, sentence: str) -> None:
        self.plot.set_waiting(sentence)
