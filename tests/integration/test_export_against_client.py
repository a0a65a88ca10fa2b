"""Filters, orders and exported values beside those of a real MLflow client, on copies of real stores."""

from __future__ import annotations

import csv
import json
import math
import random
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bakehouse.__main__ import main
from bakehouse.analysis.search.evaluation import evaluate
from bakehouse.analysis.search.expression import Comparator, Condition, DatasetField, filter_text
from bakehouse.analysis.search.ordering import check_order, run_order
from bakehouse.analysis.search.parser import parse, parse_order
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.domain.errors import FilterError
from bakehouse.exports.run_source import StoredRuns
from bakehouse.resources import sample_directory
from bakehouse.store.columns import list_keys, read_column
from bakehouse.store.experiments import list_experiments
from bakehouse.store.handle import Store
from bakehouse.store.opening import open_store
from bakehouse.store.run_attributes import read_datasets
from bakehouse.store.runs import read_headers
from tests.clients import Client
from tests.odd_runs import some_runs, write_runs
from tests.stores import new_store, shared_store

pytestmark = pytest.mark.integration

CLIENT = "3.17.2"
# The client builds an object for every run, param, metric and tag it returns: seconds for some hundred runs.
GENERATED, GENERATED_IN_LARGE = 300, 60
LARGE = 100
ORDERED = 40

SEARCH = """
import json, sys
from mlflow.entities import ViewType
from mlflow.tracking import MlflowClient
client = MlflowClient("sqlite:///" + sys.argv[1])
experiments = [e.experiment_id for e in client.search_experiments(view_type=ViewType.ALL)]
answers = []
for text, order, limit in json.load(open(sys.argv[2])):
    try:
        runs = client.search_runs(experiments, text, ViewType.ALL, limit, order)
        answers.append([run.info.run_id for run in runs])
    except Exception as error:
        answers.append(None)
print(json.dumps(answers))
"""

RUNS = """
import json, sys
import mlflow
from mlflow.entities import ViewType
mlflow.set_tracking_uri("sqlite:///" + sys.argv[1])
experiments = [e.experiment_id for e in mlflow.search_experiments(view_type=ViewType.ACTIVE_ONLY)]
frame = mlflow.search_runs(experiments)
runs = mlflow.search_runs(experiments, output_format="list")
print(json.dumps({"columns": list(frame.columns), "runs": [
    {"info": {"run_id": r.info.run_id, "experiment_id": r.info.experiment_id, "status": r.info.status,
              "artifact_uri": r.info.artifact_uri},
     "start_time": r.info.start_time, "end_time": r.info.end_time,
     "metrics": {k: repr(v) for k, v in r.data.metrics.items()}, "params": r.data.params, "tags": r.data.tags}
    for r in runs]}))
"""

# What a person might type; the client and we must agree about what is a filter, or an order, at all.
DATA = Path(__file__).resolve().parents[1] / "data"


