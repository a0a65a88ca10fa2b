"""Reads the histories that are shown, in tasks: what is known already is only continued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bakehouse.analysis.history_charts import Best, Chart, HistoryLook, make_chart
from bakehouse.domain.cancellation import Token
from bakehouse.domain.comparison import Direction
from bakehouse.store.handle import Store
from bakehouse.store.history_growth import RunHistories, read_growth, read_run_histories
from bakehouse.store.metrics import metric_keys

POINTS_AT_MOST = 20_000_000
"""Beyond so many points (about 1 GB read and drawn) further runs are left out, and that is said."""
_MARKS: dict[Direction | None, Best] = {Direction.HIGHER: "max", Direction.LOWER: "min"}


@dataclass(frozen=True)
class HistoryReading:
    """Histories of some metrics in some runs; runs without any of them are there, too."""

    keys: tuple[str, ...]
    runs: Mapping[str, RunHistories]
    left_out: int = 0
    """Runs for which there was no room."""

    @property
    def points(self) -> int:
        """How many points there are."""
        return sum(len(history.values) for run in self.runs.values() for history in run.histories.values())

    @property
    def lines(self) -> int:
        """How many histories there are."""
        return sum(len(run.histories) for run in self.runs.values())


def read_histories(
    store: Store,
    run_ids: Sequence[str],
    chosen: Sequence[str],
    preferred: Sequence[str],
    known: HistoryReading | None,
    token: Token,
) -> HistoryReading:
    """The `chosen` metrics that one of these runs has; else the first of `preferred`, else their first metric.

    Raises StoreError kin.
    """
    reader = store.reader()
    present = metric_keys(reader, run_ids, token)
    those = set(present)
    keys = [key for key in chosen if key in those] or [key for key in preferred if key in those][:1]
    keys = keys or [key for key in present if not key.startswith("system/")][:1] or present[:1]
    old = known.runs if known is not None and known.keys == tuple(keys) else {}
    runs: dict[str, RunHistories] = {}
    points = 0
    for run_id in run_ids:
        if points > POINTS_AT_MOST:
            break
        before = old.get(run_id)
        if before is None:
            runs[run_id] = read_run_histories(reader, run_id, keys, token)
        else:
            runs[run_id] = read_growth(reader, before, keys, token)
        points += sum(len(history.values) for history in runs[run_id].histories.values())
        token.check()
    return HistoryReading(tuple(keys), runs, len(run_ids) - len(runs))


def make_charts(
    reading: HistoryReading,
    names: Mapping[str, str],
    look: HistoryLook,
    groups: Mapping[str, str] | None,
    known: Sequence[Chart],
    directions: Mapping[str, Direction | None],
    token: Token,
) -> list[Chart]:
    """A chart for each metric; lines of `known` that have not changed are taken over.

    Best values are marked by `directions`, nothing where a metric has none.
    """
    before = {chart.key: chart for chart in known if chart.is_grouped == (groups is not None)}
    charts = []
    for key in reading.keys:
        histories = [run.histories[key] for run in reading.runs.values() if key in run.histories]
        if histories:
            own = replace(look, best=_MARKS.get(directions.get(key), "")) if look.best == "best" else look
            charts.append(make_chart(histories, names, own, groups, before.get(key), token.check))
    return charts
