"""What the inspector says of one run, as lines of text."""

from __future__ import annotations

from collections.abc import Iterable

from bakehouse.analysis.figures import MISSING, ago_text, duration_text, moment_text
from bakehouse.domain.lineage import DATASET_LINK, LOGGED_LINK, RUN_LINK, version_link
from bakehouse.domain.runs import Lineage, RunDetails, RunReference
from bakehouse.domain.source_links import source_link
from bakehouse.domain.text import counted
from bakehouse.registry.registering import models_of_run
from bakehouse.widgets.fact_list import Fact

SYSTEM_PREFIX = "mlflow."
CHILDREN_LINK, WEB_LINK = "children:", "web:"
"""How links of facts begin beside those of `domain.lineage`; behind it stands nothing, or an address."""

_STATUS_TOKENS = {"FINISHED": "good", "FAILED": "bad", "KILLED": "bad", "RUNNING": "warn"}
_FEW_CHILDREN = 8
_FEW_MODELS = 8
_DAY_MS = 86_400_000


def overview_facts(details: RunDetails, lineage: Lineage | None, now_ms: float) -> list[Fact]:
    """Status, times, user, source, relatives, datasets, models, ids; lines without anything to say are left out."""
    return [
        *_state_facts(details, now_ms),
        *_source_facts(details),
        *(_relative_facts(lineage) if lineage is not None else ()),
        *_data_facts(details),
        Fact("Run ID", details.run_id, copies=True),
        *([Fact("Artifacts", details.artifact_uri, copies=True)] if details.artifact_uri else []),
    ]


def _state_facts(details: RunDetails, now_ms: float) -> Iterable[Fact]:
    status = details.status.capitalize() if details.status else MISSING
    yield Fact("Status", status, full=details.status, token=_STATUS_TOKENS.get(details.status, "text"))
    if details.lifecycle_stage == "deleted":
        yield Fact("Lifecycle", "Deleted", token="bad")
    start, end = details.start_time_ms, details.end_time_ms
    for name, moment in (("Started", start), ("Ended", end)):
        if moment is not None:
            yield Fact(name, _moment_and_ago(float(moment), now_ms), full=moment_text(float(moment)))
    if start is not None and end is not None:
        yield Fact("Duration", duration_text(float(end - start)), full=f"{end - start:,} ms")
    elif start is not None and details.status == "RUNNING":
        yield Fact("Duration", f"{duration_text(max(0.0, now_ms - start))} so far")
    if details.user:
        yield Fact("User", details.user)


def _moment_and_ago(moment_ms: float, now_ms: float) -> str:
    moment, ago = moment_text(moment_ms)[:16], ago_text(moment_ms, now_ms)
    if not moment.startswith(ago):
        return f"{moment} · {ago}"
    days = (now_ms - moment_ms) / _DAY_MS
    if days < 0:
        return f"{moment} · ahead"
    return f"{moment} · {days / 365.25:.0f} y ago" if days >= 700 else f"{moment} · {days / 30.44:.0f} mo ago"


def _source_facts(details: RunDetails) -> Iterable[Fact]:
    name = details.tag("mlflow.source.name") or ""
    commit = details.tag("mlflow.source.git.commit") or ""
    link = source_link(details.tag("mlflow.source.git.repoURL") or "", name, commit)
    short = name.rstrip("/\\").replace("\\", "/").rpartition("/")[2] or name
    if name:
        yield Fact("Source", short, full=name, link=f"{WEB_LINK}{link}" if link and not commit else "")
    if commit:
        yield Fact("Commit", commit[:10], full=commit, link=f"{WEB_LINK}{link}" if link else "", copies=True)
    branch = details.tag("mlflow.source.git.branch")
    if branch:
        yield Fact("Branch", branch)


def _relative_facts(lineage: Lineage) -> Iterable[Fact]:
    if lineage.parent is not None:
        yield _run_fact("Parent", lineage.parent)
    count = len(lineage.child_ids)
    if not count:
        return
    parts = [f"{number:,} {status.lower() or 'without a status'}" for status, number in lineage.statuses]
    if lineage.deleted:
        parts.append(f"{lineage.deleted:,} deleted")
    few = count <= _FEW_CHILDREN
    summary = f"{counted(count, 'run')}: {', '.join(parts)}"
    yield Fact("Children", summary, link=CHILDREN_LINK)
    if few:
        yield from (_run_fact("", child) for child in lineage.children)


def _run_fact(name: str, run: RunReference) -> Fact:
    if not run.is_known:
        return Fact(name, f"{run.run_id} (not in this store)", full=run.run_id, token="muted")
    notes = [word for word in ("deleted" if run.is_deleted else "", run.status.lower()) if word]
    shown = run.name or run.run_id
    return Fact(
        name,
        f"{shown} · {notes[0]}" if notes and notes[0] != "finished" else shown,
        full=run.run_id,
        token="muted" if run.is_deleted else "text",
        # A deleted run stands in no table that could select it.
        link="" if run.is_deleted else f"{RUN_LINK}{run.run_id}",
    )


def _data_facts(details: RunDetails) -> Iterable[Fact]:
    for place, data in enumerate(details.datasets):
        words = " · ".join(part for part in (data.name, data.context or "", data.digest) if part)
        yield Fact("Dataset" if not place else "", words, link=f"{DATASET_LINK}{place}")
    models = models_of_run(details)
    for place, model in enumerate(models[:_FEW_MODELS]):
        words = f"{model.title}, {model.note}" if model.note else model.title
        is_logged = model.source.startswith("models:/")
        link = f"{LOGGED_LINK}{model.source.removeprefix('models:/')}" if is_logged else ""
        yield Fact("Model" if not place else "", words, full=model.location, link=link)
    if len(models) > _FEW_MODELS:
        yield Fact("", f"and {len(models) - _FEW_MODELS:,} more", token="muted")
    for place, (name, version, stage) in enumerate(details.registered_versions):
        words = f"{name} {version}" + (f" · {stage}" if stage not in ("", "None") else "")
        yield Fact("Registered" if not place else "", words, link=version_link(name, version))


def shown_tags(details: RunDetails, *, system: bool) -> list[tuple[str, str]]:
    """The run's tags by key; MLflow's own only with `system`."""
    return sorted(tag for tag in details.tags if system or not tag[0].startswith(SYSTEM_PREFIX))


def system_tag_count(details: RunDetails) -> int:
    """How many of MLflow's own tags there are."""
    return sum(key.startswith(SYSTEM_PREFIX) for key, _ in details.tags)
