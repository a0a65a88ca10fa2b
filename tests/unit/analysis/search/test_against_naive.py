"""Our part of the filter language against a naive evaluator over dicts: OR, NOT, lists, nulls, numbers, figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.analysis.columns import build_column
from bakehouse.analysis.frame import attribute_column, frame_of
from bakehouse.analysis.search.evaluation import ColumnSource, columns_of, evaluate
from bakehouse.analysis.search.expression import Expression
from bakehouse.analysis.search.parser import parse
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import RUN_ID, ColumnKind
from bakehouse.exports.run_source import StoredRuns
from bakehouse.pages.runs.search_source import FrameSource
from bakehouse.store.columns import read_columns
from bakehouse.store.opening import open_store
from bakehouse.store.runs import read_headers
from tests.odd_runs import DATASETS, METRICS, NUMBERS, PARAMS, TAGS, TEXTS, Run, some_runs, write_runs
from tests.stores import new_store

TOKEN = Token()
GREATEST = 1.7976931348623157e308
Tree = tuple[Any, ...]


# What a filter means, over one run.


def value_of(run: Run, subject: Tree) -> Any:
    """A number, a text, a list of texts (datasets) or None."""
    kind, name = subject[:2]
    if kind == "metrics":
        points = run["metrics"].get(name, [])
        stored = {(step, time, 0.0 if value != value else value): value for step, time, value in points}
        return stored[max(stored)] if stored else None
    if kind in ("min", "max"):
        finite = [value for *_, value in run["metrics"].get(name, []) if math.isfinite(value)]
        return {"min": min, "max": max}[kind](finite) if finite else None
    if kind == "at":
        points = run["metrics"].get(name, [])
        there = {(time, 0.0 if value != value else value): value for step, time, value in points if step == subject[2]}
        return there[max(there)] if there else None
    if kind in ("params", "tags"):
        return run[kind].get(name)
    if kind == "dataset":
        place = ("name", "digest", "context").index(name)
        return [dataset[place] for dataset in run["datasets"] if dataset[place] is not None] or None
    tags = {"note": "mlflow.note.content", "run_name": "mlflow.runName"}
    if name in tags:
        return run["tags"].get(tags[name])
    return run["id"] if name == "run_id" else run[name]


def number_of(text: str) -> float | None:
    """The finite number that a person would read in a text."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def like(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(like(pattern[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in ("_", text[0]) and like(pattern[1:], text[1:])


def lowered(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)


def compared(value: Any, operator: str, wanted: Any) -> bool:
    if isinstance(value, float):
        value = max(-GREATEST, min(GREATEST, value)) if value == value else value
    if operator == "LIKE":
        return like(wanted, value)
    if operator == "ILIKE":
        return like(lowered(wanted), lowered(value))
    return {
        "=": lambda: value == wanted, "!=": lambda: value != wanted, "<": lambda: value < wanted,
        "<=": lambda: value <= wanted, ">": lambda: value > wanted, ">=": lambda: value >= wanted,
        "IN": lambda: value in wanted, "NOT IN": lambda: value not in wanted,
        "IS NAN": lambda: value != value, "IS NOT NAN": lambda: value == value,
    }[operator]()  # fmt: skip


def truth(run: Run, tree: Tree) -> bool | None:
    """True, False or None (unknown), as SQL has it."""
    word = tree[0]
    if word == "not":
        inner = truth(run, tree[1])
        return None if inner is None else not inner
    if word in ("and", "or"):
        found = [truth(run, term) for term in tree[1]]
        deciding = word == "or"
        return deciding if deciding in found else None if None in found else not deciding
    _, subject, operator, wanted = tree
    value = value_of(run, subject)
    if operator in ("IS NULL", "IS NOT NULL"):
        return (value is None) == (operator == "IS NULL")
    if value is None:
        return None
    if isinstance(value, list):
        return any(compared(one, operator, wanted) for one in value)
    asks_number = isinstance(wanted, float) or (isinstance(wanted, tuple) and isinstance(wanted[0], float))
    if isinstance(value, str) and asks_number:
        number = number_of(value)
        return None if number is None else compared(number, operator, wanted)
    return compared(value, operator, wanted)


# Filters, and how a person may write them.

subjects = st.one_of(
    st.tuples(st.sampled_from(["metrics", "min", "max"]), st.sampled_from([*METRICS, "none"])),
    st.tuples(st.just("at"), st.sampled_from(METRICS), st.sampled_from([0, 1, -3, 9])),
    st.tuples(st.just("params"), st.sampled_from([*PARAMS, "none"])),
    st.tuples(st.just("tags"), st.sampled_from([*TAGS, "none"])),
    st.tuples(st.just("dataset"), st.sampled_from(["name", "digest", "context"])),
    st.tuples(
        st.just("attribute"),
        st.sampled_from(["status", "start_time", "end_time", "run_id", "user_id", "run_name", "note"]),
    ),
)
numbers = st.sampled_from([number for number in NUMBERS if math.isfinite(number)]) | st.sampled_from(
    [5.0, 50.0, 70.0, 700.0, 0.001, GREATEST, -GREATEST, math.inf]
)
texts = st.sampled_from([*(text for text in TEXTS if "\n" not in text), *DATASETS, "FINISHED", "x10", "train", "ada"])
patterns = st.text("aAbB%_5sld'", max_size=4)


