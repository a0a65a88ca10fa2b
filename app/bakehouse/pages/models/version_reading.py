"""What the version page reads, as work for tasks: the source run, the logged model, the model's file and folder."""

from __future__ import annotations

from dataclasses import dataclass

from bakehouse.artifacts.digests import FolderDigest, folder_digest
from bakehouse.artifacts.listing import Entry
from bakehouse.artifacts.locator import Location, Locator
from bakehouse.artifacts.preview_kinds import ModelCard
from bakehouse.artifacts.previews import read_preview
from bakehouse.artifacts.protection import Guard
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.lineage import Graph
from bakehouse.domain.models import ModelVersion
from bakehouse.domain.runs import LoggedModel, RunDetails
from bakehouse.domain.text import visible
from bakehouse.registry.lineage import address_of, graph_of_version, logged_model_id
from bakehouse.store.handle import Store
from bakehouse.store.registry import source_of_logged_model
from bakehouse.store.runs import read_details
from bakehouse.widgets.fact_list import Fact
from bakehouse.widgets.metric_rows import metric_facts

_MODEL_FILE = "MLmodel"


@dataclass(frozen=True)
class SourceReading:
    """Where a version comes from; `run` and `logged` are None where the store has none."""

    run: RunDetails | None
    logged: LoggedModel | None
    graph: Graph
    address: str
    """Of the model's folder; empty where the store names none."""
    metrics: list[Fact]
    params: list[Fact]


@dataclass(frozen=True)
class CardReading:
    """What was found at an address: a card, or a sentence that says why there is none."""

    location: Location
    card: ModelCard | None
    sentence: str = ""


def read_source(store: Store, version: ModelVersion, token: Token) -> SourceReading:
    """The run and the logged model behind a version. Raises StoreError kin, Cancelled."""
    reader = store.reader()
    model_id = logged_model_id(version)
    logged = source_of_logged_model(reader, model_id, token) if model_id else None
    run_id = version.run_id or (logged.source_run_id if logged is not None else None)
    run = read_details(reader, run_id, token) if run_id else None
    return SourceReading(
        run,
        logged,
        graph_of_version(version, run, logged),
        address_of(version, run, logged),
        metric_facts(run.metrics) if run is not None else [],
        [Fact(key, value) for key, value in sorted(run.params)] if run is not None else [],
    )


def read_card(locator: Locator, address: str, token: Token) -> CardReading:
    """The card of the model that lies at `address`; only looks on this machine. Raises Cancelled."""
    location = locator.locate(address)
    if location.path is None:
        return CardReading(location, None, location.reason)
    if location.remote:
        return CardReading(location, None, "The model lies on another machine; open its MLmodel file below to read it.")
    path = location.path / _MODEL_FILE
    try:
        if not location.path.is_dir():
            shown = visible(str(location.path), 200)
            return CardReading(location, None, f"{shown} is a file, not a model's folder.")
        facts = path.lstat()
        entry = Entry(_MODEL_FILE, _MODEL_FILE, location.path, False, facts.st_size, None, is_link=path.is_symlink())
        shown_file = read_preview(entry, token, guard=Guard(locator.store_path))
    except FileNotFoundError:
        return CardReading(location, None, "There is no MLmodel file in the folder, so nothing is known of the model.")
    except (ArtifactError, OSError) as error:
        return CardReading(location, None, f"The MLmodel file cannot be read. {error}")
    if isinstance(shown_file, ModelCard):
        return CardReading(location, shown_file)
    return CardReading(location, None, "The MLmodel file is damaged or too large; open it below to see what it holds.")


def make_digest(locator: Locator, address: str, token: Token) -> FolderDigest:
    """The digest of the model's folder on this machine. Raises ArtifactError, Cancelled."""
    location = locator.locate(address)
    if location.path is None:
        raise ArtifactError(location.reason)
    if location.remote:
        raise ArtifactError("The model's files lie elsewhere: save them and digest what was saved.")
    return folder_digest(location.path, token, guard=Guard(locator.store_path))
