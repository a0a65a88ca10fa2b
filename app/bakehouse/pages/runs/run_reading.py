"""What the inspector reads of one run, as work for a task."""

from __future__ import annotations

from dataclasses import dataclass

from bakehouse.domain.cancellation import Token
from bakehouse.domain.runs import Lineage, RunDetails
from bakehouse.store.handle import Store
from bakehouse.store.lineage import read_lineage
from bakehouse.store.runs import read_details
from bakehouse.widgets.fact_list import Fact
from bakehouse.widgets.metric_rows import metric_facts


@dataclass(frozen=True)
class RunReading:
    """One run, ready to be shown."""

    details: RunDetails
    lineage: Lineage
    metrics: list[Fact]
    params: list[Fact]


def read_run(store: Store, run_id: str, token: Token) -> RunReading | None:
    """All but the curves; None when the store has no such run. The lines are made here: 12,000 take half a second."""
    reader = store.reader()
    details = read_details(reader, run_id, token)
    if details is None:
        return None
    lineage = read_lineage(reader, run_id, details.parent_run_id, token)
    params = [Fact(key, value) for key, value in sorted(details.params)]
    return RunReading(details, lineage, metric_facts(details.metrics), params)
