"""The numbers that describe a store as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from bakehouse.domain.cancellation import Token
from bakehouse.store.failures import os_failure
from bakehouse.store.handle import Store
from bakehouse.store.reading import Reader
from bakehouse.store.registry import DELETED_STAGE, prompt_names
from bakehouse.store.schema import quoted
from bakehouse.store.values import as_text

# Tables of things that the application does not show, and the word for a person where it is another one.
_NOT_SHOWN = {"trace_info": "traces", "endpoints": "gateway_endpoints", "secrets": "gateway_secrets"}

# Tables that are shown, that are parts of something counted already, or that hold MLflow's own bookkeeping.
_KNOWN = frozenset(
    [
        "alembic_version",
        "experiments",
        "experiment_tags",
        "runs",
        "params",
        "tags",
        "metrics",
        "latest_metrics",
        "datasets",
        "inputs",
        "input_tags",
        "registered_models",
        "registered_model_tags",
        "registered_model_aliases",
        "model_versions",
        "model_version_tags",
        "logged_models",
        "logged_model_metrics",
        "logged_model_params",
        "logged_model_tags",
        "workspaces",
        "trace_tags",
        "trace_request_metadata",
        "trace_metrics",
        "spans",
        "span_metrics",
        "entity_associations",
        "evaluation_dataset_tags",
        "evaluation_dataset_records",
        "scorer_versions",
        "online_scoring_configs",
        "webhook_events",
        "endpoint_model_mappings",
        "endpoint_bindings",
        "endpoint_tags",
        "guardrail_configs",
        "review_queue_users",
        "review_queue_items",
        "review_queue_label_schemas",
        "mcp_server_versions",
        "mcp_server_tags",
        "mcp_server_version_tags",
        "mcp_server_aliases",
        "mcp_access_endpoints",
        "sql_trace_metric_daily_rollups",
        "sql_span_cost_daily_rollups",
        "sql_assessment_daily_rollups",
        "sql_trace_rollup_rebuild_queue",
        "scheduler_leases",
        "job_locks",
    ]
)


@dataclass(frozen=True)
class StoreFacts:
    """What `bakehouse info` prints; the names of the fields are its keys."""

    schema_head: str | None
    size_bytes: int
    experiments: dict[str, int]
    """`active` and `deleted`, each by its own `lifecycle_stage`."""
    runs: dict[str, int]
    """`active` and `deleted`, each by its own `lifecycle_stage`, whatever its experiment's says."""
    params: int
    """Rows of `params`."""
    metric_points: int
    """Rows of `metrics`."""
    registered_models: int
    model_versions: int
    not_shown: dict[str, int]
    """Things in the store that the application does not show, with their number where it is above 0."""


def store_facts(store: Store, token: Token) -> StoreFacts:
    """Count everything, in short statements. Raises StoreError kin."""
    reader = store.reader()
    try:
        size = store.path.stat().st_size
    except OSError as error:
        raise os_failure(error, store.path) from error
    prompts = prompt_names(reader, token)
    models, prompt_models = _count_models(reader, "registered_models", prompts, token)
    versions, _ = _count_models(reader, "model_versions", prompts, token)
    not_shown = {"prompts": prompt_models} if prompt_models else {}
    for table, word in _counted_besides(reader).items():
        count = _count(reader, table, token)
        if count:
            not_shown[word] = count
    return StoreFacts(
        schema_head=store.schema.head,
        size_bytes=size,
        experiments=_lifecycle(reader, "experiments", token),
        runs=_lifecycle(reader, "runs", token),
        params=_count(reader, "params", token),
        metric_points=_count(reader, "metrics", token),
        registered_models=models,
        model_versions=versions,
        not_shown=not_shown,
    )


def _count(reader: Reader, table: str, token: Token, where: str = "") -> int:
    if not reader.has(table):
        return 0
    total = 0
    for first, last in reader.rowid_ranges(table, token=token):
        sql = f"SELECT count(*) FROM {quoted(table)} WHERE rowid BETWEEN ? AND ?{where}"
        rows = reader.rows(sql, (first, last), token=token)
        total += int(rows[0][0])
    return total


def _lifecycle(reader: Reader, table: str, token: Token) -> dict[str, int]:
    every = _count(reader, table, token)
    deleted = _count(reader, table, token, " AND lifecycle_stage IS 'deleted'")
    return {"active": every - deleted, "deleted": deleted}


def _count_models(reader: Reader, table: str, prompts: set[tuple[str, str]], token: Token) -> tuple[int, int]:
    """Rows that belong to models (deleted versions left out), and rows that belong to prompts."""
    if not reader.has(table, "name"):
        return 0, 0
    workspace = "workspace" if reader.has(table, "workspace") else "'default'"
    alive = f" AND current_stage IS NOT '{DELETED_STAGE}'" if reader.has(table, "current_stage") else ""
    models = of_prompts = 0
    for first, last in reader.rowid_ranges(table, token=token):
        rows = reader.rows(
            f"SELECT {workspace}, name FROM {table} WHERE rowid BETWEEN ? AND ?{alive}", (first, last), token=token
        )
        here = sum((as_text(w) or "default", as_text(name)) in prompts for w, name in rows)
        of_prompts += here
        models += len(rows) - here
    return models, of_prompts


def _counted_besides(reader: Reader) -> dict[str, str]:
    """Table → word, also for tables that a newer MLflow brought and nobody here knows."""
    unknown = sorted(name for name in reader.schema.tables if name not in _KNOWN and not name.startswith("sqlite_"))
    return {name: _NOT_SHOWN.get(name, name) for name in unknown}
