"""The small curves of a run's metrics, as work for a task of any page."""

from __future__ import annotations

from collections.abc import Mapping

from bakehouse.analysis.envelope import Polyline
from bakehouse.analysis.sparklines import make_sparklines
from bakehouse.domain.cancellation import Token
from bakehouse.store.handle import Store
from bakehouse.store.run_points import read_run_points


def read_curves(store: Store, run_id: str, token: Token) -> Mapping[str, Polyline]:
    """The small curve of each metric that has one. Raises StoreError kin, Cancelled."""
    points = read_run_points(store.reader(), run_id, token)
    return make_sparklines(points.keys, points.codes, points.steps, points.values, token.check)
