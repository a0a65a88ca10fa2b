"""What the inspector says of one run, as lines of text."""

from __future__ import annotations

import math

import numpy as np

from bakehouse.analysis.figures import MISSING, ago_text, duration_text, moment_text, number_style
from bakehouse.domain.runs import MetricSummary, RunDetails
from bakehouse.registry.registering import models_of_run
from bakehouse.widgets.fact_list import Fact

SYSTEM_PREFIX = "mlflow."
_STATUS_TOKENS = {"FINISHED": "good", "FAILED": "bad", "KILLED": "bad", "RUNNING": "warn"}


def overview_facts(details: RunDetails, now_ms: float) -> list[Fact]:
    """Status, times, user, source, dataset and model; lines without anything to say are left out."""
    status = details.status.capitalize() if details.status else MISSING
    facts = [Fact("Status", status, token=_STATUS_TOKENS.get(details.status, "text"))]
    if details.lifecycle_stage == "deleted":
        facts.append(Fact("Lifecycle", "Deleted", token="bad"))
    start, end = details.start_time_ms, details.end_time_ms
    if start is not None:
        facts.append(Fact("Started", ago_text(float(start), now_ms), full=moment_text(float(start))))
    if start is not None and end is not None:
        facts.append(Fact("Duration", duration_text(float(end - start)), full=f"{end - start:,} ms"))
    if details.user:
        facts.append(Fact("User", details.user))
    source = source_text(details)
    if source:
        commit = details.tag("mlflow.source.git.commit") or ""
        facts.append(Fact("Source", source, full=f"{details.tag('mlflow.source.name') or source} {commit}".strip()))
    for data in details.datasets:
        context = f" ({data.context})" if data.context else ""
        facts.append(Fact("Dataset", f"{data.name}{context}", full=f"{data.name}{context} {data.digest}"))
    for model in models_of_run(details):
        facts.append(Fact("Model", f"{model.title}, {model.note}" if model.note else model.title, full=model.location))
    for name, version, stage in details.registered_versions:
        facts.append(Fact("Registered", f"{name} {version}" + (f" · {stage}" if stage not in ("", "None") else "")))
    facts.append(Fact("Run ID", details.run_id))
    return facts


def source_text(details: RunDetails) -> str:
    """`train.py @ 3f9c2d1`: the last part of the source's name and the commit's first seven figures."""
    name = (details.tag("mlflow.source.name") or "").rstrip("/\\").replace("\\", "/").rpartition("/")[2]
    commit = details.tag("mlflow.source.git.commit") or ""
    return f"{name} @ {commit[:7]}" if name and commit else name or commit[:7]


def metric_facts(metrics: tuple[MetricSummary, ...]) -> list[Fact]:
    """One line a metric: last, min and max with the same decimals; `system/...` behind the others."""
    ordered = sorted(metrics, key=lambda one: (one.key.startswith("system/"), one.key))
    return [_metric_fact(one) for one in ordered]


def _metric_fact(one: MetricSummary) -> Fact:
    ends = [value for value in (one.minimum, one.maximum) if value is not None]
    style = number_style(np.array([one.value, *ends]))
    lowest, highest = (MISSING if value is None else style.text(value) for value in (one.minimum, one.maximum))
    last = "NaN" if math.isnan(one.value) else repr(one.value)
    full = f"last {last} at step {one.step}, min {one.minimum}, max {one.maximum}, {one.points:,} points"
    return Fact(one.key, style.text(one.value), (lowest, highest), full)


def shown_tags(details: RunDetails, *, system: bool) -> list[tuple[str, str]]:
    """The run's tags by key; MLflow's own only with `system`."""
    return sorted(tag for tag in details.tags if system or not tag[0].startswith(SYSTEM_PREFIX))


def system_tag_count(details: RunDetails) -> int:
    """How many of MLflow's own tags there are."""
    return sum(key.startswith(SYSTEM_PREFIX) for key, _ in details.tags)
