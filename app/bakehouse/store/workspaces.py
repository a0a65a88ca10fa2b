"""Stores that hold several workspaces (MLflow 3.17 and later): shown, not edited."""

from __future__ import annotations

from bakehouse.domain.errors import WriteRefused
from bakehouse.store.experiments import DEFAULT_WORKSPACE
from bakehouse.store.writing import Transaction


def only_workspace(transaction: Transaction) -> str:
    """The workspace of every experiment. Raises WriteRefused when there are several."""
    if not transaction.has("experiments", "workspace"):
        return DEFAULT_WORKSPACE
    found = [str(name) for name in transaction.distinct("experiments", "workspace")]
    if len(found) > 1:
        raise WriteRefused(
            f"This store holds {len(found):,} workspaces; Bakehouse does not edit runs and experiments of such stores, "
            "so nothing was written."
        )
    return found[0] if found else DEFAULT_WORKSPACE
