"""The tag by which a store knows its trail: `bakehouse.store_id` on the oldest experiment."""

from __future__ import annotations

from bakehouse.domain.cancellation import Token
from bakehouse.store.reading import Reader
from bakehouse.store.values import as_text
from bakehouse.store.writing import Transaction

STORE_ID_TAG = "bakehouse.store_id"


def read_store_id(reader: Reader, token: Token) -> str:
    """The id that the store carries, empty where it has none. Raises StoreError kin."""
    if not reader.has("experiment_tags"):
        return ""
    found = reader.rows(
        "SELECT value FROM experiment_tags WHERE key = ? ORDER BY experiment_id LIMIT 1", (STORE_ID_TAG,), token=token
    )
    return as_text(found[0][0]) if found else ""


def store_mark(transaction: Transaction) -> str | None:
    """As `read_store_id`, within a transaction; None for a store without experiments, which can carry no mark."""
    if not transaction.has("experiment_tags") or transaction.greatest("experiments", "experiment_id", {}) is None:
        return None
    rows = transaction.rows("experiment_tags", ("experiment_id", "value"), {"key": STORE_ID_TAG})
    return str(min(rows, key=lambda row: int(row[0]))[1] or "") if rows else ""


def mark_store(transaction: Transaction, store_id: str) -> None:
    """Write the id to the oldest experiment, unless it stands there; a store without experiments is left alone."""
    oldest = min((int(row[0]) for row in transaction.rows("experiments", ("experiment_id",), {})), default=None)
    if oldest is None:
        return
    key: dict[str, str | int] = {"key": STORE_ID_TAG, "experiment_id": oldest}
    if transaction.rows("experiment_tags", ("value",), dict(key)) != [(store_id,)]:
        transaction.upsert("experiment_tags", dict(key), {"value": store_id})
