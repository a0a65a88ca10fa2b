"""What the version page reads, as work for tasks: the source run, the logged model, the model's file and folder."""

from __future__ import annotations

from dataclasses import dataclass

from bakehouse.artifacts.digests import FolderDigest, folder_digest
from bakehouse.artifacts.listing import Entry
from bakehouse.artifacts.locator import Location, Locator
from bakehouse.artifacts.preview_kinds import ModelCard
from bakehouse.artifacts.previews import read_preview
from bakehouse.artifacts.protection import Guard
from bakehouse.artifacts.remote import RemoteFolder
from bakehouse.artifacts.remote_models import MODEL_FILE, fetch_card_files, remote_digest
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.lineage import Graph
from bakehouse.domain.models import ModelVersion
from bakehouse.domain.runs import LoggedModel, RunDetails
from bakehouse.domain.text import visible
from bakehouse.registry.lineage import address_of, graph_of_version, origin_of_version
from bakehouse.store.edit_facts import value_limit
from bakehouse.store.handle import Store
from bakehouse.widgets.fact_list import Fact
from bakehouse.widgets.metric_rows import metric_facts

_NO_MODEL_FILE = "There is no MLmodel file in the folder, so nothing is known of the model."


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
    tag_characters: int
    """How long the value of a version's tag may be in this store."""


@dataclass(frozen=True)
class CardReading:
    """What was found at an address: a card, or a sentence that says why there is none."""

    location: Location
    card: ModelCard | None
    sentence: str = ""


def read_source(store: Store, version: ModelVersion, token: Token) -> SourceReading:
    """The run and the logged model behind a version. Raises StoreError kin, Cancelled."""
    reader = store.reader()
    run, logged = origin_of_version(reader, version, token)
    return SourceReading(
        run,
        logged,
        graph_of_version(version, run, logged),
        address_of(version, run, logged),
        metric_facts(run.metrics) if run is not None else [],
        [Fact(key, value) for key, value in sorted(run.params)] if run is not None else [],
        value_limit(reader, token, "model_version_tags"),
    )


def read_card(locator: Locator, address: str, token: Token) -> CardReading:
    """The card of the model that lies at `address`. Raises Cancelled.

    Another machine is asked only after the person agreed (`Locator.agree`), and then for the few files of the card.
    """
    location = locator.locate(address)
    if location.path is None:
        return CardReading(location, None, location.reason)
    try:
        entry = _model_file(location, token)
        if entry is None:
            return CardReading(location, None, _NO_MODEL_FILE)
        shown_file = read_preview(entry, token, guard=Guard(locator.store_path))
    except (ArtifactError, OSError) as error:
        return CardReading(location, None, f"The MLmodel file cannot be read. {error}")
    if isinstance(shown_file, ModelCard):
        return CardReading(location, shown_file)
    return CardReading(location, None, "The MLmodel file is damaged or too large; open it below to see what it holds.")


def _model_file(location: Location, token: Token) -> Entry | None:
    """The MLmodel file on this machine, fetched if it has to be. Raises ArtifactError, OSError."""
    folder = location.path
    if folder is None:
        return None
    if location.remote:
        return fetch_card_files(RemoteFolder(location.remote, folder), token)
    if not folder.is_dir():
        raise ArtifactError(f"{visible(str(folder), 200)} is a file, not a model's folder.")
    path = folder / MODEL_FILE
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return None
    return Entry(MODEL_FILE, MODEL_FILE, folder, False, facts.st_size, None, is_link=path.is_symlink())


def make_digest(locator: Locator, address: str, token: Token) -> FolderDigest:
    """The digest of the model's folder, wherever it lies. Raises ArtifactError, Cancelled."""
    location = locator.locate(address)
    if location.path is None:
        raise ArtifactError(location.reason)
    if location.remote:
        return remote_digest(RemoteFolder(location.remote, location.path), token)
    return folder_digest(location.path, token, guard=Guard(locator.store_path))
