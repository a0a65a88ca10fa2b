"""The lineage of a version or a run as a graph, made of what was read of them."""

from __future__ import annotations

from collections.abc import Sequence

from bakehouse.domain.cancellation import Token
from bakehouse.domain.lineage import (
    DATASET_LINK,
    LOGGED_LINK,
    MODEL_LINK,
    RUN_LINK,
    Graph,
    Node,
    NodeKind,
    version_link,
)
from bakehouse.domain.models import ModelVersion
from bakehouse.domain.runs import DatasetInput, LoggedModel, RunDetails
from bakehouse.domain.text import visible
from bakehouse.registry.registering import ModelSource, models_of_run
from bakehouse.store.reading import Reader
from bakehouse.store.registry import source_of_logged_model
from bakehouse.store.runs import read_details

MOST_OF_A_KIND = 6
_LOGGED_SOURCE = "models:/m-"
_DIGEST_ENDS = 4


def address_of(version: ModelVersion, run: RunDetails | None, logged: LoggedModel | None) -> str:
    """The address of the folder in which a version's files lie, as far as the store tells."""
    if logged is not None and logged.artifact_location:
        return logged.artifact_location
    address = version.storage_location or version.source
    if run is not None and address.startswith(f"runs:/{run.run_id}/") and run.artifact_uri:
        return f"{run.artifact_uri.rstrip('/')}/{address.removeprefix(f'runs:/{run.run_id}/')}"
    return address


def logged_model_id(version: ModelVersion) -> str:
    """The id of the logged model (MLflow 3) that a version was registered from; empty where it was a folder."""
    return version.source.removeprefix("models:/") if version.source.startswith(_LOGGED_SOURCE) else ""


def origin_of_version(
    reader: Reader, version: ModelVersion, token: Token
) -> tuple[RunDetails | None, LoggedModel | None]:
    """The run and the logged model behind a version, None where the store has none of it. Raises StoreError kin."""
    model_id = logged_model_id(version)
    logged = source_of_logged_model(reader, model_id, token) if model_id else None
    run_id = version.run_id or (logged.source_run_id if logged is not None else None)
    return (read_details(reader, run_id, token) if run_id else None), logged


def graph_of_version(version: ModelVersion, run: RunDetails | None, logged: LoggedModel | None) -> Graph:
    """What led to one version; `run` and `logged` are None where the store has none of that id (any more)."""
    growing = _Growing()
    data = growing.add_some([_dataset(place, one) for place, one in enumerate(run.datasets)] if run else [])
    runs = growing.add_some([_run(run, version.run_id)] if run or version.run_id else [])
    models = growing.add_some(_model_of_version(version, run, logged))
    here = growing.add_some([_version(version.name, version.version, version.stage, is_here=True)])
    stage = growing.add_some([_stage(version.name, version.stage)])
    growing.connect(data, runs)
    growing.connect(runs, models or here)
    growing.connect(models, here)
    growing.connect(here, stage)
    return growing.graph()


def graph_of_run(run: RunDetails) -> Graph:
    """What went into one run and what came of it; empty where it has neither data nor models."""
    models = models_of_run(run)
    if not (run.datasets or models or run.registered_versions):
        return Graph()
    growing = _Growing()
    data = growing.add_some([_dataset(place, one) for place, one in enumerate(run.datasets)])
    here = growing.add_some([_run(run, run.run_id, is_here=True)])
    logged = growing.add_some([_model(one) for one in models])
    versions = growing.add_some([_version(*one) for one in run.registered_versions])
    growing.connect(data, here)
    growing.connect(here, logged)
    node_of = {one.source: logged[min(place, len(logged) - 1)] for place, one in enumerate(models)}
    for number, (name, version, stage) in enumerate(run.registered_versions):
        place = versions[min(number, len(versions) - 1)]
        source = run.version_sources[number] if number < len(run.version_sources) else ""
        if source in node_of:
            growing.connect([node_of[source]], [place])
        else:
            growing.connect(here if source else logged or here, [place])
        if growing.stands_for(place, version_link(name, version)):
            growing.connect([place], growing.add_some([_stage(name, stage)]))
    return growing.graph()


