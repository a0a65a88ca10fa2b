"""`bakehouse info`: what a store holds, as a table for people or as JSON."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Mapping

from bakehouse.domain.cancellation import Token
from bakehouse.domain.text import visible
from bakehouse.store.facts import StoreFacts, store_facts
from bakehouse.store.failures import shown
from bakehouse.store.opening import open_store


def info(chosen: argparse.Namespace) -> str:
    """The facts of `chosen.store`, for people or as one JSON object. Raises StoreError."""
    store = open_store(chosen.store, read_only=True)
    try:
        facts = store_facts(store, Token())
    finally:
        store.close()
    if chosen.json:
        # ASCII only, so that it is JSON in whatever encoding standard output has.
        return json.dumps(dataclasses.asdict(facts), indent=2)
    return facts_table(shown(chosen.store), facts)


def facts_table(name: str, facts: StoreFacts) -> str:
    """The facts in aligned lines."""
    not_shown = ", ".join(f"{visible(kind).replace('_', ' ')} ({count:,})" for kind, count in facts.not_shown.items())
    lines = [
        ("Store", name),
        ("Schema", visible(facts.schema_head or "unknown")),
        ("Size", _size(facts.size_bytes)),
        ("Experiments", _active_and_deleted(facts.experiments)),
        ("Runs", _active_and_deleted(facts.runs)),
        ("Params", f"{facts.params:,}"),
        ("Metric points", f"{facts.metric_points:,}"),
        ("Registered models", f"{facts.registered_models:,}"),
        ("Model versions", f"{facts.model_versions:,}"),
        ("Not shown", not_shown or "nothing"),
    ]
    width = max(len(title) for title, _ in lines)
    return "\n".join(f"{title:<{width}}  {value}" for title, value in lines)


def _active_and_deleted(counts: Mapping[str, int]) -> str:
    return f"{counts['active']:,} active, {counts['deleted']:,} deleted"


def _size(size: int) -> str:
    for unit, step in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= step:
            return f"{size / step:.1f} {unit} ({size:,} bytes)"
    return f"{size:,} bytes"
