"""What the version page says of a version, as lines of text."""

from __future__ import annotations

from bakehouse.analysis.figures import MISSING
from bakehouse.domain.lineage import RUN_LINK
from bakehouse.domain.models import ModelVersion
from bakehouse.itemmodels.registry_models import moment
from bakehouse.pages.models.version_reading import CardReading, SourceReading
from bakehouse.widgets.fact_list import Fact


def subtitle(version: ModelVersion) -> str:
    """When a version was registered and changed."""
    words = []
    if version.creation_time_ms is not None:
        words.append(f"registered {moment(version.creation_time_ms)}")
    if version.last_updated_time_ms not in (None, version.creation_time_ms):
        words.append(f"changed {moment(version.last_updated_time_ms)}")
    return " · ".join(words)


def overview(version: ModelVersion, source: SourceReading | None, found: CardReading | None) -> list[Fact]:
    """Status, run, experiment and places of a version, as far as they are read."""
    status = version.status or MISSING
    tokens = {"READY": "good", "FAILED_REGISTRATION": "bad"}
    facts = [Fact("Status", status.replace("_", " ").capitalize(), full=status, token=tokens.get(status, "warn"))]
    run = source.run if source is not None else None
    if run is not None and run.lifecycle_stage != "deleted":
        facts.append(Fact("Source run", run.name or run.run_id, full=run.run_id, link=f"{RUN_LINK}{run.run_id}"))
    elif run is not None:
        facts.append(Fact("Source run", f"{run.name or run.run_id} · deleted", full=run.run_id, token="muted"))
    elif version.run_id:
        words = f"{version.run_id} (not in this store)" if source is not None else version.run_id
        facts.append(Fact("Source run", words, full=version.run_id, token="muted"))
    if run is not None and run.experiment_name:
        facts.append(Fact("Experiment", run.experiment_name))
    if version.workspace != "default":
        facts.append(Fact("Workspace", version.workspace))
    facts.append(Fact("Source", version.source or MISSING, copies=bool(version.source)))
    address = source.address if source is not None else ""
    if address and address != version.source:
        facts.append(Fact("Stored at", address, copies=True))
    if found is not None and found.location.moved and found.location.path is not None:
        facts.append(Fact("Found at", str(found.location.path), copies=True))
    return facts