class _Growing:
    """A graph as it is put together."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._edges: set[tuple[int, int]] = set()

    def add_some(self, nodes: Sequence[Node]) -> list[int]:
        """Add nodes of one kind, beyond a few as one that counts and names the others; their places."""
        shown = list(nodes)
        if len(shown) > MOST_OF_A_KIND:
            rest = shown[MOST_OF_A_KIND - 1 :]
            told = "\n".join(node.label for node in rest[:40]) + ("\n…" if len(rest) > 40 else "")
            shown[MOST_OF_A_KIND - 1 :] = [Node(rest[0].kind, f"and {len(rest):,} more", told)]
        first = len(self._nodes)
        self._nodes += shown
        return list(range(first, len(self._nodes)))

    def stands_for(self, place: int, link: str) -> bool:
        """Whether the node leads there itself, instead of only counting it among others."""
        return self._nodes[place].link == link

    def connect(self, sources: Sequence[int], targets: Sequence[int]) -> None:
        self._edges.update((source, target) for source in sources for target in targets)

    def graph(self) -> Graph:
        return Graph(tuple(self._nodes), frozenset(self._edges))


def _dataset(place: int, data: DatasetInput) -> Node:
    lines = [f"Dataset {data.name}", f"Digest {data.digest}"]
    lines += [f"Context {data.context}"] if data.context else []
    lines += [f"Source {data.source_type}"] if data.source_type else []
    return Node(NodeKind.DATASET, data.name, "\n".join(lines), f"{DATASET_LINK}{place}", short_digest(data.digest))


def _run(run: RunDetails | None, run_id: str | None, *, is_here: bool = False) -> Node:
    if run is None:
        told = f"Run {run_id}\nIt is not in this store any more."
        return Node(NodeKind.RUN, (run_id or "")[:8], told, is_gone=True)
    lines = [f"Run {run.name or run.run_id}", run.run_id, f"Experiment {run.experiment_name}"]
    is_deleted = run.lifecycle_stage == "deleted"
    lines += ["Deleted"] if is_deleted else []
    # A deleted run stands in no table that could select it.
    link = "" if is_deleted else f"{RUN_LINK}{run.run_id}"
    label = run.name or run.run_id[:8]
    return Node(NodeKind.RUN, label, "\n".join(lines), link, is_here=is_here, is_gone=is_deleted)


def _model_of_version(version: ModelVersion, run: RunDetails | None, logged: LoggedModel | None) -> list[Node]:
    model_id = logged_model_id(version)
    if logged is not None:
        told = f"Logged model {logged.name}\n{logged.model_id}\n{logged.artifact_location}"
        return [Node(NodeKind.LOGGED_MODEL, logged.name or model_id, told, f"{LOGGED_LINK}{logged.model_id}")]
    if model_id:
        told = f"Logged model {model_id}\nIt is not in this store any more."
        return [Node(NodeKind.LOGGED_MODEL, model_id[:10], told, is_gone=True)]
    source = version.source
    if not source:
        return []
    path = _path_in_run(source, run)
    link = f"{RUN_LINK}{run.run_id}" if path and run is not None and run.lifecycle_stage != "deleted" else ""
    label = path or source.rstrip("/\\").replace("\\", "/").rpartition("/")[2] or source
    return [Node(NodeKind.LOGGED_MODEL, label, f"Model {label}\n{source}", link)]


def _path_in_run(source: str, run: RunDetails | None) -> str:
    """The path of a model below its run's artifacts; empty where it lies elsewhere."""
    if run is None:
        return ""
    for root in (run.artifact_uri.rstrip("/"), f"runs:/{run.run_id}"):
        if root and source.startswith(f"{root}/"):
            return source.removeprefix(f"{root}/").rstrip("/")
    return ""


def _model(model: ModelSource) -> Node:
    is_logged = model.source.startswith("models:/")
    link = f"{LOGGED_LINK}{model.source.removeprefix('models:/')}" if is_logged else ""
    lines = [f"Logged model {model.title}" if is_logged else f"Model {model.title}", model.source]
    lines += [model.location] if model.location != model.source else []
    lines += [model.note] if model.note else []
    return Node(NodeKind.LOGGED_MODEL, model.title, "\n".join(lines), link)


def _version(name: str, version: int, stage: str, *, is_here: bool = False) -> Node:
    words = f"{name} {version}"
    told = f"Version {version} of {name}\nStage {stage}"
    return Node(NodeKind.VERSION, words, told, version_link(name, version), is_here=is_here)


def _stage(name: str, stage: str) -> Node:
    return Node(NodeKind.STAGE, stage, f"Stage {stage}\nAll versions of {visible(name, 200)}", f"{MODEL_LINK}{name}")


def short_digest(digest: str) -> str:
    """`d3c2…9e1f` of a long digest, a short one as it is."""
    text = visible(digest, 200)
    return text if len(text) <= 2 * _DIGEST_ENDS + 2 else f"{text[:_DIGEST_ENDS]}…{text[-_DIGEST_ENDS:]}"