@st.composite
def comparisons(draw: st.DrawFn) -> Tree:
    subject = draw(subjects)
    sizes = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
    shapes = ["null"]
    if subject[0] in ("metrics", "min", "max", "at") or subject[1] in ("start_time", "end_time"):
        shapes += ["number", "number", "numbers", "nan"]
    else:
        shapes += ["text", "like", "texts"]
        if subject[0] in ("params", "tags") or subject[1] == "note":
            shapes += ["number", "numbers"]
    shape = draw(st.sampled_from(shapes))
    members = st.sampled_from(["IN", "NOT IN"])
    return {
        "null": lambda: ("is", subject, draw(st.sampled_from(["IS NULL", "IS NOT NULL"])), None),
        "nan": lambda: ("is", subject, draw(st.sampled_from(["IS NAN", "IS NOT NAN"])), None),
        "number": lambda: ("is", subject, draw(sizes), draw(numbers)),
        "numbers": lambda: ("is", subject, draw(members), tuple(draw(st.lists(numbers, min_size=1, max_size=3)))),
        "text": lambda: ("is", subject, draw(st.sampled_from(["=", "!="])), draw(texts)),
        "texts": lambda: ("is", subject, draw(members), tuple(draw(st.lists(texts, min_size=1, max_size=3)))),
        "like": lambda: ("is", subject, draw(st.sampled_from(["LIKE", "ILIKE"])), draw(patterns)),
    }[shape]()


trees = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=6,
)


def written(tree: Tree, draw: Callable[[st.SearchStrategy[Any]], Any], *, inside: str = "") -> str:
    """One of the ways to write a tree; `inside` is the word it stands behind or between."""
    word = tree[0]
    if word == "is":
        text = written_comparison(tree, draw)
    elif word == "not":
        text = f"{any_case('not', draw)} {written(tree[1], draw, inside='not')}"
    else:
        text = f" {any_case(word, draw)} ".join(written(term, draw, inside=word) for term in tree[1])
    binds = {"": 0, "or": 1, "and": 2, "not": 3, "is": 4}
    needed = binds[word] < binds[inside] or (word == inside and word != "not")
    return f"({text})" if needed or draw(st.booleans()) else text


def written_comparison(tree: Tree, draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    _, subject, operator, wanted = tree
    parts = [written_subject(subject, draw), any_case(operator, draw)]
    if isinstance(wanted, tuple):
        parts.append("(" + ", ".join(repr(one) if isinstance(one, str) else number_text(one) for one in wanted) + ")")
    elif isinstance(wanted, str):
        quotes = [quote for quote in "'\"" if quote not in wanted]
        quote = draw(st.sampled_from(quotes))
        parts.append(f"{quote}{wanted}{quote}")
    elif wanted is not None:
        parts.append(number_text(wanted))
    return " ".join(parts)


def written_subject(subject: Tree, draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    kind, name = subject[:2]
    if kind in ("attribute", "dataset"):
        front = {"attribute": ["", "attributes.", "attr.", "run."], "dataset": ["dataset.", "datasets."]}[kind]
        return f"{draw(st.sampled_from(front))}{name}"
    quotings = ['"{}"'] if "`" in name else ["`{}`", '"{}"', *(["{}"] if " " not in name else [])]
    quoted = draw(st.sampled_from(quotings)).format(name)
    if kind in ("params", "tags"):
        return f"{draw(st.sampled_from([kind, kind[:-1]]))}.{quoted}"
    column = f"metrics.{quoted}"
    if kind == "metrics":
        return column
    step = f", {subject[2]}" if kind == "at" else ""
    return f"{any_case(kind, draw)}({column}{step})"


def any_case(word: str, draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    return str(draw(st.sampled_from([word.lower(), word.upper()])))


def number_text(number: float) -> str:
    return "1e999" if number == math.inf else repr(number).replace("e+", "e")


RUNS = some_runs(90)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Expression], list[ColumnSource]]]:
    """The runs as `export` and as the window ask for their columns."""
    path = new_store(tmp_path_factory.mktemp("naive") / "mlflow.db")
    write_runs(path, RUNS)
    with open_store(path) as store:
        reader = store.reader()
        headers = read_headers(reader, [0], TOKEN)
        exported, frame = StoredRuns(reader, headers, TOKEN), frame_of(headers, {0: "Default"})

        def both(expression: Expression) -> list[ColumnSource]:
            wanted = [key for key in columns_of(expression) if key not in frame.columns]
            stored = [key for key in wanted if key.kind is not ColumnKind.ATTRIBUTE]
            for key, values in read_columns(reader, stored, frame.row_of, TOKEN).items():
                frame.put(key, build_column(values, frame.size))
            for key in {RUN_ID}.intersection(wanted):
                frame.put(key, attribute_column(frame, key))
            columns = dict(frame.columns)
            return [exported, FrameSource(frame, columns, store, TOKEN)]

        yield both


@settings(max_examples=400)
@given(st.data())
def test_that_any_filter_selects_what_its_meaning_selects(sources: Any, data: st.DataObject) -> None:
    tree = data.draw(trees)
    text = written(tree, data.draw)
    expression = parse(text)
    wanted = [truth(run, tree) is True for run in RUNS]
    for source in sources(expression):
        assert evaluate(expression, source).mask.tolist() == wanted, (text, type(source).__name__)


def test_that_the_generated_runs_show_much() -> None:
    values = [value_of(run, ("at", "rmse", 0)) for run in RUNS]
    assert {None, "nan"} <= {"nan" if value is not None and value != value else value for value in values}
    assert len(set(values)) > 5
    assert np.mean([bool(run["datasets"]) for run in RUNS]) > 0.2
