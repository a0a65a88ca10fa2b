"""The graph of a version and of a run: what leads to what, where each node leads, what is gone."""

from __future__ import annotations

from dataclasses import replace

from bakehouse.domain.lineage import Graph, NodeKind, linked_version, version_link
from bakehouse.domain.models import ModelVersion
from bakehouse.domain.runs import DatasetInput, LoggedModel, RunDetails
from bakehouse.registry.lineage import MOST_OF_A_KIND, address_of, graph_of_run, graph_of_version

MODEL = "m-" + "a" * 32
VERSION = ModelVersion("churn", 3, "Production", "READY", f"models:/{MODEL}", None, "run1", "", 1, 1, (), (), "default")
LOGGED = LoggedModel(MODEL, 0, "model", "/art/models/m/artifacts", 2, None, "run1", 1)
RUN = RunDetails(
    "run1", 0, "churn", "gbm", "FINISHED", "active", 1, 2, "ada", "/art/run1/artifacts", (), (), (),
    (DatasetInput("sales", "d3c2aaaaaaaa9e1f", "local", "training"), DatasetInput("prices", "77", "local", None)),
    (LOGGED,), (("churn", 3, "Production"), ("other", 1, "None")),
)  # fmt: skip


def words(graph: Graph) -> list[str]:
    return [node.label for node in graph.nodes]


def arrows(graph: Graph) -> set[str]:
    return {f"{graph.nodes[a].label} → {graph.nodes[b].label}" for a, b in graph.edges}


def test_that_a_version_comes_from_data_through_run_and_model_to_its_stage() -> None:
    graph = graph_of_version(VERSION, RUN, LOGGED)
    assert arrows(graph) == {
        "sales → gbm", "prices → gbm", "gbm → model", "model → churn 3", "churn 3 → Production",
    }  # fmt: skip
    assert [node.link for node in graph.nodes] == [
        "dataset:0", "dataset:1", "run:run1", f"logged:{MODEL}", "version:3:churn", "model:churn",
    ]  # fmt: skip
    assert graph.nodes[0].note == "d3c2…9e1f"
    assert "d3c2aaaaaaaa9e1f" in graph.nodes[0].told
    assert [node.label for node in graph.nodes if node.is_here] == ["churn 3"]


def test_that_what_the_store_lost_stands_as_gone() -> None:
    graph = graph_of_version(VERSION, None, None)
    assert arrows(graph) == {"run1 → m-aaaaaaaa", "m-aaaaaaaa → churn 3", "churn 3 → Production"}
    assert [node.is_gone for node in graph.nodes] == [True, True, False, False]
    assert not any(node.link for node in graph.nodes[:2])


def test_that_a_folder_of_the_run_stands_for_a_model_before_mlflow_3() -> None:
    version = replace(VERSION, source="/art/run1/artifacts/models/best")
    graph = graph_of_version(version, RUN, None)
    assert "gbm → models/best" in arrows(graph)
    elsewhere = graph_of_version(replace(VERSION, source="s3://bucket/x/best/", run_id=None), None, None)
    assert words(elsewhere) == ["best", "churn 3", "Production"]


def test_that_a_run_leads_to_all_its_versions_and_their_stages() -> None:
    graph = graph_of_run(RUN)
    assert {"model → churn 3", "model → other 1", "churn 3 → Production", "other 1 → None"} <= arrows(graph)
    assert graph_of_run(replace(RUN, datasets=(), logged_models=(), registered_versions=())) == Graph()


def test_that_each_version_comes_from_its_own_of_several_models() -> None:
    second = replace(LOGGED, model_id="m-" + "b" * 32, name="second")
    versions = (("churn", 3, "Production"), ("other", 1, "None"), ("by hand", 1, "None"))
    sources = (f"models:/{MODEL}", f"models:/{second.model_id}", "s3://elsewhere/model")
    run = replace(
        RUN, datasets=(), logged_models=(LOGGED, second), registered_versions=versions, version_sources=sources
    )
    found = {arrow for arrow in arrows(graph_of_run(run)) if "3" in arrow or "1" in arrow}
    assert found == {
        "model → churn 3", "second → other 1", "gbm → by hand 1",
        "churn 3 → Production", "other 1 → None", "by hand 1 → None",
    }  # fmt: skip


def test_that_only_versions_that_are_shown_have_a_stage() -> None:
    versions = tuple(("churn", number, "Staging") for number in range(1, 21))
    graph = graph_of_run(replace(RUN, registered_versions=versions))
    kinds = [node.kind for node in graph.nodes]
    assert kinds.count(NodeKind.VERSION) == MOST_OF_A_KIND
    assert kinds.count(NodeKind.STAGE) == MOST_OF_A_KIND - 1


def test_that_many_of_a_kind_are_counted_and_named() -> None:
    many = tuple(DatasetInput(f"d{number}", "x", "local", None) for number in range(40))
    graph = graph_of_version(VERSION, replace(RUN, datasets=many), LOGGED)
    datasets = [node for node in graph.nodes if node.kind is NodeKind.DATASET]
    assert len(datasets) == MOST_OF_A_KIND
    assert datasets[-1].label == f"and {40 - MOST_OF_A_KIND + 1} more"
    assert "d39" in datasets[-1].told


def test_that_the_files_of_a_version_lie_where_the_store_says() -> None:
    assert address_of(VERSION, RUN, LOGGED) == "/art/models/m/artifacts"
    assert address_of(replace(VERSION, source="s3://b/m"), RUN, None) == "s3://b/m"
    assert address_of(replace(VERSION, storage_location="/x"), RUN, None) == "/x"
    assert address_of(replace(VERSION, source="runs:/run1/model"), RUN, None) == "/art/run1/artifacts/model"


def test_that_the_link_of_a_version_bears_any_name() -> None:
    for name in ("churn", "a:b:c", ""):
        assert linked_version(version_link(name, 7)) == (name, 7)
    assert linked_version("run:7:x") is None