@pytest.fixture(scope="module", params=["shared", "sample", "odd"])
def store_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shared 3.17 store or of the sample, or a store of runs with odd values."""
    if request.param == "odd":
        path = new_store(tmp_path_factory.mktemp("client") / "mlflow.db")
        # The client cannot read a run whose user is NULL.
        write_runs(path, [{**run, "user_id": run["user_id"] or ""} for run in some_runs(70)])
        return path
    if request.param == "shared":
        source = shared_store("mlflow-3.17")
    else:
        source = sample_directory() / "mlflow.db"
        if not source.is_file():
            pytest.skip("the sample is not here")
    return Path(shutil.copy(source, tmp_path_factory.mktemp("client") / "mlflow.db"))


class OurSearch:
    """All runs of a store, and our answer to a query."""

    def __init__(self, store: Store) -> None:
        self.token = Token()
        self.reader = store.reader()
        experiments = [e.experiment_id for e in list_experiments(self.reader, self.token)]
        self.keys = list_keys(self.reader, experiments, self.token, deleted=True)
        self.headers = read_headers(self.reader, experiments, self.token, deleted=True)
        self.source = StoredRuns(self.reader, self.headers, self.token)
        self.row_of = {run_id: row for row, run_id in enumerate(self.headers.run_ids)}

    def answer(self, text: str, orders: list[str], limit: int) -> list[str] | None:
        try:
            expression = parse(text)
            keys = [parse_order(order) for order in orders]
            check_order(keys)
        except FilterError:
            return None
        rows = run_order(keys, self.source)
        mask = evaluate(expression, self.source).mask
        return [self.headers.run_ids[row] for row in rows[mask[rows]][:limit]]

    def examples(self, key: ColumnKey) -> list[Any]:
        """Values that occur in a column."""
        if key.kind is ColumnKind.ATTRIBUTE:
            if key.name in {"start_time", "end_time"}:
                return list(self.source.numbers(key).present_numbers().tolist())
            return list(self.source.texts(key).categories)
        values = read_column(self.reader, key, self.row_of, self.token)
        found = values.values.tolist() if key.kind is ColumnKind.METRIC else values.categories
        return list(found)


def generated_filters(ours: OurSearch, count: int) -> list[str]:
    """Filters over names and values that occur in the store, and some that do not."""
    chance = random.Random(20261122)
    attributes = ["run_id", "run_name", "status", "start_time", "end_time", "user_id", "artifact_uri"]
    subjects: list[Any] = [*ours.keys, *DatasetField]
    subjects += [ColumnKey(ColumnKind.ATTRIBUTE, name) for name in attributes] * 3
    subjects += [ColumnKey(kind, "absent") for kind in (ColumnKind.PARAM, ColumnKind.METRIC, ColumnKind.TAG)]
    datasets = read_datasets(ours.reader, ours.row_of, ours.token)
    texts_of = {
        DatasetField.NAME: datasets.names,
        DatasetField.DIGEST: datasets.digests,
        DatasetField.CONTEXT: datasets.contexts,
    }
    filters: list[str] = []
    while len(filters) < count:
        terms = []
        for _ in range(chance.choice((1, 1, 2, 3))):
            subject = chance.choice(subjects)
            if isinstance(subject, DatasetField):
                examples = [text for text in texts_of[subject] if text is not None]
            else:
                examples = ours.examples(subject)
            condition = random_condition(chance, subject, examples or ["absent"])
            try:
                terms.append(spelled(chance, filter_text(condition)))
            except ValueError:
                continue
        joint = chance.choice((" AND ", " and ", " And  "))
        if terms:
            filters.append(joint.join(terms))
    return filters


def spelled(chance: random.Random, term: str) -> str:
    """A term as somebody else may write it: other words for its entity, other quotes, other letters."""
    entities = {
        "metrics.": ("metric.", "`metrics`."),
        "params.": ("param.", "parameter.", "parameters."),
        "tags.": ("tag.",),
        "dataset.": ("datasets.",),
    }
    entity = next((entity for entity in entities if term.startswith(entity)), "")
    others = entities.get(entity, ("attribute.", "attributes.", "attr.", "run."))
    name, blank, rest = term[len(entity) :].partition(" ")
    if chance.random() < 0.5:
        entity = chance.choice(others)
    if entity and name.isalnum() and chance.random() < 0.3:
        name = chance.choice(("`{}`", '"{}"')).format(name)
    for word in ("LIKE ", "ILIKE ", "IN ", "NOT IN ", "IS NULL", "IS NOT NULL"):
        if rest.startswith(word) and chance.random() < 0.3:
            rest = word.lower() + rest[len(word) :]
    return f"{entity}{name}{blank}{rest}"


def random_condition(chance: random.Random, subject: ColumnKey | DatasetField, examples: list[Any]) -> Condition:
    is_dataset = isinstance(subject, DatasetField)
    example = chance.choice(examples)
    if not is_dataset and (subject.kind is ColumnKind.METRIC or subject.name in {"start_time", "end_time"}):
        numbers = [Comparator(text) for text in ("=", "!=", "<", "<=", ">", ">=")]
        value = example if isinstance(example, float) and math.isfinite(example) else 0.0
        value = chance.choice((value, value, value + 1, -value, 0.0, 1.7976931348623157e308, math.inf))
        return Condition(subject, chance.choice(numbers), value)
    shapes = ["equal", "like"]
    if is_dataset or subject.name == "run_id":
        shapes.append("list")
    elif subject.kind in {ColumnKind.PARAM, ColumnKind.TAG}:
        shapes.append("presence")
    shape = chance.choice(shapes)
    if shape == "presence":
        return Condition(subject, chance.choice([Comparator.IS_NULL, Comparator.IS_NOT_NULL]), None)
    if shape == "list":
        chosen = chance.sample(examples, min(len(examples), chance.randint(1, 3)))
        return Condition(subject, chance.choice([Comparator.IN, Comparator.NOT_IN]), (*chosen, "absent"))
    if shape == "equal":
        return Condition(subject, chance.choice([Comparator.EQUAL, Comparator.UNEQUAL]), chance.choice([example, "x"]))
    return Condition(subject, chance.choice([Comparator.LIKE, Comparator.ILIKE]), random_pattern(chance, example))


def random_pattern(chance: random.Random, text: str) -> str:
    start, stop = sorted(chance.choices(range(len(text) + 1), k=2))
    pattern = list(text[start:stop][:20])
    for place in range(len(pattern)):
        if chance.random() < 0.2:
            pattern[place] = chance.choice(["_", "%", pattern[place].swapcase()])
    return chance.choice(["%", ""]) + "".join(pattern) + chance.choice(["%", "%", ""])


@dataclass(frozen=True)
class Query:
    """One search of all runs, and the run ids the client and we answered; None where it was refused."""

    filter: str
    order: list[str]
    theirs: list[str] | None
    ours: list[str] | None


@pytest.fixture(scope="module")
def queries(mlflow_client: Callable[[str], Client], store_path: Path) -> dict[str, list[Query]]:
    """What both answered, by subject; one process of the client answers everything about one store."""
    with closing(open_store(store_path, read_only=True)) as store:
        ours = OurSearch(store)
        count = GENERATED if ours.source.size < LARGE else GENERATED_IN_LARGE
        typed = (DATA / "typed-filters.txt").read_text("utf-8").splitlines()
        asked: dict[str, list[tuple[str, list[str], int]]] = {
            "generated": [(text, [], 50_000) for text in generated_filters(ours, count)],
            "typed": [(text, [], 50_000) for text in typed],
            "orders": [("", order, ORDERED) for order in some_orders(ours)],
        }
        file = store_path.with_name("queries.json")
        file.write_text(json.dumps([query for subject in asked.values() for query in subject]))
        theirs = iter(mlflow_client(CLIENT).run(SEARCH, store_path, file, folder=store_path.parent))
        return {
            subject: [Query(text, order, next(theirs), ours.answer(text, order, limit)) for text, order, limit in some]
            for subject, some in asked.items()
        }


def some_orders(ours: OurSearch) -> list[list[str]]:
    chance = random.Random(7)
    names = [key.search_name for key in ours.keys if key.name.replace("_", "").isalnum()]
    drawn = [chance.sample([*names, "status", "end_time"], 2) for _ in range(60)]
    typed = [[text] for text in (DATA / "typed-orders.txt").read_text("utf-8").splitlines()]
    return typed + [[f"{name} {chance.choice(('ASC', 'DESC', ''))}".strip() for name in pair] for pair in drawn]


def test_that_generated_filters_select_the_runs_the_client_selects(queries: dict[str, list[Query]]) -> None:
    assert [query for query in queries["generated"] if query.ours != query.theirs] == []
    sizes = [len(query.theirs or ()) for query in queries["generated"]]
    assert sum(size > 0 for size in sizes) > len(sizes) / 4, "most filters select nothing, so they show little"
    assert sum(size < max(sizes) for size in sizes) > len(sizes) / 4


def test_that_whatever_the_client_takes_means_the_same_to_us(queries: dict[str, list[Query]]) -> None:
    assert [query for query in queries["typed"] if query.theirs is not None and query.ours != query.theirs] == []
    # Neither takes nonsense; what only we take is our language beyond MLflow's.
    assert sum(query.ours is None and query.theirs is None for query in queries["typed"]) > 50


def test_that_orders_are_those_of_the_client(queries: dict[str, list[Query]]) -> None:
    assert [query for query in queries["orders"] if query.ours != query.theirs] == []
    assert sum(query.theirs is None for query in queries["orders"]) > 5


def iso(ms: int | None) -> str:
    if ms is None:
        return ""
    return f"{np.datetime64(ms, 'ms')}Z"


def test_that_exported_values_are_those_of_the_client(
    mlflow_client: Callable[[str], Client], store_path: Path, tmp_path: Path
) -> None:
    output = tmp_path / "runs.csv"
    assert main(["export", str(store_path), "--output", str(output)]) == 0
    theirs = mlflow_client(CLIENT).run(RUNS, store_path, folder=tmp_path)
    with output.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    fixed = ["run_id", "experiment_id", "status", "start_time", "end_time", "artifact_uri"]
    columns = list(rows[0])
    assert columns[:6] == fixed
    assert columns[6:] == sorted(set(theirs["columns"]) - set(fixed))
    assert [row["run_id"] for row in rows] == [run["info"]["run_id"] for run in theirs["runs"]]
    for row, run in zip(rows, theirs["runs"], strict=True):
        expected = dict.fromkeys(columns, "") | run["info"]
        expected |= {"start_time": iso(run["start_time"]), "end_time": iso(run["end_time"])}
        expected |= {f"metrics.{key}": {"nan": "NaN"}.get(text, text) for key, text in run["metrics"].items()}
        expected |= {f"params.{key}": text for key, text in run["params"].items()}
        expected |= {f"tags.{key}": text for key, text in run["tags"].items()}
        infinities = {"1.7976931348623157e+308": "inf", "-1.7976931348623157e+308": "-inf"}
        assert row == {key: infinities.get(text, text) for key, text in expected.items()}
