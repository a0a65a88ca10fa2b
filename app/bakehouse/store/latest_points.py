"""The latest point of every metric of one run, in pages by key."""

from __future__ import annotations

from bakehouse.domain.cancellation import Token
from bakehouse.store.reading import MAX_PAGE_ROWS, Reader
from bakehouse.store.values import as_int, as_text, metric_value


def latest_points(reader: Reader, run_id: str, token: Token) -> dict[str, tuple[float, int]]:
    """Metric → (value, step) of its row in `latest_metrics`. Raises Cancelled, StoreError kin."""
    if not reader.has("latest_metrics"):
        return {}
    is_nan = "is_nan" if reader.has("latest_metrics", "is_nan") else "0"
    step = "step" if reader.has("latest_metrics", "step") else "0"
    points: dict[str, tuple[float, int]] = {}
    after = -(2**63)
    while True:
        rows = reader.rows(
            f"SELECT rowid, key, value, {is_nan}, {step} FROM latest_metrics"
            " WHERE run_uuid = ? AND rowid > ? ORDER BY rowid LIMIT ?",
            (run_id, after, MAX_PAGE_ROWS),
            token=token,
        )
        for _, key, value, nan, at in rows:
            number = metric_value(value, nan)
            if number is not None:
                points[as_text(key)] = number, as_int(at)
        if len(rows) < MAX_PAGE_ROWS:
            return points
        after = rows[-1][0]
